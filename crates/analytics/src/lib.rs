//! The portfolio's arithmetic: returns, risk, attribution, lots.
//!
//! Plain functions from values to values. Nothing here reads a clock, a file, a
//! database or the environment, and nothing is rounded that need not be.
//!
//! - Ratios are [`domain::measure::Fraction`]s: 0.05 is five per cent. Only the
//!   renderer multiplies by 100.
//! - Money is exact, in [`domain::money::Amount`]s typed by the role of their currency.
//! - Series are dated and are joined by date, never by place; no gap is filled.
//! - What cannot be had is a [`domain::measure::Reason`], never zero.
//! - Sample statistics divide by n - 1 throughout; a year has 252 trading days, and
//!   365 calendar days where time is annualised.
//!
//! Where to begin: [`metrics`] computes all figures of a book at once.

pub mod attribution;
pub mod book;
pub mod lots;
pub mod metrics;
pub mod performance;
pub mod risk;
pub mod series;

mod statistics;

/// Trading days of a year, by which daily statistics are scaled.
pub const TRADING_DAYS: f64 = 252.0;
/// Calendar days of a year, by which elapsed time is annualised.
pub const CALENDAR_DAYS: f64 = 365.0;

#[cfg(test)]
mod fixtures;
