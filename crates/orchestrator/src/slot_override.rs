//! Overrides: an administrator opens one further slot of the present period.
//! One success uses it up, failures leave it, the end of the period ends it.

use crate::{
    Actor, Orchestrator, Refusal, UseCaseError, new_id, run::REGULAR_SLOT,
    specification::reason_given,
};
use domain::{
    cadence::Period,
    id::{RunId, SlotOverrideId, SpecificationId},
    slot_override::OverrideKind,
    specification::SpecificationState,
    workspace::Role,
};
use jiff::Timestamp;
use storage::{
    PgConnection, audit,
    run::Lease,
    setup,
    slot_override::{self as store, NewOverride, SlotOverride},
    specification::{self, SpecificationRow, Summary},
    tenancy, workspace,
};

/// Overrides shown at once, the newest.
const OVERRIDES_MAX: i64 = 50;
/// Overrides whose expiry one pass writes down: a pass stays well below a second,
/// and the next one goes on.
const EXPIRED_MAX: i64 = 200;

/// What an administrator decides on.
#[derive(Clone, Debug)]
pub struct OverrideDecision {
    pub specification: SpecificationId,
    pub name: String,
    pub workspace_name: String,
    pub state: SpecificationState,
    /// The period that a slot would be opened in; none without a version in force.
    pub period: Option<Period>,
    /// Why this administrator cannot grant one now.
    pub obstacle: Option<Refusal>,
    /// The newest first.
    pub overrides: Vec<SlotOverride>,
    pub now: Timestamp,
}

impl Orchestrator {
    /// The overrides of a specification, the newest first, for its workspace.
    pub async fn list_overrides(
        &self,
        actor: &Actor,
        id: SpecificationId,
    ) -> Result<Vec<SlotOverride>, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        specification::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        Ok(store::load_all(&mut tx, id, OVERRIDES_MAX).await?)
    }

    /// The kind of override that opened the slot of a run; none for a regular slot,
    /// and for another workspace's run.
    pub async fn override_of_run(
        &self,
        actor: &Actor,
        run: RunId,
    ) -> Result<Option<OverrideKind>, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        Ok(store::load_kind(&mut tx, run).await?)
    }

    /// What the page shows on which an administrator grants one.
    pub async fn view_overrides(
        &self,
        actor: &Actor,
        id: SpecificationId,
    ) -> Result<OverrideDecision, UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let row = specification::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        let of = workspace::load_all(&mut tx, Some(row.workspace), 1)
            .await?
            .pop()
            .ok_or(UseCaseError::NotFound)?;
        tenancy::enter_workspace(&mut tx, row.workspace).await?;
        let now = setup::load_now(&mut tx).await?;
        let summary = load_summary(&mut tx, id).await?;
        let is_member = workspace::is_member(&mut tx, row.workspace, actor.user).await?;
        let period = period_in_force(&row, &summary, &of.time_zone, now)?;
        let open = period.as_ref().is_some_and(|period| has_open_slot(&summary, period));
        let obstacle = if is_member {
            Some(Refusal::OwnWorkspace)
        } else if period.is_none() {
            Some(Refusal::WrongState)
        } else {
            open.then_some(Refusal::OverrideOpen)
        };
        Ok(OverrideDecision {
            specification: id,
            name: row.name,
            workspace_name: of.name,
            state: row.state,
            period,
            obstacle,
            overrides: store::load_all(&mut tx, id, OVERRIDES_MAX).await?,
            now,
        })
    }

    /// Opens the next slot of the present period, for one success.
    ///
    /// # Errors
    /// [`Refusal::OwnWorkspace`], [`Refusal::WrongState`] without a version in
    /// force, [`Refusal::ReasonLength`], [`Refusal::OverrideOpen`] while an earlier
    /// one of this period can still be used, [`Refusal::NothingToReset`].
    pub async fn grant_override(
        &self,
        actor: &Actor,
        id: SpecificationId,
        kind: OverrideKind,
        reason: &str,
    ) -> Result<SlotOverrideId, UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let found = specification::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        tenancy::enter_workspace(&mut tx, found.workspace).await?;
        let row = specification::lock(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        if workspace::is_member(&mut tx, row.workspace, actor.user).await? {
            return Err(Refusal::OwnWorkspace.into());
        }
        let zone = workspace::load_time_zone(&mut tx, row.workspace)
            .await?
            .ok_or(UseCaseError::NotFound)?;
        let summary = load_summary(&mut tx, id).await?;
        let now = setup::load_now(&mut tx).await?;
        let period = period_in_force(&row, &summary, &zone, now)?.ok_or(Refusal::WrongState)?;
        let reason = reason_given(reason)?;
        if has_open_slot(&summary, &period) {
            return Err(Refusal::OverrideOpen.into());
        }
        if kind == OverrideKind::SlotReset && !has_report(&summary, &period) {
            return Err(Refusal::NothingToReset.into());
        }
        let new = NewOverride {
            id: SlotOverrideId::from_uuid(new_id()),
            workspace: row.workspace,
            specification: id,
            period_key: period.key.as_str(),
            kind,
            reason: &reason,
            granted_by: actor.user,
            expires_at: period.ends_at,
        };
        let slot_ordinal = store::insert(&mut tx, &new).await.map_err(refused_or_failed)?;
        let entry = audit::Entry {
            action: "override.granted",
            actor: Some(actor.user),
            target: new.id.to_string(),
            detail: serde_json::json!({
                "specification": id,
                "period": period.key,
                "slot_ordinal": slot_ordinal,
                "kind": kind,
                "reason": reason,
                "expires_at": period.ends_at,
            }),
        };
        audit::append(&mut tx, Some(row.workspace), &entry).await?;
        tx.commit().await?;
        Ok(new.id)
    }

    /// Writes down which overrides expired unused. Housekeeping: nothing depends on
    /// it, since the claim asks for the moment of expiry. Gives how many it found.
    pub async fn expire_overrides(&self) -> Result<usize, UseCaseError> {
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let expired = store::load_expired(&mut tx, EXPIRED_MAX).await?;
        tx.commit().await?;
        for &(workspace, id) in &expired {
            let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
            if !store::lapse(&mut tx, id).await? {
                continue;
            }
            let entry = audit::Entry {
                action: "override.expired",
                actor: None,
                target: id.to_string(),
                detail: serde_json::Value::Null,
            };
            audit::append(&mut tx, Some(workspace), &entry).await?;
            tx.commit().await?;
        }
        Ok(expired.len())
    }
}

