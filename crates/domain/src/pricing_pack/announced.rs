//! What companies had announced when a pack was built, as its providers tell it: dividends and
//! splits of the days after it.

use super::{Currency, Exchange, ProviderId, ReceivedAmount, Symbol};
use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

/// A third document of a pack beside its content and its sources: outside the content's hash,
/// with a hash of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcements {
    pub schema: u32,
    /// By symbol and exchange: one for each security that somebody was asked about.
    pub securities: Vec<AnnouncedOf>,
}

/// Of one security.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnouncedOf {
    pub symbol: Symbol,
    pub exchange: Exchange,
    pub dividends: Told<AnnouncedDividend>,
    pub splits: Told<AnnouncedSplit>,
}

/// What a provider tells of one kind; an empty list says that nothing is announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, untagged)]
pub enum Told<T> {
    By {
        provider: ProviderId,
        /// By date.
        rows: Vec<T>,
    },
    /// Nobody told; each provider with what it said instead.
    Nobody { reason: String },
}

/// A dividend of one share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnouncedDividend {
    /// Who holds the share at the end of the day before is paid.
    pub ex_date: Date,
    pub pay_date: Option<Date>,
    /// Before tax.
    pub amount: ReceivedAmount,
    /// None where the provider does not say it.
    pub currency: Option<Currency>,
}

/// Of `from` shares it makes `to`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnouncedSplit {
    /// The first day that is traded on the new count.
    pub date: Date,
    pub from: ReceivedAmount,
    pub to: ReceivedAmount,
}

/// What is announced for a date.
pub trait Dated {
    fn date(&self) -> Date;
}

impl Dated for AnnouncedDividend {
    fn date(&self) -> Date {
        self.ex_date
    }
}

impl Dated for AnnouncedSplit {
    fn date(&self) -> Date {
        self.date
    }
}

impl Announcements {
    pub const SCHEMA: u32 = 1;
    /// How far ahead of the pack's day announcements are kept.
    pub const DAYS_AHEAD_MAX: u32 = 366;

    /// Sorted, so that the order of asking changes no hash.
    pub fn new(mut securities: Vec<AnnouncedOf>) -> Self {
        securities.sort_by(|a, b| (&a.symbol, &a.exchange).cmp(&(&b.symbol, &b.exchange)));
        Self { schema: Self::SCHEMA, securities }
    }

    /// None of a security that nobody was asked about.
    pub fn of(&self, symbol: &Symbol, exchange: &Exchange) -> Option<&AnnouncedOf> {
        self.securities.iter().find(|one| one.symbol == *symbol && one.exchange == *exchange)
    }
}

impl<T: Dated> Told<T> {
    /// What a provider tells, without what is not of the days after `day`, or is further ahead
    /// than is kept.
    pub fn after(day: Date, provider: ProviderId, rows: Vec<T>) -> Self {
        let until = day.saturating_add(i64::from(Announcements::DAYS_AHEAD_MAX).days());
        let mut rows: Vec<T> =
            rows.into_iter().filter(|row| row.date() > day && row.date() <= until).collect();
        rows.sort_by_key(Dated::date);
        Self::By { provider, rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(date: &str) -> AnnouncedSplit {
        let one: ReceivedAmount = "1".parse().unwrap();
        AnnouncedSplit { date: date.parse().unwrap(), from: one.clone(), to: one }
    }

    #[test]
    fn only_the_days_after_a_packs_own_are_kept_in_their_order() {
        let day = "2025-10-21".parse().unwrap();
        let rows = ["2025-10-21", "2026-10-22", "2026-10-23", "2025-12-01", "2025-10-22"];
        let told = Told::after(day, ProviderId::sample(), rows.map(split).into());
        let Told::By { rows, .. } = told else { panic!("somebody told") };
        let dates: Vec<String> = rows.iter().map(|row| row.date.to_string()).collect();
        assert_eq!(dates, ["2025-10-22", "2025-12-01", "2026-10-22"]);
    }

    #[test]
    fn what_was_told_and_what_nobody_told_read_back_as_they_were() {
        let told = AnnouncedOf {
            symbol: "ACME".parse().unwrap(),
            exchange: "XNAS".parse().unwrap(),
            dividends: Told::Nobody { reason: "FMP: it refuses the key".to_owned() },
            splits: Told::By { provider: ProviderId::sample(), rows: vec![split("2025-11-03")] },
        };
        let document = Announcements::new(vec![told]);
        let text = serde_json::to_string(&document).unwrap();
        assert_eq!(serde_json::from_str::<Announcements>(&text).unwrap(), document);
        assert!(serde_json::from_str::<Announcements>(&text.replace("reason", "words")).is_err());
    }
}
