//! Periods against a calendar of our own: every day of 400 years, after which the
//! Gregorian calendar repeats itself, and every change of a clock from 1970 to
//! 2037. Nothing here is computed by the library that the code under test uses.
#![cfg(feature = "tz")]
#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

mod civil;
mod zone;

use civil::{CivilPeriod, days_from_civil};
use domain::cadence::{Cadence, Period};
use jiff::Timestamp;
use std::thread;
use zone::Zone;

const CADENCES: [Cadence; 3] = [Cadence::Daily, Cadence::Weekly, Cadence::Monthly];
const DAY_S: i64 = 86_400;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// Days since 1970-01-01 of a civil date.
fn day_of(date: jiff::civil::Date) -> i64 {
    days_from_civil(date.year().into(), date.month().into(), date.day().into())
}

fn check(cadence: Cadence, name: &str, second: i64, expected: &CivilPeriod, bounds: (i64, i64)) {
    let period = Period::containing(cadence, name, at(second)).unwrap();
    let found = (
        period.key.as_str(),
        day_of(period.first_day),
        day_of(period.last_day) + 1,
        (period.starts_at.as_second(), period.ends_at.as_second()),
    );
    let expected = (expected.key.as_str(), expected.first, expected.next, bounds);
    assert_eq!(found, expected, "{cadence:?} at {second} in {name}");
}

#[test]
fn every_day_of_four_hundred_years_lies_in_the_period_of_the_gregorian_calendar() {
    let first = days_from_civil(1900, 1, 1);
    let days = days_from_civil(2300, 1, 1) - first;
    // Four centuries have a whole number of weeks, hence the cycle.
    assert_eq!(days, 146_097);
    thread::scope(|scope| {
        for cadence in CADENCES {
            scope.spawn(move || {
                for day in first..first + days {
                    let expected = CivilPeriod::holding(cadence, day);
                    let bounds = (expected.first * DAY_S, expected.next * DAY_S);
                    check(cadence, "UTC", day * DAY_S + DAY_S / 2, &expected, bounds);
                }
            });
        }
    });
}

/// The period at `second`: that of the latest local day that any instant up to it
/// has reached, so that minutes which a clock repeats over midnight do not move back.
fn expected_at(zone: &Zone, cadence: Cadence, second: i64) -> (CivilPeriod, (i64, i64)) {
    let day = zone.latest_day_up_to(second);
    let civil = CivilPeriod::holding(cadence, day);
    let bounds = (zone.start_of_day(civil.first), zone.start_of_day(civil.next));
    (civil, bounds)
}

#[test]
fn around_every_change_of_a_clock_periods_begin_when_their_first_day_does_and_leave_no_gap() {
    let zones = Zone::all();
    let checked: usize = thread::scope(|scope| {
        let halves: Vec<_> = zones
            .chunks(zones.len().div_ceil(2))
            .map(|zones| scope.spawn(|| zones.iter().map(check_zone).sum::<usize>()))
            .collect();
        halves.into_iter().map(|half| half.join().unwrap()).sum()
    });
    assert!(zones.len() > 300 && checked > 5_000, "{} zones, {checked} changes", zones.len());
}

/// The number of changes that were looked at.
fn check_zone(zone: &Zone) -> usize {
    let from = days_from_civil(1970, 1, 3) * DAY_S;
    // A month before the last change that is known, its next period ends within it.
    let until = days_from_civil(2037, 12, 31).min(zone.known_until() / DAY_S - 62) * DAY_S;
    let changes = zone.changes().filter(|change| (from..until).contains(change));
    changes
        .map(|change| {
            for (cadence, seconds) in [
                (Cadence::Daily, &[-DAY_S, -1, 0, 1, 3_600, DAY_S][..]),
                (Cadence::Weekly, &[-1, 0]),
                (Cadence::Monthly, &[-1, 0]),
            ] {
                for second in seconds.iter().map(|offset| change + offset) {
                    let (expected, bounds) = expected_at(zone, cadence, second);
                    assert!(bounds.0 <= second && second < bounds.1, "{} at {second}", zone.name);
                    check(cadence, &zone.name, second, &expected, bounds);
                    // The next period begins where this one ends, under a later key.
                    let next = Period::containing(cadence, &zone.name, at(bounds.1)).unwrap();
                    assert_eq!(next.starts_at, at(bounds.1), "{} after {second}", zone.name);
                    assert!(next.key.as_str() > expected.key.as_str(), "{} at {second}", zone.name);
                }
            }
        })
        .count()
}
