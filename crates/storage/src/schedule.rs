//! Schedules: when a specification runs by itself. `planned_slot` is what follows.

use crate::{Moment, StorageError};
use domain::{
    cadence::Cadence,
    id::{SpecificationId, UserId, WorkspaceId},
    schedule::{MissedPolicy, MonthDay, Schedule, TimeOfDay},
};
use jiff::{Timestamp, civil::Weekday};
use sqlx::PgConnection;

pub mod planned_slot;

/// A schedule with who set it and whether it is paused.
#[derive(Clone, Debug)]
pub struct ScheduleRow {
    pub schedule: Schedule,
    pub set_by: UserId,
    pub set_by_name: String,
    pub set_at: Timestamp,
    pub pause: Option<Pause>,
    pub planned_until: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub struct Pause {
    pub at: Timestamp,
    /// None where too many runs in a row had failed.
    pub by: Option<String>,
    pub reason: String,
}

pub async fn load(
    conn: &mut PgConnection,
    specification: SpecificationId,
) -> Result<Option<ScheduleRow>, StorageError> {
    let row = sqlx::query!(
        r#"select
               sc.local_time,
               sc.weekday,
               sc.month_day,
               sc.missed as "missed: MissedPolicy",
               sc.set_by as "set_by: UserId",
               u.name as set_by_name,
               sc.set_at as "set_at: Moment",
               sc.paused_at as "paused_at: Moment",
               p.name as "paused_by?",
               sc.paused_reason,
               sc.planned_until as "planned_until: Moment"
           from schedules sc
           join users u on u.id = sc.set_by
           left join users p on p.id = sc.paused_by
           where sc.specification_id = $1"#,
        specification.as_uuid()
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let corrupt = |column: &str| {
        StorageError::Corrupt(format!("schedules.{column} of the specification {specification}"))
    };
    let small = |number: i16| i8::try_from(number).ok();
    Ok(Some(ScheduleRow {
        schedule: Schedule {
            at: row.local_time.parse::<TimeOfDay>().map_err(|_| corrupt("local_time"))?,
            weekday: small(row.weekday)
                .and_then(|day| Weekday::from_monday_one_offset(day).ok())
                .ok_or_else(|| corrupt("weekday"))?,
            month_day: small(row.month_day)
                .and_then(|day| MonthDay::try_from(day).ok())
                .ok_or_else(|| corrupt("month_day"))?,
            missed: row.missed,
        },
        set_by: row.set_by,
        set_by_name: row.set_by_name,
        set_at: row.set_at.0,
        pause: row.paused_at.zip(row.paused_reason).map(|(at, reason)| Pause {
            at: at.0,
            by: row.paused_by,
            reason,
        }),
        planned_until: row.planned_until.map(|at| at.0),
    }))
}

/// Sets the schedule, or another one in its place. A pause stays.
pub async fn set(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    specification: SpecificationId,
    schedule: &Schedule,
    by: UserId,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into schedules (
             specification_id, workspace_id, local_time, weekday, month_day, missed, set_by
         ) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (specification_id) do update
         set local_time = excluded.local_time,
             weekday = excluded.weekday,
             month_day = excluded.month_day,
             missed = excluded.missed,
             set_by = excluded.set_by,
             set_at = now(),
             failures_from = clock_timestamp()",
        specification.as_uuid(),
        workspace.as_uuid(),
        schedule.at.to_string(),
        i16::from(schedule.weekday.to_monday_one_offset()),
        i16::from(schedule.month_day.get()),
        schedule.missed.id(),
        by.as_uuid()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// Pauses it; `by` is none where failures did. False when it was paused already.
pub async fn pause(
    conn: &mut PgConnection,
    specification: SpecificationId,
    by: Option<UserId>,
    reason: &str,
) -> Result<bool, StorageError> {
    let paused = sqlx::query!(
        "update schedules set paused_at = now(), paused_by = $2, paused_reason = $3
         where specification_id = $1 and paused_at is null",
        specification.as_uuid(),
        by.map(UserId::as_uuid),
        reason
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(paused.rows_affected() == 1)
}

/// Earlier failures no longer count. False when it was not paused.
pub async fn resume(
    conn: &mut PgConnection,
    specification: SpecificationId,
) -> Result<bool, StorageError> {
    let resumed = sqlx::query!(
        "update schedules
         set paused_at = null, paused_by = null, paused_reason = null,
             failures_from = clock_timestamp()
         where specification_id = $1 and paused_at is not null",
        specification.as_uuid()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(resumed.rows_affected() == 1)
}

/// A schedule whose planned slots are not those that follow from it any more, or run out.
#[derive(Clone, Debug)]
pub struct Unplanned {
    pub workspace: WorkspaceId,
    pub specification: SpecificationId,
}

/// Of any workspace: needs a transaction that reads across workspaces.
pub async fn load_unplanned(
    conn: &mut PgConnection,
    limit: i64,
) -> Result<Vec<Unplanned>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               sc.workspace_id as "workspace: WorkspaceId",
               sc.specification_id as "specification: SpecificationId"
           from schedules sc
           join specifications s on s.id = sc.specification_id
           join workspaces w on w.id = sc.workspace_id
           left join specification_versions v on v.id = s.active_version_id
           where sc.planned_as is distinct from planning_basis(sc, s.state, v.document ->> 'cadence', w.time_zone)
              or sc.planned_until < now()
           order by sc.planned_until nulls first
           limit $1"#,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Unplanned { workspace: row.workspace, specification: row.specification })
        .collect())
}

/// What the slots of one schedule follow from, as it stands now. Nobody else plans it
/// until the transaction ends.
#[derive(Clone, Debug)]
pub struct Basis {
    /// None: nothing is planned, since the schedule is paused or no version is in force.
    pub cadence: Option<Cadence>,
    pub time_zone: String,
    /// Whether the slots that are planned were computed from something else.
    pub is_new: bool,
    /// As it is written down.
    text: String,
}

/// None without a schedule.
pub async fn lock_basis(
    conn: &mut PgConnection,
    specification: SpecificationId,
) -> Result<Option<Basis>, StorageError> {
    let row = sqlx::query!(
        r#"select
               w.time_zone,
               v.document ->> 'cadence' as cadence,
               planning_basis(sc, s.state, v.document ->> 'cadence', w.time_zone) as "basis!",
               sc.planned_as
           from schedules sc
           join specifications s on s.id = sc.specification_id
           join workspaces w on w.id = sc.workspace_id
           left join specification_versions v on v.id = s.active_version_id
           where sc.specification_id = $1
           for no key update of sc"#,
        specification.as_uuid()
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let cadence = row.cadence.filter(|_| row.basis != NOTHING_PLANNED);
    let cadence = cadence.map(|id| id.parse::<Cadence>()).transpose().map_err(|error| {
        StorageError::Corrupt(format!("specification_versions.document: {error}"))
    })?;
    Ok(Some(Basis {
        cadence,
        time_zone: row.time_zone,
        is_new: row.planned_as.as_ref() != Some(&row.basis),
        text: row.basis,
    }))
}

/// What `planning_basis` says of a schedule that plans nothing.
const NOTHING_PLANNED: &str = "nothing";

/// Writes down what the slots were computed from, and the last of them.
pub async fn record_planned(
    conn: &mut PgConnection,
    specification: SpecificationId,
    basis: &Basis,
    until: Option<Timestamp>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update schedules set planned_as = $2, planned_until = $3 where specification_id = $1",
        specification.as_uuid(),
        basis.text,
        until.map(Moment) as Option<Moment>
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// Schedules that are not paused and whose last `failures` runs all failed since they
/// were set or resumed: needs a transaction that reads across workspaces.
pub async fn load_failing(
    conn: &mut PgConnection,
    failures: u16,
    limit: i64,
) -> Result<Vec<Unplanned>, StorageError> {
    let failures = i64::from(failures);
    let rows = sqlx::query!(
        r#"select
               sc.workspace_id as "workspace: WorkspaceId",
               sc.specification_id as "specification: SpecificationId"
           from schedules sc
           cross join lateral (
               select count(*) filter (where last.status = 'failed') as failed
               from (
                   select r.status
                   from planned_slots p
                   join runs r on r.id = p.run_id
                   where p.specification_id = sc.specification_id and p.decided_at >= sc.failures_from
                   order by p.due_at desc
                   limit $1
               ) last
           ) lately
           where sc.paused_at is null and lately.failed = $1
           limit $2"#,
        failures,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Unplanned { workspace: row.workspace, specification: row.specification })
        .collect())
}
