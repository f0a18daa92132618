//! What a book earned: daily returns free of its owner's deposits and withdrawals,
//! their product, and the rate that balances the owner's cash flows.

mod chain;
mod money_weighted;
mod return_series;
mod roots;
mod time_weighted;

pub use chain::{NavHistory, SubPeriod, Valuation, chain, whole};
pub use money_weighted::{CashFlow, money_weighted_return, money_weighted_return_of};
pub use return_series::{OpenedLate, ReturnSeries};
pub use time_weighted::{
    ANNUALISE_FROM_DAYS, ANNUALISE_FROM_RETURNS, annualised_return, time_weighted_return,
};
