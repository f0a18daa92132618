use super::Cadence;
use jiff::{
    Timestamp, ToSpan, ZonedDateTime,
    civil::{Date, DateTime, ISOWeekDate, Weekday},
    tz::{AmbiguousOffset, TimeZone},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Names a period: `2025-01-15`, `2025-W03` or `2025-01`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct PeriodKey(String);

impl PeriodKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A key that was stored earlier; computed ones come from [`Period::containing`].
    pub fn from_stored(key: String) -> Self {
        Self(key)
    }
}

impl fmt::Display for PeriodKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One period of a cadence in a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Period {
    pub key: PeriodKey,
    pub cadence: Cadence,
    /// IANA name.
    pub zone: String,
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date")))]
    pub first_day: Date,
    /// Itself included.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date")))]
    pub last_day: Date,
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date-time")))]
    pub starts_at: Timestamp,
    /// First instant of the following period: when the next run is eligible.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date-time")))]
    pub ends_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    #[error("“{0}” is not an IANA time zone")]
    UnknownZone(String),
    #[error("the period of {0} lies outside the calendar")]
    OutOfRange(Timestamp),
    #[error("{0} lies outside the calendar")]
    BeyondCalendar(DateTime),
}

/// Publication dates that a run looks at, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub from: Date,
    pub to: Date,
}

impl Window {
    /// The `days` before `claim_date`, and `claim_date` itself. The end day is
    /// partial at claim time, so neighbouring windows overlap by intent.
    pub fn looking_back(days: u16, claim_date: Date) -> Self {
        Self { from: claim_date.saturating_sub(i64::from(days).days()), to: claim_date }
    }

    pub fn contains(&self, date: Date) -> bool {
        self.from <= date && date <= self.to
    }
}

impl Period {
    /// The period in which `at` lies by the wall clock of `zone`.
    ///
    /// A period runs from the first instant of its first local day to the first
    /// instant of the local day after its last, whatever their lengths: a local
    /// day has 23 to 25 hours, may start at 01:00, and one day of history may
    /// be missing altogether. Where the clock was turned back over midnight, the
    /// repeated minutes belong to the later period, so that keys never move back.
    pub fn containing(cadence: Cadence, zone: &str, at: Timestamp) -> Result<Self, PeriodError> {
        let time_zone = zone_named(zone)?;
        let day = at.to_zoned_datetime(time_zone.clone()).date();
        let period =
            |day| Self::holding_day(cadence, &time_zone, day).ok_or(PeriodError::OutOfRange(at));
        let found = period(day)?;
        if found.ends_at <= at { period(found.last_day.saturating_add(1.day())) } else { Ok(found) }
    }

    /// None at the ends of the calendar, where a period is cut off.
    fn holding_day(cadence: Cadence, time_zone: &TimeZone, day: Date) -> Option<Self> {
        let CivilPeriod { key, first, last, next } = CivilPeriod::containing(cadence, day)?;
        Some(Self {
            key,
            cadence,
            zone: time_zone.iana_name()?.to_owned(),
            first_day: first,
            last_day: last,
            starts_at: start_of_day(first, time_zone)?,
            ends_at: start_of_day(next, time_zone)?,
        })
    }

    /// For readers: `week 2025-W03, 13–19 January 2025`.
    pub fn label(&self) -> String {
        match self.cadence {
            Cadence::Daily => self.first_day.strftime("%-d %B %Y").to_string(),
            Cadence::Weekly => format!("week {}, {}", self.key, self.span_in_words()),
            Cadence::Monthly => self.first_day.strftime("%B %Y").to_string(),
        }
    }

    /// `13–19 January 2025`, naming month and year twice only where they differ.
    fn span_in_words(&self) -> String {
        let (first, last) = (self.first_day, self.last_day);
        let start = if first.year() != last.year() {
            first.strftime("%-d %B %Y – ").to_string()
        } else if first.month() != last.month() {
            first.strftime("%-d %B – ").to_string()
        } else {
            first.strftime("%-d–").to_string()
        };
        format!("{start}{}", last.strftime("%-d %B %Y"))
    }
}

