//! Which vendors are asked for what a pack must hold.

use super::market_file::{MarketDay, MarketFileError, read_text, sources};
use crate::{Orchestrator, UseCaseError};
use domain::pricing_pack::{
    ClosingPrice, Currency, Exchange, ExchangeRate, Needed, PackContent, PriceSource,
    PricingPolicy, ProviderId, RateSource, ReceivedAmount, STALE_AFTER_TRADING_DAYS, Symbol,
    is_stale,
};
use harvest::quote::{Figure, Quote, QuoteError, Vendors, vendor};
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use std::{
    collections::BTreeSet,
    error::Error,
    path::{Path, PathBuf},
};

/// Exchanges whose securities every vendor knows by their own symbol. Elsewhere the same
/// letters may be another company's, so that a listing has to say the vendor's name.
const UNITED_STATES: [&str; 6] = ["ARCX", "BATS", "XASE", "XNAS", "XNMS", "XNYS"];

/// What a pack must hold, and who is asked for it, in order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listings {
    schema: u32,
    policy: PricingPolicy,
    pub(super) securities: Vec<Listing>,
    fx: Vec<ListedPair>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listing {
    pub symbol: Symbol,
    pub exchange: Exchange,
    pub currency: Currency,
    quotes: Vec<Listed>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    provider: ProviderId,
    /// How the provider calls it, where that is not its symbol.
    #[serde(rename = "as")]
    name: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedPair {
    from: Currency,
    to: Currency,
    providers: Vec<ProviderId>,
}

#[derive(Debug, thiserror::Error)]
pub enum ListingsError {
    #[error(transparent)]
    File(#[from] MarketFileError),
    #[error("{0} holds no listings")]
    NotListings(PathBuf, #[source] serde_json::Error),
    #[error(
        "rates of vendors are not those of the London fix: list them for a policy such as CLOSE_USD, not {0}"
    )]
    Policy(PricingPolicy),
    #[error("{what} is listed twice")]
    Twice { what: String },
    #[error("{what} is listed without a provider")]
    NoProvider { what: String },
    #[error("{provider} cannot be asked for {what}")]
    NotQuoted { provider: ProviderId, what: String },
    #[error(
        "{symbol} on {exchange} is listed without the name that {provider} has for it: beyond the \
         United States the same letters may be another security"
    )]
    Unnamed { symbol: Symbol, exchange: Exchange, provider: ProviderId },
    #[error(
        "{symbol} on {exchange} is listed at Polygon, which quotes the United States alone, in USD"
    )]
    Foreign { symbol: Symbol, exchange: Exchange },
    #[error(
        "{symbol} on {exchange} is listed in GBP, but vendors quote London in pence: give its \
         price by a market file"
    )]
    Pence { symbol: Symbol, exchange: Exchange },
    #[error("{0} is not over: before 17:00 in New York it has no closes")]
    DayNotOver(Date),
    #[error("the clock cannot be read")]
    Clock(#[source] Box<UseCaseError>),
}

impl Listings {
    /// Reads `path` whole: one listing that cannot be right refuses the file.
    pub async fn read(path: &Path) -> Result<Self, ListingsError> {
        Self::parse(path, &read_text(path).await?)
    }

    /// Of the packs that are made of them.
    pub const fn policy(&self) -> &PricingPolicy {
        &self.policy
    }

    fn parse(path: &Path, text: &str) -> Result<Self, ListingsError> {
        let listings: Self = serde_json::from_str(text)
            .map_err(|error| ListingsError::NotListings(path.to_owned(), error))?;
        if listings.schema != 1 {
            return Err(MarketFileError::UnknownSchema(listings.schema).into());
        }
        if !listings.policy.as_str().starts_with("CLOSE_") {
            return Err(ListingsError::Policy(listings.policy));
        }
        let mut seen = BTreeSet::new();
        let securities = listings.securities.iter().map(Listing::what);
        for what in securities.chain(listings.fx.iter().map(ListedPair::what)) {
            if let Some(what) = seen.replace(what) {
                return Err(ListingsError::Twice { what });
            }
        }
        listings.securities.iter().try_for_each(Listing::check)?;
        listings.fx.iter().try_for_each(ListedPair::check)?;
        Ok(listings)
    }

