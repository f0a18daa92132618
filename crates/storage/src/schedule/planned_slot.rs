//! Slots that schedules planned: what is due, and what became of it.

use crate::{Moment, StorageError};
use domain::{
    id::{PlannedSlotId, RunId, SpecificationId, WorkspaceId},
    run::RunStatus,
    schedule::PlannedSlot,
};
use jiff::Timestamp;
use sqlx::PgConnection;

/// Withdraws what is still ahead.
pub async fn withdraw(
    conn: &mut PgConnection,
    specification: SpecificationId,
) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from planned_slots where specification_id = $1 and state = 'planned'",
        specification.as_uuid()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// Plans a slot, unless its period has one.
pub async fn insert(
    conn: &mut PgConnection,
    id: PlannedSlotId,
    workspace: WorkspaceId,
    specification: SpecificationId,
    slot: &PlannedSlot,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into planned_slots (
             id, workspace_id, specification_id, period_key, due_at, starts_at, period_ends_at, next_try_at
         ) values ($1, $2, $3, $4, $5, $6, $7, $6)
         on conflict (specification_id, period_key) do nothing",
        id.as_uuid(),
        workspace.as_uuid(),
        specification.as_uuid(),
        slot.period.key.as_str(),
        Moment(slot.due_at) as Moment,
        Moment(slot.starts_at) as Moment,
        Moment(slot.period.ends_at) as Moment
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// Slots that are due, of any workspace: needs a transaction that reads across
/// workspaces. Those of one moment come in another order to each who asks, so that
/// several who start them do not queue up behind each other.
pub async fn load_due(
    conn: &mut PgConnection,
    limit: i64,
) -> Result<Vec<(WorkspaceId, PlannedSlotId)>, StorageError> {
    let rows = sqlx::query!(
        r#"select due.workspace_id as "workspace: WorkspaceId", due.id as "id: PlannedSlotId"
           from (
               select p.workspace_id, p.id from planned_slots p
               where p.state = 'planned' and p.next_try_at <= clock_timestamp()
               order by p.next_try_at
               limit $1
           ) due
           order by hashtextextended(due.id::text, pg_backend_pid())"#,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.workspace, row.id)).collect())
}

/// A slot that is due, in the hands of one who decides it.
#[derive(Clone, Debug)]
pub struct DueSlot {
    pub id: PlannedSlotId,
    pub specification: SpecificationId,
    pub period_key: String,
    pub starts_at: Timestamp,
    pub period_ends_at: Timestamp,
    /// What it waited for when it was last tried; none at the first try.
    pub waits_for: Option<Waiting>,
}

/// Why a slot was not run, or not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub code: String,
    pub reason: String,
}

/// None when it is no longer due, or somebody else decides it at this moment.
pub async fn take(
    conn: &mut PgConnection,
    id: PlannedSlotId,
) -> Result<Option<DueSlot>, StorageError> {
    let row = sqlx::query!(
        r#"select
               id as "id: PlannedSlotId",
               specification_id as "specification: SpecificationId",
               period_key,
               starts_at as "starts_at: Moment",
               period_ends_at as "period_ends_at: Moment",
               reason_code,
               reason
           from planned_slots
           where id = $1 and state = 'planned' and next_try_at <= clock_timestamp()
           for update skip locked"#,
        id.as_uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| DueSlot {
        id: row.id,
        specification: row.specification,
        period_key: row.period_key,
        starts_at: row.starts_at.0,
        period_ends_at: row.period_ends_at.0,
        waits_for: row.reason_code.zip(row.reason).map(|(code, reason)| Waiting { code, reason }),
    }))
}

/// The slot has its run.
pub async fn record_run(
    conn: &mut PgConnection,
    id: PlannedSlotId,
    run: RunId,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update planned_slots
         set state = 'triggered', run_id = $2, reason_code = null, reason = null, decided_at = now()
         where id = $1",
        id.as_uuid(),
        run.as_uuid()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// The slot is not run.
pub async fn record_not_run(
    conn: &mut PgConnection,
    id: PlannedSlotId,
    why: &Waiting,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update planned_slots
         set state = 'not_run', reason_code = $2, reason = $3, decided_at = now()
         where id = $1",
        id.as_uuid(),
        why.code,
        why.reason
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// The slot is tried again, in `wait_s`.
pub async fn record_waiting(
    conn: &mut PgConnection,
    id: PlannedSlotId,
    why: &Waiting,
    wait_s: u32,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update planned_slots
         set reason_code = $2, reason = $3,
             next_try_at = clock_timestamp() + make_interval(secs => $4)
         where id = $1",
        id.as_uuid(),
        why.code,
        why.reason,
        f64::from(wait_s)
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// A slot as its workspace may read it.
#[derive(Clone, Debug)]
pub struct SlotRow {
    pub period_key: String,
    pub due_at: Timestamp,
    pub outcome: SlotOutcome,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlotOutcome {
    /// Ahead, or due this moment.
    Planned,
    /// Due, and waiting for this.
    Waiting {
        reason: String,
    },
    Triggered {
        run: RunId,
        status: RunStatus,
    },
    NotRun {
        reason: String,
    },
}

/// Slots that were due before `until`, the newest first.
pub async fn load_recent(
    conn: &mut PgConnection,
    specification: SpecificationId,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<SlotRow>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               p.period_key,
               p.due_at as "due_at: Moment",
               p.state = 'planned' as "is_planned!",
               p.reason,
               r.id as "run?: RunId",
               r.status as "status?: RunStatus"
           from planned_slots p
           left join runs r on r.id = p.run_id
           where p.specification_id = $1 and p.due_at <= $2
           order by p.due_at desc
           limit $3"#,
        specification.as_uuid(),
        Moment(until) as Moment,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SlotRow {
            period_key: row.period_key,
            due_at: row.due_at.0,
            outcome: match (row.run.zip(row.status), row.is_planned, row.reason) {
                (Some((run, status)), _, _) => SlotOutcome::Triggered { run, status },
                (None, true, Some(reason)) => SlotOutcome::Waiting { reason },
                (None, true, None) => SlotOutcome::Planned,
                (None, false, reason) => SlotOutcome::NotRun { reason: reason.unwrap_or_default() },
            },
        })
        .collect())
}
