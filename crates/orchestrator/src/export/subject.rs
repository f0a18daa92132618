//! What can be exported, loaded whole after a look at every seal that its files rest on.

use crate::{
    UseCaseError,
    execution::{ExecutionRecord, record_of},
};
use domain::{
    execution::Outcome,
    hash::ContentHash,
    id::{ExecutionId, PortfolioId, RunId},
    package::{Package, PortfolioPackage, RunPackage},
    pricing_pack::LedgerCommit,
    report::ReportDocument,
};
use jiff::{Timestamp, civil::Date};
use reports::{
    Colophon, Export, ExportError,
    execution::{ExecutionDocument, PortfolioNamed},
    export::Meter,
    panel::part::PanelPart,
    portfolio::PortfolioReport,
};
use rights::{DocumentLineage, Format, Permit};
use serde_json::{Value, json};
use storage::{
    PgConnection, StorageError,
    artifact::{self, Form},
    execution, journal, portfolio,
};
use uuid::Uuid;

/// What somebody wants as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The report of a run.
    Report(RunId),
    Execution(ExecutionId),
}

impl Subject {
    /// How it is kept, with [`id`](Self::id).
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Report(_) => "report",
            Self::Execution(_) => "execution",
        }
    }

    pub const fn id(self) -> Uuid {
        match self {
            Self::Report(run) => run.as_uuid(),
            Self::Execution(execution) => execution.as_uuid(),
        }
    }

    pub(super) fn of(kind: &str, id: Uuid) -> Result<Self, StorageError> {
        match kind {
            "report" => Ok(Self::Report(RunId::from_uuid(id))),
            "execution" => Ok(Self::Execution(ExecutionId::from_uuid(id))),
            other => Err(StorageError::Corrupt(format!("export_jobs.subject {other}"))),
        }
    }

    /// What an attempt is called on record.
    pub(super) const fn action(self) -> &'static str {
        match self {
            Self::Report(_) => "report.exported",
            Self::Execution(_) => "execution.exported",
        }
    }

    /// The page that shows it.
    pub fn page(self) -> String {
        match self {
            Self::Report(run) => format!("/runs/{run}/report"),
            Self::Execution(execution) => format!("/execution-log/{execution}"),
        }
    }
}

/// A subject with all that its files are made of.
pub(crate) struct Exportable {
    pub subject: Subject,
    /// Of the document as it is kept.
    pub hash: ContentHash,
    content: Content,
}

enum Content {
    Report(Box<SealedReport>),
    PortfolioReport(Box<SealedPortfolioReport>),
    Execution(Box<ExecutionDocument>),
}

/// A sealed report and the package that it was written from.
pub(crate) struct SealedReport {
    pub document: ReportDocument,
    pub package: RunPackage,
    pub colophon: Colophon,
}

impl SealedReport {
    pub fn lineage(&self) -> DocumentLineage {
        reports::lineage(&self.document, &self.package.pack)
    }
}

/// The same of the portfolio desk, where package and report name prices and ledger.
pub(crate) struct SealedPortfolioReport {
    pub report: PortfolioReport,
    pub package: PortfolioPackage,
    pub colophon: Colophon,
}

/// The report of a run, of whichever desk.
pub(crate) enum Sealed {
    Report(Box<SealedReport>),
    PortfolioReport(Box<SealedPortfolioReport>),
}

impl Exportable {
    pub fn lineage(&self) -> DocumentLineage {
        match &self.content {
            Content::Report(report) => report.lineage(),
            Content::PortfolioReport(sealed) => reports::portfolio::lineage(&sealed.report),
            Content::Execution(document) => reports::execution::lineage(document),
        }
    }

    /// The pattern of an execution.
    pub fn pattern(&self) -> Option<&str> {
        match &self.content {
            Content::Report(_) | Content::PortfolioReport(_) => None,
            Content::Execution(document) => Some(&document.pattern_id),
        }
    }

    pub fn title(&self) -> &str {
        match &self.content {
            Content::Report(report) => &report.document.title,
            Content::PortfolioReport(sealed) => &sealed.report.title,
            Content::Execution(document) => &document.title,
        }
    }

    /// The cells of its tables.
    pub fn cells(&self) -> Result<usize, UseCaseError> {
        match &self.content {
            Content::Report(report) => {
                reports::export::cells(&report.document).map_err(|error| failed(&error))
            }
            Content::PortfolioReport(sealed) => {
                Ok(reports::export::portfolio::cells(&sealed.report))
            }
            Content::Execution(document) => Ok(reports::export::execution::cells(document)),
        }
    }

