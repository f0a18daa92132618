//! What the tests of this crate share.

use crate::performance::ReturnSeries;
use crate::series::{Dated, Series};
use domain::measure::Fraction;
use domain::money::{Amount, Base};
use jiff::{ToSpan, civil::Date};

#[track_caller]
pub fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "found {found}, expected {expected}");
}

pub fn fraction(value: f64) -> Fraction {
    Fraction::new(value).unwrap()
}

pub fn base(amount: i64) -> Amount<Base> {
    Amount::new(amount.into())
}

pub const OPENED: Date = jiff::civil::date(2023, 1, 2);

/// That many days behind the opening; every calendar day counts as a trading day.
pub fn day(number: usize) -> Date {
    OPENED + i64::try_from(number).unwrap().days()
}

/// One return a day, from the day behind the opening.
pub fn returns(values: &[f64]) -> ReturnSeries {
    let points = values.iter().enumerate();
    let points = points.map(|(at, r)| Dated { date: day(at + 1), value: fraction(*r) });
    ReturnSeries::new(OPENED, Series::new(points.collect()).unwrap()).unwrap()
}

/// -0.050, -0.049, … +0.049: the hundred points of the domain reference, section 14.
pub fn tail_points() -> Vec<f64> {
    (-50..50).map(|thousandth| f64::from(thousandth) / 1000.0).collect()
}
