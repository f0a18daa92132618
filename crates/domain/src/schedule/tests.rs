use super::*;
use crate::{
    cadence::{Cadence, Period},
    id::SpecificationId,
};
use jiff::{Timestamp, ToSpan, civil::DateTime, tz::TimeZone};
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// `07:00`, `Monday 07:00` or `day 15 07:00`.
fn schedule(words: &str) -> Schedule {
    let (day, time) = words.rsplit_once(' ').unwrap_or(("", words));
    let usual = Schedule { at: time.parse().unwrap(), ..Schedule::default() };
    if let Some(day) = day.strip_prefix("day ") {
        return Schedule { month_day: day.parse::<i8>().unwrap().try_into().unwrap(), ..usual };
    }
    let weekday = (1..=7)
        .map(|day| Weekday::from_monday_one_offset(day).unwrap())
        .find(|weekday| weekday_name(*weekday) == day);
    Schedule { weekday: weekday.unwrap_or(usual.weekday), ..usual }
}

/// An id whose jitter is none, so that the start is the due moment.
fn prompt() -> SpecificationId {
    SpecificationId::from_uuid("01900000-0000-7000-8000-000000000000".parse().unwrap())
}

/// The next slots from `from` on, each as `key due`.
fn check(words: &str, cadence: Cadence, zone: &str, from: &str, expected: &[(&str, &str)]) {
    let slots = plan(&schedule(words), cadence, zone, prompt(), at(from), expected.len()).unwrap();
    let found: Vec<_> = slots.iter().map(|slot| (slot.period.key.as_str(), slot.due_at)).collect();
    let expected: Vec<_> = expected.iter().map(|(key, due)| (*key, at(due))).collect();
    assert_eq!(found, expected, "{words} {zone}");
    for slot in slots {
        assert_eq!(slot.starts_at, slot.due_at);
    }
}

// ISO weeks of the domain reference, section 3.7; Berlin is an hour ahead in winter.
#[test]
fn a_weekly_schedule_names_a_day_of_each_iso_week() {
    let berlin = "Europe/Berlin";
    check(
        "Monday 07:00",
        Cadence::Weekly,
        berlin,
        "2026-12-25T12:00:00Z",
        &[("2026-W53", "2026-12-28T06:00:00Z"), ("2027-W01", "2027-01-04T06:00:00Z")],
    );
    check(
        "Sunday 23:59",
        Cadence::Weekly,
        berlin,
        "2024-12-25T12:00:00Z",
        &[("2024-W52", "2024-12-29T22:59:00Z"), ("2025-W01", "2025-01-05T22:59:00Z")],
    );
}

#[test]
fn a_monthly_schedule_names_a_day_that_every_month_has() {
    check(
        "day 28 18:30",
        Cadence::Monthly,
        "UTC",
        "2024-01-29T00:00:00Z",
        &[("2024-02", "2024-02-28T18:30:00Z"), ("2024-03", "2024-03-28T18:30:00Z")],
    );
    for day in [0, 29, -1] {
        assert_eq!(MonthDay::try_from(day), Err(NotInEveryMonth(day)));
    }
}

#[test]
fn a_slot_that_is_due_now_is_planned_and_one_that_was_due_is_not() {
    check(
        "07:00",
        Cadence::Daily,
        "UTC",
        "2025-02-28T07:00:00Z",
        &[("2025-02-28", "2025-02-28T07:00:00Z"), ("2025-03-01", "2025-03-01T07:00:00Z")],
    );
    check(
        "07:00",
        Cadence::Daily,
        "UTC",
        "2025-02-28T07:00:01Z",
        &[("2025-03-01", "2025-03-01T07:00:00Z")],
    );
}

// tz database: Berlin went from 02:00 to 03:00 on 30 March 2025 and from 03:00 back to
// 02:00 on 26 October 2025; São Paulo from 00:00 to 01:00 on 4 November 2018.
#[test]
fn a_skipped_time_is_due_when_the_clock_is_turned_and_a_repeated_one_the_first_time() {
    let berlin = "Europe/Berlin";
    check(
        "02:30",
        Cadence::Daily,
        berlin,
        "2025-03-29T00:00:00Z",
        &[
            ("2025-03-29", "2025-03-29T01:30:00Z"),
            ("2025-03-30", "2025-03-30T01:00:00Z"),
            ("2025-03-31", "2025-03-31T00:30:00Z"),
        ],
    );
    check(
        "02:30",
        Cadence::Daily,
        berlin,
        "2025-10-25T22:00:00Z",
        &[("2025-10-26", "2025-10-26T00:30:00Z"), ("2025-10-27", "2025-10-27T01:30:00Z")],
    );
    check(
        "00:00",
        Cadence::Daily,
        "America/Sao_Paulo",
        "2018-11-03T12:00:00Z",
        &[("2018-11-04", "2018-11-04T03:00:00Z"), ("2018-11-05", "2018-11-05T02:00:00Z")],
    );
}

