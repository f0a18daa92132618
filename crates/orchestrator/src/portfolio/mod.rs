//! Portfolios: reading the ledger at a commit, the portfolios that members add of it,
//! and whether its text and what is stored of it agree.

mod adding;
mod address;
mod copy;
mod own_ledger;
mod reading;
mod reconciling;
mod repository;
mod transactions;

pub use adding::{AllowedRepositories, LedgerPortfolio, Portfolios};
pub use address::LedgerRepositories;
pub use reading::Read;
pub use reconciling::ReconciledPortfolios;
pub use storage::{
    ledger::{LedgerFault, LedgerReading, LedgerSnapshot, ReadingOutcome},
    ledger_repository::RepositoryRow,
    portfolio::{PortfolioRow, Reconciliation},
};
pub use transactions::{TransactionFilter, Transactions};
