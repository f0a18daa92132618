use super::{Currency, Exchange, PackContent, PackSources, Symbol};
use jiff::civil::{Date, Weekday};
use std::{collections::BTreeSet, fmt};

/// What a pack must be able to value: nothing of it may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needed {
    pub securities: BTreeSet<(Symbol, Exchange)>,
    /// Of positions and cash; each must convert into the base currency.
    pub currencies: BTreeSet<Currency>,
}

/// One thing that keeps a pack from being used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    NoPrice {
        symbol: Symbol,
        exchange: Exchange,
    },
    NoRate {
        from: Currency,
        to: Currency,
    },
    /// Older than [`STALE_AFTER_TRADING_DAYS`], and nobody accepted it.
    StalePrice {
        symbol: Symbol,
        exchange: Exchange,
        as_of: Date,
    },
    /// A close of a day after the pack's.
    PriceFromTheFuture {
        symbol: Symbol,
        exchange: Exchange,
        as_of: Date,
    },
}

/// A close of more trading days ago is stale.
pub const STALE_AFTER_TRADING_DAYS: u32 = 5;

/// Everything that is missing, in a fixed order; empty when the pack covers all.
pub fn gaps(content: &PackContent, sources: &PackSources, needed: &Needed) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for (symbol, exchange) in &needed.securities {
        if content.price(symbol, exchange).is_none() {
            gaps.push(Gap::NoPrice { symbol: symbol.clone(), exchange: exchange.clone() });
        }
    }
    let priced = content.prices().iter().map(|price| &price.currency);
    let currencies: BTreeSet<&Currency> = needed.currencies.iter().chain(priced).collect();
    for from in currencies {
        if content.rate(from, content.base()).is_err() {
            gaps.push(Gap::NoRate { from: from.clone(), to: content.base().clone() });
        }
    }
    gaps.extend(aged(content.date(), sources));
    gaps
}

fn aged(date: Date, sources: &PackSources) -> impl Iterator<Item = Gap> {
    sources.prices.iter().filter_map(move |price| {
        let (symbol, exchange) = (price.symbol.clone(), price.exchange.clone());
        let as_of = price.as_of;
        if as_of > date {
            return Some(Gap::PriceFromTheFuture { symbol, exchange, as_of });
        }
        let stale = !sources.stale_accepted.contains(&symbol) && is_stale(as_of, date);
        stale.then_some(Gap::StalePrice { symbol, exchange, as_of })
    })
}

/// Whether a close of `as_of` is older than [`STALE_AFTER_TRADING_DAYS`] on `date`.
/// Monday to Friday count; no exchange's holidays do, so that a holiday makes a price
/// look older, never younger.
pub fn is_stale(as_of: Date, date: Date) -> bool {
    let mut trading_days = 0;
    let mut day = as_of;
    while day < date && trading_days <= STALE_AFTER_TRADING_DAYS {
        let Ok(next) = day.tomorrow() else { break };
        day = next;
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            trading_days += 1;
        }
    }
    trading_days > STALE_AFTER_TRADING_DAYS
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPrice { symbol, exchange } => write!(f, "{symbol} on {exchange} has no price"),
            Self::NoRate { from, to } => write!(f, "there is no rate from {from} to {to}"),
            Self::StalePrice { symbol, exchange, as_of } => write!(
                f,
                "the price of {symbol} on {exchange} is of {as_of}, more than \
                 {STALE_AFTER_TRADING_DAYS} trading days old, and was not accepted"
            ),
            Self::PriceFromTheFuture { symbol, exchange, as_of } => {
                write!(
                    f,
                    "the price of {symbol} on {exchange} is of {as_of}, after the pack's date"
                )
            }
        }
    }
}
