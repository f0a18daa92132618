//! What the queue itself needs: how much may wait in it, and that it is cleared.

use super::RunLimits;
use crate::{Orchestrator, UseCaseError};
use storage::{run::queue, tenancy};

impl RunLimits {
    pub(super) fn of_queue(&self) -> queue::Bounds {
        queue::Bounds { of_workspace: self.workspace_queued_max, in_all: self.queued_max }
    }
}

impl Orchestrator {
    /// Deletes jobs that the queue will never offer again: a run that was queued anew has
    /// another one. How many there were.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_spent_jobs(&self) -> Result<i64, UseCaseError> {
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let forgotten = queue::forget_spent(&mut tx).await?;
        tx.commit().await?;
        Ok(forgotten)
    }
}
