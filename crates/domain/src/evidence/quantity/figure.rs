use super::{NumberMarks, Unit, scan};
use rust_decimal::Decimal;
use std::{collections::BTreeSet, fmt};

/// A figure without its sign, in a normal form: equal for 400 ktpa and
/// 400 000 t/y, different for 400 ktpa and 400 kt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Figure {
    pub value: Decimal,
    pub unit: Unit,
}

/// Every figure of a text, for the question whether a number in a report's prose
/// occurs in what it cites: those of the prose must be a subset of those of the
/// evidence. Both ends of a range count.
///
/// Signs are dropped, since "fell by 5 %" and "−5 %" state the same figure.
/// Numbers in words and digits inside names (H12MDI) are not seen. Decimals are
/// read as in English.
pub fn numbers_in(text: &str) -> BTreeSet<Figure> {
    scan::figures(text, NumberMarks::PointDecimal)
        .into_iter()
        .flat_map(|quantity| {
            [quantity.normal.low, quantity.normal.high]
                .map(|value| Figure { value: value.abs().normalize(), unit: quantity.unit })
        })
        .collect()
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            Unit::Plain => self.value.fmt(f),
            Unit::Fraction => {
                write!(f, "{} %", self.value.saturating_mul(Decimal::ONE_HUNDRED).normalize())
            }
            Unit::Money(code) => write!(f, "{code} {}", self.value),
            unit => write!(f, "{} {unit}", self.value),
        }
    }
}