    /// What its file is called, without the ending.
    pub fn file_stem(&self) -> String {
        match &self.content {
            Content::Report(report) => format!("observatory_{}", report.colophon.run_id),
            Content::PortfolioReport(sealed) => {
                let SealedPortfolioReport { report, package, colophon } = sealed.as_ref();
                let (pattern, day) = (&package.pattern.id, report.priced_on);
                stem(Some(&report.portfolio_name), pattern, day, colophon.run_id.as_uuid())
            }
            Content::Execution(document) => {
                let portfolio = document.portfolio.as_ref().map(|one| one.name.as_str());
                let id = document.execution_id.as_uuid();
                stem(portfolio, &document.pattern_id, document.asof, id)
            }
        }
    }

    /// Prints the file, which uses the permit up.
    pub fn printed(
        &self,
        format: Format,
        permit: Permit,
        now: Timestamp,
        meter: &Meter,
    ) -> Result<Export, UseCaseError> {
        match &self.content {
            Content::Execution(document) => {
                reports::export::execution::print(document, format, permit, now, meter)
            }
            Content::PortfolioReport(sealed) => {
                let SealedPortfolioReport { report, colophon, .. } = sealed.as_ref();
                reports::export::portfolio::print(report, colophon, format, permit, now, meter)
            }
            Content::Report(report) => {
                let print = match format {
                    Format::Html => reports::export::html,
                    Format::Pdf => reports::export::pdf,
                    Format::Csv => reports::export::csv,
                    Format::Xlsx => reports::export::xlsx,
                    _ => reports::export::json,
                };
                print(&report.document, &report.colophon, permit, now)
            }
        }
        .map_err(|error| failed(&error))
    }

    /// By what it can be found again, for the record.
    pub(super) fn detail(&self) -> Value {
        match &self.content {
            Content::Report(report) => json!({
                "run_id": report.colophon.run_id,
                "execution_id": Value::Null,
                "portfolio_id": Value::Null,
                "pack_hash": report.colophon.pack_hash,
                "pricing_pack_id": Value::Null,
                "ledger_commit_hash": Value::Null,
            }),
            Content::PortfolioReport(sealed) => json!({
                "run_id": sealed.colophon.run_id,
                "execution_id": Value::Null,
                "portfolio_id": sealed.report.portfolio_id,
                "pack_hash": sealed.colophon.pack_hash,
                "pricing_pack_id": sealed.report.pricing_pack_id,
                "ledger_commit_hash": sealed.report.ledger_commit_hash,
            }),
            Content::Execution(document) => json!({
                "run_id": Value::Null,
                "execution_id": document.execution_id,
                "portfolio_id": document.portfolio.as_ref().map(|one| one.id),
                "pack_hash": Value::Null,
                "pricing_pack_id": document.pricing_pack_id,
                "ledger_commit_hash": document.ledger_commit_hash,
            }),
        }
    }
}

fn failed(error: &ExportError) -> UseCaseError {
    UseCaseError::Internal(error.to_string())
}

/// `observatory_<portfolio>_<pattern>_<day>_<first digits of the id>`.
fn stem(portfolio: Option<&str>, pattern: &str, day: Date, id: Uuid) -> String {
    let portfolio = portfolio.map(slug).filter(|slug| !slug.is_empty());
    let of = portfolio.map_or_else(String::new, |slug| format!("{slug}_"));
    let id = id.simple().to_string();
    format!("observatory_{of}{pattern}_{day}_{}", &id[..8])
}

/// A name for a file: letters and digits of ASCII, anything else a hyphen.
fn slug(name: &str) -> String {
    let letters = name.chars().map(|one| match one {
        one if one.is_ascii_alphanumeric() => one.to_ascii_lowercase(),
        _ => '-',
    });
    let words: String = letters.collect();
    let words: Vec<&str> = words.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-").chars().take(60).collect()
}

/// A subject of the transaction's workspace.
///
/// # Errors
/// [`UseCaseError::NotFound`]; [`UseCaseError::Quarantined`] where something does not
/// match its seal; of an execution what [`check_exportable`] refuses.
pub(crate) async fn load(
    conn: &mut PgConnection,
    subject: Subject,
    format: Format,
) -> Result<Exportable, UseCaseError> {
    match subject {
        Subject::Report(run) => {
            if format == Format::Html {
                sealed(conn, run, Form::Html).await?;
            }
            let (hash, content) = match load_report(conn, run).await? {
                Sealed::Report(report) => (report.colophon.document_hash, Content::Report(report)),
                Sealed::PortfolioReport(sealed) => {
                    (sealed.colophon.document_hash, Content::PortfolioReport(sealed))
                }
            };
            Ok(Exportable { subject, hash, content })
        }
        Subject::Execution(id) => {
            let document = load_execution(conn, id).await?;
            let hash = ContentHash::of_json(&document)?;
            Ok(Exportable { subject, hash, content: Content::Execution(Box::new(document)) })
        }
    }
}

