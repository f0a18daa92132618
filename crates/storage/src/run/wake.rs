//! Wakes whoever waits for a run's next event, across processes.

use super::event::CHANNEL;
use domain::id::RunId;
use sqlx::{PgPool, postgres::PgListener};

/// Hears of new run events of all processes on this database.
pub struct RunWake {
    listener: PgListener,
}

impl RunWake {
    pub async fn connect(pool: &PgPool) -> Result<Self, sqlx::Error> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self { listener })
    }

    /// The next run with a new event. Events may be missed while the connection
    /// is renewed; whoever waits also looks by itself now and then.
    pub async fn next(&mut self) -> Result<Option<RunId>, sqlx::Error> {
        Ok(self.listener.recv().await?.payload().parse().ok())
    }
}
