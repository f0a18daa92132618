//! How long executions are kept.

use crate::{Orchestrator, UseCaseError};
use serde_json::json;
use storage::{
    audit::{self, Entry},
    execution as store, tenancy,
};

/// Days that an execution is kept where nothing else is set.
pub const KEPT_DAYS: u16 = 400;
/// The schema refuses to delete a younger one.
pub const KEPT_DAYS_MIN: u16 = 7;

/// Deleted in one transaction: its locks and its log are small, and whoever asks at
/// that moment hardly waits.
const BATCH: i32 = 500;
/// Transactions of one turn of housekeeping; what is left waits for the next.
const BATCHES_MAX: usize = 40;

impl Orchestrator {
    /// Forgets executions that are older than `days` days; the worker's
    /// housekeeping. Each transaction leaves an entry in the platform's audit
    /// chain with the number that it deleted. Returns how many went.
    pub async fn forget_executions(&self, days: u16) -> Result<i64, UseCaseError> {
        let days = days.max(KEPT_DAYS_MIN);
        let mut forgotten = 0;
        for _ in 0..BATCHES_MAX {
            let mut tx = tenancy::begin_global(&self.pool).await?;
            let deleted = store::forget(&mut tx, days.into(), BATCH).await?;
            if deleted == 0 {
                break;
            }
            let entry = Entry {
                action: "executions.forgotten",
                actor: None,
                target: "executions".to_owned(),
                detail: json!({ "count": deleted, "older_than_days": days }),
            };
            audit::append(&mut tx, None, &entry).await?;
            tx.commit().await?;
            forgotten += deleted;
            if deleted < i64::from(BATCH) {
                break;
            }
        }
        Ok(forgotten)
    }
}
