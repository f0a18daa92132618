//! What was looked at, and what was quiet.

use super::development::joined;
use crate::evidence::Selection;
use desk::instructing::instructs;
use domain::{
    evidence::LeftOut,
    package::RunPackage,
    report::{CoverageNote, Outcome, ReportDocument},
    taxonomy::Deliverable,
};
use std::collections::BTreeSet;

/// With fewer items in scope a report says that it is short, and is.
const SHORT_BELOW: usize = 3;

/// The note's counts and publishers, before anything is written.
pub(super) fn counts(package: &RunPackage, selection: &Selection) -> CoverageNote {
    let sources = &package.pack.sources;
    // A publisher may have several feeds.
    let read: BTreeSet<_> = sources
        .iter()
        .filter(|source| source.error.is_none())
        .map(|source| source.publisher.clone())
        .collect();
    CoverageNote {
        sources_read: read.into_iter().collect(),
        sources_failed: sources
            .iter()
            .filter_map(|source| Some((source.publisher.clone(), source.error.clone()?)))
            .collect(),
        items_in_pack: selection.items_in_pack,
        items_in_window: selection.items_in_window,
        items_in_scope: selection.items_in_scope,
        items_region_unknown: selection.items_region_unknown,
        quiet_deliverables: BTreeSet::new(),
        quiet_regions: BTreeSet::new(),
        quiet_sections: BTreeSet::new(),
        notes: Vec::new(),
    }
}

/// The note of a finished document: what it does not cover, and why.
pub(super) fn note(
    document: &ReportDocument,
    package: &RunPackage,
    selection: &Selection,
    beyond_limits: u32,
) -> CoverageNote {
    let scope = &package.specification.scope;
    let developments = || document.sections.iter().flat_map(|section| &section.developments);
    let mut covered: BTreeSet<_> =
        developments().flat_map(|one| &one.deliverables).copied().collect();
    covered.remove(&Deliverable::ExecutiveBriefings);
    if !document.decision_summary.is_empty() {
        covered.insert(Deliverable::ExecutiveBriefings);
    }
    let regions = developments().flat_map(|one| &one.regions).copied().collect();
    let present = document.sections.iter().map(|section| section.kind).collect();
    let mut note = CoverageNote {
        quiet_deliverables: scope.deliverables.difference(&covered).copied().collect(),
        quiet_regions: scope.regions.difference(&regions).copied().collect(),
        quiet_sections: package
            .specification
            .options
            .sections
            .difference(&present)
            .copied()
            .collect(),
        ..document.coverage.clone()
    };
    note.notes = sentences(document, &note, selection, beyond_limits);
    note.notes.extend(instructing(package));
    note
}

/// Items that are in scope, and give orders to whoever writes.
fn instructing(package: &RunPackage) -> Option<String> {
    let specification = &package.specification;
    let window = package.window_from..=package.window_to;
    let of_scope = package.pack.items.iter().filter(|item| {
        window.contains(&item.published)
            && specification.scope.fit(&specification.watchlist, item).is_ok()
    });
    let number = of_scope.filter(|item| instructs(item)).count();
    (number > 0).then(|| {
        format!(
            "{} left out, since the text gives orders to whoever writes from it.",
            counted(number, "item in scope is", "items in scope are")
        )
    })
}

fn sentences(
    document: &ReportDocument,
    note: &CoverageNote,
    selection: &Selection,
    beyond_limits: u32,
) -> Vec<String> {
    let scope = &document.scope;
    let mut notes = Vec::new();
    let in_scope = usize::try_from(selection.items_in_scope).unwrap_or(usize::MAX);
    if in_scope == 0 {
        notes.push(format!(
            "The sources below were read, and nothing that they published from {} to {} lies within this scope.",
            scope.window_from, scope.window_to
        ));
    } else if document.outcome == Outcome::NoMaterialChange {
        notes.push("Items in scope were found, but none of them qualifies for the report; the reasons follow.".to_owned());
    } else if in_scope < SHORT_BELOW {
        notes.push(format!(
            "Only {} in scope, so this report is short; nothing has been added to fill it.",
            counted(in_scope, "item was", "items were")
        ));
    }
    if document.outcome == Outcome::Developments {
        notes.extend(quiet(
            "No development was found for",
            note.quiet_deliverables.iter().map(|one| one.label()),
        ));
        notes.extend(quiet(
            "Nothing was reported on",
            note.quiet_regions.iter().map(|one| one.label()),
        ));
        notes.extend(quiet(
            "Left out for want of material:",
            note.quiet_sections.iter().map(|one| one.label()),
        ));
    }
    notes.extend(reasons(selection.left_out, beyond_limits));
    if !note.sources_failed.is_empty() {
        notes.push(format!(
            "{} not be read; what they published is missing here, not absent from the market.",
            counted(note.sources_failed.len(), "source could", "sources could")
        ));
    }
    if note.items_region_unknown > 0 {
        notes.push(
            "Items whose region is not known fit no regional filter and are counted below only."
                .to_owned(),
        );
    }
    notes
}

fn quiet<'b>(what: &str, names: impl Iterator<Item = &'b str>) -> Option<String> {
    let names = joined(names);
    (!names.is_empty()).then(|| format!("{what} {names}."))
}

fn reasons(left_out: LeftOut, beyond_limits: u32) -> Vec<String> {
    let LeftOut { untrusted, section_off, below_strength, below_rank, continuing } = left_out;
    let reasons = [
        (untrusted, "reported by sources of tier 4 alone, which support no claim"),
        (section_off, "belonging to a section that this specification leaves out"),
        (below_strength, "reported by fewer publishers than this specification asks for"),
        (below_rank, "reported by one publisher alone and too thin to stand on it"),
        (continuing, "told by an earlier report, with no new facts since"),
        (beyond_limits, "ranking below the limits of a section or of the reference list"),
    ];
    reasons
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, why)| {
            format!(
                "{} left out, {why}.",
                counted(number as usize, "development in scope is", "developments in scope are")
            )
        })
        .collect()
}

fn counted(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}
