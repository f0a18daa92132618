//! Portfolios: reading the ledger at a commit, the portfolios that members add of it,
//! and whether its text and what is stored of it agree.

mod adding;
mod reading;
mod reconciling;
mod repository;
mod transactions;

pub use adding::{LedgerPortfolio, Portfolios};
pub use reading::Read;
pub use reconciling::ReconciledPortfolios;
pub use storage::{
    ledger::{LedgerFault, LedgerReading, LedgerSnapshot, ReadingOutcome},
    portfolio::{PortfolioRow, Reconciliation},
};
pub use transactions::{TransactionFilter, Transactions};
