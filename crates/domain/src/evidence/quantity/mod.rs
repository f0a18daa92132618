//! Figures of a text: exact decimals with their units, as written and in a
//! normal form. Tonnes a year (rates) and tonnes (amounts) never mix; percent is
//! a fraction; percentage points are a unit of their own.

mod figure;
mod number;
mod scan;
mod unit;

pub use figure::{Figure, numbers_in};
pub use number::NumberMarks;
pub use unit::Unit;

use crate::taxonomy::vocabulary;
use rust_decimal::Decimal;

/// A figure with its unit. What a text does not state is absent and never zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// From the first digit or currency to the end of the unit, as the text has it.
    pub written: String,
    /// The numbers as stated, signed, before scale and unit are applied.
    pub stated: Ends,
    /// In `unit`: 400 ktpa is 400 000 tonnes a year, 5 % is 0.05.
    pub normal: Ends,
    pub unit: Unit,
    pub qualifier: Option<Qualifier>,
    /// The text says "tons" without saying which; read as tonnes.
    pub assumed: bool,
}

/// Both ends of a range; equal where one number is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    pub low: Decimal,
    pub high: Decimal,
}

vocabulary! {
    /// What the words before a figure make of it.
    Qualifier, "qualifier" {
        UpTo = "up_to", "Up to";
        Around = "around", "Around";
        AtLeast = "at_least", "At least";
        MoreThan = "more_than", "More than";
        LessThan = "less_than", "Less than";
    }
}

/// Every figure that has a unit, in the order of the text. `marks` follow the
/// language of the source.
pub fn quantities_in(text: &str, marks: NumberMarks) -> Vec<Quantity> {
    let has_unit = |quantity: &Quantity| !matches!(quantity.unit, Unit::Plain | Unit::Date);
    scan::figures(text, marks).into_iter().filter(has_unit).collect()
}

/// Whether a text states a figure per year, resolved or not.
pub(super) fn states_rate(text: &str) -> bool {
    quantities_in(text, NumberMarks::PointDecimal)
        .iter()
        .any(|quantity| matches!(quantity.unit, Unit::TonnesPerYear | Unit::UnresolvedRate))
}

#[cfg(test)]
mod tests;
