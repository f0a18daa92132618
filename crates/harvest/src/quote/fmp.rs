//! Financial Modeling Prep: closes of securities of many exchanges.
//!
//! `GET /stable/historical-price-eod/non-split-adjusted?symbol=&from=&to=`, the key in the
//! header `apikey`; an array of rows whose `adjClose` is, despite its name, the close as it
//! was traded. What the plan does not include is answered by 402, a refused key by 401, or
//! either by 200 with an object in place of the array.
//! <https://site.financialmodelingprep.com/developer/docs/stable/historical-price-eod-non-split-adjusted>

use super::{
    QuoteError,
    vendor::{Ask, Figure, Observed, Vendor, address},
};
use jiff::civil::Date;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::ops::RangeInclusive;
use url::Url;

#[derive(Clone, Copy, Debug)]
pub struct Fmp;

#[derive(Deserialize)]
struct Row {
    symbol: String,
    date: Date,
    #[serde(rename = "adjClose")]
    close: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Refused {
    #[serde(rename = "Error Message")]
    message: String,
}

impl Vendor for Fmp {
    fn id(&self) -> &'static str {
        "FMP"
    }

    fn base(&self) -> &'static str {
        "https://financialmodelingprep.com"
    }

    fn per_minute(&self) -> u32 {
        120
    }

    fn quotes(&self, figure: &Figure) -> bool {
        matches!(figure, Figure::Close(_))
    }

    fn ask(
        &self,
        base: &Url,
        key: &SecretString,
        figure: &Figure,
        days: &RangeInclusive<Date>,
    ) -> Option<Ask> {
        let Figure::Close(symbol) = figure else { return None };
        let mut url = address(base, ["stable", "historical-price-eod", "non-split-adjusted"])?;
        url.query_pairs_mut()
            .append_pair("symbol", symbol)
            .append_pair("from", &days.start().to_string())
            .append_pair("to", &days.end().to_string());
        let mut value = HeaderValue::from_str(key.expose_secret()).ok()?;
        value.set_sensitive(true);
        Some(Ask { url, header: Some((HeaderName::from_static("apikey"), value)) })
    }

    fn read(&self, figure: &Figure, body: &[u8]) -> Result<Vec<Observed>, QuoteError> {
        if let Ok(Refused { message }) = serde_json::from_slice(body) {
            return Err(refused(&message));
        }
        let rows: Vec<Row> = serde_json::from_slice(body)
            .map_err(|_| QuoteError::Unreadable("no array of days with symbol and adjClose"))?;
        let Figure::Close(symbol) = figure else { return Err(QuoteError::NotQuoted) };
        if rows.is_empty() {
            return Err(QuoteError::Unknown(symbol.clone()));
        }
        if rows.iter().any(|row| row.symbol != *symbol) {
            return Err(QuoteError::Unreadable("a row of another symbol"));
        }
        let observed = |row: Row| {
            row.close.map(|close| Observed { day: row.date, value: close.get().to_owned() })
        };
        Ok(rows.into_iter().filter_map(observed).collect())
    }
}

/// A refusal in the words of its documentation, which come with the status 200 as well.
fn refused(message: &str) -> QuoteError {
    let message = message.to_ascii_lowercase();
    if message.contains("api key") {
        QuoteError::KeyRefused
    } else if message.contains("limit reach") {
        QuoteError::TooOften { retry_after: None }
    } else if ["premium", "subscription", "exclusive"].iter().any(|word| message.contains(word)) {
        QuoteError::NotInPlan
    } else {
        QuoteError::Unreadable("an error of its own in place of the days")
    }
}
