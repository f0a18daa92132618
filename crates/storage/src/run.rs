//! Runs: the claim of a slot, the worker's lease, the end, and the lists.

use crate::{Day, Moment, StorageError};
use domain::{
    cadence::{Period, PeriodKey},
    id::{RunId, SpecificationId, SpecificationVersionId, UserId, WorkspaceId},
    run::{FailureKind, RunStatus},
    schedule::RunTrigger,
    specification::Desk,
};
use jiff::{Timestamp, civil::Date};
use sqlx::{PgConnection, types::Json};

pub mod event;
pub mod history;
pub mod look;
pub mod queue;
pub mod wake;

pub struct NewRun<'a> {
    pub id: RunId,
    pub workspace: WorkspaceId,
    pub specification: SpecificationId,
    pub version: SpecificationVersionId,
    pub period: &'a Period,
    pub slot_ordinal: u16,
    pub window_from: Date,
    pub window_to: Date,
    pub trigger: RunTrigger,
    /// Who asked for it, or who set the schedule that did.
    pub triggered_by: UserId,
}

/// Claims the slot. False when the slot, or the specification's one live run,
/// is taken: the index decides, so two claims at once give one run.
pub async fn claim_slot(conn: &mut PgConnection, run: &NewRun<'_>) -> Result<bool, StorageError> {
    let ordinal = i16::try_from(run.slot_ordinal)
        .map_err(|_| StorageError::Corrupt(format!("slot ordinal {}", run.slot_ordinal)))?;
    let inserted = sqlx::query!(
        "insert into runs (
             id, workspace_id, specification_id, specification_version_id, period, period_key,
             period_starts_at, period_ends_at, slot_ordinal, window_from, window_to, run_trigger,
             triggered_by, queue_rank
         ) values (
             $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
             next_queue_rank($2)
         )
         on conflict do nothing",
        run.id.as_uuid(),
        run.workspace.as_uuid(),
        run.specification.as_uuid(),
        run.version.as_uuid(),
        Json(run.period) as _,
        run.period.key.as_str(),
        Moment(run.period.starts_at) as Moment,
        Moment(run.period.ends_at) as Moment,
        ordinal,
        Day(run.window_from) as Day,
        Day(run.window_to) as Day,
        run.trigger.id(),
        run.triggered_by.as_uuid()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(inserted.rows_affected() == 1)
}

/// A run of a specification, as the eligibility rule needs it.
#[derive(Clone, Debug)]
pub struct SlotHolder {
    pub id: RunId,
    pub status: RunStatus,
    pub period: Period,
    pub finished_at: Option<Timestamp>,
}

/// The live run, if any, and the last success of a specification.
pub async fn load_slot_holders(
    conn: &mut PgConnection,
    specification: SpecificationId,
) -> Result<Vec<SlotHolder>, StorageError> {
    let rows = sqlx::query!(
        r#"(select
               id as "id!: RunId",
               status as "status!: RunStatus",
               period as "period!: Json<Period>",
               finished_at as "finished_at: Moment"
           from runs
           where specification_id = $1 and status in ('queued', 'running'))
           union all
           (select id, status, period, finished_at
           from runs
           where specification_id = $1 and status = 'succeeded'
           order by period_ends_at desc
           limit 1)"#,
        specification.as_uuid()
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SlotHolder {
            id: row.id,
            status: row.status,
            period: row.period.0,
            finished_at: row.finished_at.map(|at| at.0),
        })
        .collect())
}

/// Whose run it is, with the name.
pub async fn load_workspace(
    conn: &mut PgConnection,
    run: RunId,
) -> Result<Option<(WorkspaceId, String)>, StorageError> {
    let row = sqlx::query!(
        r#"select w.id as "id: WorkspaceId", w.name
           from runs r
           join workspaces w on w.id = r.workspace_id
           where r.id = $1"#,
        run.as_uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.id, row.name)))
}

/// A worker's hold on a run. Every write carries the token; an older one
/// changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub workspace: WorkspaceId,
    pub run: RunId,
    pub token: i64,
}

