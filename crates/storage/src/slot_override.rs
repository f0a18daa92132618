//! Overrides: further slots of a period that an administrator opened.

use crate::{Moment, StorageError};
use domain::{
    cadence::PeriodKey,
    id::{RunId, SlotOverrideId, SpecificationId, UserId, WorkspaceId},
    slot_override::OverrideKind,
};
use jiff::Timestamp;
use sqlx::PgConnection;

/// An override as everybody concerned may read it.
#[derive(Clone, Debug)]
pub struct SlotOverride {
    pub id: SlotOverrideId,
    pub period_key: String,
    pub slot_ordinal: i16,
    pub kind: OverrideKind,
    pub reason: String,
    pub granted_by: String,
    pub granted_at: Timestamp,
    pub standing: OverrideStanding,
}

/// Where an override stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverrideStanding {
    /// A run may begin in its slot until `until`.
    Open {
        until: Timestamp,
    },
    /// A run that began in time is on its way in its slot.
    Running {
        run: RunId,
    },
    Used {
        run: RunId,
        at: Timestamp,
    },
    Expired {
        at: Timestamp,
    },
}

/// A slot that a run may begin in, as the eligibility rule needs it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct OpenSlot {
    pub period_key: PeriodKey,
    pub slot_ordinal: u16,
    pub expires_at: Timestamp,
}

pub struct NewOverride<'a> {
    pub id: SlotOverrideId,
    pub workspace: WorkspaceId,
    pub specification: SpecificationId,
    pub period_key: &'a str,
    pub kind: OverrideKind,
    pub reason: &'a str,
    pub granted_by: UserId,
    pub expires_at: Timestamp,
}

/// Opens the period's next slot and gives its ordinal. The caller holds the lock
/// of the specification; a second open one breaks `slot_overrides_one_open_key`.
pub async fn insert(conn: &mut PgConnection, new: &NewOverride<'_>) -> Result<i16, StorageError> {
    sqlx::query_scalar!(
        "insert into slot_overrides (
             id, workspace_id, specification_id, period_key, slot_ordinal, kind, reason, granted_by,
             expires_at
         )
         select $1, $2, $3, $4, coalesce(max(o.slot_ordinal), 0) + 1, $5, $6, $7, $8
         from slot_overrides o
         where o.specification_id = $3 and o.period_key = $4
         returning slot_ordinal",
        new.id.as_uuid(),
        new.workspace.as_uuid(),
        new.specification.as_uuid(),
        new.period_key,
        new.kind.id(),
        new.reason,
        new.granted_by.as_uuid(),
        Moment(new.expires_at) as Moment
    )
    .fetch_one(conn)
    .await
    .map_err(StorageError::from_write)
}

/// Of one specification, the newest first.
pub async fn load_all(
    conn: &mut PgConnection,
    specification: SpecificationId,
    limit: i64,
) -> Result<Vec<SlotOverride>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               o.id as "id: SlotOverrideId",
               o.period_key,
               o.slot_ordinal,
               o.kind as "kind: OverrideKind",
               o.reason,
               u.name as granted_by,
               o.granted_at as "granted_at: Moment",
               o.expires_at as "expires_at: Moment",
               o.expires_at <= now() as "is_past!",
               r.id as "run?: RunId",
               r.finished_at as "finished_at?: Moment"
           from slot_overrides o
           join users u on u.id = o.granted_by
           left join runs r
               on r.specification_id = o.specification_id and r.period_key = o.period_key
               and r.slot_ordinal = o.slot_ordinal and r.status in ('queued', 'running', 'succeeded')
           where o.specification_id = $1
           order by o.granted_at desc, o.slot_ordinal desc
           limit $2"#,
        specification.as_uuid(),
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SlotOverride {
            id: row.id,
            period_key: row.period_key,
            slot_ordinal: row.slot_ordinal,
            kind: row.kind,
            reason: row.reason,
            granted_by: row.granted_by,
            granted_at: row.granted_at.0,
            standing: match (row.run, row.finished_at) {
                (Some(run), Some(at)) => OverrideStanding::Used { run, at: at.0 },
                (Some(run), None) => OverrideStanding::Running { run },
                (None, _) if row.is_past => OverrideStanding::Expired { at: row.expires_at.0 },
                (None, _) => OverrideStanding::Open { until: row.expires_at.0 },
            },
        })
        .collect())
}

/// Writes down that the success of `run` used up the override of its slot.
/// None where the slot has none that is unused.
pub async fn use_up(
    conn: &mut PgConnection,
    run: RunId,
) -> Result<Option<SlotOverrideId>, StorageError> {
    sqlx::query_scalar!(
        r#"update slot_overrides o
           set used_by_run = r.id
           from runs r
           where r.id = $1 and o.specification_id = r.specification_id
             and o.period_key = r.period_key and o.slot_ordinal = r.slot_ordinal
             and o.used_by_run is null
           returning o.id as "id: SlotOverrideId""#,
        run.as_uuid()
    )
    .fetch_optional(conn)
    .await
    .map_err(StorageError::from_write)
}

/// What kind of override opened the slot of a run; none for a regular one.
pub async fn load_kind(
    conn: &mut PgConnection,
    run: RunId,
) -> Result<Option<OverrideKind>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select o.kind as "kind: OverrideKind"
           from runs r
           join slot_overrides o
               on o.specification_id = r.specification_id and o.period_key = r.period_key
               and o.slot_ordinal = r.slot_ordinal
           where r.id = $1"#,
        run.as_uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// Overrides that expired unused and are not written down so, of any workspace:
/// needs a transaction that reads across workspaces.
pub async fn load_expired(
    conn: &mut PgConnection,
    limit: i64,
) -> Result<Vec<(WorkspaceId, SlotOverrideId)>, StorageError> {
    let rows = sqlx::query!(
        r#"select o.workspace_id as "workspace: WorkspaceId", o.id as "id: SlotOverrideId"
           from slot_overrides o
           where o.used_by_run is null and o.lapsed_at is null and o.expires_at <= now()
             and not exists (
                 select from runs r
                 where r.specification_id = o.specification_id and r.period_key = o.period_key
                   and r.slot_ordinal = o.slot_ordinal and r.status in ('queued', 'running')
             )
           order by o.expires_at
           limit $1"#,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.workspace, row.id)).collect())
}

/// Ends an override that expired unused. False when another process did so.
pub async fn lapse(conn: &mut PgConnection, id: SlotOverrideId) -> Result<bool, StorageError> {
    let lapsed = sqlx::query!(
        "update slot_overrides set lapsed_at = now()
         where id = $1 and used_by_run is null and lapsed_at is null",
        id.as_uuid()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(lapsed.rows_affected() == 1)
}
