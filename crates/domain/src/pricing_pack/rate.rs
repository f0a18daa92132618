use super::{Currency, ExchangeRate, PackContent};
use jiff::Timestamp;
use rust_decimal::Decimal;

/// How a rate came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateKind {
    /// Both currencies are the same.
    Identity,
    Quoted,
    /// 1 / the rate that was received for the other direction.
    Inverse,
    /// Two rates through the policy's pivot.
    Derived,
}

/// What one unit of a currency costs in another, by one pack. Inverse and derived
/// rates have the 28 significant digits of a [`Decimal`]; nothing is rounded further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    pub value: Decimal,
    pub kind: RateKind,
    /// The received rates it rests on: none, one or two, by `(from, to)`.
    pub quotes: Vec<(Currency, Currency)>,
    /// The oldest instant of those; none for the identity.
    pub as_of: Option<Timestamp>,
}

/// The pack has no way from one currency to the other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the pack has no rate from {from} to {to}: neither received, nor inverse, nor through {pivot}"
)]
pub struct MissingRate {
    pub from: Currency,
    pub to: Currency,
    pub pivot: Currency,
}

impl PackContent {
    /// The received rate, else the inverse of the other direction, else the cross
    /// rate through the policy's pivot. Never a constant.
    ///
    /// # Errors
    /// [`MissingRate`] when none of these can be had.
    pub fn rate(&self, from: &Currency, to: &Currency) -> Result<Rate, MissingRate> {
        if from == to {
            let kind = RateKind::Identity;
            return Ok(Rate { value: Decimal::ONE, kind, quotes: Vec::new(), as_of: None });
        }
        let pivot = self.policy().pivot();
        self.one_step(from, to)
            .or_else(|| self.through(from, &pivot, to))
            .ok_or_else(|| MissingRate { from: from.clone(), to: to.clone(), pivot })
    }

    fn one_step(&self, from: &Currency, to: &Currency) -> Option<Rate> {
        if let Some(quote) = self.quote(from, to) {
            return Some(resting_on(quote, quote.rate.value(), RateKind::Quoted));
        }
        let quote = self.quote(to, from)?;
        let value = Decimal::ONE.checked_div(quote.rate.value())?;
        Some(resting_on(quote, value, RateKind::Inverse))
    }

    fn through(&self, from: &Currency, pivot: &Currency, to: &Currency) -> Option<Rate> {
        if from == pivot || to == pivot {
            return None;
        }
        let (first, second) = (self.one_step(from, pivot)?, self.one_step(pivot, to)?);
        Some(Rate {
            value: first.value.checked_mul(second.value)?,
            kind: RateKind::Derived,
            quotes: [first.quotes, second.quotes].concat(),
            as_of: first.as_of.min(second.as_of),
        })
    }

    fn quote(&self, from: &Currency, to: &Currency) -> Option<&ExchangeRate> {
        self.quoted_rates().iter().find(|rate| rate.from == *from && rate.to == *to)
    }
}

fn resting_on(quote: &ExchangeRate, value: Decimal, kind: RateKind) -> Rate {
    let quotes = vec![(quote.from.clone(), quote.to.clone())];
    Rate { value, kind, quotes, as_of: Some(quote.as_of) }
}