/// Takes a queued run, or a running one whose lease has run out. `None` when
/// the run is final or somebody else holds it.
pub async fn take_lease(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    run: RunId,
    lease_s: u32,
) -> Result<Option<Lease>, StorageError> {
    let token = sqlx::query_scalar!(
        "update runs
         set status = 'running',
             started_at = coalesce(started_at, clock_timestamp()),
             fencing_token = fencing_token + 1,
             lease_until = clock_timestamp() + make_interval(secs => $2),
             waiting_for = null
         where id = $1
           and (status = 'queued' or (status = 'running' and lease_until < clock_timestamp()))
         returning fencing_token",
        run.as_uuid(),
        f64::from(lease_s)
    )
    .fetch_optional(conn)
    .await?;
    Ok(token.map(|token| Lease { workspace, run, token }))
}

/// Renews the lease in the transaction of the write that it guards.
///
/// # Errors
/// [`StorageError::LeaseLost`] when another worker has taken the run or it has
/// ended; the caller's transaction must then not commit.
pub async fn renew_lease(
    conn: &mut PgConnection,
    lease: Lease,
    lease_s: u32,
) -> Result<(), StorageError> {
    let renewed = sqlx::query!(
        "update runs
         set lease_until = clock_timestamp() + make_interval(secs => $3)
         where id = $1 and fencing_token = $2 and status = 'running'",
        lease.run.as_uuid(),
        lease.token,
        f64::from(lease_s)
    )
    .execute(conn)
    .await?;
    if renewed.rows_affected() == 1 { Ok(()) } else { Err(StorageError::LeaseLost) }
}

/// Lets go of a run in good order: anybody may take it now.
///
/// # Errors
/// [`StorageError::LeaseLost`] as for [`renew_lease`].
pub async fn hand_back(conn: &mut PgConnection, lease: Lease) -> Result<(), StorageError> {
    let handed_back = sqlx::query!(
        "update runs
         set lease_until = clock_timestamp(),
             handed_back = handed_back + 1
         where id = $1 and fencing_token = $2 and status = 'running'",
        lease.run.as_uuid(),
        lease.token
    )
    .execute(conn)
    .await?;
    if handed_back.rows_affected() == 1 { Ok(()) } else { Err(StorageError::LeaseLost) }
}

/// Says what a live run waits for. False when that was said before.
pub async fn put_off(
    conn: &mut PgConnection,
    run: RunId,
    waiting_for: &str,
) -> Result<bool, StorageError> {
    let said = sqlx::query!(
        "update runs
         set waiting_for = $2
         where id = $1 and status in ('queued', 'running') and waiting_for is distinct from $2",
        run.as_uuid(),
        waiting_for
    )
    .execute(conn)
    .await?;
    Ok(said.rows_affected() == 1)
}

/// How a run ends.
#[derive(Clone, Debug)]
pub enum Ending {
    Succeeded,
    Failed { kind: FailureKind, detail: serde_json::Value },
}

/// Ends a run under its lease.
///
/// # Errors
/// [`StorageError::LeaseLost`] as for [`renew_lease`].
pub async fn finish(
    conn: &mut PgConnection,
    lease: Lease,
    ending: &Ending,
) -> Result<(), StorageError> {
    let (status, kind, detail) = match ending {
        Ending::Succeeded => (RunStatus::Succeeded, None, None),
        Ending::Failed { kind, detail } => (RunStatus::Failed, Some(kind.id()), Some(detail)),
    };
    let ended = sqlx::query!(
        "update runs
         set status = $3,
             failure_kind = $4,
             failure_detail = $5,
             finished_at = clock_timestamp(),
             lease_until = null
         where id = $1 and fencing_token = $2 and status = 'running'",
        lease.run.as_uuid(),
        lease.token,
        status.id(),
        kind,
        detail
    )
    .execute(conn)
    .await?;
    if ended.rows_affected() == 1 { Ok(()) } else { Err(StorageError::LeaseLost) }
}

/// How a run ends that no worker ends.
#[derive(Clone, Debug)]
pub enum Closing {
    Cancelled { detail: serde_json::Value },
    Failed { kind: FailureKind, detail: serde_json::Value },
}

/// Ends a live run over the head of whoever carries it, whose token is too old
/// from now on. False when the run was final already.
pub async fn close(
    conn: &mut PgConnection,
    run: RunId,
    closing: &Closing,
) -> Result<bool, StorageError> {
    let (status, kind, detail) = match closing {
        Closing::Cancelled { detail } => (RunStatus::Cancelled, None, detail),
        Closing::Failed { kind, detail } => (RunStatus::Failed, Some(kind.id()), detail),
    };
    let closed = sqlx::query!(
        "update runs
         set status = $2,
             failure_kind = $3,
             failure_detail = $4,
             finished_at = clock_timestamp(),
             fencing_token = fencing_token + 1,
             lease_until = null
         where id = $1 and status in ('queued', 'running')",
        run.as_uuid(),
        status.id(),
        kind,
        detail
    )
    .execute(conn)
    .await?;
    Ok(closed.rows_affected() == 1)
}

