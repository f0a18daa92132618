//! The file that prices and rates of a day come in.

use domain::pricing_pack::{
    ClosingPrice, ContentError, Currency, Exchange, ExchangeRate, Needed, PackContent, PackSources,
    PriceSource, PricingPolicy, ProviderId, RateSource, ReceivedAmount, Symbol,
};
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// A file of a hundred thousand securities has about 12 MB, a history of 500 over ten years 11.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Stands for the pack's date in a file of samples.
const DATE_OF_PACK: &str = "{{date}}";

/// The market of one date, of a file or of vendors: everything that a pack must hold, and
/// the values that are there.
#[derive(Clone, Debug)]
pub struct MarketDay {
    pub content: PackContent,
    pub sources: PackSources,
    pub needed: Needed,
}

#[derive(Debug, thiserror::Error)]
pub enum MarketFileError {
    #[error("{0} could not be read")]
    Unreadable(PathBuf, #[source] std::io::Error),
    #[error("{0} is larger than 16 MiB")]
    TooLarge(PathBuf),
    #[error("{0} is not a market file")]
    NotAMarketFile(PathBuf, #[source] serde_json::Error),
    #[error("schema {0} of a market file is not known")]
    UnknownSchema(u32),
    #[error("the row of {0} is out of order, or has not one value for each column")]
    Row(Date),
    #[error("{symbol} has a price without the day that it is of")]
    Undated { symbol: Symbol },
    #[error("the values of the file are not one pack's")]
    Content(#[from] ContentError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub schema: u32,
    /// Invented; only then `{{date}}` stands for the pack's date.
    pub sample: bool,
    /// How the values were fixed. A pack of another policy is not made of them.
    pub policy: PricingPolicy,
    pub provider: ProviderId,
    /// All that the pack must price.
    pub securities: Vec<Security>,
    pub fx: Vec<Pair>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Security {
    pub symbol: Symbol,
    pub exchange: Exchange,
    pub currency: Currency,
    /// Null when the provider has none.
    pub close: Option<ReceivedAmount>,
    pub as_of: Option<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pair {
    pub from: Currency,
    pub to: Currency,
    pub rate: ReceivedAmount,
    pub as_of: Timestamp,
}

impl MarketDay {
    /// Reads `path` for a pack of `date`.
    pub async fn read(path: &Path, date: Date) -> Result<Self, MarketFileError> {
        Self::parse(path, &read_text(path).await?, date)
    }

    fn parse(path: &Path, text: &str, date: Date) -> Result<Self, MarketFileError> {
        let not_one = |error| MarketFileError::NotAMarketFile(path.to_owned(), error);
        let document: serde_json::Value = serde_json::from_str(text).map_err(not_one)?;
        let stamped = if document["sample"] == true {
            text.replace(DATE_OF_PACK, &date.to_string())
        } else {
            text.to_owned()
        };
        let file: File = serde_json::from_str(&stamped).map_err(not_one)?;
        if file.schema != 1 {
            return Err(MarketFileError::UnknownSchema(file.schema));
        }
        file.of(date)
    }
}

pub(super) async fn read_text(path: &Path) -> Result<String, MarketFileError> {
    let unreadable = |error| MarketFileError::Unreadable(path.to_owned(), error);
    let size = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
    if size > FILE_BYTES_MAX {
        return Err(MarketFileError::TooLarge(path.to_owned()));
    }
    tokio::fs::read_to_string(path).await.map_err(unreadable)
}

impl File {
    pub fn of(self, date: Date) -> Result<MarketDay, MarketFileError> {
        let mut needed = Needed::default();
        let (mut prices, mut price_sources) = (Vec::new(), Vec::new());
        for Security { symbol, exchange, currency, close, as_of } in self.securities {
            needed.securities.insert((symbol.clone(), exchange.clone()));
            needed.currencies.insert(currency.clone());
            let Some(close) = close else { continue };
            let as_of = as_of.ok_or_else(|| MarketFileError::Undated { symbol: symbol.clone() })?;
            let source = self.provider.clone();
            let (of, on) = (symbol.clone(), exchange.clone());
            price_sources.push(PriceSource { symbol: of, exchange: on, source, as_of });
            prices.push(ClosingPrice { symbol, exchange, currency, close });
        }
        let (mut rates, mut rate_sources) = (Vec::new(), Vec::new());
        for Pair { from, to, rate, as_of } in self.fx {
            let source = self.provider.clone();
            rate_sources.push(RateSource { from: from.clone(), to: to.clone(), source });
            rates.push(ExchangeRate { from, to, rate, as_of });
        }
        let content = PackContent::new(date, self.policy, prices, rates)?;
        let sources = sources(self.sample, price_sources, rate_sources);
        Ok(MarketDay { content, sources, needed })
    }
}

/// Sorted, so that the order of reading changes no hash.
pub(super) fn sources(
    sample: bool,
    mut prices: Vec<PriceSource>,
    mut fx: Vec<RateSource>,
) -> PackSources {
    prices.sort_by(|a, b| (&a.symbol, &a.exchange).cmp(&(&b.symbol, &b.exchange)));
    fx.sort_by(|a, b| (&a.from, &a.to).cmp(&(&b.from, &b.to)));
    PackSources { schema: PackSources::SCHEMA, sample, prices, fx, stale_accepted: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::pricing_pack::gaps;

    fn parse(text: &str) -> Result<MarketDay, MarketFileError> {
        MarketDay::parse(Path::new("market.json"), text, "2025-10-21".parse().unwrap())
    }

    fn file(sample: bool, price: &str) -> String {
        format!(
            r#"{{"schema": 1, "sample": {sample}, "policy": "CLOSE_USD", "provider": "Sample",
                "securities": [
                    {{"symbol": "ACME", "exchange": "XNAS", "currency": "USD", {price}}},
                    {{"symbol": "GONE", "exchange": "XTSE", "currency": "CAD", "close": null, "as_of": null}}
                ],
                "fx": [{{"from": "EUR", "to": "USD", "rate": "1.10", "as_of": "2025-10-21T15:00:00Z"}}]}}"#
        )
    }

    #[test]
    fn what_the_file_lists_without_a_value_is_needed_and_missing() {
        let market = parse(&file(false, r#""close": "262.77", "as_of": "2025-10-21""#)).unwrap();
        let missing: Vec<String> = gaps(&market.content, &market.sources, &market.needed)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(missing, ["GONE on XTSE has no price", "there is no rate from CAD to USD"]);
        assert_eq!(market.content.prices()[0].close.as_str(), "262.77");
    }

    #[test]
    fn only_a_sample_takes_the_date_of_its_pack() {
        let relative = r#""close": "1", "as_of": "{{date}}""#;
        assert!(matches!(parse(&file(false, relative)), Err(MarketFileError::NotAMarketFile(..))));
        let market = parse(&file(true, relative)).unwrap();
        assert_eq!(market.sources.prices[0].as_of.to_string(), "2025-10-21");
        assert!(market.sources.sample);
    }

    #[test]
    fn a_price_without_a_day_or_as_a_number_is_refused() {
        let undated = parse(&file(false, r#""close": "1", "as_of": null"#));
        assert!(matches!(undated, Err(MarketFileError::Undated { .. })), "{undated:?}");
        let number = parse(&file(false, r#""close": 1.5, "as_of": "2025-10-21""#));
        assert!(matches!(number, Err(MarketFileError::NotAMarketFile(..))), "{number:?}");
    }
}
