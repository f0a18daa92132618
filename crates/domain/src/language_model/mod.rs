//! What a language model uses up: tokens, their price, and how much of both may be
//! used.

mod budget;
mod price;
mod tokens;

pub use budget::{Budget, Budgets, Charged, Exhausted, WorkspaceBudget, Worst};
pub use price::{CostMissing, InvalidPrices, ModelPrice, PriceTable};
pub use tokens::Tokens;

use crate::taxonomy::vocabulary;

mod retirement;
pub use retirement::{RETIREMENT_NOTICE_DAYS, days_until, is_near};

vocabulary! {
    /// What a server's list of models says of one.
    Listed, "listing of a model" {
        Listed = "listed", "Listed";
        NotListed = "not_listed", "Not listed";
        NotKnown = "not_known", "Not known";
    }
}

vocabulary! {
    /// What a call of a language model asks for.
    Question, "question" {
        /// What the server is able to do; nothing of the package is told.
        Probe = "probe", "Probe the server";
        /// The report, from its package.
        Compose = "compose", "Write the report";
        /// The report again, without what was found in the first answer.
        Repair = "repair", "Correct the report";
    }
}
