//! The account of the language model: what calls cost, how much they may use, and
//! what they used.

mod account;
mod book;
mod month;
mod reading;

pub use account::ModelAccount;
pub use book::CallBook;
pub use month::UsageMonth;
pub use reading::ModelUse;
