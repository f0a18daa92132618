//! Computes the overviews of portfolios ahead in a process that serves them, when prices have
//! become fresh that another process built.

use orchestrator::Orchestrator;
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// How soon it is noticed; first readers come minutes after midnight.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// As long as it is polled. Packs that are fresh when the process starts are left to their
/// readers, so that a start costs nothing.
pub async fn keep_warm(orchestrator: Orchestrator) {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut since = None;
    loop {
        tick.tick().await;
        let looked = match since {
            None => orchestrator.now().await,
            Some(since) => orchestrator.prewarm_since(since).await,
        };
        match looked {
            Ok(until) => since = Some(until),
            Err(error) => {
                let error = crate::log::chain(&error);
                tracing::warn!(error, "overviews were not computed ahead");
            }
        }
    }
}
