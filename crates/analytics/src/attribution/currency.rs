use super::Linking;
use domain::measure::{Fraction, Reason};
use domain::pricing_pack::Currency;
use std::collections::BTreeMap;

/// A tenth of a basis point: what the parts may differ from the measured return by
/// before the difference has to be shown.
pub const RESIDUAL_MAX: f64 = 0.000_01;

/// One position, or the cash of one currency, over one day.
#[derive(Clone, Debug)]
pub struct PositionDay {
    pub currency: Currency,
    /// Value at the start of the day / net asset value at the start of the day.
    pub weight: Fraction,
    /// Return in the position's own currency; for cash its interest.
    pub local: Fraction,
    /// Change of what that currency costs in the portfolio's; zero for the portfolio's own.
    pub fx: Fraction,
}

/// A day of the whole book.
#[derive(Clone, Debug)]
pub struct AttributedDay {
    pub positions: Vec<PositionDay>,
    /// The day's return in the portfolio's currency, measured from net asset values
    /// and flows: not from these positions.
    pub measured: Fraction,
}

/// Parts of a return, as fractions of the book's value at the start.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct CurrencyParts {
    pub local: Fraction,
    pub fx: Fraction,
    /// Local return earned on the change of the currency: local × fx.
    pub interaction: Fraction,
}

/// A return by what the markets and what the currencies did.
#[derive(Clone, Debug, PartialEq)]
pub struct CurrencyAttribution {
    pub parts: CurrencyParts,
    pub by_currency: BTreeMap<Currency, CurrencyParts>,
    /// The return over all days, as it was measured.
    pub measured: Fraction,
    /// Measured return less all parts.
    pub residual: Fraction,
}

impl CurrencyParts {
    /// The return in the portfolio's currency: (1 + local)(1 + fx) - 1.
    pub fn total(&self) -> f64 {
        self.local.get() + self.fx.get() + self.interaction.get()
    }
}

impl CurrencyAttribution {
    /// Whether the parts explain the measured return to a tenth of a basis point; the
    /// residual is to be shown where they do not.
    pub fn reconciles(&self) -> bool {
        self.residual.get().abs() <= RESIDUAL_MAX
    }
}

/// Splits the return of the days, oldest first, into local, currency and interaction.
///
/// Each day's parts are sums of start weight × part of the position; days are linked
/// by Carino's factors of the measured returns, so that parts and residual add up to
/// the measured return exactly. Source: domain reference, section 10.
///
/// # Errors
/// Those of [`Linking::new`].
pub fn currency_attribution(days: &[AttributedDay]) -> Result<CurrencyAttribution, Reason> {
    let measured: Vec<Fraction> = days.iter().map(|day| day.measured).collect();
    let linking = Linking::new(&measured)?;
    let mut sums: BTreeMap<&Currency, Sums> = BTreeMap::new();
    for (day, factor) in days.iter().zip(linking.factors()) {
        for position in &day.positions {
            sums.entry(&position.currency).or_default().add(position, *factor);
        }
    }
    let all = sums.values().fold(Sums::default(), |all, one| all.plus(*one));
    let by_currency = sums
        .into_iter()
        .map(|(currency, sums)| Ok((currency.clone(), sums.parts()?)))
        .collect::<Result<_, Reason>>()?;
    let parts = all.parts()?;
    let residual = Fraction::new(linking.total().get() - parts.total())?;
    Ok(CurrencyAttribution { parts, by_currency, measured: linking.total(), residual })
}

#[derive(Clone, Copy, Default)]
struct Sums {
    local: f64,
    fx: f64,
    interaction: f64,
}

impl Sums {
    fn add(&mut self, position: &PositionDay, factor: f64) {
        let (local, fx) = (position.local.get(), position.fx.get());
        let weight = position.weight.get() * factor;
        self.local += weight * local;
        self.fx += weight * fx;
        self.interaction += weight * local * fx;
    }

    fn plus(self, other: Self) -> Self {
        Self {
            local: self.local + other.local,
            fx: self.fx + other.fx,
            interaction: self.interaction + other.interaction,
        }
    }