    /// Asks the vendors for everything. What none of them has is missing, with what each of
    /// them said; the build's rule of completeness judges the rest.
    async fn ask(&self, vendors: &Vendors, date: Date) -> Result<MarketDay, MarketFileError> {
        let mut needed = Needed::default();
        let (mut prices, mut price_sources) = (Vec::new(), Vec::new());
        for listing in &self.securities {
            let Listing { symbol, exchange, currency, .. } = listing.clone();
            needed.securities.insert((symbol.clone(), exchange.clone()));
            needed.currencies.insert(currency.clone());
            match first_of(vendors, listing.figures(), date).await {
                Ok((source, Quote { day: as_of, value: close })) => {
                    let (of, on) = (symbol.clone(), exchange.clone());
                    price_sources.push(PriceSource { symbol: of, exchange: on, source, as_of });
                    prices.push(ClosingPrice { symbol, exchange, currency, close });
                }
                Err(reason) => {
                    needed.unpriced.insert((symbol, exchange), reason);
                }
            }
        }
        let (mut rates, mut rate_sources) = (Vec::new(), Vec::new());
        for pair in &self.fx {
            let ListedPair { from, to, .. } = pair.clone();
            match first_of(vendors, pair.figures(), date).await.and_then(|found| fixed(found, date))
            {
                Ok((source, rate, as_of)) => {
                    rate_sources.push(RateSource { from: from.clone(), to: to.clone(), source });
                    rates.push(ExchangeRate { from, to, rate, as_of });
                }
                Err(reason) => {
                    needed.unrated.insert((from, to), reason);
                }
            }
        }
        let content = PackContent::new(date, self.policy.clone(), prices, rates)?;
        let announced = Some(self.ask_announced(vendors, date).await);
        let sources = sources(false, price_sources, rate_sources);
        Ok(MarketDay { content, sources, needed, announced })
    }
}

impl Listing {
    fn what(&self) -> String {
        format!("{} on {}", self.symbol, self.exchange)
    }

    fn check(&self) -> Result<(), ListingsError> {
        let (symbol, exchange) = (&self.symbol, &self.exchange);
        let of = || (symbol.clone(), exchange.clone());
        if self.quotes.is_empty() {
            return Err(ListingsError::NoProvider { what: self.what() });
        }
        let is_american = self.is_american();
        if exchange.as_str() == "XLON" && self.currency.as_str() == "GBP" {
            let (symbol, exchange) = of();
            return Err(ListingsError::Pence { symbol, exchange });
        }
        for (listed, (provider, figure)) in self.quotes.iter().zip(self.figures()) {
            can_be_asked(&provider, &figure, || self.what())?;
            if provider.as_str() == "Polygon" && (!is_american || self.currency.as_str() != "USD") {
                let (symbol, exchange) = of();
                return Err(ListingsError::Foreign { symbol, exchange });
            }
            if !is_american && listed.name.is_none() {
                let (symbol, exchange) = of();
                return Err(ListingsError::Unnamed { symbol, exchange, provider });
            }
        }
        Ok(())
    }

    fn figures(&self) -> Vec<(ProviderId, Figure)> {
        let figure = |(provider, name)| (provider, Figure::Close(name));
        self.names().into_iter().map(figure).collect()
    }

    /// Who is asked, in order, each with its name of the security.
    pub fn names(&self) -> Vec<(ProviderId, String)> {
        let name = |listed: &Listed| {
            listed.name.clone().unwrap_or_else(|| self.symbol.as_str().to_owned())
        };
        self.quotes.iter().map(|listed| (listed.provider.clone(), name(listed))).collect()
    }

    pub fn is_american(&self) -> bool {
        UNITED_STATES.contains(&self.exchange.as_str())
    }
}

impl ListedPair {
    fn what(&self) -> String {
        format!("the rate from {} to {}", self.from, self.to)
    }

