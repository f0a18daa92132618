//! What leaves as a file: the licences of the data decide, the decision is put on record,
//! and only what is on record gets the permit to be printed. What is large is printed by a
//! worker, and decided on again when somebody fetches it.

mod choices;
mod job;
mod record;
mod subject;

pub use choices::{ExportChoice, WhatIf};
pub use job::{ExportLimits, ExportState, ExportView, FetchedExport};
pub use record::Origin;
pub use reports::{
    Export, FontsRefused, add_fonts,
    seal::{InvalidKey, PublicKey, SealKey, verify as verify_seal},
};
pub use rights::Part;
pub use subject::Subject;
pub(crate) use subject::{Sealed, load_report, sealed};

use crate::{Actor, Orchestrator, UseCaseError, press::PrintBounds, workspace_licence};
use domain::{
    access,
    id::{ExecutionId, ExportJobId, RunId, WorkspaceId},
    rights::ExportOutcome,
    workspace::Role,
};
use metrics::counter;
use record::detail;
use reports::export::Meter;
use rights::{Denial, Format, Permit, Ruling, WorkspaceLicences};
use serde_json::{Value, json};
use storage::{PgConnection, tenancy};
use subject::{Exportable, load};

/// Exports asked for, by format and decision.
pub const EXPORTS: &str = "exports_total";

/// The formats that reports and executions can be had in, in the order of the menu.
pub const FORMATS: [Format; 5] =
    [Format::Pdf, Format::Html, Format::Xlsx, Format::Csv, Format::Json];

/// The answer to whoever wants a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Download {
    File {
        export: Box<Export>,
        name: String,
    },
    /// It is large, so a worker prints it.
    Job(ExportJobId),
}

impl Subject {
    /// The least role that takes it out of the application.
    const fn least_role(self) -> Role {
        match self {
            Self::Report(_) => Role::Viewer,
            Self::Execution(_) => access::Right::Export.least_role(),
        }
    }
}

impl Orchestrator {
    /// The report as a file, or the job that prints it. The attempt is on record,
    /// whatever was decided, before anything is printed.
    ///
    /// # Errors
    /// [`UseCaseError::RightsBlocked`], [`UseCaseError::ExportUnrecorded`],
    /// [`UseCaseError::Quarantined`]; beyond its bounds [`Refusal::ExportTooLarge`] and
    /// [`Refusal::ExportTooSlow`]; an unknown report leaves no trace of having been
    /// guessed.
    ///
    /// [`Refusal::ExportTooLarge`]: crate::Refusal::ExportTooLarge
    /// [`Refusal::ExportTooSlow`]: crate::Refusal::ExportTooSlow
    pub async fn download_report(
        &self,
        actor: &Actor,
        run: RunId,
        format: Format,
        origin: &Origin,
    ) -> Result<Download, UseCaseError> {
        self.download(actor, Subject::Report(run), format, origin).await
    }

    /// An execution as a file, like a report.
    ///
    /// # Errors
    /// Like [`download_report`](Self::download_report); besides [`Refusal::StaleExport`]
    /// of one whose prices were not fresh, and [`Refusal::NothingToExport`] of one that
    /// gave no answer.
    ///
    /// [`Refusal::StaleExport`]: crate::Refusal::StaleExport
    /// [`Refusal::NothingToExport`]: crate::Refusal::NothingToExport
    pub async fn download_execution(
        &self,
        actor: &Actor,
        execution: ExecutionId,
        format: Format,
        origin: &Origin,
    ) -> Result<Download, UseCaseError> {
        self.download(actor, Subject::Execution(execution), format, origin).await
    }

    async fn download(
        &self,
        actor: &Actor,
        subject: Subject,
        format: Format,
        origin: &Origin,
    ) -> Result<Download, UseCaseError> {
        if !FORMATS.contains(&format) {
            return Err(UseCaseError::NotFound);
        }
        let workspace = actor.require(Role::Viewer)?.workspace;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let loaded = load(&mut tx, subject, format).await;
        let licences = workspace_licence::load_today(&mut tx, workspace).await?;
        tx.commit().await?;
        if matches!(loaded, Err(UseCaseError::NotFound)) {
            return Err(UseCaseError::NotFound);
        }
        let admitted = actor.require(subject.least_role()).and(loaded).and_then(|exportable| {
            self.check_pattern_exports(&exportable, format)?;
            Ok(exportable)
        });
        let exportable = match admitted {
            Ok(exportable) => exportable,
            Err(error) => {
                return Err(self.turned_away(actor, subject, format, origin, error).await);
            }
        };
        let ruling = self.rule(&exportable, format, &licences);
        // What is denied is told at once, however large it is.
        if ruling.decision().terms().is_some() && self.is_large(&exportable, format)? {
            let queued = self.queue_export(actor, workspace, &exportable, &ruling, origin).await;
            return match queued {
                Ok(job) => Ok(Download::Job(job)),
                Err(error) => Err(self.turned_away(actor, subject, format, origin, error).await),
            };
        }
        let (permit, now) =
            self.permit(ruling, &exportable, workspace, actor, origin, json!({})).await?;
        let seal = self.seal.clone();
        let name = exportable.file_stem();
        let print = move || {
            sealed_print(&exportable, format, permit, now, seal.as_ref(), &Meter::default())
        };
        let export = self.press.print(format, print, |export| export.bytes.len()).await?;
        let name = format!("{name}.{}", export.extension());
        Ok(Download::File { export: Box::new(export), name })
    }

