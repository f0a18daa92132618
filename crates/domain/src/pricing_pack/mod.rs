//! Pricing packs: the prices and exchange rates of one day, sealed under one name,
//! that every figure of that day is computed from.

mod amount;
mod announced;
mod changes;
mod content;
mod coverage;
mod id;
mod names;
mod policy;
mod rate;
mod sources;
mod status;
mod text;

#[cfg(test)]
mod tests;

pub use amount::ReceivedAmount;
pub use announced::{AnnouncedDividend, AnnouncedOf, AnnouncedSplit, Announcements, Dated, Told};
pub use changes::{PackChanges, PackedClose, PackedRate, PriceChange, RateChange};
pub use content::{ClosingPrice, ContentError, ExchangeRate, PackContent};
pub use coverage::{Gap, Needed, STALE_AFTER_TRADING_DAYS, gaps, is_stale};
pub use id::{PackName, PricingPackId};
pub use names::{Currency, Exchange, LedgerCommit, ProviderId, Symbol};
pub use policy::PricingPolicy;
pub use rate::{MissingRate, Rate, RateKind};
pub use sources::{PackSources, PriceSource, RateSource};
pub use status::{BuildStage, IllegalPackStep, PackStatus};
pub use text::InvalidText;

/// One pack whole: immutable, whatever becomes of its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricingPack {
    pub id: PricingPackId,
    pub ledger_commit: LedgerCommit,
    pub content: PackContent,
    pub sources: PackSources,
    /// None where nobody was asked.
    pub announced: Option<Announcements>,
}

impl PackContent {
    pub fn price(&self, symbol: &Symbol, exchange: &Exchange) -> Option<&ClosingPrice> {
        self.prices()
            .binary_search_by(|price| (&price.symbol, &price.exchange).cmp(&(symbol, exchange)))
            .ok()
            .map(|place| &self.prices()[place])
    }
}

impl PackSources {
    pub fn of_price(&self, price: &ClosingPrice) -> Option<&PriceSource> {
        self.prices
            .iter()
            .find(|source| source.symbol == price.symbol && source.exchange == price.exchange)
    }

    /// Who supplied the received rates that `rate` rests on, sorted, each once.
    pub fn of_rate(&self, rate: &Rate) -> Vec<ProviderId> {
        let rests_on = |source: &&RateSource| {
            rate.quotes.iter().any(|(from, to)| source.from == *from && source.to == *to)
        };
        let mut providers: Vec<ProviderId> =
            self.fx.iter().filter(rests_on).map(|source| source.source.clone()).collect();
        providers.sort();
        providers.dedup();
        providers
    }
}
