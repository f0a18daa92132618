use super::{Currency, Exchange, ProviderId, Symbol};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Where the values of a pack come from: a second hashed document, so that a value
/// that another provider confirms leaves the content hash as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackSources {
    pub schema: u32,
    /// Any value is invented.
    pub sample: bool,
    /// By symbol and exchange, one for each price.
    pub prices: Vec<PriceSource>,
    /// By pair, one for each rate that was received.
    pub fx: Vec<RateSource>,
    /// Prices older than five trading days that an operator accepted.
    pub stale_accepted: Vec<Symbol>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceSource {
    pub symbol: Symbol,
    pub exchange: Exchange,
    pub source: ProviderId,
    /// The trading day whose close it is; the pack's date or one before it.
    pub as_of: Date,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateSource {
    pub from: Currency,
    pub to: Currency,
    pub source: ProviderId,
}

impl PackSources {
    pub const SCHEMA: u32 = 1;
}