/// Uses up the override of a run's slot, in the transaction of its success. A run
/// in a regular slot has none.
///
/// # Errors
/// [`UseCaseError::Internal`] where the slot was never granted, which the claim
/// does not let happen.
pub(crate) async fn record_use(
    tx: &mut PgConnection,
    lease: Lease,
    slot_ordinal: i16,
) -> Result<(), UseCaseError> {
    if slot_ordinal == REGULAR_SLOT.cast_signed() {
        return Ok(());
    }
    let used = store::use_up(tx, lease.run).await?.ok_or_else(|| {
        UseCaseError::Internal(format!("the slot of run {} was not granted", lease.run))
    })?;
    let entry = audit::Entry {
        action: "override.used",
        actor: None,
        target: used.to_string(),
        detail: serde_json::json!({ "run": lease.run, "slot_ordinal": slot_ordinal }),
    };
    audit::append(tx, Some(lease.workspace), &entry).await?;
    Ok(())
}

async fn load_summary(tx: &mut PgConnection, id: SpecificationId) -> Result<Summary, UseCaseError> {
    specification::load_summaries(tx, Some(id), 1).await?.pop().ok_or(UseCaseError::NotFound)
}

/// The period in which a run would begin now, if a version is in force.
fn period_in_force(
    row: &SpecificationRow,
    summary: &Summary,
    zone: &str,
    now: Timestamp,
) -> Result<Option<Period>, UseCaseError> {
    let in_force = matches!(row.state, SpecificationState::Active | SpecificationState::Paused)
        && row.active_version.is_some();
    let Some(version) = summary.current.as_ref().filter(|_| in_force) else { return Ok(None) };
    Ok(Some(Period::containing(version.cadence, zone, now)?))
}

fn has_open_slot(summary: &Summary, period: &Period) -> bool {
    summary.open_slots.iter().any(|slot| slot.period_key == period.key)
}

fn has_report(summary: &Summary, period: &Period) -> bool {
    summary.last_success.as_ref().is_some_and(|run| run.period.key == period.key)
}

fn refused_or_failed(error: storage::StorageError) -> UseCaseError {
    if error.is_refused_by("slot_overrides_one_open_key") {
        return Refusal::OverrideOpen.into();
    }
    error.into()
}