    fn check(&self) -> Result<(), ListingsError> {
        if self.providers.is_empty() {
            return Err(ListingsError::NoProvider { what: self.what() });
        }
        let mut figures = self.figures().into_iter();
        figures.try_for_each(|(provider, figure)| can_be_asked(&provider, &figure, || self.what()))
    }

    fn figures(&self) -> Vec<(ProviderId, Figure)> {
        let figure = Figure::Rate(self.from.clone(), self.to.clone());
        self.providers.iter().map(|provider| (provider.clone(), figure.clone())).collect()
    }
}

fn can_be_asked(
    provider: &ProviderId,
    figure: &Figure,
    what: impl Fn() -> String,
) -> Result<(), ListingsError> {
    if vendor(provider).is_some_and(|vendor| vendor.quotes(figure)) {
        return Ok(());
    }
    Err(ListingsError::NotQuoted { provider: provider.clone(), what: what() })
}

/// The value of the first provider that has one of the day itself; else the newest of the
/// values that they have, the first provider's among equals. None has one: what each said.
async fn first_of(
    vendors: &Vendors,
    figures: Vec<(ProviderId, Figure)>,
    date: Date,
) -> Result<(ProviderId, Quote), String> {
    let mut found: Option<(ProviderId, Quote)> = None;
    let mut reasons = Vec::new();
    for (provider, figure) in figures {
        match vendors.quote(&provider, &figure, date).await {
            Ok(quote) if quote.day == date => return Ok((provider, quote)),
            Ok(quote) => {
                if found.as_ref().is_none_or(|(_, newest)| newest.day < quote.day) {
                    found = Some((provider, quote));
                }
            }
            Err(error) => reasons.push(told(&provider, &error)),
        }
    }
    found.ok_or_else(|| reasons.join("; "))
}

/// What a provider said, and is logged: with the cause, without an address.
pub(super) fn told(provider: &ProviderId, error: &QuoteError) -> String {
    let cause = error.source().map(tracing::field::display);
    tracing::warn!(%provider, %error, cause, "a provider gave no figure");
    format!("{provider}: {error}")
}

/// A rate with the moment that it is of. An old one is none: unlike prices, nobody is asked
/// to accept it.
fn fixed(
    (provider, quote): (ProviderId, Quote),
    date: Date,
) -> Result<(ProviderId, ReceivedAmount, Timestamp), String> {
    let Quote { day, value } = quote;
    if is_stale(day, date) {
        return Err(format!(
            "{provider}: its newest rate is of {day}, more than {STALE_AFTER_TRADING_DAYS} \
             trading days old"
        ));
    }
    let fixed_at = vendor(&provider).and_then(|vendor| vendor.rate_fixed_at(day));
    let fixed_at = fixed_at.ok_or_else(|| format!("{provider}: it quotes no rates"))?;
    Ok((provider, value, fixed_at))
}

impl Orchestrator {
    /// The market of `date` by the vendors of listings, for a build. Takes as long as the
    /// vendors' limits on requests make it take.
    ///
    /// # Errors
    /// [`ListingsError`] for a day whose closes are not there yet; never for what a vendor
    /// does not have.
    pub async fn quoted_market(
        &self,
        listings: &Listings,
        date: Date,
        vendors: &Vendors,
    ) -> Result<MarketDay, ListingsError> {
        let now = self.now().await.map_err(|error| ListingsError::Clock(Box::new(error)))?;
        if !is_over(date, now) {
            return Err(ListingsError::DayNotOver(date));
        }
        Ok(listings.ask(vendors, date).await?)
    }
}

/// Whether an hour has passed since the last of our exchanges, New York's, closes on `date`.
/// Before that a vendor's bar of the day is of a day under way, and not a close.
pub(super) fn is_over(date: Date, now: Timestamp) -> bool {
    let end = date.at(17, 0, 0, 0).in_tz("America/New_York");
    end.is_ok_and(|end| end.timestamp() <= now)
}

#[cfg(test)]
mod tests;
