//! The account of the language model: what calls cost, how much they may use, and
//! what they used.

mod account;
mod book;
mod budget;
mod month;
mod reading;
mod retirement;

pub use account::ModelAccount;
pub use book::CallBook;
pub use month::UsageMonth;
pub use reading::ModelUse;
pub use retirement::{ModelStanding, Retirement};
