use super::repository::read_files;
use crate::{
    Actor, Orchestrator, Refusal, UseCaseError,
    pricing::{LedgerError, ledger_commit},
};
use domain::{
    id::{PortfolioId, UserId, WorkspaceId},
    portfolio::Book,
    pricing_pack::{LedgerCommit, PackStatus, PricingPackId},
    workspace::Role,
};
use ledger::{Fault, LedgerFiles};
use std::{collections::BTreeMap, path::Path};
use storage::{
    audit,
    ledger::{self as store, LedgerFault, LedgerReading, LedgerSnapshot, ReadingOutcome},
    ledger_repository::RepositoryRow,
    pricing_pack::{self, PricingPackRow},
    setup, tenancy, workspace,
};

/// Faults that are kept of one reading; who has mended these reads again.
const FAULTS_KEPT_MAX: usize = 200;

/// What came of a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    Stored(LedgerCommit),
    Unchanged(LedgerCommit),
    /// With all that is wrong with the ledger at its HEAD; nothing of it is stored.
    Refused(Vec<LedgerFault>),
    /// Why no commit could be read.
    Unreadable(String),
}

/// A ledger that was read whole.
struct Whole {
    files: usize,
    transactions: usize,
    books: BTreeMap<PortfolioId, Book>,
}

impl Orchestrator {
    /// Reads the ledger at its HEAD for the actor's workspace: its own, or the operator's,
    /// that also at the commit that the workspace's newest prices name, if that is another
    /// one.
    ///
    /// # Errors
    /// [`Refusal::NoLedger`] for a workspace that has none, and that none is connected to;
    /// [`Refusal::LedgerBusy`].
    pub async fn read_ledger(&self, actor: &Actor) -> Result<Read, UseCaseError> {
        let membership = actor.require(Role::Editor)?;
        let own = self.repository_of(membership.workspace).await?;
        if own.is_none() && !self.is_connected(membership.workspace).await? {
            return Err(Refusal::NoLedger.into());
        }
        self.read_ledger_of(membership.workspace, Some(actor.user)).await
    }

