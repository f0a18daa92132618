//! Financial Modeling Prep: closes of securities of many exchanges, their dividends and splits.
//!
//! `GET /stable/historical-price-eod/non-split-adjusted?symbol=&from=&to=`, the key in the
//! header `apikey`; an array of rows whose `adjClose` is, despite its name, the close as it
//! was traded. What the plan does not include is answered by 402, a refused key by 401, or
//! either by 200 with an object in place of the array.
//! <https://site.financialmodelingprep.com/developer/docs/stable/historical-price-eod-non-split-adjusted>
//!
//! `GET /stable/dividends?symbol=` and `GET /stable/splits?symbol=` give past and announced ones
//! alike, each an array of rows: `date` is the ex-date of a dividend and the day of a split,
//! `dividend` what one share is paid, in a currency that the answer does not name.
//! <https://site.financialmodelingprep.com/developer/docs/stable/dividends-company>,
//! <https://site.financialmodelingprep.com/developer/docs/stable/splits-company>

use super::{
    QuoteError,
    vendor::{Announced, Ask, Figure, Observed, Vendor, address, number},
};
use domain::pricing_pack::{AnnouncedDividend, AnnouncedSplit};
use jiff::civil::Date;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
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
#[serde(rename_all = "camelCase")]
struct DividendRow {
    symbol: String,
    date: Date,
    /// Empty where it is not known yet.
    payment_date: Option<String>,
    dividend: Box<RawValue>,
}

#[derive(Deserialize)]
struct SplitRow {
    symbol: String,
    date: Date,
    numerator: Box<RawValue>,
    denominator: Box<RawValue>,
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
        signed(url, key)
    }

    fn read(&self, figure: &Figure, body: &[u8]) -> Result<Vec<Observed>, QuoteError> {
        let rows: Vec<Row> = rows(body, "no array of days with symbol and adjClose")?;
        let Figure::Close(symbol) = figure else { return Err(QuoteError::NotQuoted) };
        if rows.is_empty() {
            return Err(QuoteError::Unknown(symbol.clone()));
        }
        of_one(rows.iter().map(|row| &row.symbol), symbol)?;
        let observed = |row: Row| {
            row.close.map(|close| Observed { day: row.date, value: close.get().to_owned() })
        };
        Ok(rows.into_iter().filter_map(observed).collect())
    }

    fn ask_announced(
        &self,
        base: &Url,
        key: &SecretString,
        of: &Announced,
        _: Date,
    ) -> Option<Ask> {
        let what = match of {
            Announced::Dividends(_) => "dividends",
            Announced::Splits(_) => "splits",
        };
        let mut url = address(base, ["stable", what])?;
        url.query_pairs_mut().append_pair("symbol", of.name());
        signed(url, key)
    }

    fn read_dividends(
        &self,
        name: &str,
        day: Date,
        body: &[u8],
    ) -> Result<Vec<AnnouncedDividend>, QuoteError> {
        let rows: Vec<DividendRow> = rows(body, "no array of days with symbol and dividend")?;
        of_one(rows.iter().map(|row| &row.symbol), name)?;
        let read = |row: DividendRow| {
            let pay_date = row.payment_date.filter(|date| !date.is_empty());
            let pay_date = pay_date.map(|date| date.parse::<Date>()).transpose();
            Ok(AnnouncedDividend {
                ex_date: row.date,
                pay_date: pay_date
                    .map_err(|_| QuoteError::Unreadable("a paymentDate that is no day"))?,
                amount: number(&row.dividend)?,
                currency: None,
            })
        };
        // Old amounts have more decimals than ours, divided by later splits.
        rows.into_iter().filter(|row| row.date > day).map(read).collect()
    }

    fn read_splits(
        &self,
        name: &str,
        day: Date,
        body: &[u8],
    ) -> Result<Vec<AnnouncedSplit>, QuoteError> {
        let rows: Vec<SplitRow> = rows(body, "no array of days with numerator and denominator")?;
        of_one(rows.iter().map(|row| &row.symbol), name)?;
        let read = |row: SplitRow| {
            let (from, to) = (number(&row.denominator)?, number(&row.numerator)?);
            Ok(AnnouncedSplit { date: row.date, from, to })
        };
        rows.into_iter().filter(|row| row.date > day).map(read).collect()
    }
}

/// With the key in its header.
fn signed(url: Url, key: &SecretString) -> Option<Ask> {
    let mut value = HeaderValue::from_str(key.expose_secret()).ok()?;
    value.set_sensitive(true);
    Some(Ask { url, header: Some((HeaderName::from_static("apikey"), value)) })
}

fn rows<T: DeserializeOwned>(body: &[u8], otherwise: &'static str) -> Result<Vec<T>, QuoteError> {
    if let Ok(Refused { message }) = serde_json::from_slice(body) {
        return Err(refused(&message));
    }
    serde_json::from_slice(body).map_err(|_| QuoteError::Unreadable(otherwise))
}

fn of_one<'a>(mut symbols: impl Iterator<Item = &'a String>, name: &str) -> Result<(), QuoteError> {
    if symbols.any(|symbol| symbol != name) {
        return Err(QuoteError::Unreadable("a row of another symbol"));
    }
    Ok(())
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
