use super::*;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn period(cadence: Cadence, zone: &str, instant: &str) -> Period {
    Period::containing(cadence, zone, at(instant)).unwrap()
}

/// The key at noon (UTC) of a date, in UTC.
fn check_key(cadence: Cadence, date: &str, expected: &str) {
    let found = period(cadence, "UTC", &format!("{date}T12:00:00Z"));
    assert_eq!(found.key.as_str(), expected, "{date}");
}

/// First instant and first instant of the next period.
fn check_span(found: &Period, starts_at: &str, ends_at: &str) {
    assert_eq!((found.starts_at, found.ends_at), (at(starts_at), at(ends_at)));
}

// Examples of the domain reference, sections 3 and 3.7.
#[test]
fn keys_are_those_of_the_domain_reference() {
    check_key(Cadence::Daily, "2025-01-15", "2025-01-15");
    check_key(Cadence::Weekly, "2025-01-15", "2025-W03");
    check_key(Cadence::Monthly, "2025-01-15", "2025-01");
    check_key(Cadence::Weekly, "2024-12-30", "2025-W01");
    check_key(Cadence::Weekly, "2027-01-01", "2026-W53");
}

#[test]
fn the_last_week_is_the_53rd_in_2020_2026_and_2032_only() {
    for year in 2020..=2032 {
        // 28 December always lies in the last week of its ISO year.
        let weeks = if [2020, 2026, 2032].contains(&year) { 53 } else { 52 };
        check_key(Cadence::Weekly, &format!("{year}-12-28"), &format!("{year}-W{weeks}"));
    }
}

#[test]
fn leap_days_and_year_ends_belong_to_their_periods() {
    check_key(Cadence::Daily, "2024-02-29", "2024-02-29");
    let february = period(Cadence::Monthly, "UTC", "2024-02-29T23:59:59Z");
    assert_eq!(february.last_day, jiff::civil::date(2024, 2, 29));
    check_span(&february, "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z");
    let last_of_year = period(Cadence::Monthly, "UTC", "2024-12-31T23:59:59.999Z");
    check_span(&last_of_year, "2024-12-01T00:00:00Z", "2025-01-01T00:00:00Z");
}

#[test]
fn the_zone_decides_on_which_side_of_midnight_an_instant_lies() {
    let instant = "2025-01-19T23:30:00Z";
    assert_eq!(period(Cadence::Weekly, "Europe/Berlin", instant).key.as_str(), "2025-W04");
    assert_eq!(period(Cadence::Weekly, "America/New_York", instant).key.as_str(), "2025-W03");
    assert_eq!(local_date("Asia/Tokyo", at(instant)), Ok(jiff::civil::date(2025, 1, 20)));
}

#[test]
fn a_week_holds_the_hour_that_its_sunday_gains_or_loses() {
    // Berlin: clocks forward on 30 March 2025, back on 26 October 2025.
    let spring = period(Cadence::Weekly, "Europe/Berlin", "2025-03-26T12:00:00Z");
    check_span(&spring, "2025-03-23T23:00:00Z", "2025-03-30T22:00:00Z");
    let autumn = period(Cadence::Weekly, "Europe/Berlin", "2025-10-22T12:00:00Z");
    check_span(&autumn, "2025-10-19T22:00:00Z", "2025-10-26T23:00:00Z");
    let short_day = period(Cadence::Daily, "Europe/Berlin", "2025-03-30T12:00:00Z");
    check_span(&short_day, "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z");
    let long_day = period(Cadence::Daily, "Europe/Berlin", "2025-10-26T12:00:00Z");
    check_span(&long_day, "2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z");
}

// tz database, files southamerica, africa and asia: clocks forward at 00:00.
#[test]
fn a_day_without_midnight_starts_when_the_clock_is_turned() {
    for (zone, noon, starts_at) in [
        ("America/Sao_Paulo", "2018-11-04T15:00:00Z", "2018-11-04T03:00:00Z"),
        ("Africa/Cairo", "2023-04-28T09:00:00Z", "2023-04-27T22:00:00Z"),
        ("Asia/Beirut", "2022-03-27T09:00:00Z", "2022-03-26T22:00:00Z"),
        // 23:30 became 00:30, so the first instant is not an hour after midnight.
        ("America/Toronto", "1919-03-31T16:00:00Z", "1919-03-31T04:30:00Z"),
    ] {
        let found = period(Cadence::Daily, zone, noon);
        assert_eq!(found.starts_at, at(starts_at), "{zone}");
        let moment = found.starts_at.to_zoned_datetime(TimeZone::get(zone).unwrap());
        assert_eq!(moment.date(), found.first_day, "{zone}");
        let before =
            Period::containing(Cadence::Daily, zone, found.starts_at - 1.second()).unwrap();
        assert_eq!(before.ends_at, found.starts_at, "{zone}");
    }
}

// Samoa went from 29 to 31 December 2011 at midnight, from UTC-10 to UTC+14.
#[test]
fn a_date_that_a_zone_skipped_has_no_period() {
    let last = period(Cadence::Daily, "Pacific/Apia", "2011-12-30T09:59:59Z");
    assert_eq!(last.key.as_str(), "2011-12-29");
    check_span(&last, "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z");
    let next = period(Cadence::Daily, "Pacific/Apia", "2011-12-30T10:00:00Z");
    assert_eq!(next.key.as_str(), "2011-12-31");
    check_span(&next, "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z");
    let month = period(Cadence::Monthly, "Pacific/Apia", "2011-12-30T10:00:00Z");
    assert_eq!(month.ends_at, at("2011-12-31T10:00:00Z"));
}