/// Whether all processes together may carry one more run. Until the transaction ends
/// nobody else can take the same room, nor a run of this workspace, so that bounds on
/// what is carried hold between workers.
pub async fn take_carrying_room(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    runs_max: u32,
) -> Result<bool, StorageError> {
    let has_room = sqlx::query_scalar!(
        r#"select take_carrying_room($1, $2) as "has_room!""#,
        workspace.as_uuid(),
        i32::try_from(runs_max).unwrap_or(i32::MAX)
    )
    .fetch_one(conn)
    .await?;
    Ok(has_room)
}

/// A run with the names a reader needs.
#[derive(Clone, Debug)]
pub struct RunRow {
    pub id: RunId,
    pub workspace: WorkspaceId,
    pub specification: SpecificationId,
    pub specification_name: String,
    pub version: SpecificationVersionId,
    pub version_number: i32,
    pub desk: Desk,
    pub period: Period,
    pub slot_ordinal: i16,
    pub window_from: Date,
    pub window_to: Date,
    pub status: RunStatus,
    pub trigger: RunTrigger,
    /// Who asked for it, or who set the schedule that did.
    pub triggered_by: String,
    pub claimed_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub failure_kind: Option<FailureKind>,
    pub failure_detail: Option<serde_json::Value>,
    /// What it waits for, if it was put off.
    pub waiting_for: Option<String>,
}

pub async fn load(conn: &mut PgConnection, run: RunId) -> Result<Option<RunRow>, StorageError> {
    let row = sqlx::query!(
        r#"select
               r.id as "id: RunId",
               r.workspace_id as "workspace: WorkspaceId",
               r.specification_id as "specification: SpecificationId",
               v.document ->> 'name' as "specification_name!",
               r.specification_version_id as "version: SpecificationVersionId",
               v.number as version_number,
               case when v.document ? 'portfolio' then 'portfolio' else 'polyurethane' end as "desk!: Desk",
               r.period as "period: Json<Period>",
               r.slot_ordinal,
               r.window_from as "window_from: Day",
               r.window_to as "window_to: Day",
               r.status as "status: RunStatus",
               r.run_trigger as "trigger: RunTrigger",
               u.name as triggered_by,
               r.claimed_at as "claimed_at: Moment",
               r.started_at as "started_at: Moment",
               r.finished_at as "finished_at: Moment",
               r.failure_kind as "failure_kind: FailureKind",
               r.failure_detail,
               r.waiting_for
           from runs r
           join specification_versions v on v.id = r.specification_version_id
           join users u on u.id = r.triggered_by
           where r.id = $1"#,
        run.as_uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| RunRow {
        id: row.id,
        workspace: row.workspace,
        specification: row.specification,
        specification_name: row.specification_name,
        version: row.version,
        version_number: row.version_number,
        desk: row.desk,
        period: row.period.0,
        slot_ordinal: row.slot_ordinal,
        window_from: row.window_from.0,
        window_to: row.window_to.0,
        status: row.status,
        trigger: row.trigger,
        triggered_by: row.triggered_by,
        claimed_at: row.claimed_at.0,
        started_at: row.started_at.map(|at| at.0),
        finished_at: row.finished_at.map(|at| at.0),
        failure_kind: row.failure_kind,
        failure_detail: row.failure_detail,
        waiting_for: row.waiting_for,
    }))
}

/// Earlier successes of a specification, the newest first: ids and times only.
/// Those of the period that is being replaced, if any, are left out.
pub async fn load_previous(
    conn: &mut PgConnection,
    specification: SpecificationId,
    replaced: Option<&PeriodKey>,
    limit: i64,
) -> Result<Vec<domain::package::PreviousRun>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               id as "id: RunId",
               period_key,
               finished_at as "finished_at!: Moment"
           from runs
           where specification_id = $1 and status = 'succeeded'
             and period_key is distinct from $2
           order by period_ends_at desc, finished_at desc
           limit $3"#,
        specification.as_uuid(),
        replaced.map(PeriodKey::as_str),
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| domain::package::PreviousRun {
            run_id: row.id,
            period_key: row.period_key,
            succeeded_at: row.finished_at.0,
        })
        .collect())
}
