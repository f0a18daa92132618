//! What was found of the server of a language model, kept with the runs that it wrote for.

use crate::{Moment, StorageError, run::Lease};
use domain::id::RunId;
use jiff::Timestamp;
use sqlx::PgConnection;

/// What one hold on a run found, or knew.
pub struct NewProbe<'a> {
    pub lease: Lease,
    pub server: &'a str,
    pub model: &'a str,
    pub holds_schema: bool,
    /// Of a server that holds to the schema.
    pub counts_tokens: Option<bool>,
    /// For this run, and not by the process before.
    pub asked: bool,
}

/// Keeps what was found; a hold says it once, and a repetition changes nothing.
///
/// # Errors
/// Refused by `server_probes_of_holder` when another worker carries the run.
pub async fn insert(conn: &mut PgConnection, probe: &NewProbe<'_>) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into server_probes (
             workspace_id, run_id, fencing_token, server, model, holds_schema, counts_tokens, asked
         ) values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict on constraint server_probes_hold_key do nothing",
        probe.lease.workspace.as_uuid(),
        probe.lease.run.as_uuid(),
        probe.lease.token,
        probe.server,
        probe.model,
        probe.holds_schema,
        probe.counts_tokens,
        probe.asked
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// What is on record of a run's server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeRow {
    pub server: String,
    pub model: String,
    pub holds_schema: bool,
    pub counts_tokens: Option<bool>,
    pub asked: bool,
    pub recorded_at: Timestamp,
}

/// What the newest hold on a run found.
pub async fn load(conn: &mut PgConnection, run: RunId) -> Result<Option<ProbeRow>, StorageError> {
    let row = sqlx::query!(
        r#"select
               server,
               model,
               holds_schema,
               counts_tokens,
               asked,
               recorded_at as "recorded_at: Moment"
           from server_probes
           where run_id = $1
           order by id desc
           limit 1"#,
        run.as_uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| ProbeRow {
        server: row.server,
        model: row.model,
        holds_schema: row.holds_schema,
        counts_tokens: row.counts_tokens,
        asked: row.asked,
        recorded_at: row.recorded_at.0,
    }))
}
