use crate::pricing_pack::{Currency, Symbol};
use jiff::civil::Date;

/// Why a figure is not available. Reads on behind "not available, because".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error("it takes {needed} observations and there are {found}")]
    TooFewObservations { needed: usize, found: usize },
    #[error(
        "{observations} returns over {days} days are too short a time for an annual figure: it \
         takes 250 returns or 365 days"
    )]
    TooShortForAYear { observations: usize, days: i32 },
    #[error("the value of the book was not above zero on {on}, so that returns begin anew")]
    ChainBroken { on: Date },
    #[error("all values are the same")]
    NoVariation,
    #[error("no return was below the target")]
    NoShortfall,
    #[error("the book lost all of its value or more")]
    TotalLoss,
    #[error("there is no risk-free rate")]
    NoRiskFreeRate,
    #[error("there is no benchmark")]
    NoBenchmark,
    #[error("on {dates} dates only one of portfolio and benchmark has a value")]
    UnmatchedDates { dates: usize },
    #[error("the cash flows do not change their sign, so that no rate balances them")]
    NoSignChange,
    #[error("no rate between -99.99 % and 1,000 % a year balances the cash flows")]
    NoRateInBounds,
    #[error("more than one rate balances the cash flows")]
    SeveralRates,
    #[error("the pack has no price for {}", list(.symbols))]
    Unpriced { symbols: Vec<Symbol> },
    #[error("the pack has no rate from {from} to {to}")]
    NoRate { from: Currency, to: Currency },
    #[error("the provider does not say in which currency it is paid")]
    NoCurrencyTold,
    #[error("no provider tells the dividends of {}", list(.symbols))]
    Untold { symbols: Vec<Symbol> },
    #[error("the value of the book is not above zero")]
    NoValue,
    #[error("the numbers are too large to be computed")]
    OutOfRange,
}

impl Reason {
    /// For programs; stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooFewObservations { .. } => "too_few_observations",
            Self::TooShortForAYear { .. } => "too_short_for_a_year",
            Self::ChainBroken { .. } => "chain_broken",
            Self::NoVariation => "no_variation",
            Self::NoShortfall => "no_shortfall",
            Self::TotalLoss => "total_loss",
            Self::NoRiskFreeRate => "no_risk_free_rate",
            Self::NoBenchmark => "no_benchmark",
            Self::UnmatchedDates { .. } => "unmatched_dates",
            Self::NoSignChange => "no_sign_change",
            Self::NoRateInBounds => "no_rate_in_bounds",
            Self::SeveralRates => "several_rates",
            Self::Unpriced { .. } => "unpriced",
            Self::NoRate { .. } => "no_rate",
            Self::NoCurrencyTold => "no_currency_told",
            Self::Untold { .. } => "untold",
            Self::NoValue => "no_value",
            Self::OutOfRange => "out_of_range",
        }
    }
}

impl From<crate::money::OutOfRange> for Reason {
    fn from(_: crate::money::OutOfRange) -> Self {
        Self::OutOfRange
    }
}

impl From<super::NotFinite> for Reason {
    fn from(_: super::NotFinite) -> Self {
        Self::OutOfRange
    }
}

fn list(symbols: &[Symbol]) -> String {
    symbols.iter().map(Symbol::as_str).collect::<Vec<_>>().join(", ")
}
