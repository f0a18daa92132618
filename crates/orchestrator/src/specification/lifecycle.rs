use crate::{Actor, Orchestrator, Refusal, UseCaseError};
use domain::{
    id::SpecificationId,
    specification::{SpecificationState, Transition, check},
    workspace::Role,
};
use storage::{
    PgConnection, audit, setup,
    specification::{self as store, SpecificationRow, Standing},
    tenancy, workspace,
};

const REASON_CHARACTERS: std::ops::RangeInclusive<usize> = 10..=500;

impl Orchestrator {
    /// Hands the newest version to an administrator.
    pub async fn submit_specification(
        &self,
        actor: &Actor,
        id: SpecificationId,
    ) -> Result<u32, UseCaseError> {
        let workspace = actor.require(Role::Editor)?.workspace;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let row = store::lock(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        let state = row.state.after(Transition::Submit)?;
        check(&row.draft).map_err(UseCaseError::Invalid)?;
        let newest = store::load_versions(&mut tx, id).await?.into_iter().next();
        let Some(newest) = newest else {
            return Err(Refusal::NothingSaved.into());
        };
        if row.active_version == Some(newest.id) {
            return Err(Refusal::NothingNew.into());
        }
        let standing = Standing {
            state,
            reason: None,
            active_version: row.active_version,
            submitted: Some((newest.id, actor.user)),
            paused_by_admin: row.paused_by_admin,
        };
        let detail = serde_json::json!({ "version": newest.number });
        change(&mut tx, actor, &row, "specification.submitted", &standing, detail).await?;
        tx.commit().await?;
        Ok(newest.number)
    }

    /// Stops runs until it is resumed.
    pub async fn pause_specification(
        &self,
        actor: &Actor,
        id: SpecificationId,
        reason: &str,
    ) -> Result<(), UseCaseError> {
        actor.require(Role::Editor)?;
        self.set_state(actor, id, Transition::Pause, reason, "specification.paused").await
    }

    /// Goes on with the version that was active. What an administrator paused,
    /// only an administrator resumes.
    pub async fn resume_specification(
        &self,
        actor: &Actor,
        id: SpecificationId,
    ) -> Result<(), UseCaseError> {
        actor.require(Role::Owner)?;
        self.set_state(actor, id, Transition::Resume, "", "specification.resumed").await
    }

    /// Ends the specification for good; its reports stay readable.
    pub async fn cancel_specification(
        &self,
        actor: &Actor,
        id: SpecificationId,
        reason: &str,
    ) -> Result<(), UseCaseError> {
        actor.require(Role::Owner)?;
        self.set_state(actor, id, Transition::Cancel, reason, "specification.cancelled").await
    }

    async fn set_state(
        &self,
        actor: &Actor,
        id: SpecificationId,
        transition: Transition,
        reason: &str,
        action: &'static str,
    ) -> Result<(), UseCaseError> {
        let workspace = actor.workspace().ok_or(UseCaseError::NotFound)?;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let row = store::lock(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        let state = row.state.after(transition)?;
        let reason = transition.needs_reason().then(|| reason_given(reason)).transpose()?;
        if transition == Transition::Resume && row.paused_by_admin {
            return Err(Refusal::PausedByAdmin.into());
        }
        let standing = Standing {
            state,
            reason: reason.clone(),
            active_version: row.active_version,
            // A cancelled specification waits for nobody.
            submitted: (state != SpecificationState::Cancelled)
                .then(|| row.submitted_version.zip(row.submitted_by))
                .flatten(),
            paused_by_admin: false,
        };
        let detail = serde_json::json!({ "reason": reason });
        change(&mut tx, actor, &row, action, &standing, detail).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Puts the submitted version in force, within what the workspace has bought.
    ///
    /// # Errors
    /// [`Refusal::SubmittedByYou`] or [`Refusal::OwnWorkspace`],
    /// [`UseCaseError::ExceedsEntitlement`] naming all that exceeds.
    pub async fn activate_specification(
        &self,
        actor: &Actor,
        id: SpecificationId,
    ) -> Result<u32, UseCaseError> {
        let (mut tx, row) = self.begin_review(actor, id, Transition::Activate).await?;
        let (Some(version), Some(submitter)) = (row.submitted_version, row.submitted_by) else {
            return Err(Refusal::NothingSubmitted.into());
        };
        if submitter == actor.user {
            return Err(Refusal::SubmittedByYou.into());
        }
        if workspace::is_member(&mut tx, row.workspace, actor.user).await? {
            return Err(Refusal::OwnWorkspace.into());
        }
        let version = store::load_version(&mut tx, version).await?.ok_or(UseCaseError::NotFound)?;
        let zone = workspace::load_time_zone(&mut tx, row.workspace)
            .await?
            .ok_or(UseCaseError::NotFound)?;
        let today = domain::cadence::local_date(&zone, setup::load_now(&mut tx).await?)?;
        match workspace::load_entitlement(&mut tx, row.workspace).await? {
            Some(entitlement) if entitlement.is_valid_on(today) => {
                let excesses = entitlement.excesses(&version.specification);
                if !excesses.is_empty() {
                    return Err(UseCaseError::ExceedsEntitlement(excesses));
                }
            }
            _ => {
                return Err(Refusal::NoEntitlement.into());
            }
        }
        let standing = Standing {
            state: row.state.after(Transition::Activate)?,
            reason: None,
            active_version: Some(version.id),
            submitted: None,
            paused_by_admin: false,
        };
        let detail = serde_json::json!({ "version": version.number });
        change(&mut tx, actor, &row, "specification.activated", &standing, detail).await?;
        tx.commit().await?;
        Ok(version.number)
    }

    /// Gives the submitted version back to its authors with a reason.
    pub async fn return_specification(
        &self,
        actor: &Actor,
        id: SpecificationId,
        reason: &str,
    ) -> Result<(), UseCaseError> {
        let (mut tx, row) = self.begin_review(actor, id, Transition::Return).await?;
        let Some(submitter) = row.submitted_version.and(row.submitted_by) else {
            return Err(Refusal::NothingSubmitted.into());
        };
        if submitter == actor.user {
            return Err(Refusal::SubmittedByYou.into());
        }
        let reason = reason_given(reason)?;
        let standing = Standing {
            state: row.state.after(Transition::Return)?,
            reason: Some(reason.clone()),
            active_version: row.active_version,
            submitted: None,
            paused_by_admin: row.paused_by_admin,
        };
        let detail = serde_json::json!({ "reason": reason });
        change(&mut tx, actor, &row, "specification.returned", &standing, detail).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Finds the specification across workspaces, then enters its own, in which
    /// alone the transaction may write.
    async fn begin_review(
        &self,
        actor: &Actor,
        id: SpecificationId,
        transition: Transition,
    ) -> Result<(storage::Transaction, SpecificationRow), UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let found = store::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        tenancy::enter_workspace(&mut tx, found.workspace).await?;
        let row = store::lock(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        row.state.after(transition)?;
        Ok((tx, row))
    }
}

pub(crate) fn reason_given(reason: &str) -> Result<String, UseCaseError> {
    let reason = reason.trim();
    if REASON_CHARACTERS.contains(&reason.chars().count()) {
        Ok(reason.to_owned())
    } else {
        Err(Refusal::ReasonLength.into())
    }
}

async fn change(
    tx: &mut PgConnection,
    actor: &Actor,
    row: &SpecificationRow,
    action: &'static str,
    standing: &Standing,
    mut detail: serde_json::Value,
) -> Result<(), UseCaseError> {
    store::update_standing(tx, row.id, standing).await?;
    if let Some(fields) = detail.as_object_mut() {
        fields.insert("before".into(), row.state.id().into());
        fields.insert("after".into(), standing.state.id().into());
    }
    let entry =
        audit::Entry { action, actor: Some(actor.user), target: row.id.to_string(), detail };
    audit::append(tx, Some(row.workspace), &entry).await?;
    Ok(())
}
