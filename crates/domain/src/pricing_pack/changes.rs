//! What one pack of a day says otherwise than another.

use super::{ClosingPrice, Currency, Exchange, PricingPack, ProviderId, ReceivedAmount, Symbol};
use crate::measure::Fraction;
use jiff::civil::Date;
use rust_decimal::{Decimal, prelude::ToPrimitive};
use std::collections::BTreeSet;

/// What was restated: only what differs, prices by symbol and exchange, rates by pair.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackChanges {
    pub prices: Vec<PriceChange>,
    pub rates: Vec<RateChange>,
}

/// None on a side: that pack has no such value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceChange {
    pub symbol: Symbol,
    pub exchange: Exchange,
    pub before: Option<PackedClose>,
    pub after: Option<PackedClose>,
}

/// A close with who supplied it, and the trading day that it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedClose {
    pub currency: Currency,
    pub close: ReceivedAmount,
    pub source: Option<ProviderId>,
    pub as_of: Option<Date>,
}

/// None on a side: that pack was given no such rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateChange {
    pub from: Currency,
    pub to: Currency,
    pub before: Option<PackedRate>,
    pub after: Option<PackedRate>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedRate {
    pub rate: ReceivedAmount,
    pub source: Option<ProviderId>,
}

impl PackChanges {
    pub fn is_empty(&self) -> bool {
        self.prices.is_empty() && self.rates.is_empty()
    }
}

impl PriceChange {
    /// After / before - 1; missing where a side is, or the currency is another one.
    pub fn relative(&self) -> Option<Fraction> {
        let (before, after) = (self.before.as_ref()?, self.after.as_ref()?);
        let comparable = before.currency == after.currency;
        comparable.then(|| relative(&before.close, &after.close))?
    }
}

impl RateChange {
    /// After / before - 1; missing where a side is.
    pub fn relative(&self) -> Option<Fraction> {
        relative(&self.before.as_ref()?.rate, &self.after.as_ref()?.rate)
    }
}

fn relative(before: &ReceivedAmount, after: &ReceivedAmount) -> Option<Fraction> {
    let ratio = after.value().checked_div(before.value())?;
    Fraction::new((ratio - Decimal::ONE).to_f64()?).ok()
}

impl PricingPack {
    /// All that `after` says otherwise. A value that another provider supplied, or that is
    /// of another day, is a change too, though it be the same.
    pub fn changes_to(&self, after: &Self) -> PackChanges {
        let securities = |pack: &Self| -> Vec<(Symbol, Exchange)> {
            let prices = pack.content.prices().iter();
            prices.map(|price| (price.symbol.clone(), price.exchange.clone())).collect()
        };
        let all: BTreeSet<_> = [securities(self), securities(after)].concat().into_iter().collect();
        let prices = all.into_iter().filter_map(|(symbol, exchange)| {
            let (before, after) = (self.close(&symbol, &exchange), after.close(&symbol, &exchange));
            (before != after).then_some(PriceChange { symbol, exchange, before, after })
        });
        let pairs = |pack: &Self| -> Vec<(Currency, Currency)> {
            let rates = pack.content.quoted_rates().iter();
            rates.map(|rate| (rate.from.clone(), rate.to.clone())).collect()
        };
        let all: BTreeSet<_> = [pairs(self), pairs(after)].concat().into_iter().collect();
        let rates = all.into_iter().filter_map(|(from, to)| {
            let (before, after) = (self.received_rate(&from, &to), after.received_rate(&from, &to));
            (before != after).then_some(RateChange { from, to, before, after })
        });
        PackChanges { prices: prices.collect(), rates: rates.collect() }
    }

    fn close(&self, symbol: &Symbol, exchange: &Exchange) -> Option<PackedClose> {
        let price: &ClosingPrice = self.content.price(symbol, exchange)?;
        let source = self.sources.of_price(price);
        Some(PackedClose {
            currency: price.currency.clone(),
            close: price.close.clone(),
            source: source.map(|source| source.source.clone()),
            as_of: source.map(|source| source.as_of),
        })
    }

