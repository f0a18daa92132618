//! Licences that workspaces have bought of providers themselves.

use crate::{Day, Moment, StorageError};
use domain::{
    id::{UserId, WorkspaceId, WorkspaceLicenceId},
    pricing_pack::ProviderId,
    rights::Right,
};
use jiff::{Timestamp, civil::Date};
use sqlx::PgConnection;

#[derive(Clone, Debug)]
pub struct WorkspaceLicence {
    pub id: WorkspaceLicenceId,
    pub provider: ProviderId,
    pub rights: Vec<Right>,
    /// How the contract is found.
    pub reference: String,
    pub valid_from: Date,
    /// This day included.
    pub valid_until: Date,
    pub recorded_by: String,
    pub recorded_at: Timestamp,
    pub withdrawn_at: Option<Timestamp>,
}

pub struct NewLicence<'a> {
    pub id: WorkspaceLicenceId,
    pub workspace: WorkspaceId,
    pub provider: &'a ProviderId,
    pub rights: &'a [Right],
    pub reference: &'a str,
    pub valid_from: Date,
    pub valid_until: Date,
    pub recorded_by: UserId,
}

pub async fn insert(conn: &mut PgConnection, new: &NewLicence<'_>) -> Result<(), StorageError> {
    let rights: Vec<String> = new.rights.iter().map(|right| right.id().to_owned()).collect();
    sqlx::query!(
        "insert into workspace_licences (
             id, workspace_id, provider, rights, reference, valid_from, valid_until, recorded_by
         ) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        new.id.as_uuid(),
        new.workspace.as_uuid(),
        new.provider.as_str(),
        &rights,
        new.reference,
        Day(new.valid_from) as Day,
        Day(new.valid_until) as Day,
        new.recorded_by.as_uuid()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// Those of a workspace, the newest first.
pub async fn load_all(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    limit: i64,
) -> Result<Vec<WorkspaceLicence>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               l.id as "id: WorkspaceLicenceId",
               l.provider as "provider: ProviderId",
               l.rights,
               l.reference,
               l.valid_from as "valid_from: Day",
               l.valid_until as "valid_until: Day",
               u.name as recorded_by,
               l.recorded_at as "recorded_at: Moment",
               l.withdrawn_at as "withdrawn_at: Moment"
           from workspace_licences l
           join users u on u.id = l.recorded_by
           where l.workspace_id = $1
           order by l.recorded_at desc, l.id desc
           limit $2"#,
        workspace.as_uuid(),
        limit
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(WorkspaceLicence {
                id: row.id,
                provider: row.provider,
                rights: row.rights.iter().map(|right| parsed(right)).collect::<Result<_, _>>()?,
                reference: row.reference,
                valid_from: row.valid_from.0,
                valid_until: row.valid_until.0,
                recorded_by: row.recorded_by,
                recorded_at: row.recorded_at.0,
                withdrawn_at: row.withdrawn_at.map(|at| at.0),
            })
        })
        .collect()
}

/// The rights that a workspace's licences give on a day.
pub async fn load_rights(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    day: Date,
) -> Result<Vec<(ProviderId, Right)>, StorageError> {
    let rows = sqlx::query!(
        r#"select l.provider as "provider: ProviderId", given.right as "right!"
           from workspace_licences l
           cross join unnest(l.rights) as given ("right")
           where l.workspace_id = $1 and l.withdrawn_at is null
             and $2 between l.valid_from and l.valid_until"#,
        workspace.as_uuid(),
        Day(day) as Day
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(|row| Ok((row.provider, parsed(&row.right)?))).collect()
}

/// The workspace of a licence that is not withdrawn: needs a transaction that reads
/// across workspaces.
pub async fn load_workspace(
    conn: &mut PgConnection,
    id: WorkspaceLicenceId,
) -> Result<Option<WorkspaceId>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select workspace_id as "workspace: WorkspaceId"
           from workspace_licences
           where id = $1 and withdrawn_at is null"#,
        id.as_uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// False when it is withdrawn already.
pub async fn withdraw(
    conn: &mut PgConnection,
    id: WorkspaceLicenceId,
    by: UserId,
) -> Result<bool, StorageError> {
    let withdrawn = sqlx::query!(
        "update workspace_licences
         set withdrawn_by = $2, withdrawn_at = now()
         where id = $1 and withdrawn_at is null",
        id.as_uuid(),
        by.as_uuid()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(withdrawn.rows_affected() == 1)
}

fn parsed(right: &str) -> Result<Right, StorageError> {
    right.parse().map_err(|_| StorageError::Corrupt(format!("workspace_licences: right {right}")))
}
