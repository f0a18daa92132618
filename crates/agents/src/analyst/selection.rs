//! Which events enter the report.

use super::{Event, rank::rank};
use domain::{
    package::RunPackage,
    report::ReportDocument,
    specification::{SectionKind, Strength},
};
use std::{cmp::Reverse, collections::BTreeMap};

/// What is reported, in reading order, and how many events are not.
#[derive(Debug)]
pub(super) struct Kept<'a> {
    pub events: Vec<Event<'a>>,
    pub left_out: LeftOut,
}

/// Events in scope that the report leaves out, each counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// Only aggregators and unknown sources report it.
    pub untrusted: usize,
    pub section_off: usize,
    pub below_strength: usize,
    /// Beyond the limits of a section or of the reference list.
    pub beyond_limits: usize,
}

/// Sections in their order, in each the highest rank first, the newer first
/// among equals.
pub(super) fn keep<'a>(events: Vec<Event<'a>>, package: &RunPackage) -> Kept<'a> {
    let options = &package.specification.options;
    let mut left_out = LeftOut::default();
    let mut ranked: Vec<Event<'_>> = Vec::new();
    for event in events {
        let trusted = event.items.iter().any(|item| u8::from(item.tier) < 4);
        if !trusted {
            left_out.untrusted += 1;
        } else if !options.sections.contains(&event.section) {
            left_out.section_off += 1;
        } else if options.minimum_strength != Strength::None
            && event.strength < options.minimum_strength
        {
            left_out.below_strength += 1;
        } else {
            ranked.push(event);
        }
    }
    ranked.sort_by_cached_key(|event| {
        (Reverse(rank(event)), Reverse(event.latest()), event.lead().id.clone())
    });
    let total = ranked.len();
    let mut events = within_limits(ranked);
    left_out.beyond_limits = total - events.len();
    // Stable: the rank decides within a section.
    events.sort_by_key(|event| event.section);
    Kept { events, left_out }
}

/// The first of each section, as long as their items fit the reference list.
fn within_limits(ranked: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let mut in_section: BTreeMap<SectionKind, usize> = BTreeMap::new();
    let mut references = 0;
    ranked
        .into_iter()
        .filter(|event| {
            let section = in_section.entry(event.section).or_default();
            let fits = *section < ReportDocument::DEVELOPMENTS_PER_SECTION_MAX
                && references + event.items.len() <= ReportDocument::REFERENCES_MAX;
            if fits {
                *section += 1;
                references += event.items.len();
            }
            fits
        })
        .collect()
}
