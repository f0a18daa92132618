//! Requests that may come twice: who answers one, and the answer kept for the
//! next time. Each function needs a transaction of the workspace.

use crate::StorageError;
use domain::{
    hash::ContentHash,
    id::{UserId, WorkspaceId},
};
use sqlx::PgConnection;
use uuid::Uuid;

/// One request under a key that its sender chose.
#[derive(Clone, Debug)]
pub struct KeyedRequest {
    pub workspace: WorkspaceId,
    pub user: UserId,
    pub key: String,
    pub hash: ContentHash,
}

/// An answer as it was given, apart from what belongs to its sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAnswer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// What stands under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    Running { hash: ContentHash },
    Answered { hash: ContentHash, answer: StoredAnswer },
}

/// Takes the key for `claim`, when it is free: never used, expired, or held by
/// a request that died. Says whether it was.
pub async fn claim(
    conn: &mut PgConnection,
    request: &KeyedRequest,
    claim: Uuid,
    lease_s: i32,
    kept_h: i32,
) -> Result<bool, StorageError> {
    let claimed = sqlx::query!(
        "insert into idempotency_keys
             (workspace_id, user_id, key, request_hash, claim, lease_until, expires_at)
         values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6), now() + make_interval(hours => $7))
         on conflict on constraint idempotency_keys_pkey do update set
             request_hash = excluded.request_hash,
             claim = excluded.claim,
             lease_until = excluded.lease_until,
             status = null,
             headers = null,
             body = null,
             created_at = now(),
             expires_at = excluded.expires_at
         where idempotency_keys.expires_at <= now()
            or (idempotency_keys.status is null and idempotency_keys.lease_until <= now())",
        request.workspace.as_uuid(),
        request.user.as_uuid(),
        request.key,
        request.hash.as_bytes(),
        claim,
        f64::from(lease_s),
        kept_h
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(claimed.rows_affected() == 1)
}

pub async fn load(
    conn: &mut PgConnection,
    request: &KeyedRequest,
) -> Result<Option<Stored>, StorageError> {
    let row = sqlx::query!(
        r#"select
               request_hash as "hash: ContentHash",
               status,
               headers,
               body
           from idempotency_keys
           where workspace_id = $1 and user_id = $2 and key = $3"#,
        request.workspace.as_uuid(),
        request.user.as_uuid(),
        request.key
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (Some(status), Some(headers), Some(body)) = (row.status, row.headers, row.body) else {
        return Ok(Some(Stored::Running { hash: row.hash }));
    };
    let status = u16::try_from(status).map_err(|_| {
        StorageError::Corrupt(format!("idempotency_keys.status of {}", request.key))
    })?;
    let answer = StoredAnswer { status, headers: serde_json::from_value(headers)?, body };
    Ok(Some(Stored::Answered { hash: row.hash, answer }))
}

/// Keeps the answer, if the claim still holds.
pub async fn store(
    conn: &mut PgConnection,
    request: &KeyedRequest,
    claim: Uuid,
    answer: &StoredAnswer,
) -> Result<(), StorageError> {
    let status = i16::try_from(answer.status)
        .map_err(|_| StorageError::Corrupt(format!("status {} of an answer", answer.status)))?;
    sqlx::query!(
        "update idempotency_keys set status = $5, headers = $6, body = $7
         where workspace_id = $1 and user_id = $2 and key = $3 and claim = $4 and status is null",
        request.workspace.as_uuid(),
        request.user.as_uuid(),
        request.key,
        claim,
        status,
        serde_json::to_value(&answer.headers)?,
        answer.body
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// Frees the key of a request that got no answer worth keeping.
pub async fn release(
    conn: &mut PgConnection,
    request: &KeyedRequest,
    claim: Uuid,
) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from idempotency_keys
         where workspace_id = $1 and user_id = $2 and key = $3 and claim = $4 and status is null",
        request.workspace.as_uuid(),
        request.user.as_uuid(),
        request.key,
        claim
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Of every workspace; needs a transaction of [`crate::tenancy::begin_platform`].
pub async fn delete_expired(conn: &mut PgConnection) -> Result<u64, StorageError> {
    let deleted = sqlx::query!("delete from idempotency_keys where expires_at <= now()")
        .execute(conn)
        .await?;
    Ok(deleted.rows_affected())
}
