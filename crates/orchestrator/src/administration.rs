//! What the platform's administrators see and grant.

use crate::{Actor, Orchestrator, Refusal, UseCaseError};
use domain::{
    cadence::{Period, local_date},
    id::{SpecificationId, WorkspaceId},
    workspace::{Entitlement, EntitlementExcess},
};
use storage::{
    audit, setup,
    specification::{self, Submission},
    tenancy,
    workspace::{self, WorkspaceRow},
};

/// Submissions and workspaces shown at once.
const LIST_MAX: i64 = 200;

/// A submission with what an administrator decides on.
#[derive(Clone, Debug)]
pub struct Review {
    pub submission: Submission,
    pub entitlement_valid: bool,
    /// All in which the submitted version exceeds the entitlement.
    pub excesses: Vec<EntitlementExcess>,
    /// Why this administrator may not activate it.
    pub conflict: Option<Refusal>,
    /// The period it would run for if it were activated now.
    pub period: Period,
}

impl Orchestrator {
    /// What waits for an administrator, the longest waiting first.
    pub async fn submissions(&self, actor: &Actor) -> Result<Vec<Review>, UseCaseError> {
        self.load_reviews(actor, None).await
    }

    pub async fn view_submission(
        &self,
        actor: &Actor,
        id: SpecificationId,
    ) -> Result<Review, UseCaseError> {
        self.load_reviews(actor, Some(id)).await?.pop().ok_or(UseCaseError::NotFound)
    }

    async fn load_reviews(
        &self,
        actor: &Actor,
        only: Option<SpecificationId>,
    ) -> Result<Vec<Review>, UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let now = setup::load_now(&mut tx).await?;
        specification::load_submissions(&mut tx, actor.user, only, LIST_MAX)
            .await?
            .into_iter()
            .map(|submission| review(actor, now, submission))
            .collect()
    }

    pub async fn workspaces(&self, actor: &Actor) -> Result<Vec<WorkspaceRow>, UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        Ok(workspace::load_all(&mut tx, None, LIST_MAX).await?)
    }

    pub async fn view_workspace(
        &self,
        actor: &Actor,
        id: WorkspaceId,
    ) -> Result<WorkspaceRow, UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        workspace::load_all(&mut tx, Some(id), 1).await?.pop().ok_or(UseCaseError::NotFound)
    }

    /// Grants what a workspace has bought; the newest grant counts.
    pub async fn grant_entitlement(
        &self,
        actor: &Actor,
        id: WorkspaceId,
        entitlement: &Entitlement,
    ) -> Result<(), UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        workspace::load_time_zone(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        tenancy::enter_workspace(&mut tx, id).await?;
        if workspace::is_member(&mut tx, id, actor.user).await? {
            return Err(Refusal::OwnWorkspace.into());
        }
        self.write_entitlement(tx, id, entitlement, Some(actor)).await
    }

    /// Grants an entitlement from the command line.
    pub async fn seed_entitlement(
        &self,
        id: WorkspaceId,
        entitlement: &Entitlement,
    ) -> Result<(), UseCaseError> {
        let tx = tenancy::begin_workspace(&self.pool, id).await?;
        self.write_entitlement(tx, id, entitlement, None).await
    }

    async fn write_entitlement(
        &self,
        mut tx: storage::Transaction,
        id: WorkspaceId,
        entitlement: &Entitlement,
        actor: Option<&Actor>,
    ) -> Result<(), UseCaseError> {
        if entitlement.valid_from > entitlement.valid_until {
            return Err(Refusal::EntitlementDates.into());
        }
        if !(1..=500).contains(&entitlement.seats) {
            return Err(Refusal::EntitlementSeats.into());
        }
        let by = actor.map(|actor| actor.user);
        let before = workspace::load_entitlement(&mut tx, id).await?;
        workspace::insert_entitlement(&mut tx, id, entitlement, by).await?;
        let entry = audit::Entry {
            action: "entitlement.granted",
            actor: by,
            target: id.to_string(),
            detail: serde_json::json!({ "before": before, "after": entitlement }),
        };
        audit::append(&mut tx, Some(id), &entry).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn review(
    actor: &Actor,
    now: jiff::Timestamp,
    submission: Submission,
) -> Result<Review, UseCaseError> {
    let today = local_date(&submission.time_zone, now)?;
    let wanted = &submission.version.specification;
    let entitlement = submission.entitlement.as_ref();
    let conflict = if submission.submitted_by == actor.user {
        Some(Refusal::SubmittedByYou)
    } else if submission.asker_is_member {
        Some(Refusal::OwnWorkspace)
    } else {
        None
    };
    Ok(Review {
        period: Period::containing(wanted.cadence, &submission.time_zone, now)?,
        entitlement_valid: entitlement.is_some_and(|entitlement| entitlement.is_valid_on(today)),
        excesses: entitlement.map(|entitlement| entitlement.excesses(wanted)).unwrap_or_default(),
        conflict,
        submission,
    })
}
