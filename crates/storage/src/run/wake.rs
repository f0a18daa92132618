//! Wakes whoever waits for a run's next event, across processes.

use super::event::CHANNEL;
use domain::id::RunId;
use sqlx::{PgPool, postgres::PgListener};

/// The channel that carries the id of a run that was cancelled.
const CANCELLATIONS: &str = "run_cancellations";

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

    async fn on(pool: &PgPool, channel: &str) -> Result<Self, sqlx::Error> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(channel).await?;
        Ok(Self { listener })
    }

    /// The next run that something happened to. Events may be missed while the connection
    /// is renewed; whoever waits also looks by itself now and then.
    pub async fn next(&mut self) -> Result<Option<RunId>, sqlx::Error> {
        Ok(self.listener.recv().await?.payload().parse().ok())
    }
}
