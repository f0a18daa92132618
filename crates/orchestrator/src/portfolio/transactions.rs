use crate::{Actor, Orchestrator, UseCaseError};
use domain::{
    id::PortfolioId,
    portfolio::{BookTransaction, TransactionKind},
    pricing_pack::{LedgerCommit, Symbol},
    workspace::Role,
};
use std::collections::BTreeSet;
use storage::{ledger, portfolio, tenancy};

/// Rows of a page.
const PAGE_ROWS: usize = 50;

/// Which transactions are asked for.
#[derive(Clone, Debug)]
pub struct TransactionFilter {
    pub security: Option<Symbol>,
    pub kind: Option<TransactionKind>,
    /// From one; one behind the last is the last.
    pub page: usize,
}

/// One page of what the ledger has booked of a portfolio, the newest first.
#[derive(Clone, Debug)]
pub struct Transactions {
    pub commit: LedgerCommit,
    pub rows: Vec<BookTransaction>,
    pub matching: usize,
    pub page: usize,
    pub pages: usize,
    /// Every security that the book names.
    pub securities: Vec<Symbol>,
}

impl Orchestrator {
    /// From the newest snapshot of the ledger; none when it does not have the portfolio.
    pub async fn transactions(
        &self,
        actor: &Actor,
        id: PortfolioId,
        filter: &TransactionFilter,
    ) -> Result<Option<Transactions>, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        portfolio::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        let Some(snapshot) = ledger::load_newest_snapshot(&mut tx).await? else { return Ok(None) };
        let Some(book) = ledger::load_book(&mut tx, id, &snapshot.commit).await? else {
            return Ok(None);
        };
        let is_wanted = |one: &&BookTransaction| {
            filter.kind.is_none_or(|kind| one.kind == kind)
                && filter.security.as_ref().is_none_or(|symbol| securities(one).contains(symbol))
        };
        let matching: Vec<&BookTransaction> =
            book.transactions.iter().rev().filter(is_wanted).collect();
        let pages = matching.len().div_ceil(PAGE_ROWS).max(1);
        let page = filter.page.clamp(1, pages);
        let rows = matching.iter().skip((page - 1) * PAGE_ROWS).take(PAGE_ROWS);
        Ok(Some(Transactions {
            commit: snapshot.commit,
            rows: rows.map(|row| (*row).clone()).collect(),
            matching: matching.len(),
            page,
            pages,
            securities: book.securities.keys().cloned().collect(),
        }))
    }
}

fn securities(one: &BookTransaction) -> BTreeSet<&Symbol> {
    let paid = one.dividend.iter().map(|terms| &terms.symbol);
    one.lots.iter().map(|lot| &lot.symbol).chain(paid).collect()
}