    /// Puts an attempt on record that came to no ruling, and gives back why; what broke
    /// off in the middle is no outcome of one.
    async fn turned_away(
        &self,
        actor: &Actor,
        subject: Subject,
        format: Format,
        origin: &Origin,
        error: UseCaseError,
    ) -> UseCaseError {
        let outcome = match &error {
            UseCaseError::Quarantined => ExportOutcome::Quarantine,
            UseCaseError::Refused(_) | UseCaseError::RoleTooLow { .. } => ExportOutcome::Refuse,
            _ => return error,
        };
        let Some(workspace) = actor.workspace() else { return error };
        let reason = (outcome == ExportOutcome::Refuse).then(|| error.to_string());
        let detail = json!({ "format": format, "decision": outcome, "reason": reason });
        let recorded =
            self.put_on_record(workspace, actor.user, subject, origin.with(detail)).await;
        counter!(EXPORTS, "format" => format.id(), "decision" => outcome.id()).increment(1);
        recorded.map_or_else(UseCaseError::ExportUnrecorded, |_| error)
    }

    /// Decides on the document as it is now.
    fn rule(
        &self,
        exportable: &Exportable,
        format: Format,
        licences: &WorkspaceLicences,
    ) -> Ruling {
        let lineage = exportable.lineage();
        self.rights.current().rule(exportable.hash, &lineage, format, self.rights_profile, licences)
    }

    /// Puts a ruling on record as somebody's attempt to export, with `more`, and gives the
    /// permit that it allows.
    async fn permit(
        &self,
        ruling: Ruling,
        exportable: &Exportable,
        workspace: WorkspaceId,
        actor: &Actor,
        origin: &Origin,
        more: Value,
    ) -> Result<(Permit, jiff::Timestamp), UseCaseError> {
        let (format, decided) = (ruling.format(), ruling.decision().id());
        let mut detail = origin.with(detail(&ruling, exportable));
        detail["seal_key"] = json!(self.seal_key().map(|key| key.id()));
        record::add(&mut detail, more);
        let (recorded, now) = ruling
            .record(self.put_on_record(workspace, actor.user, exportable.subject, detail))
            .await
            .map_err(UseCaseError::ExportUnrecorded)?;
        counter!(EXPORTS, "format" => format.id(), "decision" => decided).increment(1);
        let permit =
            recorded.permit(now).map_err(|denial| self.denied(exportable, format, denial))?;
        Ok((permit, now))
    }

    /// A denial, told to whoever operates the platform where the profile asks for that.
    fn denied(&self, exportable: &Exportable, format: Format, denial: Denial) -> UseCaseError {
        if self.rights.current().profile(self.rights_profile).page_operator {
            let subject = exportable.subject;
            tracing::error!(subject.id = %subject.id(), format = format.id(), "an export was denied");
        }
        UseCaseError::RightsBlocked(denial)
    }

    /// A pattern says which files its executions may become.
    fn check_pattern_exports(
        &self,
        exportable: &Exportable,
        format: Format,
    ) -> Result<(), UseCaseError> {
        let Some(pattern) = exportable.pattern() else { return Ok(()) };
        if self.pattern_exports(pattern, format) {
            Ok(())
        } else {
            Err(crate::Refusal::NotOfPattern.into())
        }
    }

    fn pattern_exports(&self, pattern: &str, format: Format) -> bool {
        let Some(plan) = self.patterns.get(pattern) else { return false };
        match format {
            Format::Pdf => plan.exports.pdf,
            Format::Csv => plan.exports.csv,
            Format::Xlsx => plan.exports.xlsx,
            Format::Html => plan.exports.html,
            Format::Json => plan.exports.json,
            Format::View | Format::Api | Format::Redistribute => false,
        }
    }

    /// The same with other bounds for its files.
    #[must_use]
    pub fn with_print_bounds(self, bounds: fn(Format) -> PrintBounds) -> Self {
        Self { press: self.press.with_bounds(bounds), ..self }
    }

    /// The same with a key that its exports are sealed with. Without one they leave
    /// unsealed.
    #[must_use]
    pub fn with_seal(self, key: SealKey) -> Self {
        Self { seal: Some(key), ..self }
    }

    /// What the seals of exports are checked with; none where they have no seal.
    pub fn seal_key(&self) -> Option<PublicKey> {
        self.seal.as_ref().map(SealKey::public_key)
    }
}

/// Prints the file and seals it, where there is a key.
fn sealed_print(
    exportable: &Exportable,
    format: Format,
    permit: Permit,
    now: jiff::Timestamp,
    seal: Option<&SealKey>,
    meter: &Meter,
) -> Result<Export, UseCaseError> {
    let export = exportable.printed(format, permit, now, meter)?;
    match seal {
        Some(key) => export.sealed(key).map_err(|error| UseCaseError::Internal(error.to_string())),
        None => Ok(export),
    }
}

/// A subject with the licences that its workspace has today.
async fn load_with_licences(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    subject: Subject,
    format: Format,
) -> Result<(Exportable, WorkspaceLicences), UseCaseError> {
    let exportable = load(conn, subject, format).await?;
    let licences = workspace_licence::load_today(conn, workspace).await?;
    Ok((exportable, licences))
}
