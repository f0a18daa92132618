//! The repository that a workspace has named for its ledger, and the commits of it that its
//! portfolios are valued at.

use crate::{Moment, StorageError};
use domain::{
    id::{UserId, WorkspaceId},
    pricing_pack::{LedgerCommit, PricingPackId},
};
use jiff::Timestamp;
use sqlx::PgConnection;

/// A repository that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryRow {
    pub address: String,
    /// Commits that were read before are those of another ledger.
    pub set_at: Timestamp,
}

/// Names a repository, or with none takes it away.
pub async fn insert(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    address: Option<&str>,
    by: UserId,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into ledger_repositories (workspace_id, address, set_by) values ($1, $2, $3)",
        workspace.as_uuid(),
        address,
        by.as_uuid()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// That of the transaction's workspace.
pub async fn load(conn: &mut PgConnection) -> Result<Option<RepositoryRow>, StorageError> {
    let newest = sqlx::query!(
        r#"select
               address,
               set_at as "set_at: Moment"
           from ledger_repositories
           order by number desc
           limit 1"#
    )
    .fetch_optional(conn)
    .await?;
    Ok(newest.and_then(|row| Some(RepositoryRow { address: row.address?, set_at: row.set_at.0 })))
}

/// The commit that was last read whole since a moment.
pub async fn load_read_commit(
    conn: &mut PgConnection,
    since: Timestamp,
) -> Result<Option<LedgerCommit>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select ledger_commit as "commit!: LedgerCommit"
           from ledger_readings
           where outcome in ('stored', 'unchanged') and read_at >= $1
           order by read_at desc, id desc
           limit 1"#,
        Moment(since) as Moment
    )
    .fetch_optional(conn)
    .await?)
}

/// Values the workspace's portfolios by a pack at a commit, for good: what is pinned stays.
pub async fn insert_pin(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    pack: &PricingPackId,
    commit: &LedgerCommit,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into ledger_pins (workspace_id, pack_id, ledger_commit) values ($1, $2, $3)
         on conflict (workspace_id, pack_id) do nothing",
        workspace.as_uuid(),
        pack.as_str(),
        commit.as_str()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// The commit of the workspace's own repository that a pack is valued at, if it is pinned.
pub async fn load_pin(
    conn: &mut PgConnection,
    pack: &PricingPackId,
) -> Result<Option<LedgerCommit>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select ledger_commit as "commit: LedgerCommit" from ledger_pins where pack_id = $1"#,
        pack.as_str()
    )
    .fetch_optional(conn)
    .await?)
}

/// The turn to fetch a workspace's repository, until the transaction ends. False while
/// another process has it.
pub async fn take_fetching(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtextextended('ledger_repositories ' || $1::text, 0)) as "taken!""#,
        workspace.to_string()
    )
    .fetch_one(conn)
    .await?)
}

/// The commit that the workspace's portfolios are valued at by a pack: what is pinned, and
/// else what the pack names.
pub async fn load_commit(
    conn: &mut PgConnection,
    pack: &PricingPackId,
    named: &LedgerCommit,
) -> Result<LedgerCommit, StorageError> {
    Ok(load_pin(conn, pack).await?.unwrap_or_else(|| named.clone()))
}
