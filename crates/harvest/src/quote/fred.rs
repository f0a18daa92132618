//! FRED of the Federal Reserve Bank of St. Louis: daily exchange rates of the Federal Reserve
//! (release H.10), fixed at noon in New York.
//!
//! `GET /fred/series/observations?series_id=&observation_start=&observation_end=&file_type=json`,
//! the key as `api_key` in the address, since this API takes it nowhere else. Values are
//! texts; `.` stands for none, as on holidays. Errors come with 400 and an `error_message`.
//! <https://fred.stlouisfed.org/docs/api/fred/series_observations.html>

use super::{
    QuoteError,
    vendor::{Ask, Figure, Observed, Vendor, address, name_of, refusal},
};
use domain::pricing_pack::Currency;
use jiff::{Timestamp, civil::Date};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::ops::RangeInclusive;
use url::Url;

#[derive(Clone, Copy, Debug)]
pub struct Fred;

/// What one unit of the first costs in the second, and the series that says it.
/// <https://www.federalreserve.gov/releases/h10/current/>
const SERIES: [(&str, &str, &str); 22] = [
    ("AUD", "USD", "DEXUSAL"),
    ("EUR", "USD", "DEXUSEU"),
    ("GBP", "USD", "DEXUSUK"),
    ("NZD", "USD", "DEXUSNZ"),
    ("USD", "BRL", "DEXBZUS"),
    ("USD", "CAD", "DEXCAUS"),
    ("USD", "CHF", "DEXSZUS"),
    ("USD", "CNY", "DEXCHUS"),
    ("USD", "DKK", "DEXDNUS"),
    ("USD", "HKD", "DEXHKUS"),
    ("USD", "INR", "DEXINUS"),
    ("USD", "JPY", "DEXJPUS"),
    ("USD", "KRW", "DEXKOUS"),
    ("USD", "LKR", "DEXSLUS"),
    ("USD", "MXN", "DEXMXUS"),
    ("USD", "MYR", "DEXMAUS"),
    ("USD", "NOK", "DEXNOUS"),
    ("USD", "SEK", "DEXSDUS"),
    ("USD", "SGD", "DEXSIUS"),
    ("USD", "THB", "DEXTHUS"),
    ("USD", "TWD", "DEXTAUS"),
    ("USD", "ZAR", "DEXSFUS"),
];

#[derive(Deserialize)]
struct Answer {
    observations: Vec<Observation>,
}

#[derive(Deserialize)]
struct Observation {
    date: Date,
    value: String,
}

#[derive(Deserialize)]
struct Refused {
    error_message: String,
}

impl Fred {
    fn series(from: &Currency, to: &Currency) -> Option<&'static str> {
        let found =
            SERIES.iter().find(|(one, other, _)| from.as_str() == *one && to.as_str() == *other);
        found.map(|(_, _, series)| *series)
    }
}

impl Vendor for Fred {
    fn id(&self) -> &'static str {
        "FRED"
    }

    fn base(&self) -> &'static str {
        "https://api.stlouisfed.org"
    }

    fn quotes(&self, figure: &Figure) -> bool {
        matches!(figure, Figure::Rate(from, to) if Self::series(from, to).is_some())
    }

    fn ask(
        &self,
        base: &Url,
        key: &SecretString,
        figure: &Figure,
        days: &RangeInclusive<Date>,
    ) -> Option<Ask> {
        let Figure::Rate(from, to) = figure else { return None };
        let series = Self::series(from, to)?;
        let mut url = address(base, ["fred", "series", "observations"])?;
        url.query_pairs_mut()
            .append_pair("series_id", series)
            .append_pair("observation_start", &days.start().to_string())
            .append_pair("observation_end", &days.end().to_string())
            .append_pair("file_type", "json")
            .append_pair("api_key", key.expose_secret());
        Some(Ask { url, header: None })
    }

    fn read(&self, _: &Figure, body: &[u8]) -> Result<Vec<Observed>, QuoteError> {
        let answer: Answer = serde_json::from_slice(body)
            .map_err(|_| QuoteError::Unreadable("no observations with date and value"))?;
        let held = answer.observations.into_iter().filter(|observation| observation.value != ".");
        Ok(held.map(|held| Observed { day: held.date, value: held.value }).collect())
    }

    fn refusal(&self, figure: &Figure, status: u16, body: &[u8]) -> QuoteError {
        let refused: Option<Refused> = serde_json::from_slice(body).ok();
        let message = refused.map_or_else(String::new, |refused| refused.error_message);
        match status {
            400 if message.contains("api_key") => QuoteError::KeyRefused,
            400 if message.contains("does not exist") => QuoteError::Unknown(name_of(figure)),
            status => refusal(figure, status),
        }
    }

    fn rate_fixed_at(&self, day: Date) -> Option<Timestamp> {
        Some(day.at(12, 0, 0, 0).in_tz("America/New_York").ok()?.timestamp())
    }
}
