//! The file that prices and rates of a day come in.

use domain::pricing_pack::{
    AnnouncedDividend, AnnouncedOf, AnnouncedSplit, Announcements, ClosingPrice, ContentError,
    Currency, Exchange, ExchangeRate, Needed, PackContent, PackSources, PriceSource, PricingPolicy,
    ProviderId, RateSource, ReceivedAmount, Symbol, Told,
};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// A file of a hundred thousand securities has about 12 MB, a history of 500 over ten years 11.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Stands for the pack's date in a file of samples with `}}` behind it, or for a day after it
/// with `+30}}`.
const DATE_OF_PACK: &str = "{{date";

/// The market of one date, of a file or of vendors: everything that a pack must hold, and
/// the values that are there.
#[derive(Clone, Debug)]
pub struct MarketDay {
    pub content: PackContent,
    pub sources: PackSources,
    pub needed: Needed,
    /// None where nobody was asked.
    pub announced: Option<Announcements>,
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
    /// Left out where the provider tells nothing of the kind. A security that is not among them
    /// has nothing announced.
    #[serde(default)]
    pub announced: Option<Vec<FileAnnounced>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileAnnounced {
    symbol: Symbol,
    exchange: Exchange,
    #[serde(default)]
    dividends: Vec<AnnouncedDividend>,
    #[serde(default)]
    splits: Vec<AnnouncedSplit>,
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
        let stamped =
            if document["sample"] == true { stamped(text, date) } else { text.to_owned() };
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
    pub fn of(mut self, date: Date) -> Result<MarketDay, MarketFileError> {
        let announced = self.announced.take().map(|told| self.announced_on(date, told));
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
        Ok(MarketDay { content, sources, needed, announced })
    }

    /// Of every security of the file, by its provider.
    fn announced_on(&self, date: Date, mut told: Vec<FileAnnounced>) -> Announcements {
        let of = |security: &Security| {
            let (symbol, exchange) = (security.symbol.clone(), security.exchange.clone());
            let at = told.iter().position(|one| one.symbol == symbol && one.exchange == exchange);
            let (dividends, splits) = at
                .map(|at| told.swap_remove(at))
                .map_or_else(Default::default, |one| (one.dividends, one.splits));
            AnnouncedOf {
                symbol,
                exchange,
                dividends: Told::after(date, self.provider.clone(), dividends),
                splits: Told::after(date, self.provider.clone(), splits),
            }
        };
        Announcements::new(self.securities.iter().map(of).collect())
    }
}

/// With the date of the pack, and days after it, in the place of what stands for them. What
/// else stands there stays, and is no date.
fn stamped(text: &str, date: Date) -> String {
    let mut stamped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(DATE_OF_PACK) {
        stamped.push_str(before);
        let Some((ahead, behind)) = after.split_once("}}") else {
            stamped.push_str(DATE_OF_PACK);
            rest = after;
            continue;
        };
        let days = if ahead.is_empty() {
            Some(0)
        } else {
            ahead.strip_prefix('+').and_then(|days| days.parse::<i64>().ok())
        };
        match days.and_then(|days| date.checked_add(days.days()).ok()) {
            Some(day) => stamped.push_str(&day.to_string()),
            None => stamped.extend([DATE_OF_PACK, ahead, "}}"]),
        }
        rest = behind;
    }
    stamped.push_str(rest);
    stamped
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
    fn a_sample_announces_days_after_its_packs_own() {
        let price = r#""close": "1", "as_of": "{{date}}""#;
        let told = r#""fx": [], "announced": [
            {"symbol": "ACME", "exchange": "XNAS",
             "dividends": [{"ex_date": "{{date+9}}", "pay_date": "{{date+20}}", "amount": "0.24", "currency": "USD"}],
             "splits": [{"date": "{{date+400}}", "from": "1", "to": "4"}]}]}"#;
        let text = file(true, price);
        let text = format!("{}{told}", &text[..text.find("\"fx\"").unwrap()]);
        let announced = parse(&text).unwrap().announced.unwrap();
        let [acme, gone] = announced.securities.as_slice() else { panic!("{announced:?}") };
        let Told::By { provider, rows } = &acme.dividends else { panic!("{acme:?}") };
        assert_eq!(
            (provider.as_str(), rows[0].ex_date.to_string().as_str()),
            ("Sample", "2025-10-30")
        );
        assert_eq!(rows[0].pay_date.unwrap().to_string(), "2025-11-10");
        // Further ahead than is kept; and of the other security nothing is announced.
        assert!(matches!(&acme.splits, Told::By { rows, .. } if rows.is_empty()), "{acme:?}");
        assert!(matches!(&gone.dividends, Told::By { rows, .. } if rows.is_empty()), "{gone:?}");
        // A file that says nothing of the kind knows nothing.
        assert_eq!(parse(&file(true, price)).unwrap().announced, None);
        assert_eq!(
            stamped("{{date+x}} {{date", "2025-10-21".parse().unwrap()),
            "{{date+x}} {{date"
        );
    }

    #[test]
    fn a_price_without_a_day_or_as_a_number_is_refused() {
        let undated = parse(&file(false, r#""close": "1", "as_of": null"#));
        assert!(matches!(undated, Err(MarketFileError::Undated { .. })), "{undated:?}");
        let number = parse(&file(false, r#""close": 1.5, "as_of": "2025-10-21""#));
        assert!(matches!(number, Err(MarketFileError::NotAMarketFile(..))), "{number:?}");
    }
}
