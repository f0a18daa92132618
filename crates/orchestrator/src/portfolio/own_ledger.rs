//! The repository of its own that a workspace names for its ledger, and the commits of it
//! that its portfolios are valued at.

use super::{
    address::{LedgerAddress, LedgerRepositories},
    copy,
    reconciling::differing,
};
use crate::{Actor, Orchestrator, Refusal, UseCaseError, pricing::LedgerError};
use domain::{
    id::{UserId, WorkspaceId},
    pricing_pack::{LedgerCommit, PricingPackId},
    workspace::Role,
};
use std::path::PathBuf;
use storage::{
    audit,
    ledger::has_snapshot,
    ledger_repository::{self as store, RepositoryRow},
    tenancy,
};

impl Orchestrator {
    /// Names the repository of the actor's workspace. It is fetched when the ledger is read.
    ///
    /// # Errors
    /// [`Refusal::NoRepositories`], [`Refusal::LedgerAddress`], [`Refusal::LedgerHost`],
    /// [`Refusal::LedgerOnServer`].
    pub async fn set_ledger_repository(
        &self,
        actor: &Actor,
        address: &str,
    ) -> Result<(), UseCaseError> {
        let membership = actor.require(Role::Owner)?;
        let allowed = self.repositories.as_ref().ok_or(Refusal::NoRepositories)?;
        let address = allowed.parse(address)?;
        self.keep_repository(membership.workspace, actor.user, Some(address.text())).await
    }

    /// Takes the repository away again. What was read of it stays.
    pub async fn remove_ledger_repository(&self, actor: &Actor) -> Result<(), UseCaseError> {
        let membership = actor.require(Role::Owner)?;
        if self.repository_of(membership.workspace).await?.is_none() {
            return Err(Refusal::NoLedger.into());
        }
        self.keep_repository(membership.workspace, actor.user, None).await
    }

    async fn keep_repository(
        &self,
        workspace: WorkspaceId,
        by: UserId,
        address: Option<&str>,
    ) -> Result<(), UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        store::insert(&mut tx, workspace, address, by).await?;
        let entry = audit::Entry {
            action: if address.is_some() {
                "ledger.repository_named"
            } else {
                "ledger.repository_removed"
            },
            actor: Some(by),
            target: workspace.to_string(),
            detail: serde_json::json!({ "address": address }),
        };
        audit::append(&mut tx, Some(workspace), &entry).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn repository_of(
        &self,
        workspace: WorkspaceId,
    ) -> Result<Option<RepositoryRow>, UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        Ok(store::load(&mut tx).await?)
    }

    /// What the operator allows, and the address, as long as it is allowed.
    fn allowed(
        &self,
        own: &RepositoryRow,
    ) -> Result<(&LedgerRepositories, LedgerAddress), LedgerError> {
        let allowed = self.repositories.as_ref().ok_or(LedgerError::NotAllowed)?;
        let address = allowed.parse(&own.address).map_err(|_| LedgerError::NotAllowed)?;
        Ok((allowed, address))
    }

    /// The folder of the copy of a workspace's repository.
    pub(super) fn copy_of(
        &self,
        workspace: WorkspaceId,
        own: &RepositoryRow,
    ) -> Result<PathBuf, LedgerError> {
        let (allowed, address) = self.allowed(own)?;
        Ok(copy::folder_of(allowed, workspace, &address))
    }

    /// Fetches the newest commit of a workspace's repository; gives the folder of its copy.
    ///
    /// # Errors
    /// [`Refusal::LedgerBusy`] while it is fetched already, or too many others are.
    pub(super) async fn fetch_own(
        &self,
        workspace: WorkspaceId,
        own: &RepositoryRow,
    ) -> Result<Result<(LedgerCommit, PathBuf), LedgerError>, UseCaseError> {
        let (allowed, address) = match self.allowed(own) {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        let _place = allowed.fetches.try_acquire().map_err(|_| Refusal::LedgerBusy)?;
        let mut turn = tenancy::begin_workspace(&self.pool, workspace).await?;
        if !store::take_fetching(&mut turn, workspace).await? {
            return Err(Refusal::LedgerBusy.into());
        }
        let fetched = copy::fetch(allowed, workspace, &address).await;
        turn.commit().await?;
        Ok(fetched.map(|commit| (commit, copy::folder_of(allowed, workspace, &address))))
    }

    /// Values the workspace by its newest complete prices at what was read just now, unless
    /// it has figures by them already: these stay as they are until the next prices.
    pub(super) async fn pin_newest_prices(
        &self,
        workspace: WorkspaceId,
        own: &RepositoryRow,
    ) -> Result<(), UseCaseError> {
        let Some(pack) = self.newest_prices(workspace).await? else { return Ok(()) };
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let is_valued = has_snapshot(&mut tx, &pack.ledger_commit).await?;
        drop(tx);
        if is_valued { Ok(()) } else { self.pin(workspace, own, &pack.id).await }
    }

    /// Values the workspace's portfolios by a pack at the commit of its repository that was
    /// last read whole, if text and database agree on it. Nothing is fetched. Where they do
    /// not, there is no pin, so that the workspace has no figures by this pack; others have.
    pub(super) async fn pin(
        &self,
        workspace: WorkspaceId,
        own: &RepositoryRow,
        pack: &PricingPackId,
    ) -> Result<(), UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let commit = store::load_read_commit(&mut tx, own.set_at).await?;
        let pinned = store::load_pin(&mut tx, pack).await?;
        drop(tx);
        let (Some(commit), None) = (commit, pinned) else { return Ok(()) };
        let folder = self.copy_of(workspace, own).ok();
        let compared = self.reconcile_at(workspace, pack, folder.as_deref(), &commit).await?;
        let not_made = compared.not_made.iter().map(|(id, reason)| format!("{id}: {reason}"));
        let wrong = not_made.chain(compared.made.iter().filter_map(differing)).next();
        if let Some(wrong) = wrong {
            tracing::warn!(workspace.id = %workspace, pack.id = %pack, wrong,
                           "a workspace's own ledger is not valued by a pack");
            return Ok(());
        }
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        store::insert_pin(&mut tx, workspace, pack, &commit).await?;
        tx.commit().await?;
        Ok(())
    }
}
