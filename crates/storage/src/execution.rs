//! Executions of patterns, kept with their answer and trace.

use crate::{Day, Moment, StorageError};
use domain::{
    execution::{Outcome, RightsProfile},
    hash::ContentHash,
    id::{ExecutionId, PortfolioId, UserId, WorkspaceId},
};
use jiff::{Timestamp, civil::Date};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// An execution that has ended.
pub struct NewExecution<'a> {
    pub id: ExecutionId,
    pub workspace: WorkspaceId,
    pub user: UserId,
    pub pattern_id: &'a str,
    pub pattern_name: &'a str,
    pub pattern_version: &'a str,
    pub pattern_hash: ContentHash,
    pub portfolio: Option<PortfolioId>,
    /// As checked; null in the place of those that must not be kept.
    pub inputs: &'a Value,
    pub inputs_redacted: bool,
    pub asof: Date,
    pub pricing_pack: Option<&'a str>,
    pub ledger_commit: Option<&'a str>,
    pub base_currency: Option<&'a str>,
    pub rights_profile: RightsProfile,
    pub require_fresh: bool,
    pub stale: bool,
    pub trace_id: &'a str,
    pub request_id: Uuid,
    pub outcome: Outcome,
    pub problem: Option<&'a Value>,
    pub trace: &'a Value,
    pub panels: &'a Value,
    /// Canonical JSON.
    pub data: Option<&'a str>,
    pub started_at: Timestamp,
    pub duration_ms: f64,
}

pub async fn insert(
    conn: &mut PgConnection,
    execution: &NewExecution<'_>,
) -> Result<(), StorageError> {
    let data_hash = execution.data.map(|data| ContentHash::of_bytes(data.as_bytes()));
    sqlx::query!(
        "insert into executions (
             id, workspace_id, user_id, pattern_id, pattern_name, pattern_version, pattern_hash,
             portfolio_id, inputs, inputs_redacted, asof, pricing_pack_id, ledger_commit,
             base_currency, rights_profile, require_fresh, stale, trace_id, request_id, outcome,
             problem, trace, panels, data, data_hash, started_at, duration_ms
         ) values (
             $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
             $20, $21, $22, $23, $24, $25, $26, $27
         )",
        execution.id.as_uuid(),
        execution.workspace.as_uuid(),
        execution.user.as_uuid(),
        execution.pattern_id,
        execution.pattern_name,
        execution.pattern_version,
        execution.pattern_hash.as_bytes(),
        execution.portfolio.map(PortfolioId::as_uuid),
        execution.inputs,
        execution.inputs_redacted,
        Day(execution.asof) as Day,
        execution.pricing_pack,
        execution.ledger_commit,
        execution.base_currency,
        execution.rights_profile.id(),
        execution.require_fresh,
        execution.stale,
        execution.trace_id,
        execution.request_id,
        execution.outcome.id(),
        execution.problem,
        execution.trace,
        execution.panels,
        execution.data,
        data_hash.as_ref().map(|hash| &hash.as_bytes()[..]),
        Moment(execution.started_at) as Moment,
        execution.duration_ms,
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// An execution as it was kept.
#[derive(Clone, Debug)]
pub struct ExecutionRow {
    pub id: ExecutionId,
    pub user_name: String,
    pub pattern_id: String,
    pub pattern_name: String,
    pub pattern_version: String,
    pub pattern_hash: ContentHash,
    pub portfolio: Option<PortfolioId>,
    pub inputs: Value,
    pub inputs_redacted: bool,
    pub asof: Date,
    pub pricing_pack: Option<String>,
    pub ledger_commit: Option<String>,
    pub base_currency: Option<String>,
    pub require_fresh: bool,
    pub stale: bool,
    pub trace_id: String,
    pub request_id: Uuid,
    pub outcome: Outcome,
    pub problem: Option<Value>,
    pub trace: Value,
    pub panels: Value,
    /// Canonical JSON, equal to its hash.
    pub data: Option<String>,
    pub started_at: Timestamp,
    pub duration_ms: f64,
}

/// One execution of the transaction's workspace.
///
/// # Errors
/// [`StorageError::Corrupt`] when its data does not match its hash.
pub async fn load(
    conn: &mut PgConnection,
    id: ExecutionId,
) -> Result<Option<ExecutionRow>, StorageError> {
    let row = sqlx::query!(
        r#"select
               e.id as "id: ExecutionId",
               u.name as user_name,
               e.pattern_id,
               e.pattern_name,
               e.pattern_version,
               e.pattern_hash,
               e.portfolio_id as "portfolio: PortfolioId",
               e.inputs,
               e.inputs_redacted,
               e.asof as "asof: Day",
               e.pricing_pack_id,
               e.ledger_commit,
               e.base_currency,
               e.require_fresh,
               e.stale,
               e.trace_id,
               e.request_id,
               e.outcome as "outcome: Outcome",
               e.problem,
               e.trace,
               e.panels,
               e.data,
               e.data_hash,
               e.started_at as "started_at: Moment",
               e.duration_ms
           from executions e
           join users u on u.id = e.user_id
           where e.id = $1"#,
        id.as_uuid()
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let corrupt = || StorageError::Corrupt(format!("executions.data of {id}"));
    let stored = row.data_hash.as_deref().map(hash_of).transpose().map_err(|()| corrupt())?;
    if stored != row.data.as_ref().map(|data| ContentHash::of_bytes(data.as_bytes())) {
        return Err(corrupt());
    }
    Ok(Some(ExecutionRow {
        id: row.id,
        user_name: row.user_name,
        pattern_id: row.pattern_id,
        pattern_name: row.pattern_name,
        pattern_version: row.pattern_version,
        pattern_hash: hash_of(&row.pattern_hash).map_err(|()| corrupt())?,
        portfolio: row.portfolio,
        inputs: row.inputs,
        inputs_redacted: row.inputs_redacted,
        asof: row.asof.0,
        pricing_pack: row.pricing_pack_id,
        ledger_commit: row.ledger_commit,
        base_currency: row.base_currency,
        require_fresh: row.require_fresh,
        stale: row.stale,
        trace_id: row.trace_id,
        request_id: row.request_id,
        outcome: row.outcome,
        problem: row.problem,
        trace: row.trace,
        panels: row.panels,
        data: row.data,
        started_at: row.started_at.0,
        duration_ms: row.duration_ms,
    }))
}

/// The workspace that an execution belongs to, and its name; in a transaction that reads
/// across workspaces.
pub async fn load_workspace(
    conn: &mut PgConnection,
    id: ExecutionId,
) -> Result<Option<(WorkspaceId, String)>, StorageError> {
    let row = sqlx::query!(
        r#"select w.id as "id: WorkspaceId", w.name
           from executions e
           join workspaces w on w.id = e.workspace_id
           where e.id = $1"#,
        id.as_uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.id, row.name)))
}

