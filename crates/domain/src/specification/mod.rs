//! What a subscriber orders: scope, cadence, tier, watchlist, report options.

mod check;
mod check_text;
mod check_watchlist;
mod diff;
mod draft;
mod field;
mod options;
mod portfolio;
mod scope;
mod state;

pub use check::{SEATS, check, partial_quote};
pub use check_text::{NAME_LENGTH, TITLE_LENGTH};
pub use check_watchlist::COMPANY_LENGTH;
pub use diff::{Change, diff, needs_activation};
pub use draft::SpecificationDraft;
pub use field::{Field, FieldError};
pub use options::{Language, ReportOptions, SectionKind, Strength};
pub use portfolio::{Desk, PortfolioOrder, PortfolioPanel, PortfolioWindow};
pub use scope::Scope;
pub use state::{SpecificationState, Transition, TransitionRefused};

use crate::{cadence::Cadence, price::Tier};
use serde::{Deserialize, Serialize};

/// A specification that has passed [`check`]; the only way to make one from
/// input. Stored whole in each version and in each run package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Specification {
    pub name: String,
    pub scope: Scope,
    pub cadence: Cadence,
    /// At least the smallest tier that holds the scope.
    pub tier: Tier,
    pub seats: u16,
    /// Companies to watch, in the order given; empty without company news.
    pub watchlist: Vec<String>,
    pub options: ReportOptions,
    /// Of a report of the portfolio desk, which has no scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portfolio: Option<PortfolioOrder>,
}

impl Specification {
    pub const fn desk(&self) -> Desk {
        if self.portfolio.is_some() { Desk::Portfolio } else { Desk::Polyurethane }
    }
}
