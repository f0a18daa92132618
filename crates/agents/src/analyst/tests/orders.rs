//! What an order and its options make of a report.

use super::*;

#[test]
fn every_region_and_deliverable_of_the_samples_gives_a_valid_report() {
    let pack = sample_pack();
    for region in Region::ALL {
        for deliverable in
            Deliverable::ALL.iter().filter(|one| **one != Deliverable::ValueChainLink)
        {
            let mut package = package(scope(&[*deliverable], &[*region]), pack.clone());
            if *deliverable == Deliverable::CompanyNews {
                package.specification.watchlist = vec!["Rheinmark Chemie".to_owned()];
            }
            report(&package);
        }
    }
}

#[test]
fn the_widest_order_gives_a_valid_report_with_every_part() {
    let mut scope = scope(Deliverable::ALL, Region::ALL);
    scope.links = ValueChainLink::ALL.iter().copied().collect();
    let mut package = package(scope, sample_pack());
    package.specification.watchlist = vec!["Rheinmark Chemie".to_owned()];
    let document = report(&package);
    assert_eq!(document.outcome, Outcome::Developments);
    assert_eq!(document.executive_summary.len(), 4);
    assert_eq!(document.sections.len(), SectionKind::ALL.len());
    assert!(!document.decision_summary.is_empty() && !document.monitoring.is_empty());
    assert!(!document.signal_map.is_empty() && !document.appendix.is_empty());
    assert!(document.scope.sample_data);
}

#[test]
fn the_same_input_gives_the_same_report_in_whatever_order_it_comes() {
    let package = package(scope(&[Deliverable::RegionalMonitoring], Region::ALL), sample_pack());
    let mut selection = select(&package);
    let document = compose(&package, &selection).unwrap();
    selection.events.reverse();
    assert_eq!(compose(&package, &selection).unwrap(), document);
}

#[test]
fn the_minimum_strength_keeps_weaker_developments_out() {
    let mut package = package(scope(&[Deliverable::Capacity], Region::ALL), sample_pack());
    let all = developments(&report(&package)).len();
    package.specification.options.minimum_strength = Strength::Strong;
    let document = report(&package);
    let strong: Vec<_> = developments(&document).iter().map(|one| one.strength).collect();
    assert_eq!(strong, [Strength::Strong]);
    assert!(all > 1);
}

#[test]
fn a_section_that_is_not_chosen_is_left_out_and_its_events_are_counted() {
    let mut package =
        package(scope(&[Deliverable::RegionalMonitoring], Region::ALL), sample_pack());
    package.specification.options.sections.remove(&SectionKind::CapacityInvestment);
    let document = report(&package);
    assert!(
        document.sections.iter().all(|section| section.kind != SectionKind::CapacityInvestment)
    );
    assert!(
        document
            .coverage
            .notes
            .iter()
            .any(|note| note.contains("section that this specification leaves out"))
    );
}

#[test]
fn options_switch_signal_map_and_appendix_off() {
    let mut package = package(scope(&[Deliverable::Capacity], Region::ALL), sample_pack());
    package.specification.options.signal_map = false;
    package.specification.options.evidence_appendix = false;
    let document = report(&package);
    assert!(document.signal_map.is_empty() && document.appendix.is_empty());
}

#[test]
fn only_executive_briefings_bring_a_decision_summary() {
    let with = [Deliverable::Capacity, Deliverable::ExecutiveBriefings];
    for (ordered, expected) in [(&with[..1], false), (&with[..], true)] {
        let document = report(&package(scope(ordered, Region::ALL), sample_pack()));
        assert_eq!(!document.decision_summary.is_empty(), expected);
    }
}

#[test]
fn a_section_holds_eight_and_the_note_says_what_was_left() {
    let units =
        ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"];
    let items = units.map(|unit| {
        plant(
            "Alpha",
            12,
            &format!("MDI unit {unit} opens with 40 ktpa"),
            &format!("The unit {unit} for MDI opens in Germany."),
        )
    });
    let document = report(&capacity_in_emea(items.into()));
    assert_eq!(developments(&document).len(), ReportDocument::DEVELOPMENTS_PER_SECTION_MAX);
    assert!(
        document
            .coverage
            .notes
            .iter()
            .any(|note| note.starts_with("2 developments in scope are left out"))
    );
}

#[test]
fn a_hundred_items_stay_within_the_reference_list() {
    let publishers: Vec<String> = (0..100).map(|number| format!("Publisher {number:03}")).collect();
    let items = publishers.iter().enumerate().map(|(number, publisher)| {
        let unit = number / 10;
        let letter = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "k"][unit];
        plant(
            publisher,
            12,
            &format!("MDI unit {letter}{letter} opens"),
            &format!("{publisher} saw unit {letter}{letter}."),
        )
    });
    let document = report(&capacity_in_emea(items.collect()));
    assert!(document.references.len() <= ReportDocument::REFERENCES_MAX);
    assert!(!document.references.is_empty());
}
