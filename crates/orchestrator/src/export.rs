//! Reports that leave as a file: the licences of the data decide, the decision is
//! put on record, and only what is on record gets the permit to be printed.

use crate::{Actor, Orchestrator, UseCaseError, press::PrintBounds, workspace_licence};
use domain::{
    hash::ContentHash,
    id::{RunId, WorkspaceId},
    package::RunPackage,
    report::ReportDocument,
    workspace::Role,
};
use jiff::Timestamp;
use metrics::counter;
use reports::{Colophon, ExportError};
pub use reports::{
    Export,
    seal::{PublicKey, SealKey, verify as verify_seal},
};
pub use rights::Part;
use rights::{Decision, DocumentLineage, Format, Permit, ProviderId, Right, RightsProfile, Ruling};
use serde_json::{Value, json};
use storage::{
    PgConnection, StorageError,
    artifact::{self, Form},
    audit, journal, run, setup, tenancy,
};

/// Exports asked for, by format and decision.
pub const EXPORTS: &str = "exports_total";

/// The formats that a report can be had in, in the order of the menu.
pub const REPORT_FORMATS: [Format; 5] =
    [Format::Pdf, Format::Html, Format::Xlsx, Format::Csv, Format::Json];

/// Characters of a user agent that are kept.
const AGENT_CHARACTERS_MAX: usize = 300;

/// Where a request comes from, for the record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    pub address: String,
    pub agent: String,
    /// W3C trace id.
    pub trace_id: String,
}

/// What would be decided if somebody asked, for the menu.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportChoice {
    pub format: Format,
    pub decision: Decision,
    /// Titles of the parts that would be left out.
    pub left_out: Vec<String>,
}

/// What of one report may be shown and handed out.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportRights {
    pub on_screen: ExportChoice,
    /// In the order of the menu.
    pub files: Vec<ExportChoice>,
}

/// What would be decided on a report.
#[derive(Clone, Debug)]
pub struct WhatIf {
    pub workspace: WorkspaceId,
    pub workspace_name: String,
    /// Whose data each part of the report holds.
    pub parts: Vec<Part>,
    /// The provider of which a licence was assumed.
    pub assumed: Option<ProviderId>,
    /// By profile, then format.
    pub decisions: Vec<(RightsProfile, Vec<ExportChoice>)>,
}

/// A sealed report with all that its files are made of.
struct Exportable {
    document: ReportDocument,
    package: RunPackage,
    colophon: Colophon,
}

impl Exportable {
    fn lineage(&self) -> DocumentLineage {
        reports::lineage(&self.document, &self.package.pack)
    }
}

impl Orchestrator {
    /// What of a report may leave, and what stands in the way. Nothing is put on
    /// record, since nothing leaves.
    pub async fn export_choices(
        &self,
        actor: &Actor,
        run: RunId,
    ) -> Result<ReportRights, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let workspace = membership.workspace;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let report = load(&mut tx, run, Format::Json).await?;
        let licences = workspace_licence::load_today(&mut tx, workspace).await?;
        tx.commit().await?;
        let (lineage, registry) = (report.lineage(), self.rights.current());
        let choice = |format| {
            let decision = registry.decide(&lineage, format, self.rights_profile, &licences);
            ExportChoice { format, left_out: left_out(&lineage, &decision), decision }
        };
        Ok(ReportRights {
            on_screen: choice(Format::View),
            files: REPORT_FORMATS.into_iter().map(choice).collect(),
        })
    }

    /// What would be decided on a report in each profile and format, for the platform's
    /// administrators. With `assumed` as if its workspace held a licence of that provider
    /// for everything. Of the report's text it shows nothing.
    pub async fn what_if(
        &self,
        actor: &Actor,
        run: RunId,
        assumed: Option<ProviderId>,
    ) -> Result<WhatIf, UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let (workspace, workspace_name) =
            run::load_workspace(&mut tx, run).await?.ok_or(UseCaseError::NotFound)?;
        let report = load(&mut tx, run, Format::Json).await?;
        let mut licences = workspace_licence::load_today(&mut tx, workspace).await?;
        tx.commit().await?;
        if let Some(provider) = &assumed {
            licences.extend(Right::ALL.iter().map(|right| (provider.clone(), *right)));
        }
        let (lineage, registry) = (report.lineage(), self.rights.current());
        let decisions = RightsProfile::ALL.iter().map(|profile| {
            let choice = |format: &Format| {
                let decision = registry.decide(&lineage, *format, *profile, &licences);
                ExportChoice { format: *format, left_out: left_out(&lineage, &decision), decision }
            };
            (*profile, Format::ALL.iter().map(choice).collect())
        });
        Ok(WhatIf {
            workspace,
            workspace_name,
            decisions: decisions.collect(),
            assumed,
            parts: lineage.parts,
        })
    }

    /// The report as a file. The attempt is on record, whatever was decided,
    /// before anything is printed.
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
    ) -> Result<Export, UseCaseError> {
        if !REPORT_FORMATS.contains(&format) {
            return Err(UseCaseError::NotFound);
        }
        let membership = actor.require(Role::Viewer)?;
        let workspace = membership.workspace;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let report = load(&mut tx, run, format).await;
        let licences = workspace_licence::load_today(&mut tx, workspace).await?;
        tx.commit().await?;
        let report = match report {
            Ok(report) => report,
            Err(UseCaseError::Quarantined) => {
                let detail = json!({
                    "format": format, "decision": "quarantine", "address": origin.address,
                    "agent": shortened(&origin.agent), "trace_id": origin.trace_id,
                });
                self.put_on_record(actor, workspace, run, detail)
                    .await
                    .map_err(UseCaseError::ExportUnrecorded)?;
                return Err(UseCaseError::Quarantined);
            }
            Err(error) => return Err(error),
        };
        let ruling = self.rights.current().rule(
            report.colophon.document_hash,
            &report.lineage(),
            format,
            self.rights_profile,
            &licences,
        );
        let decided = ruling.decision().id();
        let mut detail = detail(&ruling, &report, origin);
        detail["seal_key"] = json!(self.seal_key().map(|key| key.id()));
        let (recorded, now) = ruling
            .record(self.put_on_record(actor, workspace, run, detail))
            .await
            .map_err(UseCaseError::ExportUnrecorded)?;
        counter!(EXPORTS, "format" => format.id(), "decision" => decided).increment(1);
        let permit = recorded.permit(now).map_err(|denial| {
            if self.rights.current().profile(self.rights_profile).page_operator {
                tracing::error!(run.id = %run, format = format.id(), "an export was denied");
            }
            UseCaseError::RightsBlocked(denial)
        })?;
        let now = self.now().await?;
        let seal = self.seal.clone();
        let print = move || printed(&report, format, permit, now, seal.as_ref());
        self.press.print(format, print, |export| export.bytes.len()).await
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

    /// Commits the attempt in a transaction of its own; its time.
    async fn put_on_record(
        &self,
        actor: &Actor,
        workspace: WorkspaceId,
        run: RunId,
        detail: Value,
    ) -> Result<Timestamp, StorageError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let now = setup::load_now(&mut tx).await?;
        let entry = audit::Entry {
            action: "report.exported",
            actor: Some(actor.user),
            target: run.to_string(),
            detail,
        };
        audit::append(&mut tx, Some(workspace), &entry).await?;
        tx.commit().await?;
        Ok(now)
    }
}

