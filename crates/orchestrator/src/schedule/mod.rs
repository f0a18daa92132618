//! Schedules: a specification runs by itself, once a period, through the same
//! trigger as everybody's. What is due stands in the database: [`planning`] writes
//! it ahead, [`dispatch`] starts it, and any number of processes may do both.

mod dispatch;
mod planning;

pub use dispatch::Dispatched;

use crate::{
    Actor, Orchestrator, Refusal, UseCaseError,
    run::{BlockReason, Readiness, World, readiness},
    specification::reason_given,
};
use domain::{
    cadence::Cadence,
    id::SpecificationId,
    schedule::{PlannedSlot, ScheduleDraft, plan},
    specification::SpecificationState,
    workspace::Role,
};
use jiff::Timestamp;
use storage::{
    PgConnection, audit,
    schedule::{
        self as store, ScheduleRow,
        planned_slot::{self, SlotRow},
    },
    specification::{self, SpecificationRow, Summary},
    tenancy,
};

/// Moments shown ahead.
const UPCOMING: usize = 5;
/// Slots of the past shown.
const RECENT_MAX: i64 = 10;

/// A specification's schedule with what it led to and what is next.
#[derive(Clone, Debug)]
pub struct ScheduleView {
    pub name: String,
    pub state: SpecificationState,
    /// Of the version in force, else of the newest one.
    pub cadence: Option<Cadence>,
    pub schedule: Option<ScheduleRow>,
    /// The next slots that can be run; none while the schedule or the specification
    /// rests.
    pub upcoming: Vec<PlannedSlot>,
    /// Slots that were due, the newest first.
    pub recent: Vec<SlotRow>,
    pub time_zone: String,
    pub now: Timestamp,
}

impl ScheduleView {
    pub(crate) async fn load(
        tx: &mut PgConnection,
        world: &World,
        row: &SpecificationRow,
        summary: &Summary,
    ) -> Result<Self, UseCaseError> {
        let schedule = store::load(tx, row.id).await?;
        Ok(Self {
            upcoming: upcoming(world, row, summary, schedule.as_ref())?,
            recent: planned_slot::load_recent(tx, row.id, world.now, RECENT_MAX).await?,
            cadence: summary.current.as_ref().map(|version| version.cadence),
            name: row.name.clone(),
            state: row.state,
            schedule,
            time_zone: world.time_zone.clone(),
            now: world.now,
        })
    }
}

impl Orchestrator {
    pub async fn view_schedule(
        &self,
        actor: &Actor,
        id: SpecificationId,
    ) -> Result<ScheduleView, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        let row = specification::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        let summary = specification::load_summaries(&mut tx, Some(id), 1)
            .await?
            .pop()
            .ok_or(UseCaseError::NotFound)?;
        let world = World::load_for_trigger(&mut tx, membership.workspace, &self.limits).await?;
        ScheduleView::load(&mut tx, &world, &row, &summary).await
    }

    /// Sets when the specification runs by itself, and plans it.
    ///
    /// # Errors
    /// [`Refusal::ScheduleForm`] with something to mend, which
    /// [`ScheduleDraft::check`] names; [`Refusal::Cancelled`].
    pub async fn set_schedule(
        &self,
        actor: &Actor,
        id: SpecificationId,
        draft: &ScheduleDraft,
    ) -> Result<(), UseCaseError> {
        let workspace = actor.require(Role::Editor)?.workspace;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let row = specification::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        if row.state == SpecificationState::Cancelled {
            return Err(Refusal::Cancelled.into());
        }
        let before = store::load(&mut tx, id).await?.map(|row| row.schedule);
        let schedule = draft
            .check(before.unwrap_or_default())
            .map_err(|_| UseCaseError::Refused(Refusal::ScheduleForm))?;
        store::set(&mut tx, workspace, id, &schedule, actor.user).await?;
        planning::plan_one(&mut tx, workspace, id).await?;
        let detail = serde_json::json!({
            "before": before.map(ScheduleDraft::from),
            "after": ScheduleDraft::from(schedule),
        });
        record(&mut tx, Some(actor), &row, "schedule.set", detail).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Nothing is started until it is resumed.
    ///
    /// # Errors
    /// [`Refusal::NoSchedule`], [`Refusal::ScheduleStands`], [`Refusal::ReasonLength`].
    pub async fn pause_schedule(
        &self,
        actor: &Actor,
        id: SpecificationId,
        reason: &str,
    ) -> Result<(), UseCaseError> {
        let workspace = actor.require(Role::Editor)?.workspace;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let row = specification::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        store::load(&mut tx, id).await?.ok_or(Refusal::NoSchedule)?;
        let reason = reason_given(reason)?;
        if !store::pause(&mut tx, id, Some(actor.user), &reason).await? {
            return Err(Refusal::ScheduleStands.into());
        }
        planning::plan_one(&mut tx, workspace, id).await?;
        let detail = serde_json::json!({ "reason": reason });
        record(&mut tx, Some(actor), &row, "schedule.paused", detail).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Goes on with the next slot that comes; none of the pause is caught up.
    ///
    /// # Errors
    /// [`Refusal::NoSchedule`], [`Refusal::ScheduleStands`].
    pub async fn resume_schedule(
        &self,
        actor: &Actor,
        id: SpecificationId,
    ) -> Result<(), UseCaseError> {
        let workspace = actor.require(Role::Editor)?.workspace;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let row = specification::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        store::load(&mut tx, id).await?.ok_or(Refusal::NoSchedule)?;
        if !store::resume(&mut tx, id).await? {
            return Err(Refusal::ScheduleStands.into());
        }
        planning::plan_one(&mut tx, workspace, id).await?;
        record(&mut tx, Some(actor), &row, "schedule.resumed", serde_json::Value::Null).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The next moments at which a run can start. A period that has its report is left
/// out, since its slot will not be run.
fn upcoming(
    world: &World,
    row: &SpecificationRow,
    summary: &Summary,
    schedule: Option<&ScheduleRow>,
) -> Result<Vec<PlannedSlot>, UseCaseError> {
    let rests = row.state != SpecificationState::Active;
    let (Some(schedule), Some(version), false) =
        (schedule.filter(|schedule| schedule.pause.is_none()), summary.current.as_ref(), rests)
    else {
        return Ok(Vec::new());
    };
    let from = match readiness(world, summary)? {
        Readiness::Blocked(BlockReason::SlotTaken { next_eligible, .. }) => next_eligible,
        _ => world.now,
    };
    let (zone, cadence) = (&world.time_zone, version.cadence);
    Ok(plan(&schedule.schedule, cadence, zone, row.id, from, UPCOMING)?)
}

/// Tells the audit log of a change; without an actor the platform made it.
async fn record(
    tx: &mut PgConnection,
    actor: Option<&Actor>,
    row: &SpecificationRow,
    action: &'static str,
    detail: serde_json::Value,
) -> Result<(), UseCaseError> {
    let actor = actor.map(|actor| actor.user);
    let entry = audit::Entry { action, actor, target: row.id.to_string(), detail };
    audit::append(tx, Some(row.workspace), &entry).await?;
    Ok(())
}
