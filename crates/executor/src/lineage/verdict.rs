//! How old a value is, and what that means (domain section 1, per-panel
//! staleness).

use super::{Lineage, PublishingCalendar, Source, Ttl, Verdict};
use jiff::Timestamp;

const DAY_S: i64 = 86_400;
const WEEK_S: i64 = 7 * DAY_S;
/// Thursday, the first of January 1970, is three days after a Monday.
const EPOCH_AFTER_MONDAY_S: i64 = 3 * DAY_S;

/// The age of everything that a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staleness {
    /// The oldest.
    pub asof: Option<Timestamp>,
    /// The least.
    pub ttl: Option<Ttl>,
    /// The greatest, in seconds, without days on which a source is silent.
    pub age_s: Option<u64>,
    /// The worst.
    pub verdict: Verdict,
}

impl PublishingCalendar {
    /// Seconds from `asof` to `now` on days on which the source publishes; none
    /// when `asof` lies ahead.
    pub fn age_s(self, asof: Timestamp, now: Timestamp) -> u64 {
        let (asof, now) = (asof.as_second(), now.as_second());
        let age = match self {
            Self::EveryDay => now - asof,
            Self::Weekdays => (now - asof) - (weekend_s(now) - weekend_s(asof)),
        };
        u64::try_from(age).unwrap_or(0)
    }
}

/// Seconds of Saturdays and Sundays before `second`, counted from a Monday.
fn weekend_s(second: i64) -> i64 {
    let second = second + EPOCH_AFTER_MONDAY_S;
    let (weeks, rest) = (second.div_euclid(WEEK_S), second.rem_euclid(WEEK_S));
    weeks * 2 * DAY_S + (rest - 5 * DAY_S).max(0)
}

impl Source {
    /// Arithmetic has no age: what it was done with has.
    pub fn is_computed(&self) -> bool {
        self.name.as_str().starts_with("computed:")
    }

    /// None when the as-of is not known.
    pub fn age_s(&self, now: Timestamp) -> Option<u64> {
        self.asof.map(|asof| self.calendar.age_s(asof, now))
    }

    /// The verdict on this source alone, read no more than `at_most` old.
    fn verdict(&self, now: Timestamp, at_most: Option<Ttl>) -> Verdict {
        let Some(own) = self.ttl else { return Verdict::Unknown };
        if own == Ttl::Execution {
            return Verdict::Fresh;
        }
        let ttl = u64::from(at_most.map_or(own, |bound| bound.min(own)).seconds());
        match self.age_s(now) {
            None => Verdict::Unknown,
            Some(age) if age <= ttl => Verdict::Fresh,
            Some(age) if age <= 3 * ttl => Verdict::Stale,
            Some(_) => Verdict::Expired,
        }
    }
}

impl Lineage {
    /// The oldest as-of, the least time to live and the worst verdict of its
    /// sources. `at_most` is a shorter life that a panel asks for; a time to
    /// live of 0 is no such bound, for it would make everything fresh. Without
    /// a source of data the value was computed in this execution: fresh.
    pub fn staleness(&self, now: Timestamp, at_most: Option<Ttl>) -> Staleness {
        let at_most = at_most.filter(|bound| *bound != Ttl::Execution);
        let data = || self.sources.iter().filter(|source| !source.is_computed());
        Staleness {
            asof: data().filter_map(|source| source.asof).min(),
            ttl: data().filter_map(|source| source.ttl).chain(at_most).min(),
            age_s: data().filter_map(|source| source.age_s(now)).max(),
            verdict: data()
                .map(|source| source.verdict(now, at_most))
                .max()
                .unwrap_or(Verdict::Fresh),
        }
    }

