//! A worker's hold on a run: taken up, kept by heartbeat, given up at the deadline
//! or after too many attempts.

use super::{
    execution::{Failure, Stop},
    progress::next_stage,
};
use crate::{Orchestrator, UseCaseError};
use domain::{
    id::{RunId, WorkspaceId},
    run::FailureKind,
};
use std::time::Duration;
use storage::{
    StorageError, journal,
    run::{
        self as store, Lease, RunRow,
        event::{self, EventKind},
        queue,
    },
    setup, tenancy,
};

/// How a worker's hold on a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Executed {
    /// The run is in a final state, now or before.
    Final,
    /// Another worker holds the run. Its job is queued for the end of that lease.
    HeldElsewhere,
    /// The workspace has as many runs carried as it may; the job is queued again.
    Waiting,
}

/// How soon a run that had to wait for others of its workspace is offered again.
const OFFER_AGAIN_MS: u16 = 1000;
/// Past the end of a lease, so that it has surely run out.
const PAST_LEASE_MS: u16 = 100;

/// Whether a worker came to hold the run.
pub(super) enum TakenUp {
    Held(Lease, Box<RunRow>),
    Not(Executed),
}

impl Orchestrator {
    /// Takes the lease, unless the run is over, held, or not this workspace's turn.
    pub(super) async fn take_up(
        &self,
        workspace: WorkspaceId,
        run: RunId,
    ) -> Result<TakenUp, UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let row = store::load(&mut tx, run).await?;
        let Some(row) = row.filter(|row| row.status.is_live()) else {
            return Ok(TakenUp::Not(Executed::Final));
        };
        if store::count_carried(&mut tx, workspace).await? >= self.limits.workspace_runs_max.into()
        {
            queue::enqueue_again(&mut tx, workspace, run, OFFER_AGAIN_MS).await?;
            tx.commit().await?;
            return Ok(TakenUp::Not(Executed::Waiting));
        }
        let Some(lease) = store::take_lease(&mut tx, workspace, run, self.limits.lease_s).await?
        else {
            queue::enqueue_again(&mut tx, workspace, run, PAST_LEASE_MS).await?;
            tx.commit().await?;
            return Ok(TakenUp::Not(Executed::HeldElsewhere));
        };
        let (kind, message) = if row.started_at.is_none() {
            (EventKind::Started, "A worker has taken the run.")
        } else {
            (EventKind::Resumed, "A worker has taken the run up again after an interruption.")
        };
        event::insert(&mut tx, workspace, run, kind, None, message).await?;
        tx.commit().await?;
        // Each lease raises the token by one, so that it counts the attempts.
        if lease.token > self.limits.attempts_max.into() {
            self.fail(lease, &self.given_up(lease).await?).await?;
            return Ok(TakenUp::Not(Executed::Final));
        }
        Ok(TakenUp::Held(lease, Box::new(row)))
    }

    /// Why a run ends that its workers did not survive.
    async fn given_up(&self, lease: Lease) -> Result<Failure, UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, lease.workspace).await?;
        let stage = next_stage(&journal::load(&mut tx, lease.run).await?);
        Ok(Failure {
            stage,
            kind: FailureKind::LeaseLost,
            message: format!(
                "The run was taken up {} times, and each time it was interrupted.",
                self.limits.attempts_max
            ),
            reasons: Vec::new(),
        })
    }

    /// Completes with the run's failure when its time is up.
    pub(super) async fn out_of_time(&self, row: &RunRow) -> Stop {
        let (workspace, run) = (row.workspace, row.id);
        let left = async {
            let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
            let now = setup::load_now(&mut tx).await?;
            let limit = Duration::from_secs(self.limits.run_s.into());
            let since = now.duration_since(row.claimed_at).unsigned_abs();
            Ok::<_, StorageError>(limit.saturating_sub(since))
        };
        let stage = async {
            tokio::time::sleep(left.await?).await;
            let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
            Ok::<_, StorageError>(next_stage(&journal::load(&mut tx, run).await?))
        };
        match stage.await {
            Ok(stage) => Stop::Failed(Failure {
                stage,
                kind: FailureKind::Timeout,
                message: self.too_slow(true),
                reasons: Vec::new(),
            }),
            Err(error) => error.into(),
        }
    }

    /// Renews the lease until it is lost or the store fails for too long.
    pub(super) async fn keep_lease(&self, lease: Lease) -> UseCaseError {
        let silence_max = Duration::from_secs(self.limits.lease_s.into());
        let mut beat = tokio::time::interval(silence_max / 3);
        beat.tick().await;
        loop {
            beat.tick().await;
            let renewed = async {
                let mut tx = tenancy::begin_workspace(&self.pool, lease.workspace).await?;
                store::renew_lease(&mut tx, lease, self.limits.lease_s).await?;
                tx.commit().await.map_err(StorageError::from)
            };
            match renewed.await {
                Ok(()) => {}
                Err(StorageError::LeaseLost) => return StorageError::LeaseLost.into(),
                // The lease itself bounds how long this may go on.
                Err(error) => {
                    tracing::warn!(run.id = %lease.run, error = %error, "the lease was not renewed");
                }
            }
        }
    }
}
