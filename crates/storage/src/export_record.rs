//! Attempts to export, as the audit log has them: what was asked for, what was decided,
//! and why.

use crate::{Moment, StorageError};
use domain::{
    id::WorkspaceId,
    pricing_pack::ProviderId,
    rights::{ExportOutcome, Format},
};
use jiff::Timestamp;
use serde::Deserialize;
use sqlx::PgConnection;
use uuid::Uuid;

/// What a reader of the list looks for; empty fields do not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportFilter {
    pub provider: Option<ProviderId>,
    pub format: Option<Format>,
    pub outcome: Option<ExportOutcome>,
    pub workspace: Option<WorkspaceId>,
    pub from: Option<Timestamp>,
    /// Excluded.
    pub until: Option<Timestamp>,
}

/// The last row of a page: the next page begins after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportCursor {
    pub at: Timestamp,
    pub chain: Uuid,
    pub sequence: i64,
}

/// One attempt.
#[derive(Clone, Debug)]
pub struct ExportRecord {
    pub cursor: ExportCursor,
    pub workspace: WorkspaceId,
    pub workspace_name: String,
    pub actor_name: Option<String>,
    /// The run or the execution that was asked for.
    pub target: String,
    pub detail: ExportDetail,
}

/// Of the entry's detail what the list shows. An attempt that came to no ruling has format,
/// outcome and reason alone.
#[derive(Clone, Debug, Deserialize)]
pub struct ExportDetail {
    pub format: Format,
    #[serde(rename = "decision")]
    pub outcome: ExportOutcome,
    #[serde(default)]
    pub title: Option<String>,
    /// None of a report.
    #[serde(default)]
    pub execution_id: Option<String>,
    #[serde(default)]
    pub providers: Vec<ProviderId>,
    #[serde(default)]
    pub blocked: Vec<BlockedProvider>,
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    pub document_hash: Option<String>,
    #[serde(default)]
    pub rights_profile: Option<String>,
    #[serde(default)]
    pub rights_version: Option<String>,
    #[serde(default)]
    pub address: String,
    #[serde(default)]
    pub trace_id: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct BlockedProvider {
    pub provider: ProviderId,
    pub reason: String,
}

/// Attempts of all workspaces, the newest first: needs a transaction that reads across
/// workspaces.
pub async fn load_page(
    conn: &mut PgConnection,
    filter: &ExportFilter,
    before: Option<ExportCursor>,
    limit: i64,
) -> Result<Vec<ExportRecord>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               a.recorded_at as "at: Moment",
               a.chain,
               a.sequence,
               w.id as "workspace: WorkspaceId",
               w.name as workspace_name,
               u.name as "actor_name?",
               a.target as "target!",
               a.entry::jsonb -> 'detail' as "detail!"
           from audit_log a
           join workspaces w on w.id = a.workspace_id
           left join users u on u.id = a.actor::uuid
           where a.action in ('report.exported', 'execution.exported')
             and ($1::text is null or a.entry::jsonb -> 'detail' -> 'providers' @> to_jsonb($1::text))
             and ($2::text is null or a.entry::jsonb -> 'detail' ->> 'format' = $2)
             and ($3::text is null or a.entry::jsonb -> 'detail' ->> 'decision' = $3)
             and ($4::uuid is null or a.workspace_id = $4)
             and ($5::timestamptz is null or a.recorded_at >= $5)
             and ($6::timestamptz is null or a.recorded_at < $6)
             and ($7::timestamptz is null or (a.recorded_at, a.chain, a.sequence) < ($7, $8, $9))
           order by a.recorded_at desc, a.chain desc, a.sequence desc
           limit $10"#,
        filter.provider.as_ref().map(ProviderId::as_str),
        filter.format.map(Format::id),
        filter.outcome.map(ExportOutcome::id),
        filter.workspace.map(WorkspaceId::as_uuid),
        filter.from.map(Moment) as Option<Moment>,
        filter.until.map(Moment) as Option<Moment>,
        before.map(|cursor| Moment(cursor.at)) as Option<Moment>,
        before.map(|cursor| cursor.chain),
        before.map(|cursor| cursor.sequence),
        limit
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ExportRecord {
                cursor: ExportCursor { at: row.at.0, chain: row.chain, sequence: row.sequence },
                workspace: row.workspace,
                workspace_name: row.workspace_name,
                actor_name: row.actor_name,
                target: row.target,
                detail: serde_json::from_value(row.detail)?,
            })
        })
        .collect()
}