// St John's turned its clocks back at 00:01, so 1 November 2009 began twice.
#[test]
fn a_key_does_not_move_back_when_the_clock_goes_back_over_midnight() {
    let zone = "America/St_Johns";
    let first = period(Cadence::Daily, zone, "2009-11-01T02:30:30Z");
    let repeated = period(Cadence::Daily, zone, "2009-11-01T02:45:00Z");
    assert_eq!(first.key.as_str(), "2009-11-01");
    assert_eq!(repeated, first);
}

#[test]
fn an_unknown_zone_is_refused_by_name() {
    for zone in ["Europe/Atlantis", "", "Mars"] {
        let refused = Period::containing(Cadence::Daily, zone, at("2025-01-15T00:00:00Z"));
        assert_eq!(refused, Err(PeriodError::UnknownZone(zone.to_owned())));
        assert!(local_date(zone, at("2025-01-15T00:00:00Z")).is_err());
    }
}

#[test]
fn the_ends_of_the_calendar_are_refused() {
    for instant in [Timestamp::MIN, Timestamp::MAX] {
        for cadence in Cadence::ALL {
            let refused = Period::containing(*cadence, "UTC", instant);
            if let Ok(found) = refused {
                assert!(found.starts_at <= instant && instant < found.ends_at);
            }
        }
    }
    let refused = Period::containing(Cadence::Monthly, "UTC", Timestamp::MAX);
    assert_eq!(refused, Err(PeriodError::OutOfRange(Timestamp::MAX)));
}

// Domain reference, section 3.3.
#[test]
fn the_window_looks_back_from_the_claims_date_with_both_ends() {
    let date = jiff::civil::date;
    let window = Cadence::Weekly.window(date(2025, 1, 15));
    assert_eq!(window, Window { from: date(2025, 1, 8), to: date(2025, 1, 15) });
    assert!(window.contains(date(2025, 1, 8)) && window.contains(date(2025, 1, 15)));
    assert!(!window.contains(date(2025, 1, 7)) && !window.contains(date(2025, 1, 16)));
    assert_eq!(Cadence::Daily.window(date(2024, 3, 1)).from, date(2024, 2, 28));
    assert_eq!(Cadence::Monthly.window(date(2025, 1, 31)).from, date(2025, 1, 1));
    assert_eq!(Window::looking_back(365, date(2025, 1, 1)).from, date(2024, 1, 2));
}

#[test]
fn labels_name_the_dates_in_words() {
    let label = |cadence, instant| period(cadence, "Europe/Berlin", instant).label();
    assert_eq!(label(Cadence::Daily, "2025-01-15T12:00:00Z"), "15 January 2025");
    assert_eq!(label(Cadence::Weekly, "2025-01-15T12:00:00Z"), "week 2025-W03, 13–19 January 2025");
    assert_eq!(
        label(Cadence::Weekly, "2025-01-30T12:00:00Z"),
        "week 2025-W05, 27 January – 2 February 2025"
    );
    assert_eq!(
        label(Cadence::Weekly, "2024-12-30T12:00:00Z"),
        "week 2025-W01, 30 December 2024 – 5 January 2025"
    );
    assert_eq!(label(Cadence::Monthly, "2025-01-15T12:00:00Z"), "January 2025");
}

/// Zones with every kind of irregularity, and two without.
const ZONES: &[&str] = &[
    "UTC",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Asia/Beirut",
    "Pacific/Apia",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "America/Toronto",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Antarctica/Troll",
    "Pacific/Kwajalein",
    "America/Havana",
];

prop_compose! {
    fn case()(
        zone in proptest::sample::select(ZONES),
        cadence in proptest::sample::select(Cadence::ALL),
        // 1 January 1910 to 1 January 2090
        second in -1_893_456_000_i64..3_786_912_000,
    ) -> (&'static str, Cadence, Timestamp) {
        (zone, cadence, Timestamp::from_second(second).unwrap())
    }
}

/// The ISO week by the Thursday rule: a week belongs to the year of its
/// Thursday, and is numbered by that Thursday's day of the year.
fn week_by_its_thursday(day: Date) -> String {
    let from_monday = i64::from(day.weekday().to_monday_zero_offset());
    let thursday = day.checked_add((3 - from_monday).days()).unwrap();
    format!("{:04}-W{:02}", thursday.year(), (thursday.day_of_year() - 1) / 7 + 1)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn periods_tile_the_time_line((zone, cadence, instant) in case()) {
        let found = Period::containing(cadence, zone, instant).unwrap();
        prop_assert!(found.starts_at <= instant && instant < found.ends_at);
        prop_assert_eq!(&Period::containing(cadence, zone, found.starts_at).unwrap(), &found);
        let next = Period::containing(cadence, zone, found.ends_at).unwrap();
        prop_assert_eq!(next.starts_at, found.ends_at);
        prop_assert!(next.key > found.key, "{} after {}", next.key, found.key);
        prop_assert!(next.first_day > found.last_day);
        let last_instant = found.ends_at - 1.nanosecond();
        prop_assert_eq!(Period::containing(cadence, zone, last_instant).unwrap(), found);
    }

    #[test]
    fn a_period_holds_the_local_date_save_where_the_clock_went_back((zone, cadence, instant) in case()) {
        let found = Period::containing(cadence, zone, instant).unwrap();
        let day = local_date(zone, instant).unwrap();
        prop_assert!(day <= found.last_day);
        prop_assert!(found.first_day <= day || day == found.first_day.yesterday().unwrap());
    }

    #[test]
    fn week_keys_follow_the_thursday_rule(days in 0_i64..73_000) {
        let day = jiff::civil::date(1900, 1, 1).checked_add(days.days()).unwrap();
        check_key(Cadence::Weekly, &day.to_string(), &week_by_its_thursday(day));
    }
}
