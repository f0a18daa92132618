//! What is set against each other, and what could follow.

use super::*;

#[test]
fn regions_that_move_apart_are_set_against_each_other() {
    let ordered = [Deliverable::Capacity, Deliverable::IndustryContext];
    let china =
        |title, excerpt| item("Beta", 12, Region::China, SignalType::Capacity, title, excerpt);
    let package = package(
        scope(&ordered, &[Region::Emea, Region::China]),
        pack_of(vec![
            plant("Alpha", 12, "Acme Foam expands MDI unit", "More MDI comes from Germany."),
            china("Brio Chemie closes MDI unit", "The MDI unit in China shuts."),
        ]),
    );
    let document = report(&package);
    let section = document.sections.last().unwrap();
    assert_eq!(section.kind, SectionKind::StrategicImplications);
    assert_eq!(
        section.statements[0].text,
        "Reports on MDI point to more supply in EMEA and less supply in China; \
         if both last, flows between these regions could change."
    );
    assert_eq!(section.statements[0].evidence.len(), 2);
}

// Domain reference, section 7.3.
#[test]
fn demand_that_runs_ahead_of_supply_is_named_with_both_sides() {
    let ordered = [Deliverable::Capacity, Deliverable::IndustryContext];
    let demand =
        |title, excerpt| item("Beta", 13, Region::Emea, SignalType::Demand, title, excerpt);
    let document = report(&package(
        scope(&ordered, &[Region::Emea]),
        pack_of(vec![
            plant(
                "Alpha",
                12,
                "Acme Foam closes MDI unit of 40 ktpa",
                "The unit stands in Germany.",
            ),
            demand("Demand for MDI in Europe rises by 6 %", "Foam makers in Europe buy more MDI."),
        ]),
    ));
    let section = document.sections.last().unwrap();
    assert_eq!(section.kind, SectionKind::StrategicImplications);
    assert_eq!(
        section.statements[0].text,
        "“Demand for MDI in Europe rises by 6 %” stands against “Acme Foam closes MDI unit of 40 \
         ktpa”; if both hold, demand in EMEA could run ahead of supply."
    );
}