    /// The names of its sources, sorted, each once.
    pub fn names(&self) -> Vec<super::SourceName> {
        let mut names: Vec<_> = self.sources.iter().map(|source| source.name.clone()).collect();
        names.dedup();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lineage::SourceName;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn source(asof: Option<&str>, ttl: Ttl) -> Source {
        Source {
            name: SourceName::provider("FRED"),
            asof: asof.map(at),
            ttl: Some(ttl),
            calendar: PublishingCalendar::EveryDay,
        }
    }

    #[track_caller]
    fn check(asof: &str, ttl: Ttl, now: &str, expected: Verdict) {
        let lineage = Lineage::of(source(Some(asof), ttl));
        assert_eq!(lineage.staleness(at(now), None).verdict, expected, "{asof} {now}");
    }

    #[test]
    fn a_value_is_fresh_to_its_ttl_stale_to_three_times_that_then_expired() {
        // domain/portfolio.md section 1: fresh age <= ttl, stale ttl < age <= 3 x ttl, else expired.
        let asof = "2025-10-21T10:00:00Z";
        check(asof, Ttl::Hour, "2025-10-21T11:00:00Z", Verdict::Fresh);
        check(asof, Ttl::Hour, "2025-10-21T11:00:01Z", Verdict::Stale);
        check(asof, Ttl::Hour, "2025-10-21T13:00:00Z", Verdict::Stale);
        check(asof, Ttl::Hour, "2025-10-21T13:00:01Z", Verdict::Expired);
        check(asof, Ttl::Execution, "2025-10-21T13:00:01Z", Verdict::Fresh);
        check(asof, Ttl::Minutes5, "2025-10-21T09:00:00Z", Verdict::Fresh);
    }

    #[test]
    fn a_source_without_an_asof_is_of_unknown_age_and_unknown_is_the_worst() {
        let now = at("2025-10-21T13:00:00Z");
        let old = Lineage::of(source(Some("2020-01-01T00:00:00Z"), Ttl::Hour));
        assert_eq!(old.staleness(now, None).verdict, Verdict::Expired);
        let mixed = old.and(&Lineage::of(source(None, Ttl::Hour)));
        assert_eq!(mixed.staleness(now, None).verdict, Verdict::Unknown);
    }

    #[test]
    fn arithmetic_has_no_age_and_a_value_of_arithmetic_alone_is_fresh() {
        let now = at("2025-10-21T13:00:00Z");
        let name = SourceName::computed("metrics.compute_twr", "1.0.0");
        let sum = Lineage::of(Source { name, asof: None, ttl: None, ..source(None, Ttl::Hour) });
        let alone = Staleness { asof: None, ttl: None, age_s: None, verdict: Verdict::Fresh };
        assert_eq!(sum.staleness(now, None), alone);
        let both = sum.and(&Lineage::of(source(Some("2025-10-21T12:30:00Z"), Ttl::Hour)));
        assert_eq!(both.staleness(now, None).verdict, Verdict::Fresh);
        assert_eq!(both.staleness(now, None).age_s, Some(1800));
    }

    #[test]
    fn a_whole_has_the_oldest_asof_the_least_ttl_and_the_worst_verdict() {
        let now = at("2025-10-21T13:00:00Z");
        let lineage = Lineage::of(source(Some("2025-10-21T12:59:00Z"), Ttl::Minutes5))
            .and(&Lineage::of(source(Some("2025-10-19T13:00:00Z"), Ttl::Day)));
        let expected = Staleness {
            asof: Some(at("2025-10-19T13:00:00Z")),
            ttl: Some(Ttl::Minutes5),
            age_s: Some(2 * 86_400),
            verdict: Verdict::Stale,
        };
        assert_eq!(lineage.staleness(now, None), expected);
    }

    #[test]
    fn a_panel_may_ask_for_a_shorter_life_but_not_for_a_longer_one_or_none() {
        let now = at("2025-10-21T13:00:00Z");
        let lineage = Lineage::of(source(Some("2025-10-21T12:00:00Z"), Ttl::Hour));
        let with = |bound| lineage.staleness(now, Some(bound)).verdict;
        assert_eq!(with(Ttl::Minutes30), Verdict::Stale);
        assert_eq!(with(Ttl::Minutes5), Verdict::Expired);
        assert_eq!(with(Ttl::Day), Verdict::Fresh);
        let expired = Lineage::of(source(Some("2025-10-20T12:00:00Z"), Ttl::Hour));
        assert_eq!(expired.staleness(now, Some(Ttl::Execution)).verdict, Verdict::Expired);
        assert_eq!(expired.staleness(now, Some(Ttl::Day)).verdict, Verdict::Expired);
    }

    #[test]
    fn a_weekend_does_not_age_a_source_that_publishes_on_weekdays() {
        // 2025-10-17 was a Friday, 2025-10-20 a Monday (any calendar).
        let age = |asof, now| PublishingCalendar::Weekdays.age_s(at(asof), at(now));
        assert_eq!(age("2025-10-17T22:00:00Z", "2025-10-20T01:00:00Z"), 3 * 3600);
        assert_eq!(age("2025-10-18T09:00:00Z", "2025-10-19T21:00:00Z"), 0);
        assert_eq!(age("2025-10-17T22:00:00Z", "2025-10-18T12:00:00Z"), 2 * 3600);
        assert_eq!(age("2025-10-13T00:00:00Z", "2025-10-27T00:00:00Z"), 10 * 86_400);
        assert_eq!(age("1969-12-26T00:00:00Z", "1970-01-02T00:00:00Z"), 5 * 86_400);
        let every = PublishingCalendar::EveryDay;
        assert_eq!(every.age_s(at("2025-10-17T22:00:00Z"), at("2025-10-20T01:00:00Z")), 51 * 3600);
    }
}
