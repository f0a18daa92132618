//! What a report says of what it does not hold.

use super::*;

#[test]
fn few_items_give_a_short_report_that_says_so() {
    let document = report(&capacity_in_emea(vec![plant(
        "Alpha",
        12,
        "Acme Foam adds 40 ktpa of MDI",
        "In Germany.",
    )]));
    assert_eq!(developments(&document).len(), 1);
    assert_eq!(
        document.coverage.notes[0],
        "Only 1 item was in scope, so this report is short; nothing has been added to fill it."
    );
}

#[test]
fn what_was_quiet_is_named() {
    let package = package(
        scope(&[Deliverable::Capacity, Deliverable::MAndA], &[Region::Emea, Region::Sea]),
        pack_of(vec![plant("Alpha", 12, "Acme Foam adds 40 ktpa of MDI", "In Germany.")]),
    );
    let coverage = report(&package).coverage;
    assert_eq!(coverage.quiet_deliverables, [Deliverable::MAndA].into());
    assert_eq!(coverage.quiet_regions, [Region::Sea].into());
    assert!(
        coverage.notes.contains(&"No development was found for M&A and Partnerships.".to_owned())
    );
    assert!(coverage.notes.contains(&"Nothing was reported on SEA.".to_owned()));
}

#[test]
fn nothing_in_scope_is_an_honest_statement_of_no_material_change() {
    let elsewhere =
        item("Alpha", 12, Region::India, SignalType::Demand, "Foam sales rise", "In India.");
    let mut package = capacity_in_emea(vec![elsewhere]);
    package
        .pack
        .sources
        .push(SourceReading { publisher: "Silent".to_owned(), ..source(Some("timed out")) });
    let document = report(&package);
    assert_eq!(document.outcome, Outcome::NoMaterialChange);
    assert!(document.sections.is_empty() && document.references.is_empty());
    assert_eq!(document.coverage.quiet_deliverables, [Deliverable::Capacity].into());
    assert_eq!(document.coverage.quiet_regions, [Region::Emea].into());
    assert!(document.coverage.notes[0].contains("from 2026-11-11 to 2026-11-18"));
    assert_eq!(document.coverage.sources_failed, [("Silent".to_owned(), "timed out".to_owned())]);
    assert!(document.coverage.notes[1].starts_with("1 source could not be read"));
}

#[test]
fn no_evidence_at_all_is_no_report() {
    let package = capacity_in_emea(Vec::new());
    let error = compose(&package, &select(&package)).unwrap_err();
    assert_eq!(error, ComposeError::NoEvidence(Silence::EmptyPack));
}

#[test]
fn unread_sources_are_not_a_quiet_week() {
    let mut package =
        capacity_in_emea(vec![plant("Alpha", 12, "Acme Foam adds 40 ktpa of MDI", "In Germany.")]);
    package.pack.sources = vec![source(Some("timed out"))];
    let error = compose(&package, &select(&package)).unwrap_err();
    assert_eq!(error, ComposeError::NoEvidence(Silence::NoSourceRead));
}
