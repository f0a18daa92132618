//! Runs that end without their worker: cancelled by a member, or overdue. Both
//! take the run out of the hands of whoever carries it.

use crate::{Actor, Orchestrator, Refusal, UseCaseError};
use domain::{
    id::{RunId, WorkspaceId},
    run::FailureKind,
    workspace::Role,
};
use jiff::SignedDuration;
use serde_json::json;
use std::time::Duration;
use storage::{
    PgConnection, audit,
    run::{
        self as store, Closing,
        event::{self, EventKind},
        queue,
        wake::RunWake,
    },
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
        let membership = actor.require(Role::Editor)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        let row = store::load(&mut tx, run).await?.ok_or(UseCaseError::NotFound)?;
        let message = format!("Cancelled by {}.", actor.name);
        let closing = Closing::Cancelled { detail: json!({ "message": message }) };
        if !store::close(&mut tx, run, &closing).await? {
            return Err(Refusal::RunEnded.into());
        }
        event::insert(&mut tx, row.workspace, run, EventKind::Cancelled, None, &message).await?;
        let entry = audit::Entry {
            action: "run.cancelled",
            actor: Some(actor.user),
            target: run.to_string(),
            detail: json!({ "period": row.period.key, "slot_ordinal": row.slot_ordinal }),
        };
        audit::append(&mut tx, Some(row.workspace), &entry).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Hears of cancellations in any process and tells the runs of this one, for
    /// as long as it is polled.
    pub async fn hear_cancellations(&self) {
        loop {
            match RunWake::of_cancellations(&self.pool).await {
                Ok(mut wake) => loop {
                    match wake.next().await {
                        // No receiver means that this process carries no run.
                        Ok(Some(run)) => drop(self.cancellations.send(run)),
                        Ok(None) => {}
                        Err(error) => {
                            tracing::warn!(error = %error, "lost the channel of cancellations");
                            break;
                        }
                    }
                },
                Err(error) => tracing::warn!(error = %error, "no channel of cancellations"),
            }
            tokio::time::sleep(LISTEN_AGAIN).await;
        }
    }

    /// Completes when `run` is cancelled.
    pub(super) async fn cancelled(&self, run: RunId) {
        let mut heard = self.cancellations.subscribe();
        loop {
            match heard.recv().await {
                Ok(cancelled) if cancelled == run => return,
                // One that was missed shows when the lease is renewed.
                Ok(_) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                Err(tokio::sync::broadcast::error::RecvError::Closed) => {
                    std::future::pending::<()>().await;
                }
            }
        }
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
        for queue::Abandoned { workspace, run, overdue } in found {
            let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
            if overdue {
                swept.overdue += usize::from(self.close_overdue(&mut tx, workspace, run).await?);
            } else {
                queue::enqueue(&mut tx, workspace, run).await?;
                swept.queued_again += 1;
            }
            tx.commit().await?;
        }
        Ok(swept)
    }

    async fn close_overdue(
        &self,
        tx: &mut PgConnection,
        workspace: WorkspaceId,
        run: RunId,
    ) -> Result<bool, UseCaseError> {
        let Some(row) = store::load(tx, run).await? else { return Ok(false) };
        let stage = super::progress::next_stage(&storage::journal::load(tx, run).await?);
        let message = self.too_slow(row.started_at.is_some());
        let kind = FailureKind::Timeout;
        let detail = json!({ "stage": stage, "message": message, "reasons": [] });
        let closing = Closing::Failed { kind, detail: detail.clone() };
        if !store::close(tx, run, &closing).await? {
            return Ok(false);
        }
        event::insert(tx, workspace, run, EventKind::Failed, Some(stage), &message).await?;
        let entry = audit::Entry {
            action: "run.failed",
            actor: None,
            target: run.to_string(),
            detail: json!({ "kind": kind, "detail": detail }),
        };
        audit::append(tx, Some(workspace), &entry).await?;
        tracing::warn!(run.id = %run, failure.kind = kind.id(), message, "the run failed");
        Ok(true)
    }

    /// Why a run that is not over by its deadline ends.
    pub(super) fn too_slow(&self, has_begun: bool) -> String {
        let limit = self.limits.run_s;
        let carried = if has_begun { "was not done" } else { "did not begin" };
        if limit.is_multiple_of(60) {
            format!("The run {carried} within {} minutes of its trigger.", limit / 60)
        } else {
            format!("The run {carried} within {limit} seconds of its trigger.")
        }
    }
}
