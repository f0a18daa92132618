//! Polygon.io: closes of securities of the United States, their dividends and splits.
//!
//! `GET /v2/aggs/ticker/{ticker}/range/1/day/{from}/{to}?adjusted=false`, the key as bearer
//! token. A bar's `t` is where its day begins in New York, in milliseconds; a ticker without
//! bars has no `results`. 401 refuses the key, 403 (`NOT_AUTHORIZED`) what the plan does not
//! include; either status word may also come with 200.
//! <https://polygon.io/docs/rest/stocks/aggregates/custom-bars>
//!
//! `GET /v3/reference/dividends?ticker=&ex_dividend_date.gt=` and
//! `GET /v3/reference/splits?ticker=&execution_date.gt=`: `results` of those after a day, at most
//! as many as `limit` says. Of a split, `split_from` shares become `split_to`.
//! <https://polygon.io/docs/rest/stocks/corporate-actions/dividends>,
//! <https://polygon.io/docs/rest/stocks/corporate-actions/splits>

use super::{
    QuoteError,
    vendor::{Announced, Ask, Figure, Observed, Vendor, address, number},
};
use domain::pricing_pack::{AnnouncedDividend, AnnouncedSplit, Currency};
use jiff::{Timestamp, civil::Date};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
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

/// Announcements of one security that are asked for: a fund that pays every week has 53 a year.
const ANNOUNCED_MAX: &str = "100";

#[derive(Deserialize)]
struct ListAnswer<T> {
    status: String,
    #[serde(default = "Vec::new")]
    results: Vec<T>,
}

#[derive(Deserialize)]
struct DividendRow {
    ticker: String,
    ex_dividend_date: Date,
    pay_date: Option<Date>,
    cash_amount: Box<RawValue>,
    currency: Option<Currency>,
}

#[derive(Deserialize)]
struct SplitRow {
    ticker: String,
    execution_date: Date,
    split_from: Box<RawValue>,
    split_to: Box<RawValue>,
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
        signed(url, key)
    }

    fn read(&self, figure: &Figure, body: &[u8]) -> Result<Vec<Observed>, QuoteError> {
        let answer: Answer = serde_json::from_slice(body)
            .map_err(|_| QuoteError::Unreadable("no status and bars with c and t"))?;
        let Figure::Close(ticker) = figure else { return Err(QuoteError::NotQuoted) };
        went_well(&answer.status)?;
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

    fn ask_announced(
        &self,
        base: &Url,
        key: &SecretString,
        of: &Announced,
        day: Date,
    ) -> Option<Ask> {
        let (what, after) = match of {
            Announced::Dividends(_) => ("dividends", "ex_dividend_date.gt"),
            Announced::Splits(_) => ("splits", "execution_date.gt"),
        };
        let mut url = address(base, ["v3", "reference", what])?;
        url.query_pairs_mut()
            .append_pair("ticker", of.name())
            .append_pair(after, &day.to_string())
            .append_pair("limit", ANNOUNCED_MAX);
        signed(url, key)
    }

    fn read_dividends(
        &self,
        name: &str,
        day: Date,
        body: &[u8],
    ) -> Result<Vec<AnnouncedDividend>, QuoteError> {
        let rows: Vec<DividendRow> = listed(body)?;
        let read = |row: DividendRow| {
            is_of(&row.ticker, name)?;
            Ok(AnnouncedDividend {
                ex_date: row.ex_dividend_date,
                pay_date: row.pay_date,
                amount: number(&row.cash_amount)?,
                currency: row.currency,
            })
        };
        rows.into_iter().filter(|row| row.ex_dividend_date > day).map(read).collect()
    }

    fn read_splits(
        &self,
        name: &str,
        day: Date,
        body: &[u8],
    ) -> Result<Vec<AnnouncedSplit>, QuoteError> {
        let rows: Vec<SplitRow> = listed(body)?;
        let read = |row: SplitRow| {
            is_of(&row.ticker, name)?;
            let (from, to) = (number(&row.split_from)?, number(&row.split_to)?);
            Ok(AnnouncedSplit { date: row.execution_date, from, to })
        };
        rows.into_iter().filter(|row| row.execution_date > day).map(read).collect()
    }
}

/// With the key in its header.
fn signed(url: Url, key: &SecretString) -> Option<Ask> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret())).ok()?;
    value.set_sensitive(true);
    Some(Ask { url, header: Some((AUTHORIZATION, value)) })
}

fn went_well(status: &str) -> Result<(), QuoteError> {
    match status {
        // Delayed by minutes: no matter after the day is over.
        "OK" | "DELAYED" => Ok(()),
        "NOT_AUTHORIZED" => Err(QuoteError::NotInPlan),
        _ => Err(QuoteError::Unreadable("a status that is neither OK nor DELAYED")),
    }
}

fn listed<T: DeserializeOwned>(body: &[u8]) -> Result<Vec<T>, QuoteError> {
    let answer: ListAnswer<T> = serde_json::from_slice(body)
        .map_err(|_| QuoteError::Unreadable("no status and results as they are documented"))?;
    went_well(&answer.status)?;
    Ok(answer.results)
}

fn is_of(ticker: &str, name: &str) -> Result<(), QuoteError> {
    if ticker == name { Ok(()) } else { Err(QuoteError::Unreadable("results of another ticker")) }
}

fn observed(bar: &Bar) -> Result<Observed, QuoteError> {
    let begins = Timestamp::from_millisecond(bar.begins_ms).ok().and_then(|at| at.in_tz(ZONE).ok());
    let begins = begins.ok_or(QuoteError::Unreadable("a bar without a time"))?;
    Ok(Observed { day: begins.date(), value: bar.close.get().to_owned() })
}
