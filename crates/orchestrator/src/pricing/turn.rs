//! The turn to build the packs of a date: one process at a time has it, from before vendors
//! are asked until the pack is there. A process that dies lets go of it.

use jiff::civil::Date;
use std::{pin::pin, time::Duration};
use storage::{PgPool, StorageError, Transaction, pricing_pack, tenancy};
use tokio::time::{MissedTickBehavior, interval};

/// Often enough that the database does not take the transaction for abandoned.
const BEAT: Duration = Duration::from_secs(10);

pub(super) struct BuildTurn(Transaction);

impl BuildTurn {
    /// None where another process has it.
    pub async fn take(pool: &PgPool, date: Date) -> Result<Option<Self>, StorageError> {
        let mut tx = tenancy::begin_global(pool).await?;
        Ok(pricing_pack::take_building(&mut tx, date).await?.then_some(Self(tx)))
    }

    /// Does `work`, and lets go of the turn before it returns, so that the next build of the
    /// date may follow at once. Work whose turn is lost is stopped.
    pub async fn hold<T>(self, work: impl Future<Output = T>) -> Result<T, StorageError> {
        let Self(mut tx) = self;
        let mut work = pin!(work);
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let done = loop {
            tokio::select! {
                done = &mut work => break done,
                _ = beat.tick() => pricing_pack::keep_building(&mut tx).await?,
            }
        };
        tx.commit().await?;
        Ok(done)
    }
}
