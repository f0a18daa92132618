//! How often a specification reports, and the periods that follow from it.

mod moment;
mod period;

pub use moment::{blocked_message, format_moment, format_moment_without_weekday};
pub(crate) use period::first_instant;
pub use period::{Period, PeriodError, PeriodKey, Window, local_date};

use crate::taxonomy::vocabulary;
use jiff::civil::Date;

vocabulary! {
    /// How often a report may be made: one regular run per period.
    Cadence, "cadence" {
        Daily = "daily", "Daily";
        Weekly = "weekly", "Weekly";
        Monthly = "monthly", "Monthly";
    }
}

impl Cadence {
    /// Days of publication dates before the claim's date that a run looks at.
    pub const fn lookback_days(self) -> u16 {
        match self {
            Self::Daily => 2,
            Self::Weekly => 7,
            Self::Monthly => 30,
        }
    }

    /// The dates that a run claimed on `claim_date` (local) looks at, unless an
    /// administrator set another number of days.
    pub fn window(self, claim_date: Date) -> Window {
        Window::looking_back(self.lookback_days(), claim_date)
    }
}
