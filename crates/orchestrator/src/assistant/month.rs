use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use std::{fmt, str::FromStr};

/// A month in UTC, as providers bill and budgets count; written `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsageMonth {
    first: Date,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a month is written like 2026-11")]
pub struct InvalidMonth;

impl UsageMonth {
    pub fn containing(at: Timestamp) -> Self {
        Self { first: at.to_zoned_datetime(TimeZone::UTC).date().first_of_month() }
    }

    /// None where the calendar ends.
    pub fn before(self) -> Option<Self> {
        self.first.checked_sub(1.month()).ok().map(|first| Self { first })
    }

    /// None where the calendar ends.
    pub fn after(self) -> Option<Self> {
        self.first.checked_add(1.month()).ok().map(|first| Self { first })
    }

    /// Its first instant, and that of the month after. None where the calendar ends.
    pub fn span(self) -> Option<(Timestamp, Timestamp)> {
        let begin = |month: Self| {
            month.first.to_zoned_datetime(TimeZone::UTC).ok().map(|at| at.timestamp())
        };
        begin(self).zip(begin(self.after()?))
    }

    /// `November 2026`.
    pub fn label(self) -> String {
        self.first.strftime("%B %Y").to_string()
    }
}

impl fmt::Display for UsageMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

impl FromStr for UsageMonth {
    type Err = InvalidMonth;

    fn from_str(text: &str) -> Result<Self, InvalidMonth> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let (year, month) = text.split_once('-').ok_or(InvalidMonth)?;
        if year.len() != 4 || month.len() != 2 || !digits(year) || !digits(month) {
            return Err(InvalidMonth);
        }
        let (year, month) = year.parse().ok().zip(month.parse().ok()).ok_or(InvalidMonth)?;
        Date::new(year, month, 1).map(|first| Self { first }).map_err(|_| InvalidMonth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_begins_and_ends_at_midnight_utc() {
        let month = UsageMonth::containing(at("2026-12-31T23:59:59Z"));
        assert_eq!(month.to_string(), "2026-12");
        assert_eq!(month.label(), "December 2026");
        assert_eq!(month.span(), Some((at("2026-12-01T00:00:00Z"), at("2027-01-01T00:00:00Z"))));
        assert_eq!(month.after().unwrap().to_string(), "2027-01");
        assert_eq!(month.before().unwrap().to_string(), "2026-11");
        assert_eq!(UsageMonth::containing(at("2027-01-01T00:00:00Z")), month.after().unwrap());
    }

    #[test]
    fn what_is_no_month_is_refused() {
        assert_eq!("2026-11".parse::<UsageMonth>().unwrap().to_string(), "2026-11");
        for bad in ["", "2026", "2026-13", "2026-00", "26-11", "2026-1", "2026-11-01", "+026-11"] {
            assert_eq!(bad.parse::<UsageMonth>(), Err(InvalidMonth), "{bad}");
        }
        let last: UsageMonth = "9999-12".parse().unwrap();
        assert_eq!((last.after(), last.span()), (None, None));
    }
}
