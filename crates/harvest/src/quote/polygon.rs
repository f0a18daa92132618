//! Polygon.io: closes of securities of the United States.
//!
//! `GET /v2/aggs/ticker/{ticker}/range/1/day/{from}/{to}?adjusted=false`, the key as bearer
//! token. A bar's `t` is where its day begins in New York, in milliseconds; a ticker without
//! bars has no `results`. 401 refuses the key, 403 (`NOT_AUTHORIZED`) what the plan does not
//! include; either status word may also come with 200.
//! <https://polygon.io/docs/rest/stocks/aggregates/custom-bars>

use super::{
    QuoteError,
    vendor::{Ask, Figure, Observed, Vendor, address},
};
use jiff::{Timestamp, civil::Date};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::ops::RangeInclusive;
use url::Url;

/// Where its bars begin.
const ZONE: &str = "America/New_York";

#[derive(Clone, Copy, Debug)]
pub struct Polygon;

#[derive(Deserialize)]
struct Answer {
    status: String,
    ticker: Option<String>,
    adjusted: Option<bool>,
    #[serde(default)]
    results: Vec<Bar>,
}

#[derive(Deserialize)]
struct Bar {
    #[serde(rename = "c")]
    close: Box<RawValue>,
    #[serde(rename = "t")]
    begins_ms: i64,
}

impl Vendor for Polygon {
    fn id(&self) -> &'static str {
        "Polygon"
    }

    fn base(&self) -> &'static str {
        "https://api.polygon.io"
    }

    fn per_minute(&self) -> u32 {
        100
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
        let Figure::Close(ticker) = figure else { return None };
        let (from, to) = (days.start().to_string(), days.end().to_string());
        let path = ["v2", "aggs", "ticker", ticker, "range", "1", "day", &from, &to];
        let mut url = address(base, path)?;
        url.query_pairs_mut().append_pair("adjusted", "false").append_pair("sort", "desc");
        let mut value = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret())).ok()?;
        value.set_sensitive(true);
        Some(Ask { url, header: Some((AUTHORIZATION, value)) })
    }

    fn read(&self, figure: &Figure, body: &[u8]) -> Result<Vec<Observed>, QuoteError> {
        let answer: Answer = serde_json::from_slice(body)
            .map_err(|_| QuoteError::Unreadable("no status and bars with c and t"))?;
        let Figure::Close(ticker) = figure else { return Err(QuoteError::NotQuoted) };
        match answer.status.as_str() {
            // Delayed by minutes: no matter after the day is over.
            "OK" | "DELAYED" => {}
            "NOT_AUTHORIZED" => return Err(QuoteError::NotInPlan),
            _ => return Err(QuoteError::Unreadable("a status that is neither OK nor DELAYED")),
        }
        if answer.results.is_empty() {
            return Err(QuoteError::Unknown(ticker.clone()));
        }
        if answer.ticker.as_ref() != Some(ticker) {
            return Err(QuoteError::Unreadable("bars of another ticker"));
        }
        if answer.adjusted != Some(false) {
            return Err(QuoteError::Unreadable("bars that are adjusted for later splits"));
        }
        answer.results.iter().map(observed).collect()
    }
}

fn observed(bar: &Bar) -> Result<Observed, QuoteError> {
    let begins = Timestamp::from_millisecond(bar.begins_ms).ok().and_then(|at| at.in_tz(ZONE).ok());
    let begins = begins.ok_or(QuoteError::Unreadable("a bar without a time"))?;
    Ok(Observed { day: begins.date(), value: bar.close.get().to_owned() })
}