/// The civil days of a period, before any zone is applied.
struct CivilPeriod {
    key: PeriodKey,
    first: Date,
    last: Date,
    /// First day of the following period.
    next: Date,
}

impl CivilPeriod {
    /// None at the ends of the calendar, where a period is cut off.
    fn containing(cadence: Cadence, day: Date) -> Option<Self> {
        let (key, first, next) = match cadence {
            Cadence::Daily => (day.to_string(), day, day.tomorrow().ok()?),
            Cadence::Weekly => {
                // The year that owns the week, not the year of the day.
                let week = day.iso_week_date();
                let monday =
                    ISOWeekDate::new(week.year(), week.week(), Weekday::Monday).ok()?.date();
                let key = format!("{:04}-W{:02}", week.year(), week.week());
                (key, monday, monday.checked_add(7.days()).ok()?)
            }
            Cadence::Monthly => {
                let first = day.first_of_month();
                let key = format!("{:04}-{:02}", first.year(), first.month());
                (key, first, first.checked_add(1.month()).ok()?)
            }
        };
        Some(Self { key: PeriodKey(key), first, last: next.yesterday().ok()?, next })
    }
}

/// The civil date at `at` by the wall clock of `zone`.
pub fn local_date(zone: &str, at: Timestamp) -> Result<Date, PeriodError> {
    in_zone(zone, at).map(|moment| moment.date())
}

pub(super) fn in_zone(zone: &str, at: Timestamp) -> Result<ZonedDateTime, PeriodError> {
    zone_named(zone).map(|time_zone| at.to_zoned_datetime(time_zone))
}

/// Unknown too when this build carries no zone database.
fn zone_named(zone: &str) -> Result<TimeZone, PeriodError> {
    let time_zone = TimeZone::get(zone).ok().filter(|found| found.iana_name().is_some());
    time_zone.ok_or_else(|| PeriodError::UnknownZone(zone.to_owned()))
}

/// The first instant at which the local date is `date`, or a later one where
/// the zone skipped that date. Where the clock was turned forward over midnight,
/// that is the instant at which it was turned.
fn start_of_day(date: Date, time_zone: &TimeZone) -> Option<Timestamp> {
    first_of(date.at(0, 0, 0, 0), time_zone)
}

/// The first instant at which the clock shows `moment`; where it was turned forward
/// over it, the instant at which it was turned.
fn first_of(moment: DateTime, time_zone: &TimeZone) -> Option<Timestamp> {
    let found = time_zone.to_ambiguous_timestamp(moment);
    let skipped = matches!(found.offset(), AmbiguousOffset::Gap { .. });
    let instant = found.compatible().ok()?;
    if !skipped {
        return Some(instant);
    }
    let after = instant.checked_add(1.second()).ok()?;
    time_zone.preceding(after).next().map(|transition| transition.timestamp())
}

/// The first instant at which the clock of `zone` shows `moment`, or is turned
/// forward over it.
pub(crate) fn first_instant(moment: DateTime, zone: &str) -> Result<Timestamp, PeriodError> {
    let time_zone = zone_named(zone)?;
    first_of(moment, &time_zone).ok_or(PeriodError::BeyondCalendar(moment))
}

#[cfg(test)]
#[cfg(feature = "tz")]
#[path = "period_tests.rs"]
mod tests;

#[cfg(test)]
#[cfg(not(feature = "tz"))]
mod tests {
    use super::*;

    #[test]
    fn without_a_zone_database_every_zone_is_unknown() {
        let refused = Period::containing(Cadence::Daily, "Europe/Berlin", Timestamp::UNIX_EPOCH);
        assert_eq!(refused, Err(PeriodError::UnknownZone("Europe/Berlin".to_owned())));
    }
}