    /// Whether the operator lets the workspace read the operator's ledger.
    pub(super) async fn is_connected(&self, workspace: WorkspaceId) -> Result<bool, UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        Ok(workspace::load_reads_ledger(&mut tx, workspace).await?)
    }

    /// Connects the ledger to a workspace, or takes it away again: for the operator.
    pub async fn connect_ledger(
        &self,
        workspace: WorkspaceId,
        reads: bool,
    ) -> Result<(), UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        workspace::set_reads_ledger(&mut tx, workspace, reads).await?;
        let entry = audit::Entry {
            action: if reads { "ledger.connected" } else { "ledger.disconnected" },
            actor: None,
            target: workspace.to_string(),
            detail: serde_json::json!({}),
        };
        audit::append(&mut tx, Some(workspace), &entry).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Reads the ledger for a workspace, on nobody's behalf where `by` is none.
    pub async fn read_ledger_of(
        &self,
        workspace: WorkspaceId,
        by: Option<UserId>,
    ) -> Result<Read, UseCaseError> {
        match self.repository_of(workspace).await? {
            Some(own) => self.read_own_ledger(workspace, by, &own).await,
            None => self.read_operators_ledger(workspace, by).await,
        }
    }

    /// Fetches the workspace's own repository and reads it. Its newest prices are valued at
    /// what was read, if it has no figures by them yet.
    async fn read_own_ledger(
        &self,
        workspace: WorkspaceId,
        by: Option<UserId>,
        own: &RepositoryRow,
    ) -> Result<Read, UseCaseError> {
        let (head, folder) = match self.fetch_own(workspace, own).await? {
            Ok(fetched) => fetched,
            Err(error) => return self.unreadable(workspace, by, &error).await,
        };
        let read = match self.read_at(workspace, &folder, &head).await? {
            Ok(read) => read,
            Err(error) => return self.unreadable(workspace, by, &error).await,
        };
        self.keep_read(workspace, by, head, &read).await?;
        if matches!(read, Read::Stored(_) | Read::Unchanged(_)) {
            self.pin_newest_prices(workspace, own).await?;
        }
        Ok(read)
    }

    async fn read_operators_ledger(
        &self,
        workspace: WorkspaceId,
        by: Option<UserId>,
    ) -> Result<Read, UseCaseError> {
        let folder = self.ledger.as_deref();
        let (head, folder) = match (ledger_commit(folder).await, folder) {
            (Ok(head), Some(folder)) => (head, folder),
            (Ok(_), None) => return Err(UseCaseError::Internal("a ledger has no folder".into())),
            (Err(error), _) => return self.unreadable(workspace, by, &error).await,
        };
        let read = match self.read_at(workspace, folder, &head).await? {
            Ok(read) => read,
            Err(error) => return self.unreadable(workspace, by, &error).await,
        };
        let prices = self.newest_prices(workspace).await?.map(|pack| pack.ledger_commit);
        if let Some(pinned) = prices.filter(|pinned| *pinned != head) {
            let other = self.read_at(workspace, folder, &pinned).await?;
            let refused = !matches!(other, Ok(Read::Stored(_) | Read::Unchanged(_)));
            if refused {
                tracing::warn!(ledger.commit_hash = %pinned, "the ledger cannot be read at the commit of the prices");
            }
        }
        self.keep_read(workspace, by, head, &read).await?;
        Ok(read)
    }

    async fn keep_read(
        &self,
        workspace: WorkspaceId,
        by: Option<UserId>,
        head: LedgerCommit,
        read: &Read,
    ) -> Result<(), UseCaseError> {
        let (outcome, faults) = match read {
            Read::Stored(_) => (ReadingOutcome::Stored, Vec::new()),
            Read::Unchanged(_) => (ReadingOutcome::Unchanged, Vec::new()),
            Read::Refused(faults) => (ReadingOutcome::Refused, faults.clone()),
            Read::Unreadable(_) => (ReadingOutcome::Unreadable, Vec::new()),
        };
        self.keep_reading(workspace, by, Some(head), outcome, None, faults).await
    }

    /// Reads the ledger for a workspace at the commit that a pack names, so that its
    /// portfolios can be valued by it. What keeps it from being read is found again where
    /// it is compared.
    pub(super) async fn read_for(
        &self,
        workspace: WorkspaceId,
        pack: &PricingPackId,
    ) -> Result<(), UseCaseError> {
        let Some(folder) = self.ledger.as_deref() else { return Ok(()) };
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let pack = pricing_pack::load(&mut tx, pack).await?.ok_or(UseCaseError::NotFound)?;
        drop(tx);
        let read = self.read_at(workspace, folder, &pack.ledger_commit).await?;
        if !matches!(read, Ok(Read::Stored(_) | Read::Unchanged(_))) {
            tracing::warn!(ledger.commit_hash = %pack.ledger_commit, "the ledger cannot be read at the commit of the prices");
        }
        Ok(())
    }

    /// The newest complete prices of the workspace's policy.
    pub(super) async fn newest_prices(
        &self,
        workspace: WorkspaceId,
    ) -> Result<Option<PricingPackRow>, UseCaseError> {
        let policy = self.pricing_policy(workspace).await?;
        let newest = self.pricing_packs(Some(&policy), pricing_pack::LIST_MAX).await?;
        Ok(newest.into_iter().find(|pack| pack.status == PackStatus::Fresh))
    }

    /// Reads one commit, unless it was read before. A ledger with faults leaves nothing.
    async fn read_at(
        &self,
        workspace: WorkspaceId,
        folder: &Path,
        commit: &LedgerCommit,
    ) -> Result<Result<Read, LedgerError>, UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        if store::has_snapshot(&mut tx, commit).await? {
            return Ok(Ok(Read::Unchanged(commit.clone())));
        }
        drop(tx);
        let files = match read_files(folder, commit).await {
            Ok(files) => files,
            Err(error) => return Ok(Err(error)),
        };
        let read = tokio::task::spawn_blocking(move || whole(&files)).await;
        let read = read.map_err(|error| UseCaseError::Internal(error.to_string()))?;
        let Whole { files, transactions, books } = match read {
            Ok(whole) => whole,
            Err(faults) => return Ok(Ok(Read::Refused(kept(faults)))),
        };
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let snapshot = LedgerSnapshot {
            commit: commit.clone(),
            files: u32::try_from(files).unwrap_or(u32::MAX),
            transactions: u32::try_from(transactions).unwrap_or(u32::MAX),
            read_at: setup::load_now(&mut tx).await?,
        };
        let is_new = store::insert_snapshot(&mut tx, workspace, &snapshot, &books).await?;
        if is_new {
            let entry = audit::Entry {
                action: "ledger.read",
                actor: None,
                target: commit.to_string(),
                detail: serde_json::json!({ "files": files, "transactions": transactions,
                                            "portfolios": books.len() }),
            };
            audit::append(&mut tx, Some(workspace), &entry).await?;
        }
        tx.commit().await?;
        let commit = commit.clone();
        Ok(Ok(if is_new { Read::Stored(commit) } else { Read::Unchanged(commit) }))
    }

    async fn unreadable(
        &self,
        workspace: WorkspaceId,
        by: Option<UserId>,
        error: &LedgerError,
    ) -> Result<Read, UseCaseError> {
        tracing::warn!(error = %error, "the ledger could not be read");
        let problem = told(error);
        let outcome = ReadingOutcome::Unreadable;
        self.keep_reading(workspace, by, None, outcome, Some(problem.clone()), Vec::new()).await?;
        Ok(Read::Unreadable(problem))
    }

    async fn keep_reading(
        &self,
        workspace: WorkspaceId,
        read_by: Option<UserId>,
        commit: Option<LedgerCommit>,
        outcome: ReadingOutcome,
        problem: Option<String>,
        faults: Vec<LedgerFault>,
    ) -> Result<(), UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let read_at = setup::load_now(&mut tx).await?;
        let reading = LedgerReading { commit, outcome, problem, faults, read_by, read_at };
        store::insert_reading(&mut tx, workspace, &reading).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn whole(files: &LedgerFiles) -> Result<Whole, Vec<Fault>> {
    let ledger = ledger::read(files)?;
    let books = ledger::books(&ledger, files)?;
    Ok(Whole { files: files.files.len(), transactions: ledger.transactions.len(), books })
}

fn kept(faults: Vec<Fault>) -> Vec<LedgerFault> {
    let kept = faults.into_iter().take(FAULTS_KEPT_MAX).map(|fault| LedgerFault {
        file: fault.place.file.to_string(),
        line: fault.place.line,
        text: fault.text,
        message: fault.message,
    });
    kept.collect()
}

/// For members: without the place of the folder on the server.
fn told(error: &LedgerError) -> String {
    match error {
        LedgerError::NotConfigured => {
            "The server has no ledger: LEDGER_PATH is not set.".to_owned()
        }
        LedgerError::NoFolder(_) => "The ledger's folder is not there.".to_owned(),
        LedgerError::NotARepository(_) => {
            "The ledger's folder is not the top folder of a git repository.".to_owned()
        }
        LedgerError::NoGit(_) => "Git could not be started on the server.".to_owned(),
        other => {
            let text = other.to_string();
            let mut letters = text.chars();
            let first = letters.next().map(|first| first.to_uppercase().to_string());
            format!("{}{}.", first.unwrap_or_default(), letters.as_str())
        }
    }
}