// Samoa had no 30 December 2011: that week's Friday never came, and it is due when
// the calendar jumped over it.
#[test]
fn a_day_that_a_zone_skipped_is_due_at_the_jump() {
    check(
        "Friday 09:00",
        Cadence::Weekly,
        "Pacific/Apia",
        "2011-12-26T12:00:00Z",
        &[("2011-W52", "2011-12-30T10:00:00Z"), ("2012-W01", "2012-01-05T19:00:00Z")],
    );
}

#[test]
fn a_start_is_late_by_less_than_two_minutes_and_never_in_the_next_period() {
    let id = |last: &str| -> SpecificationId {
        SpecificationId::from_uuid(format!("01900000-0000-7000-8000-{last}").parse().unwrap())
    };
    assert_eq!(jitter_s(id("000000000077")), 119);
    assert_eq!(jitter_s(id("000000000078")), 0);
    let slots = |time: &str| {
        let from = at("2025-06-01T00:00:00Z");
        plan(&schedule(time), Cadence::Daily, "UTC", id("000000000077"), from, 1).unwrap()
    };
    assert_eq!(slots("07:00")[0].starts_at, at("2025-06-01T07:01:59Z"));
    assert_eq!(slots("23:59")[0].starts_at, at("2025-06-01T23:59:59Z"));
}

#[test]
fn times_of_day_are_read_as_a_clock_shows_them() {
    for (text, expected) in [("07:00", "07:00"), (" 7:05 ", "07:05"), ("23:59", "23:59")] {
        assert_eq!(text.parse::<TimeOfDay>().unwrap().to_string(), expected);
    }
    for text in ["", "7", "24:00", "12:60", "+1:00", "12:3a", "07:00:00", "1２:00"] {
        assert!(text.parse::<TimeOfDay>().is_err(), "{text}");
    }
}

/// By trying every minute: the first at which the local clock has come to `named`.
fn first_minute_at(named: DateTime, period: &Period) -> Timestamp {
    let zone = TimeZone::get(&period.zone).unwrap();
    let mut minute = period.starts_at;
    while minute.to_zoned_datetime(zone.clone()).datetime() < named {
        let next = minute + 1.minute();
        if next >= period.ends_at {
            return minute;
        }
        minute = next;
    }
    minute
}

proptest! {
    // Zones whose clocks change by an hour, by half an hour, at midnight and not at all.
    #[test]
    fn a_slot_is_due_at_the_first_minute_that_shows_its_time(
        zone in proptest::sample::select(vec![
            "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Beirut", "UTC",
        ]),
        day in 0..5_000_i64,
        (hour, minute) in (0..24_i8, 0..60_i8),
        weekday in 1..8_i8,
        month_day in 1..29_i8,
        cadence in proptest::sample::select(Cadence::ALL.to_vec()),
    ) {
        let schedule = Schedule {
            at: format!("{hour}:{minute}").parse().unwrap(),
            weekday: Weekday::from_monday_one_offset(weekday).unwrap(),
            month_day: month_day.try_into().unwrap(),
            missed: MissedPolicy::Latest,
        };
        let from = Timestamp::from_second(1_400_000_000 + day * 86_400).unwrap();
        let slots = plan(&schedule, cadence, zone, prompt(), from, 3).unwrap();
        for slot in &slots {
            let named = match cadence {
                Cadence::Daily => slot.period.first_day,
                Cadence::Weekly => slot.period.first_day + i64::from(weekday - 1).days(),
                Cadence::Monthly => slot.period.first_day + i64::from(month_day - 1).days(),
            };
            let named = named.at(hour, minute, 0, 0);
            prop_assert_eq!(slot.due_at, first_minute_at(named, &slot.period));
        }
        // One of each period, in order, none before the moment asked for.
        prop_assert!(slots[0].due_at >= from);
        for pair in slots.windows(2) {
            prop_assert_eq!(pair[0].period.ends_at, pair[1].period.starts_at);
        }
    }
}
