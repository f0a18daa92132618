//! Writes the slots of schedules ahead, and anew when what they follow from has
//! changed: the schedule, the cadence, the zone, the specification's state.

use super::record;
use crate::{Orchestrator, UseCaseError, new_id};
use domain::{
    cadence::Period,
    id::{PlannedSlotId, SpecificationId, WorkspaceId},
    schedule::plan,
};
use jiff::ToSpan;
use storage::{
    PgConnection, StorageError,
    schedule::{self as store, Unplanned, planned_slot},
    setup, specification, tenancy,
};

/// Slots planned at once: a process that comes back finds what was due meanwhile.
const AHEAD: usize = 5;
/// Schedules seen to in one pass; the next one goes on.
const PLANNED_MAX: i64 = 500;

impl Orchestrator {
    /// Plans what is not planned, and pauses what keeps failing. Any number of
    /// processes may do so at once. Gives how many schedules it saw to.
    ///
    /// # Errors
    /// When the store fails; the next pass goes on.
    pub async fn plan_schedules(&self) -> Result<usize, UseCaseError> {
        let failures = self.limits.schedule_failures_max;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let failing = store::load_failing(&mut tx, failures, PLANNED_MAX).await?;
        let unplanned = store::load_unplanned(&mut tx, PLANNED_MAX).await?;
        drop(tx);
        for Unplanned { workspace, specification } in &failing {
            self.pause_failing(*workspace, *specification).await?;
        }
        for Unplanned { workspace, specification } in &unplanned {
            let mut tx = tenancy::begin_workspace(&self.pool, *workspace).await?;
            plan_one(&mut tx, *workspace, *specification).await?;
            tx.commit().await?;
        }
        Ok(failing.len() + unplanned.len())
    }

    async fn pause_failing(
        &self,
        workspace: WorkspaceId,
        id: SpecificationId,
    ) -> Result<(), UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let reason = format!(
            "The last {} scheduled runs failed. See why in the history, then resume the schedule.",
            self.limits.schedule_failures_max
        );
        if !store::pause(&mut tx, id, None, &reason).await? {
            return Ok(());
        }
        plan_one(&mut tx, workspace, id).await?;
        let row = specification::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        let detail = serde_json::json!({ "reason": reason });
        record(&mut tx, None, &row, "schedule.paused", detail).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Brings the planned slots of one schedule up to date. Slots that were decided stay.
pub(super) async fn plan_one(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    id: SpecificationId,
) -> Result<(), UseCaseError> {
    let Some(basis) = store::lock_basis(tx, id).await? else { return Ok(()) };
    let row = store::load(tx, id).await?.ok_or_else(|| {
        StorageError::Corrupt(format!("the schedule of {id} vanished under its lock"))
    })?;
    if basis.is_new {
        planned_slot::withdraw(tx, id).await?;
    }
    let Some(cadence) = basis.cadence else {
        store::record_planned(tx, id, &basis, None).await?;
        return Ok(());
    };
    let now = setup::load_now(tx).await?;
    // A schedule that is new, or goes on, begins now. One that ran out of planned slots
    // while no process ran looks back to the begin of the present period, not further:
    // what is past stays past.
    let from = match row.planned_until.filter(|_| !basis.is_new) {
        None => now,
        Some(until) => {
            let present = Period::containing(cadence, &basis.time_zone, now)?;
            let after = until.checked_add(1.second()).unwrap_or(until);
            after.max(present.starts_at)
        }
    };
    let slots = plan(&row.schedule, cadence, &basis.time_zone, id, from, AHEAD)?;
    for slot in &slots {
        planned_slot::insert(tx, PlannedSlotId::from_uuid(new_id()), workspace, id, slot).await?;
    }
    store::record_planned(tx, id, &basis, slots.last().map(|slot| slot.due_at)).await?;
    Ok(())
}
