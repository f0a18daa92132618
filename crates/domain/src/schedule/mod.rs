//! When a specification runs by itself: once a period, at a local time, on a day
//! of the period. Domain reference, sections 3.5 and 3.7.

mod draft;
mod plan;

pub use draft::{ScheduleDraft, ScheduleFault};
pub use plan::{JITTER_MAX_S, PlannedSlot, jitter_s, plan};

use crate::taxonomy::vocabulary;
use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

vocabulary! {
    /// What becomes of a slot that nobody could start in time, since no worker ran.
    MissedPolicy, "policy for missed periods" {
        /// It is started late, once, if its period still lasts.
        Latest = "latest", "Catch up";
        /// It is left out; the next period comes at its own time.
        Skip = "skip", "Skip";
    }
}

vocabulary! {
    /// Who or what asked for a run.
    RunTrigger, "trigger of a run" {
        Member = "member", "Member";
        Schedule = "schedule", "Schedule";
    }
}

/// A local time to the minute, written `07:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(Time);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a time of day such as 07:00")]
pub struct NotATimeOfDay(String);

impl TimeOfDay {
    pub const fn time(self) -> Time {
        self.0
    }
}

impl FromStr for TimeOfDay {
    type Err = NotATimeOfDay;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || NotATimeOfDay(text.to_owned());
        let (hour, minute) = text.trim().split_once(':').ok_or_else(refused)?;
        let number = |text: &str| {
            let is_number =
                (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
            is_number.then(|| text.parse::<i8>().ok()).flatten().ok_or_else(refused)
        };
        let time = Time::new(number(hour)?, number(minute)?, 0, 0).map_err(|_| refused())?;
        Ok(Self(time))
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = NotATimeOfDay;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

/// A day that every month has: 1 to 28.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i8", into = "i8")]
pub struct MonthDay(i8);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a day that every month has, 1 to 28")]
pub struct NotInEveryMonth(i8);

impl MonthDay {
    pub const FIRST: i8 = 1;
    pub const LAST: i8 = 28;

    pub const fn get(self) -> i8 {
        self.0
    }
}

impl TryFrom<i8> for MonthDay {
    type Error = NotInEveryMonth;

    fn try_from(day: i8) -> Result<Self, Self::Error> {
        if (Self::FIRST..=Self::LAST).contains(&day) {
            Ok(Self(day))
        } else {
            Err(NotInEveryMonth(day))
        }
    }
}

impl From<MonthDay> for i8 {
    fn from(day: MonthDay) -> Self {
        day.0
    }
}

/// When within each period. It holds a day for every cadence, so that a
/// specification whose cadence changes keeps a schedule that makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub at: TimeOfDay,
    /// Of a weekly specification.
    pub weekday: Weekday,
    /// Of a monthly one.
    pub month_day: MonthDay,
    pub missed: MissedPolicy,
}

impl Default for Schedule {
    /// The first morning of the period, when there is evidence of all of the last one.
    fn default() -> Self {
        Self {
            at: TimeOfDay(Time::constant(7, 0, 0, 0)),
            weekday: Weekday::Monday,
            month_day: MonthDay(MonthDay::FIRST),
            missed: MissedPolicy::Latest,
        }
    }
}

impl Schedule {
    /// `every day at 07:00`, `every Monday at 07:00`, `on day 1 of every month at 07:00`.
    pub fn words(&self, cadence: crate::cadence::Cadence) -> String {
        use crate::cadence::Cadence;
        match cadence {
            Cadence::Daily => format!("every day at {}", self.at),
            Cadence::Weekly => format!("every {} at {}", weekday_name(self.weekday), self.at),
            Cadence::Monthly => {
                format!("on day {} of every month at {}", self.month_day.get(), self.at)
            }
        }
    }

    /// The day of the period on which it is due.
    fn day_of(&self, period: &crate::cadence::Period) -> Date {
        use crate::cadence::Cadence;
        use jiff::ToSpan;
        let days = match period.cadence {
            Cadence::Daily => 0,
            Cadence::Weekly => self.weekday.to_monday_zero_offset(),
            Cadence::Monthly => self.month_day.get() - 1,
        };
        period.first_day.saturating_add(i64::from(days).days())
    }
}

pub const fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

#[cfg(test)]
#[cfg(feature = "tz")]
mod tests;
