use super::{Currency, Exchange, PackContent, PackSources, Symbol};
use jiff::civil::{Date, Weekday};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// What a pack must be able to value: nothing of it may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needed {
    pub securities: BTreeSet<(Symbol, Exchange)>,
    /// Of positions and cash; each must convert into the base currency.
    pub currencies: BTreeSet<Currency>,
    /// Why a price is not there, where that is known: who was asked, and what came.
    pub unpriced: BTreeMap<(Symbol, Exchange), String>,
    /// The same of rates, by pair.
    pub unrated: BTreeMap<(Currency, Currency), String>,
}

/// One thing that keeps a pack from being used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    NoPrice {
        symbol: Symbol,
        exchange: Exchange,
        reason: Option<String>,
    },
    NoRate {
        from: Currency,
        to: Currency,
        reason: Option<String>,
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
    for security in &needed.securities {
        let (symbol, exchange) = security.clone();
        if content.price(&symbol, &exchange).is_none() {
            let reason = needed.unpriced.get(security).cloned();
            gaps.push(Gap::NoPrice { symbol, exchange, reason });
        }
    }
    let priced = content.prices().iter().map(|price| &price.currency);
    let currencies: BTreeSet<&Currency> = needed.currencies.iter().chain(priced).collect();
    for from in currencies {
        if content.rate(from, content.base()).is_err() {
            let (from, to) = (from.clone(), content.base().clone());
            gaps.push(Gap::NoRate { reason: why_no_rate(needed, &from, &to), from, to });
        }
    }
    gaps.extend(aged(content.date(), sources));
    gaps
}

/// What is known of the missing rates of either currency.
fn why_no_rate(needed: &Needed, from: &Currency, to: &Currency) -> Option<String> {
    let touches = |pair: &(Currency, Currency)| {
        [&pair.0, &pair.1].into_iter().any(|currency| currency == from || currency == to)
    };
    let known: Vec<String> = needed
        .unrated
        .iter()
        .filter(|(pair, _)| touches(pair))
        .map(|((one, other), reason)| format!("{one} to {other}: {reason}"))
        .collect();
    (!known.is_empty()).then(|| known.join("; "))
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
            Self::NoPrice { symbol, exchange, reason } => {
                write!(f, "{symbol} on {exchange} has no price{}", because(reason.as_ref()))
            }
            Self::NoRate { from, to, reason } => {
                write!(f, "there is no rate from {from} to {to}{}", because(reason.as_ref()))
            }
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

fn because(reason: Option<&String>) -> String {
    reason.map_or_else(String::new, |reason| format!(" ({reason})"))
}
