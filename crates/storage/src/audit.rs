//! The audit log: append-only, one hash chain per workspace and one for the
//! platform. Never holds passwords, tokens, keys or evidence text.

use crate::{Moment, StorageError};
use domain::{
    hash::{ContentHash, canonical_json},
    id::{UserId, WorkspaceId},
};
use jiff::Timestamp;
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

/// What somebody did, or what the platform did by itself.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Dotted, object first: `run.triggered`, `specification.activated`.
    pub action: &'static str,
    pub actor: Option<UserId>,
    /// The thing acted on, by id.
    pub target: String,
    /// Before, after, reason: whatever a reader of the log needs.
    pub detail: serde_json::Value,
}

/// The hashed text of one entry.
#[derive(Serialize)]
struct Sealed<'a> {
    action: &'a str,
    actor: Option<String>,
    at: Timestamp,
    detail: &'a serde_json::Value,
    sequence: i64,
    target: &'a str,
    workspace: Option<WorkspaceId>,
}

/// Appends to the chain of `workspace`, or of the platform when there is none,
/// in the transaction of the change that it records. Writers of one chain wait
/// for each other until they commit.
pub async fn append(
    conn: &mut PgConnection,
    workspace: Option<WorkspaceId>,
    entry: &Entry,
) -> Result<(), StorageError> {
    let chain = workspace.map_or(Uuid::nil(), WorkspaceId::as_uuid);
    let now = sqlx::query_scalar!(
        r#"select clock_timestamp() as "now!: Moment"
           from (select pg_advisory_xact_lock(hashtextextended($1, 0))) locked"#,
        format!("audit:{chain}")
    )
    .fetch_one(&mut *conn)
    .await?;
    let last = sqlx::query!(
        r#"select
               sequence,
               hash as "hash: ContentHash"
           from audit_log
           where chain = $1
           order by sequence desc
           limit 1"#,
        chain
    )
    .fetch_optional(&mut *conn)
    .await?;
    let (sequence, previous) =
        last.map_or((1, ContentHash::from_array([0; 32])), |last| (last.sequence + 1, last.hash));
    let text = canonical_json(&Sealed {
        action: entry.action,
        actor: entry.actor.map(|actor| actor.to_string()),
        at: now.0,
        detail: &entry.detail,
        sequence,
        target: &entry.target,
        workspace,
    })?;
    let hash = chained(previous, &text);
    sqlx::query!(
        "insert into audit_log (chain, sequence, workspace_id, entry, previous_hash, hash)
         values ($1, $2, $3, $4, $5, $6)",
        chain,
        sequence,
        workspace.map(WorkspaceId::as_uuid),
        text,
        previous.as_bytes(),
        hash.as_bytes(),
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// Hash of an entry that follows `previous`: SHA-256 of both, one after the other.
pub(crate) fn chained(previous: ContentHash, entry: &str) -> ContentHash {
    let mut bytes = previous.as_bytes().to_vec();
    bytes.extend_from_slice(entry.as_bytes());
    ContentHash::of_bytes(&bytes)
}

/// One entry as a page shows it.
#[derive(Clone, Debug)]
pub struct AuditRow {
    pub at: Timestamp,
    pub action: String,
    pub actor_name: Option<String>,
    pub entry: serde_json::Value,
}

/// The entries about one target in the transaction's workspace, newest first.
pub async fn load_about(
    conn: &mut PgConnection,
    target: &str,
    limit: i64,
) -> Result<Vec<AuditRow>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               a.recorded_at as "at: Moment",
               a.action as "action!",
               u.name as "actor_name?",
               a.entry::jsonb as "entry!"
           from audit_log a
           left join users u on u.id = a.actor::uuid
           where a.target = $1
           order by a.sequence desc
           limit $2"#,
        target,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| AuditRow {
            at: row.at.0,
            action: row.action,
            actor_name: row.actor_name,
            entry: row.entry,
        })
        .collect())
}
