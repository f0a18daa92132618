use crate::{Actor, Orchestrator, Refusal, UseCaseError, pricing::FETCHED_MEGABYTES_MAX};
use domain::{
    id::{PortfolioId, UserId, WorkspaceId},
    pricing_pack::Currency,
    workspace::Role,
};
use storage::{
    StorageError, audit,
    ledger::{self, BookRow, LedgerReading, LedgerSnapshot},
    ledger_repository::{self, RepositoryRow},
    portfolio::{self, PortfolioRow},
    tenancy, workspace,
};

const NAME_CHARACTERS_MAX: usize = 100;

/// What a workspace has of portfolios.
#[derive(Clone, Debug)]
pub struct Portfolios {
    /// By name.
    pub added: Vec<PortfolioRow>,
    /// What the newest snapshot has besides them.
    pub to_add: Vec<LedgerPortfolio>,
    /// Whether the operator has connected a ledger, or the workspace has one of its own.
    pub reads_ledger: bool,
    pub repository: Option<RepositoryRow>,
    /// None when the operator lets no workspace name one.
    pub allowed: Option<AllowedRepositories>,
    pub snapshot: Option<LedgerSnapshot>,
    pub last_reading: Option<LedgerReading>,
}

/// Which repositories a workspace may name, for those who are to name one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedRepositories {
    /// In the order of the alphabet.
    pub hosts: Vec<String>,
    /// In the folder that the workspace's id names.
    pub on_server: bool,
    pub megabytes_max: u64,
}

/// A portfolio that the ledger has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerPortfolio {
    pub id: PortfolioId,
    /// As the ledger calls it.
    pub name: String,
    pub base: Currency,
}

impl Orchestrator {
    pub async fn portfolios(&self, actor: &Actor) -> Result<Portfolios, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        let added = portfolio::load_all(&mut tx).await?;
        let snapshot = ledger::load_newest_snapshot(&mut tx).await?;
        let books = match &snapshot {
            Some(snapshot) => ledger::load_books(&mut tx, &snapshot.commit).await?,
            None => Vec::new(),
        };
        let is_new = |book: &BookRow| added.iter().all(|row| row.id != book.portfolio);
        let to_add = books.into_iter().filter(is_new).map(|book| LedgerPortfolio {
            id: book.portfolio,
            name: book.name,
            base: book.base,
        });
        let repository = ledger_repository::load(&mut tx).await?;
        let allowed = self.repositories.as_ref().map(|allowed| AllowedRepositories {
            hosts: allowed.hosts.iter().cloned().collect(),
            on_server: allowed.local.is_some(),
            megabytes_max: FETCHED_MEGABYTES_MAX,
        });
        Ok(Portfolios {
            to_add: to_add.collect(),
            reads_ledger: repository.is_some()
                || workspace::load_reads_ledger(&mut tx, membership.workspace).await?,
            repository,
            allowed,
            last_reading: ledger::load_last_reading(&mut tx).await?,
            added,
            snapshot,
        })
    }

    /// Whether a workspace has any: for the operator.
    pub async fn has_portfolios(&self, workspace: WorkspaceId) -> Result<bool, UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        Ok(!portfolio::load_all(&mut tx).await?.is_empty())
    }

    /// One portfolio of the actor's workspace.
    pub async fn portfolio(
        &self,
        actor: &Actor,
        id: PortfolioId,
    ) -> Result<PortfolioRow, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        portfolio::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)
    }

    /// Adds a portfolio of the ledger, as it was last read, under a name of the
    /// workspace's own.
    ///
    /// # Errors
    /// [`Refusal::NotInLedger`], [`Refusal::PortfolioName`], [`Refusal::PortfolioNameTaken`].
    pub async fn add_portfolio(
        &self,
        actor: &Actor,
        id: PortfolioId,
        name: &str,
    ) -> Result<(), UseCaseError> {
        let membership = actor.require(Role::Editor)?;
        self.add_portfolio_to(membership.workspace, id, name, Some(actor.user)).await
    }

    /// The same on nobody's behalf where `by` is none.
    pub async fn add_portfolio_to(
        &self,
        workspace: WorkspaceId,
        id: PortfolioId,
        name: &str,
        by: Option<UserId>,
    ) -> Result<(), UseCaseError> {
        let name = name.trim();
        let storable = !name.contains(char::is_control);
        if !storable || !(1..=NAME_CHARACTERS_MAX).contains(&name.chars().count()) {
            return Err(Refusal::PortfolioName.into());
        }
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let snapshot = ledger::load_newest_snapshot(&mut tx).await?.ok_or(Refusal::NotInLedger)?;
        let books = ledger::load_books(&mut tx, &snapshot.commit).await?;
        let book = books.iter().find(|book| book.portfolio == id).ok_or(Refusal::NotInLedger)?;
        portfolio::insert(&mut tx, workspace, id, name, &book.base, by).await.map_err(taken)?;
        let entry = audit::Entry {
            action: "portfolio.added",
            actor: by,
            target: id.to_string(),
            detail: serde_json::json!({ "name": name, "ledger_name": book.name, "base": book.base }),
        };
        audit::append(&mut tx, Some(workspace), &entry).await?;
        tx.commit().await?;
        // Prices that were complete before it came are compared for it now.
        if let Some(pack) = self.newest_prices(workspace).await? {
            self.reconcile_portfolios(workspace, &pack.id).await?;
        }
        Ok(())
    }
}

fn taken(error: StorageError) -> UseCaseError {
    if error.is_refused_by(portfolio::NAME) {
        Refusal::PortfolioNameTaken.into()
    } else if error.is_refused_by(portfolio::ONCE) {
        Refusal::NotInLedger.into()
    } else {
        error.into()
    }
}
