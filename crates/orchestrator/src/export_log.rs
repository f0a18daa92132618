//! The record of exports, for the platform's administrators: a list, and a file of it.

use crate::{Actor, Orchestrator, Refusal, UseCaseError, export::Origin};
use domain::pricing_pack::ProviderId;
use serde_json::{Value, json};
use storage::{
    PgConnection, audit,
    export_record::{
        self, Attributed, ExportCursor, ExportFilter, ExportRecord, ExportStanding, SealedEntry,
    },
    tenancy,
};
use uuid::Uuid;

/// Attempts on one page of the list.
const PAGE_ROWS: usize = 50;

/// Attempts in one file. More than that is answered with the advice to narrow the
/// filter, never with a part of it.
pub const FILE_ROWS_MAX: usize = 20_000;

const COLUMNS: [&str; 30] = [
    "Time",
    "Workspace",
    "Workspace id",
    "Who",
    "E-mail",
    "User id",
    "Run or execution",
    "Portfolio",
    "Title",
    "Stage",
    "Format",
    "Outcome",
    "Reason",
    "Providers",
    "Blocked providers",
    "Attributions",
    "Left out",
    "Document",
    "Evidence pack",
    "Pricing pack",
    "Ledger commit",
    "Rights profile",
    "Rights version",
    "Address",
    "Agent",
    "Trace",
    "Large export",
    "State of the large export",
    "Chain",
    "Entry",
];

/// Attempts, the newest first.
#[derive(Clone, Debug)]
pub struct ExportPage {
    pub records: Vec<ExportRecord>,
    /// Where the next page begins, if there is one.
    pub older: Option<ExportCursor>,
    /// Large exports that are being made right now, under the same filter.
    pub pending: Pending,
}

/// How many large exports are being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    pub exports: usize,
    /// There are more than were counted.
    pub more: bool,
}

impl Orchestrator {
    /// Attempts to export, of all workspaces.
    pub async fn export_records(
        &self,
        actor: &Actor,
        filter: &ExportFilter,
        before: Option<ExportCursor>,
    ) -> Result<ExportPage, UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let (records, more) = load(&mut tx, filter, before, PAGE_ROWS).await?;
        let older = records.last().filter(|_| more).map(|record| record.cursor);
        let pending = ExportFilter { is_pending: true, stage: None, ..filter.clone() };
        let (pending, more) = load(&mut tx, &pending, None, PAGE_ROWS).await?;
        tx.commit().await?;
        Ok(ExportPage { records, older, pending: Pending { exports: pending.len(), more } })
    }

    /// One attempt by its place in the audit log, with all that is on record of it.
    ///
    /// # Errors
    /// [`UseCaseError::NotFound`], also where the entry is of something else.
    pub async fn export_record(
        &self,
        actor: &Actor,
        chain: Uuid,
        sequence: i64,
    ) -> Result<(ExportRecord, SealedEntry), UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let found = export_record::load_one(&mut tx, chain, sequence).await?;
        tx.commit().await?;
        found.ok_or(UseCaseError::NotFound)
    }

    /// All attempts that the filter lets through, as a CSV file. That somebody took it
    /// is on record before it is written.
    ///
    /// # Errors
    /// [`Refusal::TooManyExports`] beyond [`FILE_ROWS_MAX`];
    /// [`UseCaseError::ExportUnrecorded`].
    pub async fn export_records_file(
        &self,
        actor: &Actor,
        filter: &ExportFilter,
        origin: &Origin,
    ) -> Result<Vec<u8>, UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let (records, more) = load(&mut tx, filter, None, FILE_ROWS_MAX).await?;
        tx.commit().await?;
        if more {
            return Err(Refusal::TooManyExports.into());
        }
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let entry = audit::Entry {
            action: "exports.listed",
            actor: Some(actor.user),
            target: "exports".to_owned(),
            detail: taken(filter, records.len(), origin),
        };
        audit::append(&mut tx, None, &entry).await.map_err(UseCaseError::ExportUnrecorded)?;
        tx.commit().await.map_err(|error| UseCaseError::ExportUnrecorded(error.into()))?;
        reports::export::records(COLUMNS, records.iter().map(row))
            .map_err(|error| UseCaseError::Internal(error.to_string()))
    }
}

/// At most `rows`, and whether there are more.
async fn load(
    conn: &mut PgConnection,
    filter: &ExportFilter,
    before: Option<ExportCursor>,
    rows: usize,
) -> Result<(Vec<ExportRecord>, bool), UseCaseError> {
    let limit = i64::try_from(rows + 1).unwrap_or(i64::MAX);
    let mut records = export_record::load_page(conn, filter, before, limit).await?;
    let more = records.len() > rows;
    records.truncate(rows);
    Ok((records, more))
}

fn taken(filter: &ExportFilter, records: usize, origin: &Origin) -> Value {
    json!({
        "records": records,
        "workspace": filter.workspace,
        "user": filter.user,
        "subject": filter.subject,
        "portfolio": filter.portfolio,
        "trace": filter.trace,
        "provider": filter.provider,
        "format": filter.format,
        "outcome": filter.outcome,
        "stage": filter.stage,
        "pending": filter.is_pending,
        "from": filter.from,
        "until": filter.until,
        "address": origin.address,
        "trace_id": origin.trace_id,
    })
}

fn row(record: &ExportRecord) -> [String; 30] {
    let detail = &record.detail;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let providers: Vec<&str> = detail.providers.iter().map(ProviderId::as_str).collect();
    let blocked: Vec<&str> = detail.blocked.iter().map(|one| one.provider.as_str()).collect();
    let attributed = |one: &Attributed| format!("{}: {}", one.provider, one.text);
    let attributions: Vec<String> = detail.attributions.iter().flatten().map(attributed).collect();
    let job = record.job.as_ref();
    [
        record.cursor.at.to_string(),
        record.workspace_name.clone(),
        record.workspace.to_string(),
        text(&record.actor_name),
        text(&record.actor_email),
        text(&record.actor),
        record.subject().map(|subject| subject.to_string()).unwrap_or_default(),
        detail.portfolio_id.map(|portfolio| portfolio.to_string()).unwrap_or_default(),
        text(&detail.title),
        record.stage.id().to_owned(),
        detail.format.id().to_owned(),
        detail.outcome.id().to_owned(),
        text(&detail.reason),
        providers.join(" "),
        blocked.join(" "),
        attributions.join("; "),
        detail.withheld.join(" "),
        text(&detail.document_hash),
        text(&detail.pack_hash),
        text(&detail.pricing_pack_id),
        text(&detail.ledger_commit_hash),
        text(&detail.rights_profile),
        text(&detail.rights_version),
        detail.address.clone(),
        detail.agent.clone(),
        detail.trace_id.clone(),
        job.map(|job| job.id.to_string()).unwrap_or_default(),
        job.map(|job| standing(&job.standing).to_owned()).unwrap_or_default(),
        record.cursor.chain.to_string(),
        record.cursor.sequence.to_string(),
    ]
}

const fn standing(standing: &ExportStanding) -> &'static str {
    match standing {
        ExportStanding::Queued => "queued",
        ExportStanding::Printing { .. } => "printing",
        ExportStanding::Ready { .. } => "ready",
        ExportStanding::Expired => "expired",
        ExportStanding::Failed(_) => "failed",
    }
}
