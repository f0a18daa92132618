//! The jobs that carry runs. A run that is live has a job; the sweeper gives it a
//! new one where a crash or a lost database left it without.

use crate::{StorageError, source};
use domain::id::{RunId, WorkspaceId};
use jiff::Timestamp;
use sqlx::{PgConnection, Row, types::Json};
use std::time::Duration;

/// The task that carries a run.
pub const TASK: &str = "execute_run";

/// The queue orders by 16 bits, the smallest first; a rank beyond them shares the
/// last place, where the queue goes by age.
const PRIORITY: &str = "(select least(r.queue_rank, 32767) from runs r where r.id = $4)";

/// Whether one more run may wait to be carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    Free,
    /// The workspace has as many runs waiting as it may.
    WorkspaceFull,
    /// So have all workspaces together.
    QueueFull,
}

/// How many runs may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub of_workspace: u16,
    pub in_all: u32,
}

impl Room {
    fn parse(text: &str) -> Result<Self, StorageError> {
        match text {
            "free" => Ok(Self::Free),
            "workspace_full" => Ok(Self::WorkspaceFull),
            "queue_full" => Ok(Self::QueueFull),
            other => Err(StorageError::Corrupt(format!("queue_room said {other}"))),
        }
    }
}

/// Whether there is room at a glance. Another trigger may take it first.
pub async fn load_room(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    bounds: Bounds,
) -> Result<Room, StorageError> {
    let room = sqlx::query_scalar!(
        r#"select queue_room($1, $2, $3) as "room!""#,
        workspace.as_uuid(),
        i32::from(bounds.of_workspace),
        whole(bounds.in_all)
    )
    .fetch_one(conn)
    .await?;
    Room::parse(&room)
}

/// Whether there is room for a run that this transaction queues. Until it ends nobody
/// can take the same room, however many servers ask.
pub async fn take_room(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    bounds: Bounds,
) -> Result<Room, StorageError> {
    let room = sqlx::query_scalar!(
        r#"select take_queue_room($1, $2, $3) as "room!""#,
        workspace.as_uuid(),
        i32::from(bounds.of_workspace),
        whole(bounds.in_all)
    )
    .fetch_one(conn)
    .await?;
    Room::parse(&room)
}

fn whole(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Queues the run's job in the transaction that claims its slot.
pub async fn enqueue(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    run: RunId,
) -> Result<(), StorageError> {
    enqueue_after(conn, workspace, run, Duration::ZERO).await
}

/// Queues the job again, to be offered after a while. It takes the place of the job
/// that the run has.
pub async fn enqueue_after(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    run: RunId,
    after: Duration,
) -> Result<(), StorageError> {
    let payload = serde_json::json!({ "workspace": workspace, "run": run });
    // Not checked at compile time: the queue's schema is the queue's own.
    let query = format!(
        "select graphile_worker.add_job(
             $1, $2::json, job_key => $3, priority => {PRIORITY},
             run_at => clock_timestamp() + make_interval(secs => $5)
         )"
    );
    sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(TASK)
        .bind(Json(payload))
        .bind(key(run))
        .bind(run.as_uuid())
        .bind(after.as_secs_f64())
        .execute(conn)
        .await?;
    Ok(())
}

/// Deletes the jobs that were tried as often as they may be, and those whose run got
/// another job while a worker that died held them. A live run without a job is queued
/// again by the sweeper.
pub async fn forget_spent(conn: &mut PgConnection) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar(
        "select count(*) from graphile_worker.complete_jobs(array(
             select j.id from graphile_worker.jobs j
             where j.task_identifier = any($1) and j.attempts >= j.max_attempts and j.locked_at is null
         ))",
    )
    .bind([TASK, source::TASK].map(str::to_owned))
    .fetch_one(conn)
    .await?)
}

fn key(run: RunId) -> String {
    format!("run:{run}")
}

/// A live run that nobody carries, and nobody is about to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abandoned {
    pub workspace: WorkspaceId,
    pub run: RunId,
    /// Claimed before the oldest moment at which a live run may have been.
    pub overdue: bool,
}

/// Live runs that are overdue, or whose lease has run out or was never taken and
/// that have no job which a worker could take; the oldest first.
pub async fn load_abandoned(
    conn: &mut PgConnection,
    claimed_before: Timestamp,
    limit: i64,
) -> Result<Vec<Abandoned>, StorageError> {
    // A locked job of a run whose lease has run out is its dead worker's; one that the
    // queue puts off, since its worker lost the database, need not wait any longer.
    let rows = sqlx::query(
        "select r.id, r.workspace_id, r.claimed_at < $1 as overdue
         from runs r
         where r.status in ('queued', 'running')
           and (r.claimed_at < $1
                or (r.status = 'queued' or r.lease_until < clock_timestamp())
                   and not exists (
                       select from graphile_worker.jobs j
                       where j.key = 'run:' || r.id
                         and j.attempts < j.max_attempts
                         and (r.status = 'queued' or r.waiting_for is not null
                              or j.locked_at is null and j.run_at < clock_timestamp() + interval '1 second')
                   ))
         order by r.claimed_at
         limit $2",
    )
    .bind(crate::Moment(claimed_before))
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Abandoned {
                run: RunId::from_uuid(row.try_get("id")?),
                workspace: WorkspaceId::from_uuid(row.try_get("workspace_id")?),
                overdue: row.try_get("overdue")?,
            })
        })
        .collect::<Result<_, sqlx::Error>>()
        .map_err(StorageError::from)
}
