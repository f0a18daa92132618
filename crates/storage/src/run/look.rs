//! How a live run stands, for whoever has to decide about it.

use crate::{Moment, StorageError};
use domain::{
    id::RunId,
    run::{RunStatus, Stage},
};
use jiff::Timestamp;
use sqlx::{PgConnection, Row};

/// A run's row as it stands while it is locked.
#[derive(Clone, Debug)]
pub struct Look {
    pub status: RunStatus,
    pub fencing_token: i64,
    pub handed_back: i32,
    /// By the database's clock, as every time here.
    pub now: Timestamp,
    pub claimed_at: Timestamp,
    /// Of the newest lease; it may have run out.
    pub lease_until: Option<Timestamp>,
    pub waits: bool,
    pub packaged: bool,
    /// Those that the journal has a step of.
    pub stages: Vec<Stage>,
    /// Runs of the workspace that are carried now.
    pub carried: i64,
    /// Whether the journal has the step that was asked for.
    pub journaled: bool,
    pub job: Option<JobLook>,
}

/// The job of a run, if there is one that the queue will offer again.
#[derive(Clone, Copy, Debug)]
pub struct JobLook {
    /// A worker has taken it.
    pub locked: bool,
    pub run_at: Timestamp,
}

/// Locks the run's row until the transaction ends, and says how it stands. Whatever
/// was being written about the run is committed by then, or never will be. `None`
/// when there is no such run here.
pub async fn look(
    conn: &mut PgConnection,
    run: RunId,
    step: Option<&str>,
) -> Result<Option<Look>, StorageError> {
    // A statement of its own: the next one then sees what this one waited for.
    sqlx::query!("select 1 as locked from runs where id = $1 for update", run.as_uuid())
        .fetch_optional(&mut *conn)
        .await?;
    // Not checked at compile time: the queue's schema is the queue's own.
    let row = sqlx::query(
        "select r.status, r.fencing_token, r.handed_back, clock_timestamp() as now,
                r.claimed_at, r.lease_until, r.waiting_for is not null as waits,
                exists (select from run_packages p where p.run_id = r.id) as packaged,
                array(select distinct s.stage from run_steps s where s.run_id = r.id) as stages,
                (select count(*) from runs c
                 where c.workspace_id = r.workspace_id and c.status = 'running'
                   and c.lease_until >= clock_timestamp()) as carried,
                exists (select from run_steps s where s.run_id = r.id and s.step = $2) as journaled,
                j.locked_at is not null as job_locked,
                j.run_at as job_run_at
         from runs r
         left join graphile_worker.jobs j
             on j.key = 'run:' || r.id and j.attempts < j.max_attempts
         where r.id = $1",
    )
    .bind(run.as_uuid())
    .bind(step)
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let status: String = row.try_get("status")?;
        let stages: Vec<String> = row.try_get("stages")?;
        let unknown = |what: &str| StorageError::Corrupt(format!("run {run}: unknown {what}"));
        let moment = |moment: Option<Moment>| moment.map(|Moment(at)| at);
        Ok(Look {
            status: status.parse().map_err(|_| unknown("status"))?,
            fencing_token: row.try_get("fencing_token")?,
            handed_back: row.try_get("handed_back")?,
            now: row.try_get::<Moment, _>("now")?.0,
            claimed_at: row.try_get::<Moment, _>("claimed_at")?.0,
            lease_until: moment(row.try_get("lease_until")?),
            waits: row.try_get("waits")?,
            packaged: row.try_get("packaged")?,
            stages: stages
                .iter()
                .map(|stage| stage.parse().map_err(|_| unknown("stage")))
                .collect::<Result<_, _>>()?,
            carried: row.try_get("carried")?,
            journaled: row.try_get("journaled")?,
            job: moment(row.try_get("job_run_at")?)
                .map(|run_at| {
                    Ok::<_, StorageError>(JobLook { locked: row.try_get("job_locked")?, run_at })
                })
                .transpose()?,
        })
    })
    .transpose()
}