    fn received_rate(&self, from: &Currency, to: &Currency) -> Option<PackedRate> {
        let is_it = |a: &Currency, b: &Currency| a == from && b == to;
        let rate = self.content.quoted_rates().iter().find(|rate| is_it(&rate.from, &rate.to))?;
        let source = self.sources.fx.iter().find(|known| is_it(&known.from, &known.to));
        Some(PackedRate { rate: rate.rate.clone(), source: source.map(|one| one.source.clone()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        hash::ContentHash,
        pricing_pack::{
            ExchangeRate, PackContent, PackSources, PriceSource, PricingPackId, RateSource,
        },
    };

    const DAY: &str = "2025-10-21";

    fn pack(closes: &[(&str, &str)], rate: &str, provider: &str) -> PricingPack {
        let date: Date = DAY.parse().unwrap();
        let policy = "CLOSE_USD".parse().unwrap();
        let exchange: Exchange = "XNAS".parse().unwrap();
        let prices = closes.iter().map(|(symbol, close)| ClosingPrice {
            symbol: symbol.parse().unwrap(),
            exchange: exchange.clone(),
            currency: "USD".parse().unwrap(),
            close: close.parse().unwrap(),
        });
        let fx = ExchangeRate {
            from: "EUR".parse().unwrap(),
            to: "USD".parse().unwrap(),
            rate: rate.parse().unwrap(),
            as_of: "2025-10-21T15:00:00Z".parse().unwrap(),
        };
        let content = PackContent::new(date, policy, prices.collect(), vec![fx.clone()]).unwrap();
        let source: ProviderId = provider.parse().unwrap();
        let sources = PackSources {
            schema: 1,
            sample: true,
            prices: closes
                .iter()
                .map(|(symbol, _)| PriceSource {
                    symbol: symbol.parse().unwrap(),
                    exchange: exchange.clone(),
                    source: source.clone(),
                    as_of: date,
                })
                .collect(),
            fx: vec![RateSource { from: fx.from, to: fx.to, source: source.clone() }],
            stale_accepted: Vec::new(),
        };
        let hash = ContentHash::of_json(&content).unwrap();
        let id = PricingPackId::new(date, content.policy(), 1, hash).unwrap();
        let ledger_commit = "0".repeat(40).parse().unwrap();
        PricingPack { id, ledger_commit, content, sources, announced: None }
    }

    #[test]
    fn a_restatement_names_what_changed_came_and_went_and_nothing_else() {
        let before = pack(&[("ACME", "262.77"), ("GONE", "10"), ("SAME", "5")], "1.10", "Sample");
        let after = pack(&[("ACME", "250.00"), ("NEW", "7"), ("SAME", "5")], "1.21", "Sample");
        let changes = before.changes_to(&after);
        let shown: Vec<_> = changes
            .prices
            .iter()
            .map(|change| {
                let text = |side: &Option<PackedClose>| {
                    side.as_ref().map_or("none", |close| close.close.as_str()).to_owned()
                };
                (change.symbol.to_string(), text(&change.before), text(&change.after))
            })
            .collect();
        let expected = [("ACME", "262.77", "250.00"), ("GONE", "10", "none"), ("NEW", "none", "7")];
        assert_eq!(shown, expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
        // 250 / 262.77 - 1, by Python's decimal.
        let moved = changes.prices[0].relative().unwrap().get();
        assert!((moved - -0.048_597_632_910_910_68).abs() < 1e-12, "{moved}");
        assert_eq!(changes.prices[1].relative(), None);
        assert!((changes.rates[0].relative().unwrap().get() - 0.1).abs() < 1e-12);
        assert!(before.changes_to(&before).is_empty());
    }

    #[test]
    fn the_same_value_of_another_provider_is_a_change() {
        let (before, after) =
            (pack(&[("ACME", "1")], "1", "Sample"), pack(&[("ACME", "1")], "1", "FMP"));
        let changes = before.changes_to(&after);
        assert_eq!((changes.prices.len(), changes.rates.len()), (1, 1));
        assert!(changes.prices[0].relative().unwrap().get().abs() < 1e-12);
    }
}
