//! Portfolios: what the ledger has booked of one, at one commit.

mod book;
mod kind;

pub use book::{
    Book, BookTransaction, CashMovement, DividendTerms, LotMovement, PortfolioName, Security,
};
pub use kind::TransactionKind;
