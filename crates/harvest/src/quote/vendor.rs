//! What a vendor is, and which value of its answer is the one of a day.

use super::{QuoteError, fmp::Fmp, fred::Fred, polygon::Polygon};
use domain::pricing_pack::{
    AnnouncedDividend, AnnouncedSplit, Currency, ProviderId, ReceivedAmount,
};
use jiff::{Timestamp, ToSpan, civil::Date};
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::SecretString;
use serde_json::value::RawValue;
use std::{fmt::Debug, ops::RangeInclusive};
use url::Url;

/// How far back a value is looked for. A close that is older than five trading days is
/// used only where an operator accepts it, and two weeks hold those with every holiday.
const DAYS_BACK: i32 = 14;

/// Every vendor that can be asked.
pub const VENDORS: [&dyn Vendor; 3] = [&Fmp, &Polygon, &Fred];

/// The vendor that the rights registry knows as `provider`.
pub fn vendor(provider: &ProviderId) -> Option<&'static dyn Vendor> {
    VENDORS.into_iter().find(|vendor| vendor.id() == provider.as_str())
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Figure {
    /// The close of a security, by the vendor's name of it: adjusted for no split, so that
    /// it is what one share cost on its day.
    Close(String),
    /// What one unit of the first currency costs in the second.
    Rate(Currency, Currency),
}

/// Of what announcements are asked for: a security, by the vendor's name of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Announced {
    Dividends(String),
    Splits(String),
}

impl Announced {
    pub fn name(&self) -> &str {
        match self {
            Self::Dividends(name) | Self::Splits(name) => name,
        }
    }
}

/// A figure with the day that it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The day that was asked for, or the newest before it that has a value.
    pub day: Date,
    pub value: ReceivedAmount,
}

/// One value of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    pub day: Date,
    /// The number, digit for digit.
    pub value: String,
}

/// A request as it leaves; the key is in the address or in the header.
pub struct Ask {
    pub url: Url,
    pub header: Option<(HeaderName, HeaderValue)>,
}

/// One vendor of market data, without a connection.
pub trait Vendor: Debug + Send + Sync {
    /// As the rights registry spells it.
    fn id(&self) -> &'static str;

    /// Where it is, without a slash at the end.
    fn base(&self) -> &'static str;

    /// Whether it can be asked for this at all.
    fn quotes(&self, figure: &Figure) -> bool;

    /// The request for the values of `days`. None where it is not to be asked for this.
    fn ask(
        &self,
        base: &Url,
        key: &SecretString,
        figure: &Figure,
        days: &RangeInclusive<Date>,
    ) -> Option<Ask>;

    /// What an answer of status 200 says, in any order.
    ///
    /// # Errors
    /// [`QuoteError`], also for a refusal that comes with that status.
    fn read(&self, figure: &Figure, body: &[u8]) -> Result<Vec<Observed>, QuoteError>;

    /// What any other answer says.
    fn refusal(&self, figure: &Figure, status: u16, body: &[u8]) -> QuoteError {
        let _ = body;
        refusal(figure, status)
    }

    /// The request for what is announced of a security for the days after `day`. None where it
    /// tells nothing of the kind.
    fn ask_announced(
        &self,
        base: &Url,
        key: &SecretString,
        of: &Announced,
        day: Date,
    ) -> Option<Ask> {
        let _ = (base, key, of, day);
        None
    }

    /// What an answer of status 200 says of dividends of the days after `day`, in any order.
    ///
    /// # Errors
    /// [`QuoteError`], also for a refusal that comes with that status.
    fn read_dividends(
        &self,
        name: &str,
        day: Date,
        body: &[u8],
    ) -> Result<Vec<AnnouncedDividend>, QuoteError> {
        let _ = (name, day, body);
        Err(QuoteError::NotQuoted)
    }

    /// The same of splits.
    ///
    /// # Errors
    /// [`QuoteError`], also for a refusal that comes with that status.
    fn read_splits(
        &self,
        name: &str,
        day: Date,
        body: &[u8],
    ) -> Result<Vec<AnnouncedSplit>, QuoteError> {
        let _ = (name, day, body);
        Err(QuoteError::NotQuoted)
    }

    /// When its rate of a day is fixed; none where it quotes none.
    fn rate_fixed_at(&self, day: Date) -> Option<Timestamp> {
        let _ = day;
        None
    }
}

/// What a status means where a vendor has no meaning of its own for it.
pub fn refusal(figure: &Figure, status: u16) -> QuoteError {
    match status {
        401 => QuoteError::KeyRefused,
        402 | 403 => QuoteError::NotInPlan,
        404 => QuoteError::Unknown(name_of(figure)),
        429 => QuoteError::TooOften { retry_after: None },
        status => QuoteError::Status(status),
    }
}

pub fn name_of(figure: &Figure) -> String {
    match figure {
        Figure::Close(name) => name.clone(),
        Figure::Rate(from, to) => format!("the rate from {from} to {to}"),
    }
}

/// A number of an answer, digit for digit.
pub fn number(raw: &RawValue) -> Result<ReceivedAmount, QuoteError> {
    raw.get().parse().map_err(|_| QuoteError::NotAPrice(raw.get().to_owned()))
}

/// `base` with these segments at its end, each escaped.
pub fn address<'a>(base: &Url, segments: impl IntoIterator<Item = &'a str>) -> Option<Url> {
    let mut url = base.clone();
    url.path_segments_mut().ok()?.pop_if_empty().extend(segments);
    Some(url)
}

/// The days whose values are asked for when `day` is wanted.
pub fn days_up_to(day: Date) -> RangeInclusive<Date> {
    day.saturating_sub(DAYS_BACK.days())..=day
}

/// The value of `day`, else the newest before it; never one of a later day, whatever was sent.
pub fn as_of(observed: &[Observed], day: Date) -> Result<Quote, QuoteError> {
    let days = days_up_to(day);
    let known = observed.iter().filter(|value| days.contains(&value.day));
    let Some(newest) = known.max_by_key(|value| value.day) else {
        let later = observed.iter().map(|value| value.day).filter(|at| *at > day).min();
        return Err(later.map_or(QuoteError::NoValue(day), QuoteError::OnlyLater));
    };
    let value = newest.value.parse();
    let value = value.map_err(|_| QuoteError::NotAPrice(newest.value.clone()))?;
    Ok(Quote { day: newest.day, value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn vendors_are_spelt_as_the_rights_registry_spells_them() {
        let known: Vec<_> = VENDORS.iter().map(|vendor| vendor.id()).collect();
        assert_eq!(known, ["FMP", "Polygon", "FRED"]);
    }

    proptest! {
        #[test]
        fn no_value_of_a_later_day_is_ever_taken(offsets in prop::collection::vec(-30_i32..30, 0..12)) {
            let day = jiff::civil::date(2025, 10, 21);
            let observed: Vec<Observed> = offsets
                .iter()
                .map(|offset| Observed { day: day + offset.days(), value: "1.5".to_owned() })
                .collect();
            let expected = offsets.iter().filter(|at| (-14..=0).contains(*at)).max();
            match (as_of(&observed, day), expected) {
                (Ok(quote), Some(at)) => prop_assert_eq!(quote.day, day + at.days()),
                (Err(QuoteError::OnlyLater(first)), None) => {
                    let least = offsets.iter().filter(|at| **at > 0).min().unwrap();
                    prop_assert_eq!(first, day + least.days());
                }
                (Err(QuoteError::NoValue(_)), None) => {
                    prop_assert!(offsets.iter().all(|at| *at < -14));
                }
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }
}
