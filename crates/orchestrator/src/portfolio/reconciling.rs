use super::repository::read_files;
use crate::{Actor, Orchestrator, UseCaseError};
use analytics::book::{Difference, Side, SideBalance, reconcile};
use domain::{
    id::{PortfolioId, WorkspaceId},
    measure::Reason,
    portfolio::{Book, Security},
    pricing_pack::{Currency, LedgerCommit, PricingPack, PricingPackId, Symbol},
    workspace::Role,
};
use jiff::civil::Date;
use ledger::{AccountName, Ledger, Posting};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use storage::{
    ledger::{self as store, StoredBalance},
    ledger_repository,
    portfolio::{self, PortfolioRow, Reconciliation},
    pricing_pack, tenancy,
};

/// Differences that the error of a pack names for each portfolio; the portfolio's page has all.
const DIFFERENCES_NAMED_MAX: usize = 5;

/// What came of comparing the portfolios of a workspace by a pack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReconciledPortfolios {
    pub made: Vec<Reconciliation>,
    /// Portfolios that could not be compared, and why.
    pub not_made: Vec<(PortfolioId, String)>,
}

/// What came of comparing every portfolio by a pack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReconciledBooks {
    pub agreeing: usize,
    /// What keeps the pack from being used.
    pub wrong: Vec<String>,
}

impl Orchestrator {
    /// Compares every portfolio of a workspace by two ways that share nothing but the pack:
    /// the ledger's text at the commit that the pack values it at, parsed and booked anew,
    /// and what the database adds up of the movements that it keeps. What was compared by a
    /// pack before stays as it was.
    pub async fn reconcile_portfolios(
        &self,
        workspace: WorkspaceId,
        pack: &PricingPackId,
    ) -> Result<ReconciledPortfolios, UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let pinned = ledger_repository::load_pin(&mut tx, pack).await?;
        let named = pricing_pack::load(&mut tx, pack).await?.ok_or(UseCaseError::NotFound)?;
        drop(tx);
        let (folder, commit) = match pinned {
            Some(commit) => {
                let own = self.repository_of(workspace).await?;
                (own.and_then(|own| self.copy_of(workspace, &own).ok()), commit)
            }
            None => (self.ledger.as_deref().map(PathBuf::from), named.ledger_commit),
        };
        self.reconcile_at(workspace, pack, folder.as_deref(), &commit).await
    }

    /// The same at a commit of the repository in a folder.
    pub(super) async fn reconcile_at(
        &self,
        workspace: WorkspaceId,
        pack: &PricingPackId,
        folder: Option<&Path>,
        commit: &LedgerCommit,
    ) -> Result<ReconciledPortfolios, UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let rows = portfolio::load_all(&mut tx).await?;
        let pack = pricing_pack::load_whole(&mut tx, pack).await?.ok_or(UseCaseError::NotFound)?;
        drop(tx);
        let mut result = ReconciledPortfolios::default();
        if rows.is_empty() {
            return Ok(result);
        }
        let ledger = match parsed_at(folder, commit).await {
            Ok(ledger) => ledger,
            Err(reason) => {
                result.not_made = rows.iter().map(|row| (row.id, reason.clone())).collect();
                return Ok(result);
            }
        };
        for row in rows {
            match self.reconcile_one(workspace, &row, &pack, commit, &ledger).await? {
                Ok(made) => result.made.push(made),
                Err(reason) => result.not_made.push((row.id, reason)),
            }
        }
        Ok(result)
    }

    /// Compares every portfolio that values by a pack's policy, after the ledger was read
    /// at the pack's commit. What is wrong with a workspace's own repository keeps it from
    /// nobody but that workspace; one that has none, and that the operator has connected to
    /// none, is not compared, and reads no ledger.
    pub(crate) async fn reconcile_by(
        &self,
        pack: &PricingPackId,
    ) -> Result<ReconciledBooks, UseCaseError> {
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let workspaces = portfolio::load_workspaces(&mut tx, &pack.name().policy).await?;
        drop(tx);
        let mut books = ReconciledBooks::default();
        for workspace in workspaces {
            if let Some(own) = self.repository_of(workspace).await? {
                self.pin(workspace, &own, pack).await?;
                continue;
            }
            if !self.is_connected(workspace).await? {
                continue;
            }
            self.read_for(workspace, pack).await?;
            let ReconciledPortfolios { made, not_made } =
                self.reconcile_portfolios(workspace, pack).await?;
            books.wrong.extend(
                not_made.into_iter().map(|(id, reason)| format!("portfolio {id}: {reason}")),
            );
            let differing: Vec<String> = made.iter().filter_map(differing).collect();
            books.agreeing += made.len() - differing.len();
            books.wrong.extend(differing);
        }
        Ok(books)
    }

    /// How a portfolio compared by a pack; none before it was.
    pub async fn reconciliation_for(
        &self,
        actor: &Actor,
        portfolio: PortfolioId,
        pack: &PricingPackId,
    ) -> Result<Option<Reconciliation>, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        Ok(portfolio::load_reconciliation(&mut tx, portfolio, pack).await?)
    }

    async fn reconcile_one(
        &self,
        workspace: WorkspaceId,
        row: &PortfolioRow,
        pack: &PricingPack,
        commit: &LedgerCommit,
        ledger: &Ledger,
    ) -> Result<Result<Reconciliation, String>, UseCaseError> {
        let day = pack.content.date();
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let book = store::load_book(&mut tx, row.id, commit).await?;
        let Some(book) = book else {
            return Ok(Err("The ledger was not read at the commit of these prices.".to_owned()));
        };
        let stored = store::load_balances(&mut tx, row.id, commit, day).await?;
        let stored = stored_side(&stored, &book).map_err(UseCaseError::Internal)?;
        let compared = ledger_side(ledger, &book, day)
            .and_then(|by_ledger| reconcile(&by_ledger, &stored, &book.base, &pack.content));
        let compared = match compared {
            Ok(compared) => compared,
            Err(reason) => return Ok(Err(reason.to_string())),
        };
        let made = Reconciliation {
            portfolio: row.id,
            pack: pack.id.clone(),
            commit: commit.clone(),
            nav_ledger: compared.nav_ledger.value(),
            nav_stored: compared.nav_stored.value(),
            difference_bp: compared.difference_bp.round_dp(10),
            differences: compared.differences.iter().map(shown).collect(),
        };
        portfolio::insert_reconciliation(&mut tx, workspace, &made).await?;
        tx.commit().await?;
        Ok(Ok(made))
    }
}

