//! Beancount text to booked transactions.
//!
//! The files of a ledger are given as text; nothing here reads a file, a repository or
//! a clock. A ledger is taken whole or refused with all that is wrong in it, each fault
//! with its file, line and text.
//!
//! 1. [`files`] puts the files together by their includes.
//! 2. The text is parsed by beancount-parser-lima.
//! 3. [`accounts`], commodities and balances are checked, and each transaction is booked by
//!    limabean-booking, by date.
//! 4. [`books`] gives what of it belongs to each portfolio.
//!
//! Figures are not computed here: that is the business of the analytics crate.

mod accounts;
mod balance;
mod booking;
mod books;
mod dates;
mod fault;
mod files;
mod include;
mod kind;
mod model;
mod read;

pub use books::books;
pub use fault::{Fault, Place};
pub use files::{FILES_MAX, LedgerFiles, TEXT_BYTES_MAX};
pub use kind::{AccountName, kind_of};
pub use model::{
    Account, Commodity, Holding, Ledger, LotCost, PostedLot, Posting, Price, Transaction,
};
pub use read::read;

#[cfg(test)]
mod tests;
