//! The file that prices and rates of many days come in, a row for each day.

use super::market_file::{File, MarketDay, MarketFileError, Pair, Security, read_text};
use domain::pricing_pack::{Currency, Exchange, PricingPolicy, ProviderId, ReceivedAmount, Symbol};
use jiff::{civil::Date, tz::TimeZone};
use serde::Deserialize;
use std::{ops::RangeInclusive, path::Path};

/// Closes and rates of days gone by, of one policy and one provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceHistory {
    schema: u32,
    sample: bool,
    policy: PricingPolicy,
    provider: ProviderId,
    securities: Vec<PricedSecurity>,
    fx: Vec<PricedPair>,
    /// Oldest first.
    days: Vec<Day>,
}

/// The day, its closes in the order of the securities, its rates in that of the pairs;
/// null where there is none.
#[derive(Clone, Debug, Deserialize)]
struct Day(Date, Vec<Option<ReceivedAmount>>, Vec<Option<ReceivedAmount>>);

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PricedSecurity {
    symbol: Symbol,
    exchange: Exchange,
    currency: Currency,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PricedPair {
    from: Currency,
    to: Currency,
}

impl PriceHistory {
    /// Reads `path` whole: a row that is out of order, or has another number of values
    /// than there are columns, refuses the file.
    pub async fn read(path: &Path) -> Result<Self, MarketFileError> {
        Self::parse(path, &read_text(path).await?)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, MarketFileError> {
        let not_one = |error| MarketFileError::NotAMarketFile(path.to_owned(), error);
        let history: Self = serde_json::from_str(text).map_err(not_one)?;
        if history.schema != 1 {
            return Err(MarketFileError::UnknownSchema(history.schema));
        }
        let mut before = None;
        for Day(date, closes, rates) in &history.days {
            let fits = closes.len() == history.securities.len() && rates.len() == history.fx.len();
            if !fits || before >= Some(*date) {
                return Err(MarketFileError::Row(*date));
            }
            before = Some(*date);
        }
        Ok(history)
    }

    pub const fn policy(&self) -> &PricingPolicy {
        &self.policy
    }

    /// The days that it has within `range`, oldest first.
    pub fn days(&self, range: &RangeInclusive<Date>) -> Vec<Date> {
        self.days.iter().map(|day| day.0).filter(|date| range.contains(date)).collect()
    }

    /// What it says for one of its days; everything else is missing.
    pub fn on(&self, date: Date) -> Result<MarketDay, MarketFileError> {
        let day = self.days.binary_search_by_key(&date, |day| day.0);
        let (closes, rates): (&[_], &[_]) = match day {
            Ok(at) => (&self.days[at].1, &self.days[at].2),
            Err(_) => (&[], &[]),
        };
        let close_of = |at: usize| closes.get(at).cloned().flatten();
        let securities = self.securities.iter().enumerate().map(|(at, security)| Security {
            symbol: security.symbol.clone(),
            exchange: security.exchange.clone(),
            currency: security.currency.clone(),
            as_of: close_of(at).map(|_| date),
            close: close_of(at),
        });
        let as_of = TimeZone::UTC
            .to_timestamp(date.at(0, 0, 0, 0))
            .map_err(|_| MarketFileError::Row(date))?;
        let fx = self.fx.iter().zip(rates).filter_map(|(pair, rate)| {
            let (from, to) = (pair.from.clone(), pair.to.clone());
            rate.clone().map(|rate| Pair { from, to, rate, as_of })
        });
        File {
            schema: self.schema,
            sample: self.sample,
            policy: self.policy.clone(),
            provider: self.provider.clone(),
            securities: securities.collect(),
            fx: fx.collect(),
            announced: None,
        }
        .of(date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::pricing_pack::gaps;

    fn parse(days: &str) -> Result<PriceHistory, MarketFileError> {
        let text = format!(
            r#"{{"schema": 1, "sample": true, "policy": "CLOSE_USD", "provider": "Sample",
                "securities": [{{"symbol": "ACME", "exchange": "XNAS", "currency": "USD"}},
                               {{"symbol": "MAPL", "exchange": "XTSE", "currency": "CAD"}}],
                "fx": [{{"from": "EUR", "to": "USD"}}, {{"from": "EUR", "to": "CAD"}}],
                "days": [{days}]}}"#
        );
        PriceHistory::parse(Path::new("history.json"), &text)
    }

    #[test]
    fn a_row_is_the_market_of_its_day_and_what_it_lacks_is_missing() {
        let history = parse(
            r#"["2025-10-20", ["1.00", "2.00"], ["1.1", "1.5"]], ["2025-10-21", ["1.01", null], ["1.2", null]]"#,
        )
        .unwrap();
        let (first, last): (Date, Date) =
            ("2025-10-21".parse().unwrap(), "2025-12-31".parse().unwrap());
        assert_eq!(history.days(&(first..=last)), [first]);
        let market = history.on(first).unwrap();
        assert_eq!(market.content.prices()[0].close.as_str(), "1.01");
        assert_eq!(market.sources.prices[0].as_of, first);
        let missing: Vec<String> = gaps(&market.content, &market.sources, &market.needed)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(missing, ["MAPL on XTSE has no price", "there is no rate from CAD to USD"]);
    }

    #[test]
    fn a_row_out_of_order_or_of_another_length_refuses_the_file() {
        for days in [
            r#"["2025-10-21", ["1", "2"], ["1", "1"]], ["2025-10-20", ["1", "2"], ["1", "1"]]"#,
            r#"["2025-10-21", ["1"], ["1", "1"]]"#,
            r#"["2025-10-21", ["1", "2"], ["1"]]"#,
        ] {
            assert!(matches!(parse(days), Err(MarketFileError::Row(_))), "{days}");
        }
    }
}
