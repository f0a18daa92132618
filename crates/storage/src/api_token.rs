//! Tokens with which a program acts for a member.

use crate::{Moment, StorageError};
use domain::{
    access::Right,
    hash::ContentHash,
    id::{ApiTokenId, UserId, WorkspaceId},
};
use jiff::Timestamp;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// A token without its secret.
#[derive(Clone, Debug)]
pub struct ApiToken {
    pub id: ApiTokenId,
    pub workspace: WorkspaceId,
    pub user: UserId,
    pub user_name: String,
    pub name: String,
    pub scopes: BTreeSet<Right>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

struct ApiTokenRow {
    id: ApiTokenId,
    workspace: WorkspaceId,
    user: UserId,
    user_name: String,
    name: String,
    scopes: Vec<String>,
    created_at: Moment,
    expires_at: Moment,
    last_used_at: Option<Moment>,
    revoked_at: Option<Moment>,
}

impl TryFrom<ApiTokenRow> for ApiToken {
    type Error = StorageError;

    fn try_from(row: ApiTokenRow) -> Result<Self, Self::Error> {
        Ok(Self {
            scopes: rights(&row.scopes, row.id)?,
            id: row.id,
            workspace: row.workspace,
            user: row.user,
            user_name: row.user_name,
            name: row.name,
            created_at: row.created_at.0,
            expires_at: row.expires_at.0,
            last_used_at: row.last_used_at.map(|at| at.0),
            revoked_at: row.revoked_at.map(|at| at.0),
        })
    }
}

fn rights(ids: &[String], token: ApiTokenId) -> Result<BTreeSet<Right>, StorageError> {
    ids.iter()
        .map(|id| id.parse())
        .collect::<Result<_, _>>()
        .map_err(|error| StorageError::Corrupt(format!("api_tokens.scopes of {token}: {error}")))
}

pub struct NewApiToken<'a> {
    pub id: ApiTokenId,
    pub workspace: WorkspaceId,
    pub user: UserId,
    pub name: &'a str,
    pub scopes: &'a BTreeSet<Right>,
    pub secret_hash: ContentHash,
    pub days: i32,
}

/// Gives when it expires.
pub async fn insert(
    conn: &mut PgConnection,
    token: &NewApiToken<'_>,
) -> Result<Timestamp, StorageError> {
    let scopes: Vec<String> = token.scopes.iter().map(|right| right.id().to_owned()).collect();
    let expires_at = sqlx::query_scalar!(
        r#"insert into api_tokens (id, workspace_id, user_id, name, scopes, secret_hash, expires_at)
           values ($1, $2, $3, $4, $5, $6, now() + make_interval(days => $7))
           returning expires_at as "expires_at: Moment""#,
        token.id.as_uuid(),
        token.workspace.as_uuid(),
        token.user.as_uuid(),
        token.name,
        &scopes,
        token.secret_hash.as_bytes(),
        token.days
    )
    .fetch_one(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(expires_at.0)
}

/// How many live tokens somebody has in the transaction's workspace.
pub async fn count_live(conn: &mut PgConnection, user: UserId) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from api_tokens
           where user_id = $1 and revoked_at is null and expires_at > now()"#,
        user.as_uuid()
    )
    .fetch_one(conn)
    .await?)
}

/// Of the transaction's workspace, newest first: one member's, or all.
pub async fn load_all(
    conn: &mut PgConnection,
    of: Option<UserId>,
    limit: i64,
) -> Result<Vec<ApiToken>, StorageError> {
    sqlx::query_as!(
        ApiTokenRow,
        r#"select
               t.id as "id: ApiTokenId",
               t.workspace_id as "workspace: WorkspaceId",
               t.user_id as "user: UserId",
               u.name as user_name,
               t.name,
               t.scopes,
               t.created_at as "created_at: Moment",
               t.expires_at as "expires_at: Moment",
               t.last_used_at as "last_used_at: Moment",
               t.revoked_at as "revoked_at: Moment"
           from api_tokens t
           join users u on u.id = t.user_id
           where $1::uuid is null or t.user_id = $1
           order by t.created_at desc, t.id desc
           limit $2"#,
        of.map(UserId::as_uuid),
        limit
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(TryInto::try_into)
    .collect()
}

/// Ends a live token of the transaction's workspace, of `of` alone where given.
/// Gives whose it was and its name; `None` when there is no such live token.
pub async fn revoke(
    conn: &mut PgConnection,
    token: ApiTokenId,
    of: Option<UserId>,
) -> Result<Option<(UserId, String)>, StorageError> {
    let row = sqlx::query!(
        r#"update api_tokens set revoked_at = now()
           where id = $1 and revoked_at is null and ($2::uuid is null or user_id = $2)
           returning user_id as "user: UserId", name"#,
        token.as_uuid(),
        of.map(UserId::as_uuid)
    )
    .fetch_optional(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(row.map(|row| (row.user, row.name)))
}

/// A live token as it is checked on each request.
#[derive(Clone, Debug)]
pub struct LiveToken {
    pub workspace: WorkspaceId,
    pub user: UserId,
    pub scopes: BTreeSet<Right>,
    pub secret_hash: ContentHash,
    pub expires_at: Timestamp,
    /// Its last use is a minute old, or it was never used.
    pub use_is_stale: bool,
}

/// The presented token, unless it is revoked or expired; needs a transaction of
/// [`crate::tenancy::begin_presented`].
pub async fn load_live(
    conn: &mut PgConnection,
    token: ApiTokenId,
) -> Result<Option<LiveToken>, StorageError> {
    let row = sqlx::query!(
        r#"select
               workspace_id as "workspace: WorkspaceId",
               user_id as "user: UserId",
               scopes,
               secret_hash as "secret_hash: ContentHash",
               expires_at as "expires_at: Moment",
               coalesce(last_used_at < now() - interval '1 minute', true) as "use_is_stale!"
           from api_tokens
           where id = $1 and revoked_at is null and expires_at > now()"#,
        token.as_uuid()
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(LiveToken {
            scopes: rights(&row.scopes, token)?,
            workspace: row.workspace,
            user: row.user,
            secret_hash: row.secret_hash,
            expires_at: row.expires_at.0,
            use_is_stale: row.use_is_stale,
        })
    })
    .transpose()
}

/// Notes a use, unless another request of this minute has.
pub async fn touch(conn: &mut PgConnection, token: ApiTokenId) -> Result<(), StorageError> {
    sqlx::query!(
        "update api_tokens set last_used_at = now()
         where id = $1 and coalesce(last_used_at < now() - interval '1 minute', true)",
        token.as_uuid()
    )
    .execute(conn)
    .await?;
    Ok(())
}
