//! Transactions that say whose rows they see. Row-level security refuses
//! everything else, so a forgotten filter shows nothing rather than too much.

use crate::{
    StorageError, Transaction,
    transaction::{Setting, Sight},
};
use domain::id::{ApiTokenId, UserId, WorkspaceId};
use sqlx::PgPool;

/// Reads and writes the rows of one workspace.
pub async fn begin_workspace(
    pool: &PgPool,
    workspace: WorkspaceId,
) -> Result<Transaction, StorageError> {
    begin_with(pool, "workspace", of_workspace(workspace)).await
}

/// Reads the rows of one workspace as they stand at one moment, whatever is committed
/// meanwhile: for what is put together of several rows that change together.
pub async fn begin_snapshot(
    pool: &PgPool,
    workspace: WorkspaceId,
) -> Result<Transaction, StorageError> {
    let setting = Some(of_workspace(workspace));
    Ok(Transaction::begin(pool, "workspace", Sight::Snapshot, setting).await?)
}

const fn of_workspace(workspace: WorkspaceId) -> Setting {
    Setting::Id("app.workspace_id", workspace.as_uuid())
}

/// Sees which workspaces a user belongs to, and no other tenant's row.
pub async fn begin_member(pool: &PgPool, user: UserId) -> Result<Transaction, StorageError> {
    begin_with(pool, "member", Setting::Id("app.user_id", user.as_uuid())).await
}

/// Sees the row of one API token, whose workspace is not known yet, and no other
/// tenant's row.
pub async fn begin_presented(
    pool: &PgPool,
    token: ApiTokenId,
) -> Result<Transaction, StorageError> {
    begin_with(pool, "api_token", Setting::Id("app.api_token", token.as_uuid())).await
}

/// Reads across workspaces and writes no tenant's row: for the platform's
/// administrators and the worker's housekeeping.
pub async fn begin_platform(pool: &PgPool) -> Result<Transaction, StorageError> {
    begin_with(pool, "platform", Setting::On("app.platform")).await
}

/// Moves a transaction that read across workspaces into one of them, in which
/// alone it may then write.
pub async fn enter_workspace(
    conn: &mut sqlx::PgConnection,
    workspace: WorkspaceId,
) -> Result<(), StorageError> {
    sqlx::query!(
        "select set_config('app.platform', '', true) as platform, set_config('app.workspace_id', $1, true) as workspace",
        workspace.to_string()
    )
    .fetch_one(conn)
    .await?;
    Ok(())
}

/// Sees no tenant's row at all: users, sessions, evidence packs.
pub async fn begin_global(pool: &PgPool) -> Result<Transaction, StorageError> {
    Ok(Transaction::begin(pool, "global", Sight::Statement, None).await?)
}

async fn begin_with(
    pool: &PgPool,
    tenancy: &'static str,
    setting: Setting,
) -> Result<Transaction, StorageError> {
    Ok(Transaction::begin(pool, tenancy, Sight::Statement, Some(setting)).await?)
}