/// The report and its package, after a look at every seal that the file rests on.
async fn load(
    conn: &mut PgConnection,
    run: RunId,
    format: Format,
) -> Result<Exportable, UseCaseError> {
    if format == Format::Html {
        sealed(conn, run, Form::Html).await?;
    }
    let (document_hash, text) = sealed(conn, run, Form::Json).await?;
    let document: ReportDocument = serde_json::from_str(&text)?;
    let (package_hash, package) = journal::load_package(conn, run)
        .await
        .map_err(|error| match error {
            StorageError::Corrupt(_) => UseCaseError::Quarantined,
            other => other.into(),
        })?
        .ok_or(UseCaseError::NotFound)?;
    let colophon = Colophon::of(&package, package_hash, document_hash);
    Ok(Exportable { document, package, colophon })
}

async fn sealed(
    conn: &mut PgConnection,
    run: RunId,
    form: Form,
) -> Result<(ContentHash, String), UseCaseError> {
    let (hash, text) = artifact::load_text(conn, run, form).await?.ok_or(UseCaseError::NotFound)?;
    if ContentHash::of_bytes(text.as_bytes()) == hash {
        Ok((hash, text))
    } else {
        tracing::error!(run.id = %run, "an artifact does not match its seal and is not served");
        Err(UseCaseError::Quarantined)
    }
}

fn printed(
    report: &Exportable,
    format: Format,
    permit: Permit,
    now: Timestamp,
    seal: Option<&SealKey>,
) -> Result<Export, UseCaseError> {
    let print = match format {
        Format::Html => reports::export::html,
        Format::Pdf => reports::export::pdf,
        Format::Csv => reports::export::csv,
        Format::Xlsx => reports::export::xlsx,
        _ => reports::export::json,
    };
    let export = print(&report.document, &report.colophon, permit, now)
        .map_err(|error: ExportError| UseCaseError::Internal(error.to_string()))?;
    match seal {
        Some(key) => export.sealed(key).map_err(|error| UseCaseError::Internal(error.to_string())),
        None => Ok(export),
    }
}

/// Titles of the parts that a decision leaves out.
fn left_out(lineage: &DocumentLineage, decision: &Decision) -> Vec<String> {
    let Decision::Redacted { removed, .. } = decision else { return Vec::new() };
    let parts = lineage.parts.iter().filter(|part| removed.contains(&part.key));
    parts.map(|part| part.title.clone()).collect()
}

fn detail(ruling: &Ruling, report: &Exportable, origin: &Origin) -> Value {
    let decision = ruling.decision();
    let terms = decision.terms();
    let (reason, removed) = match decision {
        Decision::Allowed(_) => (Value::Null, json!([])),
        Decision::Redacted { removed, .. } => (Value::Null, json!(removed)),
        Decision::Denied(denial) => (json!(denial.reason), json!([])),
    };
    let colophon = &report.colophon;
    json!({
        "format": ruling.format(),
        "title": report.document.title,
        "document_hash": ruling.document(),
        "run_id": colophon.run_id,
        "execution_id": Value::Null,
        "portfolio_id": Value::Null,
        "pack_hash": colophon.pack_hash,
        "ledger_commit_hash": Value::Null,
        "providers": ruling.providers(),
        "licensed_to_workspace": ruling.licensed(),
        "decision": decision.id(),
        "reason": reason,
        "blocked": decision.blocked(),
        "withheld": removed,
        "attributions": terms.map(|terms| &terms.attributions),
        "watermarks": terms.map(|terms| &terms.watermarks),
        "rights_profile": ruling.profile(),
        "rights_version": ruling.rights_version(),
        "address": origin.address,
        "agent": shortened(&origin.agent),
        "trace_id": origin.trace_id,
    })
}

fn shortened(agent: &str) -> String {
    agent.chars().take(AGENT_CHARACTERS_MAX).collect()
}
