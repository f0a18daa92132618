//! Whether a specification can run now, and if not, why not: one pure rule for
//! the dashboard, the trigger and the worker.

use super::{RunLimits, prices};
use crate::{
    UseCaseError,
    evidence::{Evidence, Gate},
};
use domain::{
    cadence::{Period, PeriodError, blocked_message, local_date},
    id::{RunId, WorkspaceId},
    run::RunStatus,
    specification::{Desk, Specification, SpecificationState},
    workspace::{Entitlement, EntitlementExcess},
};
use jiff::Timestamp;
use storage::{
    PgConnection,
    pricing_pack::PricingPackRow,
    run::queue::{self, Room},
    setup,
    specification::Summary,
    workspace,
};

/// Two zones are at most 26 hours apart, so that a change of zone leaves the
/// calendar at most two days behind.
const PERIODS_BEHIND_MAX: usize = 3;

/// The ordinal of the slot that every period has by itself.
pub(crate) const REGULAR_SLOT: u16 = 0;

/// What the rule looks at besides the specification, read once per request.
#[derive(Clone, Debug)]
pub struct World {
    pub now: Timestamp,
    pub time_zone: String,
    pub entitlement: Option<Entitlement>,
    pub evidence: Option<Evidence>,
    /// The pricing pack that a run of the portfolio desk would take today.
    pub prices: Option<PricingPackRow>,
    /// Why no run may be queued; none as well where nobody asked.
    pub queue_full: Option<QueueFull>,
}

/// A queue that takes no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueFull {
    OfWorkspace { queued_max: u16 },
    OfAll,
}

impl QueueFull {
    /// Seconds after which asking again makes sense: a workspace's queue moves with each
    /// of its runs, the whole one is a load that should fall first.
    pub const fn retry_after_s(self) -> u32 {
        match self {
            Self::OfWorkspace { .. } => 10,
            Self::OfAll => 30,
        }
    }

    pub(super) fn of(room: Room, limits: &RunLimits) -> Option<Self> {
        match room {
            Room::Free => None,
            Room::WorkspaceFull => {
                Some(Self::OfWorkspace { queued_max: limits.workspace_queued_max })
            }
            Room::QueueFull => Some(Self::OfAll),
        }
    }
}

impl World {
    pub(crate) async fn load(
        tx: &mut PgConnection,
        workspace: WorkspaceId,
    ) -> Result<Self, UseCaseError> {
        let now = setup::load_now(tx).await?;
        let time_zone = workspace::load_time_zone(tx, workspace).await?;
        let time_zone = time_zone.ok_or(UseCaseError::NotFound)?;
        let today = prices::local_day(now, &time_zone)?;
        Ok(Self {
            now,
            prices: prices::load(tx, workspace, today).await?,
            time_zone,
            entitlement: workspace::load_entitlement(tx, workspace).await?,
            evidence: Evidence::load(tx).await?,
            queue_full: None,
        })
    }

    /// What one more run of the workspace would meet.
    pub(crate) async fn load_for_trigger(
        tx: &mut PgConnection,
        workspace: WorkspaceId,
        limits: &RunLimits,
    ) -> Result<Self, UseCaseError> {
        let room = queue::load_room(tx, workspace, limits.of_queue()).await?;
        let queue_full = QueueFull::of(room, limits);
        Ok(Self { queue_full, ..Self::load(tx, workspace).await? })
    }
}

/// Whether a run can begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// In the period's regular slot, 0, or in one that an administrator opened.
    Ready {
        period: Period,
        slot_ordinal: u16,
    },
    /// A run is on its way.
    Live {
        run: RunId,
        status: RunStatus,
    },
    Blocked(BlockReason),
}

/// Why a trigger gives no run. None of these consumes a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockReason {
    NotActive {
        state: SpecificationState,
        reason: Option<String>,
    },
    NoEntitlement,
    EntitlementExpired {
        until: jiff::civil::Date,
    },
    ExceedsEntitlement {
        excesses: Vec<EntitlementExcess>,
    },
    /// The period has its report.
    SlotTaken {
        period: Period,
        completed_at: Timestamp,
        next_eligible: Timestamp,
        message: String,
    },
    GateClosed {
        reason: String,
    },
    QueueFull(QueueFull),
}

impl BlockReason {
    /// A stable word for audit entries and tests.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotActive { .. } => "not_active",
            Self::NoEntitlement => "no_entitlement",
            Self::EntitlementExpired { .. } => "entitlement_expired",
            Self::ExceedsEntitlement { .. } => "exceeds_entitlement",
            Self::SlotTaken { .. } => "slot_taken",
            Self::GateClosed { .. } => "gate_closed",
            Self::QueueFull(QueueFull::OfWorkspace { .. }) => "workspace_queue_full",
            Self::QueueFull(QueueFull::OfAll) => "queue_full",
        }
    }

    /// The reason in full sentences, with what to do.
    pub fn message(&self) -> String {
        match self {
            Self::NotActive { state, reason } => not_active(*state, reason.as_deref()),
            Self::NoEntitlement => {
                "The workspace has no entitlement yet. An administrator grants it.".to_owned()
            }
            Self::EntitlementExpired { until } => format!(
                "The workspace's entitlement ended on {until}. Reports stay readable; \
                 an administrator can extend it."
            ),
            Self::ExceedsEntitlement { excesses } => {
                let named: Vec<String> = excesses
                    .iter()
                    .map(|excess| {
                        format!(
                            "{} ({}, entitled: {})",
                            excess.what, excess.wanted, excess.entitled
                        )
                    })
                    .collect();
                format!(
                    "The specification exceeds the workspace's entitlement: {}.",
                    named.join("; ")
                )
            }
            Self::SlotTaken { message, .. } => message.clone(),
            Self::GateClosed { reason } => reason.clone(),
            Self::QueueFull(QueueFull::OfWorkspace { queued_max }) => format!(
                "The workspace’s queue is full: at most {queued_max} of its runs wait at once. Each \
                 that begins makes room for another, and the period stays available."
            ),
            Self::QueueFull(QueueFull::OfAll) => {
                "More runs wait than the service takes at present. The period stays available; \
                 try again in a minute."
                    .to_owned()
            }
        }
    }
}

