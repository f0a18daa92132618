//! Whether reports may use a pack: its status with the reason, and since when.

use domain::{cadence::Cadence, evidence::reading_age_max_h};
use jiff::{SignedDuration, Timestamp};
use storage::evidence_pack::Failing;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackStatus {
    /// There is none that may be used, and one is on its way.
    Warming,
    Fresh,
    /// A weekly or monthly report may use it.
    StaleForDaily,
    Stale,
    /// The last reading gave none; the one before stands as long as it is fresh.
    Error,
    /// A newer one took its place.
    Superseded,
}

impl PackStatus {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Warming => "Warming",
            Self::Fresh => "Fresh",
            Self::StaleForDaily => "Stale for daily reports",
            Self::Stale => "Stale",
            Self::Error => "Error",
            Self::Superseded => "Superseded",
        }
    }
}

/// How the newest pack stands, or one that it superseded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackStanding {
    pub status: PackStatus,
    /// Whole sentences.
    pub reason: String,
    /// None where it has always been so.
    pub since: Option<Timestamp>,
    /// Why the last reading gave no pack, for administrators alone: it may name files.
    pub error: Option<String>,
}

/// What the standing of the newest pack rests on.
#[derive(Clone, Debug, Default)]
pub(super) struct Readings {
    /// When the sources were last read with a pack as the outcome.
    pub read_at: Option<Timestamp>,
    /// The readings since then, where all of them gave none.
    pub failing: Option<Failing>,
    /// Since when a pack that somebody asked for is on its way.
    pub building: Option<Timestamp>,
}

impl PackStanding {
    pub(super) fn of(readings: &Readings, now: Timestamp) -> Self {
        let age = readings.read_at.map(|read_at| Age::of(read_at, now));
        let usable = age.as_ref().is_some_and(|age| age.status != PackStatus::Stale);
        let (status, reason, since) = match (&readings.failing, age) {
            (_, age) if readings.building.is_some() && !usable => {
                let before = age.map(|age| format!(" {}", age.words)).unwrap_or_default();
                let reason = format!("A pack is being built.{before}");
                (PackStatus::Warming, reason, readings.building)
            }
            (Some(Failing { since, .. }), age) => {
                let stands = match age {
                    Some(age) => format!("The pack of before stands. {}", age.words),
                    None => "There is no pack yet, and no report begins.".to_owned(),
                };
                let reason = format!("The last reading gave no pack. {stands}");
                (PackStatus::Error, reason, Some(*since))
            }
            (None, Some(age)) => (age.status, age.words, Some(age.since)),
            (None, None) => {
                let reason = "No source has been read yet, and no report begins.".to_owned();
                (PackStatus::Warming, reason, None)
            }
        };
        let error = readings.failing.as_ref().map(|failing| failing.error.clone());
        Self { status, reason, since, error }
    }

    /// Of a pack in whose place another one stands since then.
    pub(super) fn superseded(since: Option<Timestamp>) -> Self {
        let reason = "A newer pack took its place. Reports that were written of this one still \
                      rest on it."
            .to_owned();
        Self { status: PackStatus::Superseded, reason, since, error: None }
    }
}

/// What the age of a reading means.
struct Age {
    status: PackStatus,
    words: String,
    since: Timestamp,
}

impl Age {
    fn of(read_at: Timestamp, now: Timestamp) -> Self {
        let age = now.duration_since(read_at);
        let limit = |cadence| SignedDuration::from_hours(reading_age_max_h(cadence));
        let (daily, others) = (limit(Cadence::Daily), limit(Cadence::Weekly));
        let hours = age.as_hours();
        if age <= daily {
            Self {
                status: PackStatus::Fresh,
                words: format!(
                    "Its sources were read within the last {} hours, as reports of every cadence \
                     need.",
                    daily.as_hours()
                ),
                since: read_at,
            }
        } else if age <= others {
            Self {
                status: PackStatus::StaleForDaily,
                words: format!(
                    "Its sources were last read {hours} hours ago. A daily report needs a reading \
                     of the last {}; weekly and monthly ones take it.",
                    daily.as_hours()
                ),
                since: read_at + daily,
            }
        } else {
            Self {
                status: PackStatus::Stale,
                words: format!(
                    "Its sources were last read {hours} hours ago. No report begins until they \
                     are read again; one of the last {} hours is needed.",
                    others.as_hours()
                ),
                since: read_at + others,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2025-01-15T12:00:00Z".parse().unwrap()
    }

    fn ago(hours: i64) -> Timestamp {
        now() - SignedDuration::from_hours(hours)
    }

    fn check(readings: &Readings, status: PackStatus, since: Option<i64>, words: &str) {
        let standing = PackStanding::of(readings, now());
        assert_eq!((standing.status, standing.since), (status, since.map(ago)), "{standing:?}");
        assert!(standing.reason.contains(words), "{}", standing.reason);
    }

    fn read(hours: i64) -> Readings {
        Readings { read_at: Some(ago(hours)), ..Readings::default() }
    }

    // Domain reference, section 5: within 12 h for a daily report, 24 h for others.
    #[test]
    fn a_pack_grows_stale_for_daily_reports_first() {
        for hours in [0, 12] {
            check(&read(hours), PackStatus::Fresh, Some(hours), "within the last 12 hours");
        }
        for hours in [13, 24] {
            let words = format!("last read {hours} hours ago");
            check(&read(hours), PackStatus::StaleForDaily, Some(hours - 12), &words);
        }
        check(&read(25), PackStatus::Stale, Some(1), "last read 25 hours ago");
    }

    #[test]
    fn a_reading_that_gave_no_pack_is_an_error_since_the_first_of_them() {
        let failing = Some(Failing { error: "none of 6 could be read".to_owned(), since: ago(2) });
        let failed = Readings { failing: failing.clone(), ..read(3) };
        check(&failed, PackStatus::Error, Some(2), "gave no pack. The pack of before stands.");
        let told = PackStanding::of(&failed, now());
        assert_eq!(told.error.as_deref(), Some("none of 6 could be read"));
        assert!(!told.reason.contains("none of 6"), "readers are told no names of files");
        let never = Readings { failing, ..Readings::default() };
        check(&never, PackStatus::Error, Some(2), "There is no pack yet");
    }

    #[test]
    fn what_may_not_be_used_is_warming_while_a_pack_is_built() {
        let building = Some(ago(0));
        check(&Readings::default(), PackStatus::Warming, None, "No source has been read yet");
        let first = Readings { building, ..Readings::default() };
        check(&first, PackStatus::Warming, Some(0), "A pack is being built.");
        let stale = Readings { building, ..read(30) };
        check(&stale, PackStatus::Warming, Some(0), "last read 30 hours ago");
        let fresh = Readings { building, ..read(1) };
        check(&fresh, PackStatus::Fresh, Some(1), "every cadence");
    }
}
