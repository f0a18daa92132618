//! Runs that end without their worker: cancelled by a member, or overdue. Both
//! take the run out of the hands of whoever carries it.

use super::drive::{Task, drive};
use crate::{Actor, Orchestrator, Refusal, UseCaseError};
use domain::{id::RunId, workspace::Role};
use flow::{Outcome, Why};
use jiff::SignedDuration;
use std::time::Duration;
use storage::{
    run::{queue, wake::RunWake},
    setup, tenancy,
};

/// Runs seen to in one sweep; what is left comes with the next.
const SWEPT_MAX: i64 = 200;
/// Pause before the channel of cancellations is opened again. Meanwhile a worker
/// learns of a cancellation when it next renews its lease.
const LISTEN_AGAIN: Duration = Duration::from_secs(2);

/// What one sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Abandoned runs that were queued again.
    pub queued_again: usize,
    /// Runs that were ended because they took too long.
    pub overdue: usize,
}

impl Orchestrator {
    /// Ends a live run on a member's word. The slot is free again, and the step
    /// that is being carried is given up.
    ///
    /// # Errors
    /// [`Refusal::RunEnded`] when it has ended before.
    pub async fn cancel_run(&self, actor: &Actor, run: RunId) -> Result<(), UseCaseError> {
        let workspace = actor.require(Role::Editor)?.workspace;
        let task = Task { workspace, run, why: Why::Cancelled, by: Some(actor) };
        match drive(self, task).await? {
            Outcome::Cancelled => Ok(()),
            Outcome::Gone => Err(UseCaseError::NotFound),
            _ => Err(Refusal::RunEnded.into()),
        }
    }

    /// Hears of cancellations in any process and tells the runs of this one, for
    /// as long as it is polled.
    pub async fn hear_cancellations(&self) {
        hear(
            "cancellations",
            || RunWake::of_cancellations(&self.pool),
            |cancelled| {
                if let Some(run) = cancelled {
                    // No receiver means that this process carries no run.
                    drop(self.cancellations.send(run));
                }
            },
        )
        .await;
    }

    /// Tells of every run in which something happened, in whichever process, for as
    /// long as it is polled. What happens while the channel is lost is not told.
    pub async fn hear_events(&self, tell: impl Fn(RunId)) {
        hear("events", || RunWake::of_events(&self.pool), |run| run.into_iter().for_each(&tell))
            .await;
    }

    /// Tells `wake` whenever a job may have been queued in any process, for as long as
    /// it is polled: also when the channel is back, since one may have been missed.
    pub async fn hear_jobs(&self, wake: impl Fn()) {
        hear("jobs", || RunWake::of_jobs(&self.pool), |_| wake()).await;
    }

    /// Queues abandoned runs again and ends those that took too long. Any number
    /// of processes may sweep at once.
    ///
    /// # Errors
    /// When the store fails; the next sweep goes on.
    pub async fn sweep_runs(&self) -> Result<Swept, UseCaseError> {
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let now = setup::load_now(&mut tx).await?;
        let limit = SignedDuration::from_secs(self.limits.run_s.into());
        let claimed_before =
            now.checked_sub(limit).map_err(|error| UseCaseError::Internal(error.to_string()))?;
        let found = queue::load_abandoned(&mut tx, claimed_before, SWEPT_MAX).await?;
        drop(tx);
        let mut swept = Swept::default();
        for queue::Abandoned { workspace, run, .. } in found {
            let task = Task { workspace, run, why: Why::Swept, by: None };
            match drive(self, task).await? {
                Outcome::QueuedAgain => swept.queued_again += 1,
                Outcome::Overdue => swept.overdue += 1,
                _ => {}
            }
        }
        Ok(swept)
    }
}

/// Listens again whenever the channel was lost. `tell` is told of nothing in
/// particular when the channel is there.
async fn hear<Opened>(name: &'static str, open: impl Fn() -> Opened, tell: impl Fn(Option<RunId>))
where
    Opened: Future<Output = Result<RunWake, sqlx::Error>>,
{
    loop {
        match open().await {
            Ok(mut wake) => {
                tell(None);
                let error = loop {
                    match wake.next().await {
                        Ok(run) => tell(run),
                        Err(error) => break error,
                    }
                };
                tracing::warn!(channel = name, error = %error, "a channel was lost");
            }
            Err(error) => tracing::warn!(channel = name, error = %error, "a channel is not there"),
        }
        tokio::time::sleep(LISTEN_AGAIN).await;
    }
}
