//! Licences that workspaces have bought of providers themselves: an administrator who
//! has seen the contract records them, and decisions on exports count them in.

use crate::{Actor, Orchestrator, Refusal, UseCaseError, new_id};
use domain::{
    cadence::local_date,
    id::{WorkspaceId, WorkspaceLicenceId},
    pricing_pack::ProviderId,
    rights::Right,
};
use jiff::{Timestamp, civil::Date};
use rights::WorkspaceLicences;
use storage::{
    PgConnection, audit, setup, tenancy, workspace,
    workspace_licence::{self as store, NewLicence, WorkspaceLicence},
};

/// Licences shown at once, the newest.
const LICENCES_MAX: i64 = 100;

/// What an administrator read in a contract.
#[derive(Clone, Debug)]
pub struct LicenceTerms {
    pub provider: ProviderId,
    pub rights: Vec<Right>,
    /// How the contract is found.
    pub reference: String,
    pub valid_from: Date,
    /// This day included, by the workspace's clock.
    pub valid_until: Date,
}

impl Orchestrator {
    /// A workspace's licences, the newest first.
    pub async fn workspace_licences(
        &self,
        actor: &Actor,
        id: WorkspaceId,
    ) -> Result<Vec<WorkspaceLicence>, UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        Ok(store::load_all(&mut tx, id, LICENCES_MAX).await?)
    }

    /// Records a licence. Only of a listed provider: nobody knows how to name another.
    pub async fn record_licence(
        &self,
        actor: &Actor,
        id: WorkspaceId,
        terms: &LicenceTerms,
    ) -> Result<WorkspaceLicenceId, UseCaseError> {
        actor.require_admin()?;
        let reference = terms.reference.trim();
        if terms.rights.is_empty() || !(3..=200).contains(&reference.chars().count()) {
            return Err(Refusal::LicenceForm.into());
        }
        if terms.valid_from > terms.valid_until {
            return Err(Refusal::LicenceDates.into());
        }
        if !self.rights.current().is_listed(&terms.provider) {
            return Err(Refusal::LicenceProvider.into());
        }
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        workspace::load_time_zone(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        tenancy::enter_workspace(&mut tx, id).await?;
        if workspace::is_member(&mut tx, id, actor.user).await? {
            return Err(Refusal::OwnWorkspace.into());
        }
        let licence = WorkspaceLicenceId::from_uuid(new_id());
        let new = NewLicence {
            id: licence,
            workspace: id,
            provider: &terms.provider,
            rights: &terms.rights,
            reference,
            valid_from: terms.valid_from,
            valid_until: terms.valid_until,
            recorded_by: actor.user,
        };
        store::insert(&mut tx, &new).await?;
        let entry = audit::Entry {
            action: "licence.recorded",
            actor: Some(actor.user),
            target: licence.to_string(),
            detail: serde_json::json!({
                "provider": terms.provider, "rights": terms.rights, "reference": reference,
                "valid_from": terms.valid_from, "valid_until": terms.valid_until,
            }),
        };
        audit::append(&mut tx, Some(id), &entry).await?;
        tx.commit().await?;
        Ok(licence)
    }

    /// Ends a licence before its last day. Gives the workspace that had it.
    pub async fn withdraw_licence(
        &self,
        actor: &Actor,
        licence: WorkspaceLicenceId,
    ) -> Result<WorkspaceId, UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let id = store::load_workspace(&mut tx, licence).await?.ok_or(UseCaseError::NotFound)?;
        tenancy::enter_workspace(&mut tx, id).await?;
        if !store::withdraw(&mut tx, licence, actor.user).await? {
            return Err(UseCaseError::NotFound);
        }
        let entry = audit::Entry {
            action: "licence.withdrawn",
            actor: Some(actor.user),
            target: licence.to_string(),
            detail: serde_json::json!({}),
        };
        audit::append(&mut tx, Some(id), &entry).await?;
        tx.commit().await?;
        Ok(id)
    }
}

/// What a workspace's own licences give it today, by its clock.
pub(crate) async fn load_today(
    conn: &mut PgConnection,
    id: WorkspaceId,
) -> Result<WorkspaceLicences, UseCaseError> {
    let zone = workspace::load_time_zone(conn, id).await?.ok_or(UseCaseError::NotFound)?;
    let now: Timestamp = setup::load_now(conn).await?;
    let today = local_date(&zone, now)?;
    Ok(store::load_rights(conn, id, today).await?.into_iter().collect())
}
