//! Turns of hosts, kept in the database for all processes that read sources.

use super::collect::in_words;
use harvest::turn::{HostTurns, TurnAnswer, TurnFuture, TurnsUnavailable};
use std::time::Duration;
use storage::{
    PgPool, StorageError,
    host_turn::{self, HostTurn},
};

/// A row for each host. Nothing is held open while a host is asked, so that a process that
/// dies leaves a turn that runs out, and a slow host keeps no connection of the pool.
#[derive(Clone, Debug)]
pub struct StoredTurns {
    pool: PgPool,
}

impl StoredTurns {
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    async fn ask(
        &self,
        host: &str,
        pause: Duration,
        held_max: Duration,
    ) -> Result<HostTurn, StorageError> {
        let mut conn = self.pool.acquire().await?;
        host_turn::take(&mut conn, host, pause, held_max).await
    }

    async fn end(&self, host: &str, ticket: i64) -> Result<(), StorageError> {
        let mut conn = self.pool.acquire().await?;
        host_turn::give_back(&mut conn, host, ticket).await
    }
}

impl HostTurns for StoredTurns {
    fn take<'a>(
        &'a self,
        host: &'a str,
        pause: Duration,
        held_max: Duration,
    ) -> TurnFuture<'a, Result<TurnAnswer, TurnsUnavailable>> {
        Box::pin(async move {
            match self.ask(host, pause, held_max).await {
                Ok(HostTurn::Taken { ticket }) => Ok(TurnAnswer::Taken { ticket }),
                Ok(HostTurn::AskAgain { after }) => Ok(TurnAnswer::AskAgain { after }),
                Err(error) => {
                    let error = in_words(&error);
                    tracing::error!(error, "the turn of a host could not be asked for");
                    Err(TurnsUnavailable)
                }
            }
        })
    }

    fn give_back<'a>(&'a self, host: &'a str, ticket: i64) -> TurnFuture<'a, ()> {
        Box::pin(async move {
            // It runs out by itself within seconds.
            if let Err(error) = self.end(host, ticket).await {
                let error = in_words(&error);
                tracing::warn!(error, "the turn of a host was not given back");
            }
        })
    }
}
