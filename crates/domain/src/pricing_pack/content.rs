use super::{Currency, Exchange, PricingPolicy, ReceivedAmount, Symbol};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// The closing price of one security, `[symbol, exchange, currency, close]` in JSON.
/// Adjusted for splits up to the pack's date, not for dividends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "PriceText", into = "PriceText")]
pub struct ClosingPrice {
    pub symbol: Symbol,
    pub exchange: Exchange,
    pub currency: Currency,
    pub close: ReceivedAmount,
}

/// What one unit of `from` costs in `to`, `[from, to, rate, as-of]` in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "RateText", into = "RateText")]
pub struct ExchangeRate {
    pub from: Currency,
    pub to: Currency,
    pub rate: ReceivedAmount,
    pub as_of: Timestamp,
}

/// What a pack is known by: its content hash is the hash of the canonical JSON of
/// this document. Sources, times and status are outside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ContentFields", into = "ContentFields")]
pub struct PackContent {
    fields: ContentFields,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ContentFields {
    schema: u32,
    date: Date,
    policy: PricingPolicy,
    base: Currency,
    prices: Vec<ClosingPrice>,
    fx: Vec<ExchangeRate>,
}

/// Why values cannot be one pack's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    #[error("schema {0} of a pricing pack is not known")]
    UnknownSchema(u32),
    #[error("the base currency {base} is not that of the policy {policy}")]
    BaseOfAnotherPolicy { policy: PricingPolicy, base: Currency },
    #[error("{symbol} on {exchange} has two prices")]
    TwoPrices { symbol: Symbol, exchange: Exchange },
    #[error("the pair {from} to {to} has two rates")]
    TwoRates { from: Currency, to: Currency },
    #[error("a rate of {0} to itself")]
    RateToItself(Currency),
    #[error("the rate {from} to {to} is of {as_of}, after the pack's date")]
    RateFromTheFuture { from: Currency, to: Currency, as_of: Timestamp },
}

impl PackContent {
    pub const SCHEMA: u32 = 1;

    /// Sorted prices by symbol and exchange, rates by pair, so that the order of
    /// reading does not change the hash.
    ///
    /// # Errors
    /// [`ContentError`] when two values stand for one thing, or one is of a later day.
    pub fn new(
        date: Date,
        policy: PricingPolicy,
        prices: Vec<ClosingPrice>,
        fx: Vec<ExchangeRate>,
    ) -> Result<Self, ContentError> {
        let base = policy.base();
        ContentFields { schema: Self::SCHEMA, date, policy, base, prices, fx }.try_into()
    }

    pub const fn date(&self) -> Date {
        self.fields.date
    }

    pub const fn policy(&self) -> &PricingPolicy {
        &self.fields.policy
    }

    pub const fn base(&self) -> &Currency {
        &self.fields.base
    }

    /// By symbol and exchange.
    pub fn prices(&self) -> &[ClosingPrice] {
        &self.fields.prices
    }

    /// As received, by pair; [`PackContent::rate`] derives others.
    pub fn quoted_rates(&self) -> &[ExchangeRate] {
        &self.fields.fx
    }
}

impl TryFrom<ContentFields> for PackContent {
    type Error = ContentError;

    fn try_from(mut fields: ContentFields) -> Result<Self, Self::Error> {
        if fields.schema != Self::SCHEMA {
            return Err(ContentError::UnknownSchema(fields.schema));
        }
        if fields.base != fields.policy.base() {
            let ContentFields { policy, base, .. } = fields;
            return Err(ContentError::BaseOfAnotherPolicy { policy, base });
        }
        fields.prices.sort_by(|a, b| (&a.symbol, &a.exchange).cmp(&(&b.symbol, &b.exchange)));
        fields.fx.sort_by(|a, b| (&a.from, &a.to).cmp(&(&b.from, &b.to)));
        refuse_twins(&fields)?;
        refuse_impossible_rates(&fields)?;
        Ok(Self { fields })
    }
}

fn refuse_twins(fields: &ContentFields) -> Result<(), ContentError> {
    for pair in fields.prices.windows(2) {
        let [one, other] = pair else { continue };
        if (&one.symbol, &one.exchange) == (&other.symbol, &other.exchange) {
            let (symbol, exchange) = (one.symbol.clone(), one.exchange.clone());
            return Err(ContentError::TwoPrices { symbol, exchange });
        }
    }
    for pair in fields.fx.windows(2) {
        let [one, other] = pair else { continue };
        if (&one.from, &one.to) == (&other.from, &other.to) {
            return Err(ContentError::TwoRates { from: one.from.clone(), to: one.to.clone() });
        }
    }
    Ok(())
}

fn refuse_impossible_rates(fields: &ContentFields) -> Result<(), ContentError> {
    for rate in &fields.fx {
        if rate.from == rate.to {
            return Err(ContentError::RateToItself(rate.from.clone()));
        }
        // The last hours of a civil date pass in UTC on the date after.
        let day = rate.as_of.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        if day > fields.date.saturating_add(jiff::Span::new().days(1)) {
            return Err(ContentError::RateFromTheFuture {
                from: rate.from.clone(),
                to: rate.to.clone(),
                as_of: rate.as_of,
            });
        }
    }
    Ok(())
}

impl From<PackContent> for ContentFields {
    fn from(content: PackContent) -> Self {
        content.fields
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct PriceText(Symbol, Exchange, Currency, ReceivedAmount);

impl From<PriceText> for ClosingPrice {
    fn from(PriceText(symbol, exchange, currency, close): PriceText) -> Self {
        Self { symbol, exchange, currency, close }
    }
}

impl From<ClosingPrice> for PriceText {
    fn from(price: ClosingPrice) -> Self {
        Self(price.symbol, price.exchange, price.currency, price.close)
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct RateText(Currency, Currency, ReceivedAmount, Timestamp);

impl From<RateText> for ExchangeRate {
    fn from(RateText(from, to, rate, as_of): RateText) -> Self {
        Self { from, to, rate, as_of }
    }
}

impl From<ExchangeRate> for RateText {
    fn from(rate: ExchangeRate) -> Self {
        Self(rate.from, rate.to, rate.rate, rate.as_of)
    }
}