/// The report and its package, after a look at their seals.
pub(crate) async fn load_report(
    conn: &mut PgConnection,
    run: RunId,
) -> Result<Sealed, UseCaseError> {
    let (document_hash, text) = sealed(conn, run, Form::Json).await?;
    let (package_hash, package) = journal::load_package(conn, run)
        .await
        .map_err(quarantined)?
        .ok_or(UseCaseError::NotFound)?;
    match package {
        Package::Polyurethane(package) => {
            let document: ReportDocument = serde_json::from_str(&text)?;
            let package = *package;
            let colophon = Colophon::of(&package, package_hash, document_hash);
            Ok(Sealed::Report(Box::new(SealedReport { document, package, colophon })))
        }
        Package::Portfolio(package) => {
            let report: PortfolioReport = serde_json::from_str(&text)?;
            let package = *package;
            let colophon = Colophon::of_portfolio(&package, package_hash, document_hash);
            let sealed = SealedPortfolioReport { report, package, colophon };
            Ok(Sealed::PortfolioReport(Box::new(sealed)))
        }
    }
}

pub(crate) async fn sealed(
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

async fn load_execution(
    conn: &mut PgConnection,
    id: ExecutionId,
) -> Result<ExecutionDocument, UseCaseError> {
    let row = execution::load(conn, id).await.map_err(quarantined)?;
    let row = row.ok_or(UseCaseError::NotFound)?;
    check_exportable(row.outcome, row.stale)?;
    let named = match row.portfolio {
        Some(id) => Some(PortfolioNamed { id, name: portfolio_name(conn, id).await? }),
        None => None,
    };
    document_of(record_of(row, None)?, named)
}

/// What may be exported of executions at all: an answer, made of fresh prices.
pub(crate) fn check_exportable(outcome: Outcome, stale: bool) -> Result<(), UseCaseError> {
    match (outcome, stale) {
        (Outcome::Succeeded, false) => Ok(()),
        (Outcome::Succeeded, true) => Err(crate::Refusal::StaleExport.into()),
        _ => Err(crate::Refusal::NothingToExport.into()),
    }
}

/// Portfolios are never deleted, but may have been of another workspace's in old rows.
async fn portfolio_name(conn: &mut PgConnection, id: PortfolioId) -> Result<String, UseCaseError> {
    Ok(portfolio::load(conn, id).await?.ok_or(UseCaseError::NotFound)?.name)
}

/// The document of an execution: each panel with the sources of everything in it.
pub(crate) fn document_of(
    record: ExecutionRecord,
    portfolio: Option<PortfolioNamed>,
) -> Result<ExecutionDocument, UseCaseError> {
    let ExecutionRecord { panels, trace, ledger_commit, .. } = record;
    let ledger_commit_hash = ledger_commit.map(|commit| commit.parse::<LedgerCommit>()).transpose();
    let panels = panels.into_iter().map(|panel| {
        let found = trace.panels.iter().find(|known| known.id == panel.id);
        PanelPart {
            sources: found.map(|found| found.sources.clone()).unwrap_or_default(),
            oldest: found.and_then(|found| found.asof),
            warnings: found.map(|found| found.warnings.clone()).unwrap_or_default(),
            panel,
        }
    });
    Ok(ExecutionDocument {
        schema: ExecutionDocument::SCHEMA,
        execution_id: record.id,
        title: record.pattern_name,
        pattern_id: record.pattern_id,
        pattern_version: record.pattern_version,
        portfolio,
        asof: record.asof,
        pricing_pack_id: record.pack,
        ledger_commit_hash: ledger_commit_hash
            .map_err(|_| StorageError::Corrupt("executions.ledger_commit".to_owned()))?,
        base_currency: record.base_currency,
        executed_at: record.started_at,
        panels: panels.collect(),
    })
}

fn quarantined(error: StorageError) -> UseCaseError {
    match error {
        StorageError::Corrupt(what) => {
            tracing::error!(what, "what would be exported does not match its seal");
            UseCaseError::Quarantined
        }
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portfolio_lends_its_name_to_files_in_plain_letters() {
        assert_eq!(slug("Growth & Income (CAD)"), "growth-income-cad");
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("\u{7532}\u{9aa8}"), "");
    }
}
