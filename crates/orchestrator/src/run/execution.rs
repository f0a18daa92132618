//! A run in the hands of one worker.

use super::drive::{Task, drive};
use crate::{Orchestrator, UseCaseError};
use domain::id::{RunId, WorkspaceId};
use flow::{Outcome, Why};

/// How a worker's hold on a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Executed {
    /// The run is in a final state, now or before.
    Final,
    /// Another worker holds the run. Its job is queued for the end of that lease.
    HeldElsewhere,
    /// Evidence is not fresh, or the workspace has as many runs carried as it may; the
    /// job is queued again.
    Waiting,
    /// This process stops; the run is queued for another.
    HandedBack,
}

impl Orchestrator {
    /// Carries a queued run, or an abandoned one, to its end.
    ///
    /// # Errors
    /// When the store gives no answer: the run stays as the journal has it, and the
    /// queue offers it again.
    pub async fn execute_run(
        &self,
        workspace: WorkspaceId,
        run: RunId,
    ) -> Result<Executed, UseCaseError> {
        let task = Task { workspace, run, why: Why::Offered, by: None };
        match drive(self, task).await? {
            Outcome::HeldElsewhere => Ok(Executed::HeldElsewhere),
            Outcome::Waiting => Ok(Executed::Waiting),
            Outcome::HandedBack => Ok(Executed::HandedBack),
            _ => Ok(Executed::Final),
        }
    }

    /// Has the runs of this process handed back, for good: a step that is under way
    /// may end within a grace, and no other begins.
    pub fn stop_runs(&self) {
        self.stopping.send_replace(true);
    }
}
