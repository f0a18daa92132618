//! The record of exports, for the platform's administrators: a list, and a file of it.

use crate::{Actor, Orchestrator, Refusal, UseCaseError, export::Origin};
use domain::pricing_pack::ProviderId;
use serde_json::{Value, json};
use storage::{
    PgConnection, audit,
    export_record::{self, ExportCursor, ExportFilter, ExportRecord},
    tenancy,
};

/// Attempts on one page of the list.
const PAGE_ROWS: usize = 50;

/// Attempts in one file. More than that is answered with the advice to narrow the
/// filter, never with a part of it.
pub const FILE_ROWS_MAX: usize = 20_000;

const COLUMNS: [&str; 18] = [
    "Time",
    "Workspace",
    "Workspace id",
    "Who",
    "Run or execution",
    "Title",
    "Format",
    "Outcome",
    "Reason",
    "Providers",
    "Blocked providers",
    "Document",
    "Rights profile",
    "Rights version",
    "Address",
    "Trace",
    "Chain",
    "Entry",
];

/// Attempts, the newest first.
#[derive(Clone, Debug)]
pub struct ExportPage {
    pub records: Vec<ExportRecord>,
    /// Where the next page begins, if there is one.
    pub older: Option<ExportCursor>,
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
        Ok(ExportPage { records, older })
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
        "provider": filter.provider,
        "format": filter.format,
        "outcome": filter.outcome,
        "workspace": filter.workspace,
        "from": filter.from,
        "until": filter.until,
        "address": origin.address,
        "trace_id": origin.trace_id,
    })
}

fn row(record: &ExportRecord) -> [String; 18] {
    let detail = &record.detail;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let providers: Vec<&str> = detail.providers.iter().map(ProviderId::as_str).collect();
    let blocked: Vec<&str> = detail.blocked.iter().map(|one| one.provider.as_str()).collect();
    [
        record.cursor.at.to_string(),
        record.workspace_name.clone(),
        record.workspace.to_string(),
        text(&record.actor_name),
        record.target.clone(),
        text(&detail.title),
        detail.format.id().to_owned(),
        detail.outcome.id().to_owned(),
        text(&detail.reason),
        providers.join(" "),
        blocked.join(" "),
        text(&detail.document_hash),
        text(&detail.rights_profile),
        text(&detail.rights_version),
        detail.address.clone(),
        detail.trace_id.clone(),
        record.cursor.chain.to_string(),
        record.cursor.sequence.to_string(),
    ]
}