fn not_active(state: SpecificationState, reason: Option<&str>) -> String {
    let said = reason.map(|reason| format!(" Reason: {reason}")).unwrap_or_default();
    match state {
        SpecificationState::Draft => {
            format!("It is a draft. Submit it, and an administrator activates it.{said}")
        }
        SpecificationState::Submitted => "It waits for an administrator to activate it.".to_owned(),
        SpecificationState::Paused => format!("It is paused.{said}"),
        SpecificationState::Cancelled => format!("It is cancelled.{said}"),
        SpecificationState::Active => "It has no active version.".to_owned(),
    }
}

/// The rule. Order: live run, activation, entitlement, slot, freshness gate, queue.
pub fn readiness(world: &World, summary: &Summary) -> Result<Readiness, PeriodError> {
    if let Some((run, status)) = summary.live_run {
        return Ok(Readiness::Live { run, status });
    }
    let active = match (summary.state, &summary.current) {
        (SpecificationState::Active, Some(active)) => active,
        (state, _) => {
            let reason = summary.state_reason.clone();
            return Ok(Readiness::Blocked(BlockReason::NotActive { state, reason }));
        }
    };
    if let Some(reason) = entitlement_block(world, active)? {
        return Ok(Readiness::Blocked(reason));
    }
    let period = Period::containing(active.cadence, &world.time_zone, world.now)?;
    let slot_ordinal = match slot_block(world, summary, &period)? {
        None => REGULAR_SLOT,
        Some(reason) => match granted_slot(world, summary, &period) {
            Some(ordinal) => ordinal,
            None => return Ok(Readiness::Blocked(reason)),
        },
    };
    let gate = match active.desk() {
        Desk::Polyurethane => {
            Gate::of(world.evidence.as_ref(), &active.scope, active.cadence, world.now)
        }
        Desk::Portfolio => {
            prices::gate(world.prices.as_ref(), local_date(&world.time_zone, world.now)?)
        }
    };
    Ok(match gate {
        Gate::Closed { reason } => Readiness::Blocked(BlockReason::GateClosed { reason }),
        Gate::Open => match world.queue_full {
            Some(full) => Readiness::Blocked(BlockReason::QueueFull(full)),
            None => Readiness::Ready { period, slot_ordinal },
        },
    })
}

fn entitlement_block(
    world: &World,
    active: &Specification,
) -> Result<Option<BlockReason>, PeriodError> {
    let today = local_date(&world.time_zone, world.now)?;
    Ok(match &world.entitlement {
        None => Some(BlockReason::NoEntitlement),
        Some(entitlement) if !entitlement.is_valid_on(today) => {
            Some(BlockReason::EntitlementExpired { until: entitlement.valid_until })
        }
        Some(entitlement) => {
            let excesses = entitlement.excesses(active);
            (!excesses.is_empty()).then_some(BlockReason::ExceedsEntitlement { excesses })
        }
    })
}

/// A slot of this very period that was granted, and is neither used nor expired.
fn granted_slot(world: &World, summary: &Summary, period: &Period) -> Option<u16> {
    summary
        .open_slots
        .iter()
        .find(|slot| slot.period_key == period.key && world.now < slot.expires_at)
        .map(|slot| slot.slot_ordinal)
}

/// The last success in a regular slot blocks until its own period ends, so that
/// neither a change of cadence nor of zone opens a second slot over the same days;
/// and it blocks every period whose key is not after its own, which a zone further
/// west may still have before it.
fn slot_block(
    world: &World,
    summary: &Summary,
    period: &Period,
) -> Result<Option<BlockReason>, PeriodError> {
    let Some(last) = &summary.last_regular else { return Ok(None) };
    let mut covered = last.period.clone();
    let mut following = period.clone();
    for _ in 0..PERIODS_BEHIND_MAX {
        // Keys of two cadences do not compare.
        if following.cadence != covered.cadence || following.key > covered.key {
            break;
        }
        covered.ends_at = covered.ends_at.max(following.ends_at);
        following = Period::containing(following.cadence, &following.zone, following.ends_at)?;
    }
    if world.now >= covered.ends_at {
        return Ok(None);
    }
    Ok(Some(BlockReason::SlotTaken {
        completed_at: last.finished_at,
        next_eligible: covered.ends_at,
        message: blocked_message(&covered, last.finished_at)?,
        period: covered,
    }))
}
