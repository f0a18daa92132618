//! Workspaces, members and what was bought.

use crate::{Day, Moment, StorageError};
use domain::{
    id::{UserId, WorkspaceId},
    pricing_pack::PricingPolicy,
    workspace::{Entitlement, Role},
};
use jiff::Timestamp;
use sqlx::{PgConnection, types::Json};

pub async fn insert(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    name: &str,
    time_zone: &str,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into workspaces (id, name, time_zone) values ($1, $2, $3)",
        workspace.as_uuid(),
        name,
        time_zone
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

pub async fn insert_member(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    user: UserId,
    role: Role,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into memberships (workspace_id, user_id, role) values ($1, $2, $3)",
        workspace.as_uuid(),
        user.as_uuid(),
        role.id()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// Needs a transaction that reads across workspaces.
pub async fn find_by_name(
    conn: &mut PgConnection,
    name: &str,
) -> Result<Option<WorkspaceId>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: WorkspaceId" from workspaces where name = $1 order by created_at limit 1"#,
        name
    )
    .fetch_optional(conn)
    .await?)
}

pub async fn load_time_zone(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
) -> Result<Option<String>, StorageError> {
    Ok(sqlx::query_scalar!("select time_zone from workspaces where id = $1", workspace.as_uuid())
        .fetch_optional(conn)
        .await?)
}

/// How the packs that the workspace values by are fixed.
pub async fn load_pricing_policy(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
) -> Result<Option<PricingPolicy>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select pricing_policy as "policy: PricingPolicy" from workspaces where id = $1"#,
        workspace.as_uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// Whether the operator has connected the ledger to the workspace.
pub async fn load_reads_ledger(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
) -> Result<bool, StorageError> {
    let reads = sqlx::query_scalar!(
        "select reads_ledger from workspaces where id = $1",
        workspace.as_uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(reads.unwrap_or(false))
}

/// Needs a transaction of the workspace.
pub async fn set_reads_ledger(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    reads: bool,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update workspaces set reads_ledger = $2 where id = $1",
        workspace.as_uuid(),
        reads
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

pub async fn is_member(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    user: UserId,
) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (
               select from memberships where workspace_id = $1 and user_id = $2
           ) as "exists!""#,
        workspace.as_uuid(),
        user.as_uuid()
    )
    .fetch_one(conn)
    .await?)
}

/// The newest entitlement, valid or not.
pub async fn load_entitlement(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
) -> Result<Option<Entitlement>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select entitlement_of($1) as "entitlement: Json<Entitlement>""#,
        workspace.as_uuid()
    )
    .fetch_one(conn)
    .await?
    .map(|entitlement| entitlement.0))
}

pub async fn insert_entitlement(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    entitlement: &Entitlement,
    granted_by: Option<UserId>,
) -> Result<(), StorageError> {
    let seats = i16::try_from(entitlement.seats)
        .map_err(|_| StorageError::Corrupt(format!("{} seats", entitlement.seats)))?;
    sqlx::query!(
        "insert into entitlements (
             workspace_id, cadence, tier, company_news, value_chain_links, seats,
             valid_from, valid_until, granted_by
         ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        workspace.as_uuid(),
        entitlement.cadence.id(),
        entitlement.tier.id(),
        entitlement.company_news,
        entitlement.value_chain_links,
        seats,
        Day(entitlement.valid_from) as Day,
        Day(entitlement.valid_until) as Day,
        granted_by.map(UserId::as_uuid)
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// One workspace in the administrators' list.
#[derive(Clone, Debug)]
pub struct WorkspaceRow {
    pub id: WorkspaceId,
    pub name: String,
    pub time_zone: String,
    pub members: i64,
    pub created_at: Timestamp,
    /// The newest, valid or not.
    pub entitlement: Option<Entitlement>,
}

/// Needs a transaction that reads across workspaces.
pub async fn load_all(
    conn: &mut PgConnection,
    only: Option<WorkspaceId>,
    limit: i64,
) -> Result<Vec<WorkspaceRow>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               w.id as "id: WorkspaceId",
               w.name,
               w.time_zone,
               w.created_at as "created_at: Moment",
               (select count(*) from memberships m where m.workspace_id = w.id) as "members!",
               entitlement_of(w.id) as "entitlement: Json<Entitlement>"
           from workspaces w
           where ($1::uuid is null or w.id = $1)
           order by lower(w.name), w.id
           limit $2"#,
        only.map(WorkspaceId::as_uuid),
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| WorkspaceRow {
            id: row.id,
            name: row.name,
            time_zone: row.time_zone,
            members: row.members,
            created_at: row.created_at.0,
            entitlement: row.entitlement.map(|entitlement| entitlement.0),
        })
        .collect())
}
