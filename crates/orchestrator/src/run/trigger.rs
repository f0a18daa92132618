use super::{BlockReason, QueueFull, REGULAR_SLOT, Readiness, RunLimits, World, readiness};
use crate::{Actor, Orchestrator, Refusal, UseCaseError, new_id};
use domain::{
    cadence::{Period, local_date},
    id::{RunId, SpecificationId, UserId, WorkspaceId},
    run::Stage,
    schedule::RunTrigger,
    specification::PortfolioPanel,
    workspace::Role,
};
use storage::{
    PgConnection, audit,
    journal::{self, NewStep},
    run::{
        self as store, Lease, NewRun,
        event::{self, EventKind},
    },
    specification::{self, SpecificationRow, Version},
    tenancy,
};

/// The answer to a trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Triggered {
    /// The period's slot is claimed and the run queued.
    Started(RunId),
    /// A run of this specification is on its way: the same one for everybody.
    AlreadyLive(RunId),
    Blocked(BlockReason),
}

impl Orchestrator {
    /// Steps 1 and 2 of the flow: retrieves the active specification, enforces
    /// the cadence, and claims the slot together with its job, its journal and
    /// its audit entry.
    pub async fn trigger_run(
        &self,
        actor: &Actor,
        id: SpecificationId,
    ) -> Result<Triggered, UseCaseError> {
        let membership = actor.require(Role::Editor)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        let answer = trigger_in(&mut tx, &self.limits, actor, id).await?;
        tx.commit().await?;
        Ok(answer)
    }
}

async fn trigger_in(
    tx: &mut PgConnection,
    limits: &RunLimits,
    actor: &Actor,
    id: SpecificationId,
) -> Result<Triggered, UseCaseError> {
    let asked = Asked::load(tx, limits, id).await?;
    let answer = match &asked.readiness {
        Readiness::Live { run, .. } => Triggered::AlreadyLive(*run),
        Readiness::Blocked(reason) => Triggered::Blocked(reason.clone()),
        Readiness::Ready { period, slot_ordinal } => {
            let slot = Slot { period, ordinal: *slot_ordinal };
            asked.start(tx, limits, By::Member(actor.user), slot).await?
        }
    };
    if let Triggered::Blocked(reason) = &answer {
        audit_blocked(tx, asked.row.workspace, Some(actor.user), id, reason).await?;
    }
    Ok(answer)
}

/// What is claimed.
#[derive(Clone, Copy)]
pub(crate) struct Slot<'a> {
    pub period: &'a Period,
    pub ordinal: u16,
}

/// Who or what asks for a run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By {
    Member(UserId),
    Schedule { set_by: UserId },
}

impl By {
    const fn trigger(self) -> RunTrigger {
        match self {
            Self::Member(_) => RunTrigger::Member,
            Self::Schedule { .. } => RunTrigger::Schedule,
        }
    }

    const fn user(self) -> UserId {
        match self {
            Self::Member(user) | Self::Schedule { set_by: user } => user,
        }
    }

    /// A schedule acts by itself, whoever set it.
    const fn actor(self) -> Option<UserId> {
        match self {
            Self::Member(user) => Some(user),
            Self::Schedule { .. } => None,
        }
    }
}

/// A specification that somebody wants to run now. Later triggers of it wait until
/// the transaction ends; the index of slots would refuse them anyway.
pub(crate) struct Asked {
    row: SpecificationRow,
    world: World,
    pub readiness: Readiness,
}

impl Asked {
    pub(crate) async fn load(
        tx: &mut PgConnection,
        limits: &RunLimits,
        id: SpecificationId,
    ) -> Result<Self, UseCaseError> {
        let row = specification::lock(tx, id).await?.ok_or(UseCaseError::NotFound)?;
        let summary = specification::load_summaries(tx, Some(id), 1)
            .await?
            .pop()
            .ok_or(UseCaseError::NotFound)?;
        let world = World::load_for_trigger(tx, row.workspace, limits).await?;
        let readiness = readiness(&world, &summary)?;
        Ok(Self { row, world, readiness })
    }

    /// Claims the slot, if the queue has room.
    pub(crate) async fn start(
        &self,
        tx: &mut PgConnection,
        limits: &RunLimits,
        by: By,
        slot: Slot<'_>,
    ) -> Result<Triggered, UseCaseError> {
        let room = store::queue::take_room(tx, self.row.workspace, limits.of_queue()).await?;
        if let Some(full) = QueueFull::of(room, limits) {
            return Ok(Triggered::Blocked(BlockReason::QueueFull(full)));
        }
        claim(tx, by, &self.row, &self.world, slot).await
    }
}