async fn parsed_at(folder: Option<&Path>, commit: &LedgerCommit) -> Result<Ledger, String> {
    let folder = folder.ok_or("The server has no ledger.")?;
    let files = read_files(folder, commit).await.map_err(|error| error.to_string())?;
    let parsed = tokio::task::spawn_blocking(move || ledger::read(&files)).await;
    let parsed = parsed.map_err(|error| error.to_string())?;
    parsed.map_err(|faults| faults.first().map_or_else(String::new, ToString::to_string))
}

/// None where both agree.
pub(super) fn differing(made: &Reconciliation) -> Option<String> {
    let differences = made.differences.as_array().filter(|all| !all.is_empty())?;
    let of = |one: &serde_json::Value| {
        format!(
            "{} of {}",
            one["code"].as_str().unwrap_or_default(),
            one["of"].as_str().unwrap_or("the whole")
        )
    };
    let named: Vec<String> = differences.iter().take(DIFFERENCES_NAMED_MAX).map(of).collect();
    Some(format!("portfolio {}: {}", made.portfolio, named.join(", ")))
}

fn shown(difference: &Difference) -> serde_json::Value {
    serde_json::json!({
        "code": difference.code.id(),
        "of": difference.of,
        "ledger": difference.ledger.normalize(),
        "stored": difference.stored.normalize(),
    })
}

/// What the accounts of the portfolio hold by the ledger itself at the end of a day.
fn ledger_side(ledger: &Ledger, book: &Book, day: Date) -> Result<Side, Reason> {
    let mut side = Side::default();
    let transactions = ledger.transactions.iter().filter(|one| one.date <= day);
    for posting in transactions.flat_map(|one| &one.postings) {
        match AccountName::of(&posting.account) {
            AccountName::Position { portfolio, .. } if portfolio == book.name.0 => {
                add_lots(&mut side, book, posting)?;
            }
            AccountName::Cash { portfolio, .. } | AccountName::Receivable { portfolio }
                if portfolio == book.name.0 =>
            {
                if let Ok(currency) = posting.commodity.parse::<Currency>() {
                    grow(side.cash.entry(currency).or_default(), Some(posting.units))?;
                }
            }
            _ => {}
        }
    }
    side.holdings.retain(|_, balance| !balance.quantity.is_zero());
    side.cash.retain(|_, amount| !amount.is_zero());
    Ok(side)
}

fn add_lots(side: &mut Side, book: &Book, posting: &Posting) -> Result<(), Reason> {
    let Ok(symbol) = posting.commodity.parse::<Symbol>() else { return Ok(()) };
    let Some(security) = book.securities.get(&symbol) else { return Ok(()) };
    let balance = side.holdings.entry(symbol).or_insert_with(|| nothing_of(security));
    for lot in &posting.lots {
        grow(&mut balance.quantity, Some(lot.units))?;
        grow(&mut balance.cost, lot.units.checked_mul(lot.cost.per_unit))?;
    }
    Ok(())
}

fn grow(sum: &mut Decimal, by: Option<Decimal>) -> Result<(), Reason> {
    *sum = by.and_then(|by| sum.checked_add(by)).ok_or(Reason::OutOfRange)?;
    Ok(())
}

fn nothing_of(security: &Security) -> SideBalance {
    SideBalance {
        exchange: security.exchange.clone(),
        currency: security.currency.clone(),
        quantity: Decimal::ZERO,
        cost: Decimal::ZERO,
    }
}

fn stored_side(balances: &[StoredBalance], book: &Book) -> Result<Side, String> {
    let unreadable = |what: &str| format!("ledger_postings names {what}");
    let mut side = Side { holdings: BTreeMap::new(), cash: BTreeMap::new() };
    for balance in balances {
        let commodity = &balance.commodity;
        if balance.is_position {
            let symbol: Symbol = commodity.parse().map_err(|_| unreadable(commodity))?;
            let security = book.securities.get(&symbol).ok_or_else(|| unreadable(commodity))?;
            let held =
                SideBalance { quantity: balance.units, cost: balance.cost, ..nothing_of(security) };
            side.holdings.insert(symbol, held);
        } else {
            let currency: Currency = commodity.parse().map_err(|_| unreadable(commodity))?;
            *side.cash.entry(currency).or_default() += balance.units;
        }
    }
    Ok(side)
}