fn hash_of(bytes: &[u8]) -> Result<ContentHash, ()> {
    bytes.try_into().map(ContentHash::from_array).map_err(|_| ())
}

/// What a reader of the list looks for; empty fields do not filter.
#[derive(Clone, Debug, Default)]
pub struct ExecutionFilter {
    pub pattern: Option<String>,
    pub outcome: Option<Outcome>,
    /// The last row of the page before.
    pub before: Option<ExecutionId>,
}

#[derive(Clone, Debug)]
pub struct ExecutionSummary {
    pub id: ExecutionId,
    pub user_name: String,
    pub pattern_id: String,
    pub pattern_name: String,
    pub asof: Date,
    pub pricing_pack: Option<String>,
    pub stale: bool,
    pub outcome: Outcome,
    pub started_at: Timestamp,
    pub duration_ms: f64,
}

/// The workspace's executions, the newest first.
pub async fn load_page(
    conn: &mut PgConnection,
    filter: &ExecutionFilter,
    limit: i64,
) -> Result<Vec<ExecutionSummary>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               e.id as "id: ExecutionId",
               u.name as user_name,
               e.pattern_id,
               e.pattern_name,
               e.asof as "asof: Day",
               e.pricing_pack_id,
               e.stale,
               e.outcome as "outcome: Outcome",
               e.started_at as "started_at: Moment",
               e.duration_ms
           from executions e
           join users u on u.id = e.user_id
           where ($1::text is null or e.pattern_id = $1)
             and ($2::text is null or e.outcome = $2)
             and ($3::uuid is null
                  or (e.started_at, e.id) < (select b.started_at, b.id from executions b where b.id = $3))
           order by e.started_at desc, e.id desc
           limit $4"#,
        filter.pattern,
        filter.outcome.map(Outcome::id),
        filter.before.map(ExecutionId::as_uuid),
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ExecutionSummary {
            id: row.id,
            user_name: row.user_name,
            pattern_id: row.pattern_id,
            pattern_name: row.pattern_name,
            asof: row.asof.0,
            pricing_pack: row.pricing_pack_id,
            stale: row.stale,
            outcome: row.outcome,
            started_at: row.started_at.0,
            duration_ms: row.duration_ms,
        })
        .collect())
}

/// Deletes at most `limit` executions of all workspaces that began more than `days`
/// days ago, seven at least, the oldest first. Returns how many.
pub async fn forget(conn: &mut PgConnection, days: i32, limit: i32) -> Result<i64, StorageError> {
    sqlx::query_scalar!(r#"select forget_executions($1, $2) as "forgotten!""#, days, limit)
        .fetch_one(conn)
        .await
        .map_err(StorageError::from_write)
}
