use crate::risk::herfindahl;
use domain::measure::{Available, Fraction, Reason};
use domain::money::{Amount, Base};
use domain::pricing_pack::Symbol;
use std::collections::BTreeMap;
use std::fmt;

/// What a position is of; the order is that of the names, cash last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sector {
    Named(String),
    /// The security master names no sector.
    Unclassified,
    Cash,
}

/// A position with its value by the pack, or the reason why it has none.
#[derive(Clone, Debug)]
pub struct ValuedPosition {
    /// The security; none for cash.
    pub symbol: Option<Symbol>,
    pub sector: Sector,
    pub value: Available<Amount<Base>>,
}

/// How a book is spread over sectors.
#[derive(Clone, Debug, PartialEq)]
pub struct Allocation {
    /// One for each sector; they add up to one.
    pub sectors: Vec<SectorWeight>,
    /// Sum of the squared sector weights.
    pub herfindahl: Fraction,
    pub nav: Amount<Base>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SectorWeight {
    pub sector: Sector,
    pub value: Amount<Base>,
    /// Value / net asset value, cash included; negative where it is owed.
    pub weight: Fraction,
}

/// # Errors
/// [`Reason::Unpriced`], naming all of them, where a position has no value: a weight of
/// the others would be too large. [`Reason::NoValue`] where the net asset value is not
/// above zero.
pub fn sector_allocation(positions: &[ValuedPosition]) -> Result<Allocation, Reason> {
    let values = all_values(positions)?;
    let mut by_sector: BTreeMap<&Sector, Amount<Base>> = BTreeMap::new();
    let mut nav = Amount::ZERO;
    for (position, value) in positions.iter().zip(values) {
        let sum = by_sector.entry(&position.sector).or_insert(Amount::ZERO);
        *sum = sum.plus(value)?;
        nav = nav.plus(value)?;
    }
    if !nav.is_positive() {
        return Err(Reason::NoValue);
    }
    let sectors = by_sector.into_iter().map(|(sector, value)| {
        let weight = Fraction::new(value.ratio(nav).ok_or(Reason::NoValue)?)?;
        Ok(SectorWeight { sector: sector.clone(), value, weight })
    });
    let sectors: Vec<SectorWeight> = sectors.collect::<Result<_, Reason>>()?;
    let herfindahl = herfindahl(sectors.iter().map(|sector| sector.weight))?;
    Ok(Allocation { sectors, herfindahl, nav })
}

fn all_values(positions: &[ValuedPosition]) -> Result<Vec<Amount<Base>>, Reason> {
    let unpriced = |position: &ValuedPosition| match &position.value {
        Available::Value(_) => None,
        Available::Missing(_) => position.symbol.clone(),
    };
    let symbols: Vec<Symbol> = positions.iter().filter_map(unpriced).collect();
    if !symbols.is_empty() {
        return Err(Reason::Unpriced { symbols });
    }
    // What remains without a value is cash, whose reason is a missing rate.
    positions
        .iter()
        .map(|position| position.value.as_result().copied().map_err(Clone::clone))
        .collect()
}

impl fmt::Display for Sector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Named(name) => name,
            Self::Unclassified => "Unclassified",
            Self::Cash => "Cash",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{base, close};
    use proptest::prelude::*;

    fn position(symbol: &str, sector: Sector, value: i64) -> ValuedPosition {
        let value = Available::Value(base(value));
        ValuedPosition { symbol: Some(symbol.parse().unwrap()), sector, value }
    }

    fn named(name: &str) -> Sector {
        Sector::Named(name.to_owned())
    }

    #[test]
    fn positions_are_added_up_by_sector_and_cash_is_one() {
        let found = sector_allocation(&[
            position("ACME", named("Industrials"), 300),
            position("XYZ", Sector::Unclassified, 200),
            position("MAPL", named("Industrials"), 100),
            ValuedPosition {
                symbol: None,
                sector: Sector::Cash,
                value: Available::Value(base(400)),
            },
        ])
        .unwrap();
        let names: Vec<String> = found.sectors.iter().map(|one| one.sector.to_string()).collect();
        assert_eq!(names, ["Industrials", "Unclassified", "Cash"]);
        let weights: Vec<f64> = found.sectors.iter().map(|one| one.weight.get()).collect();
        assert_eq!(weights, [0.4, 0.2, 0.4]);
        close(found.herfindahl.get(), 0.36, 1e-15);
        assert_eq!(found.nav, base(1000));
    }

    #[test]
    fn one_unpriced_position_leaves_no_weight_at_all() {
        let mut positions = vec![position("ACME", named("Industrials"), 300)];
        let unpriced = Available::Missing(Reason::Unpriced { symbols: vec![] });
        for symbol in ["XYZ", "ABC"] {
            let value = unpriced.clone();
            positions.push(ValuedPosition { value, ..position(symbol, Sector::Unclassified, 0) });
        }
        let refused = sector_allocation(&positions).unwrap_err();
        assert_eq!(refused.to_string(), "the pack has no price for XYZ, ABC");
    }

    #[test]
    fn cash_without_a_rate_says_which_rate() {
        let reason = Reason::NoRate { from: "CHF".parse().unwrap(), to: "USD".parse().unwrap() };
        let cash = ValuedPosition {
            symbol: None,
            sector: Sector::Cash,
            value: Available::Missing(reason.clone()),
        };
        assert_eq!(sector_allocation(&[cash]), Err(reason));
    }

    #[test]
    fn a_book_without_value_has_no_weights() {
        assert_eq!(sector_allocation(&[]), Err(Reason::NoValue));
        let owed = [position("A", named("X"), 100), position("B", named("Y"), -100)];
        assert_eq!(sector_allocation(&owed), Err(Reason::NoValue));
    }

    proptest! {
        #[test]
        fn sector_weights_add_up_to_one(
            values in prop::collection::vec((0_u8..6, 1_i64..1_000_000_000), 1..40),
        ) {
            let positions: Vec<_> = values.iter()
                .map(|(sector, value)| position("ACME", named(&sector.to_string()), *value))
                .collect();
            let found = sector_allocation(&positions).unwrap();
            let sum: f64 = found.sectors.iter().map(|one| one.weight.get()).sum();
            prop_assert!((sum - 1.0).abs() < 1e-12);
        }
    }
}