    fn parts(self) -> Result<CurrencyParts, Reason> {
        Ok(CurrencyParts {
            local: Fraction::new(self.local)?,
            fx: Fraction::new(self.fx)?,
            interaction: Fraction::new(self.interaction)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{close, fraction};
    use proptest::prelude::*;

    fn position(currency: &str, weight: f64, local: f64, fx: f64) -> PositionDay {
        PositionDay {
            currency: currency.parse().unwrap(),
            weight: fraction(weight),
            local: fraction(local),
            fx: fraction(fx),
        }
    }

    fn one_day(positions: Vec<PositionDay>, measured: f64) -> CurrencyAttribution {
        currency_attribution(&[AttributedDay { positions, measured: fraction(measured) }]).unwrap()
    }

    // Domain reference, section 14: local .10, rate 1.30 to 1.35.
    #[test]
    fn a_dollar_return_has_a_local_a_currency_and_a_common_part() {
        let fx = 1.35 / 1.30 - 1.0;
        let found = one_day(vec![position("USD", 1.0, 0.10, fx)], 1.10 * 1.35 / 1.30 - 1.0);
        close(found.parts.total(), 0.142_308, 5e-7);
        close(found.parts.fx.get(), 0.038_462, 5e-7);
        close(found.parts.interaction.get(), 0.003_846, 5e-7);
        assert!(found.reconciles());
        let found = one_day(vec![position("USD", 1.0, 0.018, 0.005)], 0.023_09);
        close(found.parts.total(), 0.023_09, 1e-15);
        close(found.parts.interaction.get(), 0.000_09, 1e-15);
    }

    // Domain reference, section 14: 60,000 and 40,000 become 105,460.
    #[test]
    fn the_parts_of_a_book_are_weighted_by_where_it_started() {
        let positions = vec![position("USD", 0.6, 0.05, 0.02), position("CAD", 0.4, 0.03, 0.0)];
        let found = one_day(positions, 105_460.0 / 100_000.0 - 1.0);
        close(found.parts.local.get(), 0.042, 1e-15);
        close(found.parts.fx.get(), 0.012, 1e-15);
        close(found.parts.interaction.get(), 0.0006, 1e-15);
        close(found.parts.total(), 0.0546, 1e-15);
        close(found.residual.get(), 0.0, 1e-15);
        let cad = found.by_currency[&"CAD".parse().unwrap()];
        close(cad.local.get(), 0.012, 1e-15);
        close(cad.fx.get(), 0.0, 0.0);
    }

    #[test]
    fn a_difference_beyond_a_tenth_of_a_basis_point_does_not_reconcile() {
        let day = |measured| one_day(vec![position("USD", 1.0, 0.05, 0.0)], measured);
        assert!(day(0.050_009_9).reconciles());
        let off = day(0.050_011);
        assert!(!off.reconciles());
        close(off.residual.get(), 0.000_011, 1e-12);
    }

    /// A book that is held without trades: values in its own currencies and rates.
    fn held(days: usize, values: &[Vec<f64>], rates: &[Vec<f64>]) -> (Vec<AttributedDay>, f64) {
        let names = ["CAD", "EUR", "USD", "CHF"];
        let nav = |day: usize| -> f64 {
            values.iter().zip(rates).map(|(value, rate)| value[day] * rate[day]).sum()
        };
        let attributed = (1..days).map(|day| {
            let positions = values.iter().zip(rates).zip(names).map(|((value, rate), name)| {
                let weight = value[day - 1] * rate[day - 1] / nav(day - 1);
                let local = value[day] / value[day - 1] - 1.0;
                position(name, weight, local, rate[day] / rate[day - 1] - 1.0)
            });
            let measured = fraction(nav(day) / nav(day - 1) - 1.0);
            AttributedDay { positions: positions.collect(), measured }
        });
        (attributed.collect(), nav(days - 1) / nav(0) - 1.0)
    }

    proptest! {
        #[test]
        fn parts_recompose_to_the_return_that_was_measured_on_its_own(
            values in prop::collection::vec(prop::collection::vec(50.0..150.0_f64, 12), 1..5),
            rates in prop::collection::vec(prop::collection::vec(0.5..1.5_f64, 12), 5),
        ) {
            let (days, total) = held(12, &values, &rates);
            let found = currency_attribution(&days).unwrap();
            prop_assert!((found.measured.get() - total).abs() < 1e-9);
            prop_assert!((found.parts.total() - total).abs() < 1e-9);
            prop_assert!(found.reconciles());
            let currencies: f64 = found.by_currency.values().map(CurrencyParts::total).sum();
            prop_assert!((currencies - found.parts.total()).abs() < 1e-12);
        }
    }
}
