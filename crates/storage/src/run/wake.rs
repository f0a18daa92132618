//! Wakes whoever waits for a run's next event, across processes.

use super::event::CHANNEL;
use domain::id::RunId;
use sqlx::{PgPool, postgres::PgListener};

/// The channel that carries the id of a run that was cancelled.
const CANCELLATIONS: &str = "run_cancellations";
/// The queue's own channel, which says that there is a new job.
const JOBS: &str = "jobs:insert";

/// Hears of what happens to runs in all processes on this database.
pub struct RunWake {
    listener: PgListener,
}

impl RunWake {
    /// Of every new event.
    pub async fn of_events(pool: &PgPool) -> Result<Self, sqlx::Error> {
        Self::on(pool, CHANNEL).await
    }

    /// Of cancellations alone.
    pub async fn of_cancellations(pool: &PgPool) -> Result<Self, sqlx::Error> {
        Self::on(pool, CANCELLATIONS).await
    }

    /// Of new jobs, which name no run.
    pub async fn of_jobs(pool: &PgPool) -> Result<Self, sqlx::Error> {
        Self::on(pool, JOBS).await
    }

    async fn on(pool: &PgPool, channel: &str) -> Result<Self, sqlx::Error> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(channel).await?;
        Ok(Self { listener })
    }

    /// The next run that something happened to. `None` when the connection was lost, so
    /// that something may have been missed: the next call opens it anew.
    pub async fn next(&mut self) -> Result<Option<RunId>, sqlx::Error> {
        let heard = self.listener.try_recv().await?;
        Ok(heard.and_then(|heard| heard.payload().parse().ok()))
    }
}
