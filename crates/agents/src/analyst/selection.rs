//! Which of the selected events a report has room for.

use super::Event;
use domain::{report::ReportDocument, specification::SectionKind};
use std::{cmp::Reverse, collections::BTreeMap};

/// Events in reading order: sections in their order, in each the highest rank first, the
/// newer first among equals; and how many events found no room in a section or in the
/// reference list.
pub(super) fn keep(mut events: Vec<Event<'_>>) -> (Vec<Event<'_>>, u32) {
    events.sort_by_cached_key(|event| {
        (Reverse(event.rank), Reverse(event.latest()), event.lead().id.clone())
    });
    let mut beyond_limits = 0;
    let mut in_section: BTreeMap<SectionKind, usize> = BTreeMap::new();
    let mut references = 0;
    events.retain(|event| {
        let section = in_section.entry(event.section).or_default();
        let fits = *section < ReportDocument::DEVELOPMENTS_PER_SECTION_MAX
            && references + event.items.len() <= ReportDocument::REFERENCES_MAX;
        if fits {
            *section += 1;
            references += event.items.len();
        } else {
            beyond_limits += 1;
        }
        fits
    });
    // Stable: the rank decides within a section.
    events.sort_by_key(|event| event.section);
    (events, beyond_limits)
}
