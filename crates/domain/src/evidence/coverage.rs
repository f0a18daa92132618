//! Whether enough of what reports on a scope was read: domain reference, section 5.

use super::{Covers, TrustTier};
use crate::{cadence::Cadence, specification::Scope};
use jiff::{SignedDuration, Timestamp};

/// Of the enabled sources that are relevant to a scope, those that have to be read.
pub const READ_MIN_PERCENT: usize = 80;

/// The least trusted tier of which one source has to be read.
const TRUSTED_TIER_MAX: u8 = 2;

/// An enabled source that is read from somewhere, and when it last was without error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceStanding {
    pub tier: TrustTier,
    pub covers: Covers,
    pub read_at: Option<Timestamp>,
}

/// What was read of the sources that are relevant to a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    Sufficient {
        read: usize,
        relevant: usize,
    },
    /// Nobody reports on the scope.
    NoSource,
    TooFew {
        read: usize,
        relevant: usize,
    },
    /// None of those that were read is of tier 1 or 2.
    Untrusted {
        read: usize,
        relevant: usize,
    },
}

/// How old a reading may be, in hours.
pub const fn reading_age_max_h(cadence: Cadence) -> i64 {
    match cadence {
        Cadence::Daily => 12,
        Cadence::Weekly | Cadence::Monthly => 24,
    }
}

/// Sources that report on other regions or positions alone count for nothing, neither
/// among those that were read nor among those that had to be.
pub fn coverage(
    sources: &[SourceStanding],
    scope: &Scope,
    cadence: Cadence,
    now: Timestamp,
) -> Coverage {
    let age_max = SignedDuration::from_hours(reading_age_max_h(cadence));
    let was_read = |source: &&&SourceStanding| {
        source.read_at.is_some_and(|read_at| now.duration_since(read_at) <= age_max)
    };
    let relevant: Vec<&SourceStanding> =
        sources.iter().filter(|source| source.covers.concerns(scope)).collect();
    let read: Vec<_> = relevant.iter().filter(was_read).collect();
    let trusted = read.iter().any(|source| u8::from(source.tier) <= TRUSTED_TIER_MAX);
    let (read, relevant) = (read.len(), relevant.len());
    if relevant == 0 {
        Coverage::NoSource
    } else if read * 100 < relevant * READ_MIN_PERCENT {
        Coverage::TooFew { read, relevant }
    } else if trusted {
        Coverage::Sufficient { read, relevant }
    } else {
        Coverage::Untrusted { read, relevant }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taxonomy::{Deliverable, Region, ValueChainLink};
    use std::collections::BTreeSet;

    const NOW: &str = "2025-01-15T12:00:00Z";

    fn scope(regions: &[Region], links: &[ValueChainLink]) -> Scope {
        Scope {
            deliverables: [Deliverable::Capacity].into(),
            regions: regions.iter().copied().collect(),
            links: links.iter().copied().collect(),
        }
    }

    /// Of a tier, read so many hours ago or never, covering these regions.
    fn source(tier: u8, hours: Option<i64>, regions: &[Region]) -> SourceStanding {
        let now: Timestamp = NOW.parse().unwrap();
        SourceStanding {
            tier: tier.try_into().unwrap(),
            covers: Covers { regions: regions.iter().copied().collect(), links: BTreeSet::new() },
            read_at: hours.map(|hours| now - SignedDuration::from_hours(hours)),
        }
    }

    fn check(sources: &[SourceStanding], cadence: Cadence, expected: Coverage) {
        let now = NOW.parse().unwrap();
        let found = coverage(sources, &scope(&[Region::Emea], &[]), cadence, now);
        assert_eq!(found, expected, "{sources:?}");
    }

    fn some(read: usize, not_read: usize) -> Vec<SourceStanding> {
        let mut sources = vec![source(1, Some(1), &[]); read];
        sources.extend(vec![source(1, None, &[]); not_read]);
        sources
    }

    // Domain reference, section 5: 80 % and more suffice.
    #[test]
    fn four_of_five_suffice_and_three_of_four_do_not() {
        check(&some(4, 1), Cadence::Weekly, Coverage::Sufficient { read: 4, relevant: 5 });
        check(&some(3, 1), Cadence::Weekly, Coverage::TooFew { read: 3, relevant: 4 });
        check(&some(79, 21), Cadence::Weekly, Coverage::TooFew { read: 79, relevant: 100 });
        check(&some(80, 20), Cadence::Weekly, Coverage::Sufficient { read: 80, relevant: 100 });
        check(&[], Cadence::Weekly, Coverage::NoSource);
    }

    // Within 12 h for a daily report, within 24 h for a weekly or monthly one.
    #[test]
    fn a_reading_counts_for_half_a_day_or_a_day() {
        for (cadence, last, late) in
            [(Cadence::Daily, 12, 13), (Cadence::Weekly, 24, 25), (Cadence::Monthly, 24, 25)]
        {
            let read = Coverage::Sufficient { read: 1, relevant: 1 };
            check(&[source(2, Some(last), &[])], cadence, read);
            let too_old = Coverage::TooFew { read: 0, relevant: 1 };
            check(&[source(2, Some(late), &[])], cadence, too_old);
        }
    }

    #[test]
    fn one_source_of_tier_1_or_2_has_to_be_among_those_that_were_read() {
        for (tier, expected) in [
            (1, Coverage::Sufficient { read: 5, relevant: 6 }),
            (2, Coverage::Sufficient { read: 5, relevant: 6 }),
            (3, Coverage::Untrusted { read: 5, relevant: 6 }),
            (4, Coverage::Untrusted { read: 5, relevant: 6 }),
        ] {
            let mut sources = vec![source(4, Some(1), &[]); 4];
            sources.push(source(tier, Some(1), &[]));
            // Trusted, but not read.
            sources.push(source(1, None, &[]));
            check(&sources, Cadence::Weekly, expected);
        }
    }

    #[test]
    fn sources_of_other_regions_count_for_nothing() {
        let mut sources = some(4, 1);
        sources.extend(vec![source(1, None, &[Region::China, Region::India]); 10]);
        check(&sources, Cadence::Weekly, Coverage::Sufficient { read: 4, relevant: 5 });
        let read_elsewhere = vec![source(1, Some(1), &[Region::China]); 10];
        check(&read_elsewhere, Cadence::Weekly, Coverage::NoSource);
        let here_too = [source(1, None, &[Region::China, Region::Emea])];
        check(&here_too, Cadence::Weekly, Coverage::TooFew { read: 0, relevant: 1 });
    }

    #[test]
    fn positions_count_where_the_scope_names_some() {
        let covers = |links: &[ValueChainLink]| Covers {
            regions: BTreeSet::new(),
            links: links.iter().copied().collect(),
        };
        let (raw, end) = (ValueChainLink::RawMaterials, ValueChainLink::EndUse);
        for (links, of_scope, expected) in [
            (vec![], vec![raw], true),
            (vec![raw, end], vec![raw], true),
            (vec![end], vec![raw], false),
            (vec![end], vec![], true),
        ] {
            let scope = scope(&[Region::Emea], &of_scope);
            assert_eq!(covers(&links).concerns(&scope), expected, "{links:?} {of_scope:?}");
        }
    }
}