async fn claim(
    tx: &mut PgConnection,
    by: By,
    row: &SpecificationRow,
    world: &World,
    slot: Slot<'_>,
) -> Result<Triggered, UseCaseError> {
    let period = slot.period;
    let id = row.id;
    let version = row.active_version.ok_or(UseCaseError::NotFound)?;
    let version = specification::load_version(tx, version).await?.ok_or(UseCaseError::NotFound)?;
    let window = period.cadence.window(local_date(&world.time_zone, world.now)?);
    let run = RunId::from_uuid(new_id());
    let new = NewRun {
        id: run,
        workspace: row.workspace,
        specification: id,
        version: version.id,
        period,
        slot_ordinal: slot.ordinal,
        window_from: window.from,
        window_to: window.to,
        trigger: by.trigger(),
        triggered_by: by.user(),
    };
    if !store::claim_slot(tx, &new).await? {
        // Only another writer that does not take the lock can bring us here.
        let holders = store::load_slot_holders(tx, id).await?;
        return holders
            .into_iter()
            .find(|holder| holder.status.is_live())
            .map(|holder| Triggered::AlreadyLive(holder.id))
            .ok_or_else(|| Refusal::SlotTaken.into());
    }
    let lease = Lease { workspace: row.workspace, run, token: 0 };
    journal_claim(tx, lease, world, &version, slot).await?;
    event::insert(tx, row.workspace, run, EventKind::Queued, None, "The run is queued.").await?;
    let entry = audit::Entry {
        action: "run.triggered",
        actor: by.actor(),
        target: run.to_string(),
        detail: serde_json::json!({
            "specification": id,
            "trigger": by.trigger(),
            "triggered_by": by.user(),
            "version": version.number,
            "period": period.key,
            "slot_ordinal": slot.ordinal,
        }),
    };
    audit::append(tx, Some(row.workspace), &entry).await?;
    store::queue::enqueue(tx, row.workspace, run).await?;
    Ok(Triggered::Started(run))
}

async fn journal_claim(
    tx: &mut PgConnection,
    lease: Lease,
    world: &World,
    version: &Version,
    Slot { period, ordinal }: Slot<'_>,
) -> Result<(), UseCaseError> {
    let scope = &version.specification.scope;
    let retrieved = match &version.specification.portfolio {
        Some(order) => format!(
            "Version {} is active: a portfolio, {} of {} panels, {} trading days.",
            version.number,
            order.panels.len(),
            PortfolioPanel::ALL.len(),
            order.window.trading_days()
        ),
        None => format!(
            "Version {} is active: {} deliverables, {} regions, {} value-chain links.",
            version.number,
            scope.deliverables.len(),
            scope.regions.len(),
            scope.links.len()
        ),
    };
    let enforced = if ordinal == REGULAR_SLOT {
        format!("The {} slot of {} is free and now held.", period.cadence.id(), period.key)
    } else {
        format!("Slot {ordinal} of {}, granted by an administrator, is now held.", period.key)
    };
    for (stage, input, output, result) in [
        (
            Stage::RetrieveSpecification,
            format!("“{}”", version.specification.name),
            retrieved,
            serde_json::json!({ "version": version.number, "version_id": version.id }),
        ),
        (
            Stage::EnforceCadence,
            format!("{} in {}", period.label(), period.zone),
            enforced,
            serde_json::json!({ "period": period.key, "slot_ordinal": ordinal }),
        ),
    ] {
        let step = NewStep {
            stage,
            key: "",
            started_at: world.now,
            input: &input,
            output: &output,
            result: &result,
            lineage: None,
        };
        journal::insert(tx, lease, &step).await?;
    }
    Ok(())
}

pub(crate) async fn audit_blocked(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    actor: Option<UserId>,
    id: SpecificationId,
    reason: &BlockReason,
) -> Result<(), UseCaseError> {
    let entry = audit::Entry {
        action: "run.blocked",
        actor,
        target: id.to_string(),
        detail: serde_json::json!({
            "code": reason.code(),
            "reason": reason.message(),
        }),
    };
    audit::append(tx, Some(workspace), &entry).await?;
    Ok(())
}
