//! Starts what is due. A slot's outcome and its run are one commit: two processes, or
//! one that dies in between, give one run or none.

use crate::{
    Orchestrator, UseCaseError,
    run::{Asked, BlockReason, By, REGULAR_SLOT, Readiness, Slot, Triggered, audit_blocked},
};
use domain::{
    cadence::format_moment,
    id::{PlannedSlotId, WorkspaceId},
    schedule::MissedPolicy,
};
use jiff::{SignedDuration, Timestamp};
use storage::{
    PgConnection,
    schedule::{
        self as store, ScheduleRow,
        planned_slot::{self, DueSlot, Waiting},
    },
    setup, tenancy, workspace,
};

/// Slots looked at in one pass; while there are as many, the next pass follows at once.
const DISPATCHED_MAX: i64 = 200;
/// A slot that nobody tried for so long after its start was missed, and the schedule's
/// policy decides. Within it every slot starts while some process works.
const LATE_MAX: SignedDuration = SignedDuration::from_mins(5);
/// Pause before a slot that waits is tried again.
const TRY_AGAIN_S: u32 = 60;

/// What one pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dispatched {
    pub started: usize,
    /// Slots that will not be run.
    pub not_run: usize,
    /// Slots that are tried again.
    pub waiting: usize,
    /// There may be more that is due.
    pub is_full: bool,
}

enum Outcome {
    Started,
    NotRun,
    Waiting,
    /// Somebody else decided it, or what it was planned from has changed.
    Gone,
}

impl Orchestrator {
    /// Starts the runs of slots that are due. Any number of processes may do so.
    ///
    /// # Errors
    /// When the store fails; what was not decided is due again.
    pub async fn dispatch_schedules(&self) -> Result<Dispatched, UseCaseError> {
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let due = planned_slot::load_due(&mut tx, DISPATCHED_MAX).await?;
        drop(tx);
        let is_full = i64::try_from(due.len()).is_ok_and(|found| found == DISPATCHED_MAX);
        let mut done = Dispatched { is_full, ..Dispatched::default() };
        for (workspace, id) in due {
            match self.dispatch_one(workspace, id).await? {
                Outcome::Started => done.started += 1,
                Outcome::NotRun => done.not_run += 1,
                Outcome::Waiting => done.waiting += 1,
                Outcome::Gone => {}
            }
        }
        Ok(done)
    }

    async fn dispatch_one(
        &self,
        workspace: WorkspaceId,
        id: PlannedSlotId,
    ) -> Result<Outcome, UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let Some(slot) = planned_slot::take(&mut tx, id).await? else { return Ok(Outcome::Gone) };
        let Some(schedule) = store::load(&mut tx, slot.specification).await? else {
            return Ok(Outcome::Gone);
        };
        let now = setup::load_now(&mut tx).await?;
        let zone =
            workspace::load_time_zone(&mut tx, workspace).await?.ok_or(UseCaseError::NotFound)?;
        let outcome = match missed(&slot, &schedule, now, &zone)? {
            Some(why) => not_run(&mut tx, &slot, why).await?,
            None => self.try_slot(&mut tx, workspace, &slot, &schedule).await?,
        };
        tx.commit().await?;
        Ok(outcome)
    }

    async fn try_slot(
        &self,
        tx: &mut PgConnection,
        workspace: WorkspaceId,
        slot: &DueSlot,
        schedule: &ScheduleRow,
    ) -> Result<Outcome, UseCaseError> {
        let asked = Asked::load(tx, &self.limits, slot.specification).await?;
        let answer = match &asked.readiness {
            Readiness::Live { run, .. } => Triggered::AlreadyLive(*run),
            Readiness::Blocked(reason) => Triggered::Blocked(reason.clone()),
            // Cadence or zone have changed since it was planned: it is planned anew.
            Readiness::Ready { period, .. } if period.key.as_str() != slot.period_key => {
                planned_slot::withdraw(tx, slot.specification).await?;
                return Ok(Outcome::Gone);
            }
            // A slot that was granted is for whom it was granted to, not for a schedule.
            Readiness::Ready { slot_ordinal, .. } if *slot_ordinal != REGULAR_SLOT => {
                let reason = format!("The report for {} exists already.", slot.period_key);
                return not_run(tx, slot, because("slot_taken", reason)).await;
            }
            Readiness::Ready { period, slot_ordinal } => {
                let by = By::Schedule { set_by: schedule.set_by };
                let claimed = Slot { period, ordinal: *slot_ordinal };
                asked.start(tx, &self.limits, by, claimed).await?
            }
        };
        match answer {
            Triggered::Started(run) => {
                planned_slot::record_run(tx, slot.id, run).await?;
                Ok(Outcome::Started)
            }
            Triggered::AlreadyLive(_) => {
                let reason = "Another run of this specification is on its way.".to_owned();
                wait(tx, slot, because("live_run", reason)).await
            }
            Triggered::Blocked(reason) => {
                let why = because(reason.code(), reason.message());
                // The same reason again is no news to the log.
                if slot.waits_for.as_ref().is_none_or(|before| before.code != why.code) {
                    audit_blocked(tx, workspace, None, slot.specification, &reason).await?;
                }
                if passes(&reason) {
                    wait(tx, slot, why).await
                } else {
                    not_run(tx, slot, why).await
                }
            }
        }
    }
}

/// Whether a blocked slot may still be run within its period.
const fn passes(reason: &BlockReason) -> bool {
    match reason {
        BlockReason::GateClosed { .. } | BlockReason::QueueFull(_) => true,
        BlockReason::NotActive { .. }
        | BlockReason::NoEntitlement
        | BlockReason::EntitlementExpired { .. }
        | BlockReason::ExceedsEntitlement { .. }
        | BlockReason::SlotTaken { .. } => false,
    }
}

/// Why the slot comes too late, if it does.
fn missed(
    slot: &DueSlot,
    schedule: &ScheduleRow,
    now: Timestamp,
    zone: &str,
) -> Result<Option<Waiting>, UseCaseError> {
    if now >= slot.period_ends_at {
        let reason = match &slot.waits_for {
            Some(waited) => format!("The period ended before it could start. {}", waited.reason),
            None => "No worker was running before the period ended.".to_owned(),
        };
        return Ok(Some(because("period_ended", reason)));
    }
    let is_late = now.duration_since(slot.starts_at) > LATE_MAX && slot.waits_for.is_none();
    if is_late && schedule.schedule.missed == MissedPolicy::Skip {
        let reason = format!(
            "No worker was running when it was due. It was found at {}, and the schedule says to \
             skip what was missed.",
            format_moment(now, zone)?
        );
        return Ok(Some(because("missed", reason)));
    }
    Ok(None)
}

fn because(code: &str, reason: String) -> Waiting {
    Waiting { code: code.to_owned(), reason }
}

async fn not_run(
    tx: &mut PgConnection,
    slot: &DueSlot,
    why: Waiting,
) -> Result<Outcome, UseCaseError> {
    planned_slot::record_not_run(tx, slot.id, &why).await?;
    Ok(Outcome::NotRun)
}

async fn wait(
    tx: &mut PgConnection,
    slot: &DueSlot,
    why: Waiting,
) -> Result<Outcome, UseCaseError> {
    planned_slot::record_waiting(tx, slot.id, &why, TRY_AGAIN_S).await?;
    Ok(Outcome::Waiting)
}
