//! Portfolios: the list with the ledger that they come from, and of one its overview,
//! holdings and transactions.

mod answer;
mod gate;
mod header;
mod holding;
mod list;
mod overview;
mod positions;
mod repository;
mod shown;
mod transactions;
mod upcoming;
mod values;

pub use holding::HoldingPage;
pub use list::PortfolioList;
pub use overview::PortfolioPage;
pub use transactions::TransactionsPage;
pub use upcoming::UpcomingPage;
