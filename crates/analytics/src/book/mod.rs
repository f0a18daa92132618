//! A book over time: what it holds on a day, what that is worth by a pack, and what
//! became of it from day to day.
//!
//! 1. [`Holdings`] follows the transactions of a [`domain::portfolio::Book`].
//! 2. [`value`] puts the prices and rates of one pack on what is held.
//! 3. [`days`] does both for a row of packs, and gives the series that returns, risk and
//!    attribution are computed from.

mod days;
mod holdings;
mod reconcile;
mod tax;
mod valuation;

pub use days::{
    BookDay, DayError, Flows, PositionDay, attributed_days, contribution_days, days, nav_history,
    position_attributed_days, position_returns,
};
pub use holdings::{BookError, Holdings, OpenLot};
pub use reconcile::{
    Difference, DifferenceCode, RECONCILED_BP, Reconciled, Side, SideBalance, reconcile,
    within_a_basis_point,
};
pub use tax::{TaxError, lot_books};
pub use valuation::{
    Balance, Held, Unpriced, UnrealisedParts, Valuation, ValuedBalance, ValuedHolding, value,
};

#[cfg(test)]
mod tax_tests;
#[cfg(test)]
mod tests;
