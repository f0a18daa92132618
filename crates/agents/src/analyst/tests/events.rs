//! Which items are one development, and which are told at all.

use super::*;

#[test]
fn one_event_of_several_publishers_is_one_development_with_all_its_citations() {
    let document = report(&capacity_in_emea(vec![
        plant(
            "Alpha",
            12,
            "Acme Foam to expand MDI unit in Germany by 400 ktpa",
            "The MDI unit of Acme Foam grows by 400 ktpa.",
        ),
        plant(
            "Beta",
            14,
            "MDI expansion approved in Germany",
            "Acme Foam has approved 400,000 t/y of MDI in Germany.",
        ),
        plant(
            "Gamma",
            13,
            "Acme Foam closes TDI line in Poland",
            "Acme Foam shuts its TDI line of 30 kt/a in Poland.",
        ),
    ]));
    let developments = developments(&document);
    assert_eq!(developments.len(), 2);
    let expansion = developments.iter().find(|one| one.headline.contains("MDI")).unwrap();
    assert_eq!(expansion.first_published, date(2026, 11, 12));
    assert_eq!(expansion.last_published, date(2026, 11, 14));
    let facts = expansion.claims.iter().filter(|claim| claim.kind == ClaimKind::Fact);
    let cited: BTreeSet<_> = facts.flat_map(|claim| &claim.evidence).collect();
    assert_eq!(cited.len(), 2);
}

#[test]
fn days_further_apart_than_an_event_lasts_make_two_developments() {
    let document = report(&capacity_in_emea(vec![
        plant(
            "Alpha",
            12,
            "Acme Foam to expand MDI unit by 40 ktpa",
            "The MDI unit of Acme Foam grows.",
        ),
        plant("Beta", 16, "MDI unit of Acme Foam to grow by 40 ktpa", "Acme Foam wants more MDI."),
    ]));
    assert_eq!(developments(&document).len(), 2);
}

#[test]
fn items_of_different_regions_are_never_one_development() {
    let title = "Polyurethane foam prices rise by 4%";
    let market =
        |publisher, region, excerpt| item(publisher, 12, region, SignalType::Price, title, excerpt);
    let package = package(
        scope(&[Deliverable::RegionalMonitoring], &[Region::Emea, Region::India]),
        pack_of(vec![
            market("Alpha", Region::Emea, "Acme Foam in Europe asks for more."),
            market("Beta", Region::India, "Acme Foam in India asks for more."),
        ]),
    );
    let document = report(&package);
    let regions: Vec<_> = developments(&document).iter().map(|one| one.regions.clone()).collect();
    assert_eq!(regions.len(), 2);
    assert!(regions[0].is_disjoint(&regions[1]));
}

#[test]
fn a_copied_text_is_quoted_once_and_counts_as_one_publisher() {
    let text = "Acme Foam will add 40 ktpa of MDI in Germany. The unit starts next year.";
    let copies = ["Alpha", "Beta", "Gamma", "Delta"]
        .map(|publisher| plant(publisher, 12, "Acme Foam adds MDI", text));
    let document = report(&capacity_in_emea(copies.into()));
    let development = developments(&document)[0];
    assert_eq!(development.strength, Strength::Weak);
    let quoting =
        document.claims().filter(|(_, claim)| claim.text.contains("The unit starts next year."));
    assert_eq!(quoting.count(), 1);
    assert_eq!(document.references.len(), 4);
}

#[test]
fn one_thin_report_alone_is_left_out_and_the_note_says_so() {
    let thin = plant("Alpha", 12, "Acme Foam reviews its MDI unit", "In Germany.");
    let document = report(&capacity_in_emea(vec![thin.clone()]));
    assert_eq!(document.outcome, Outcome::NoMaterialChange);
    assert!(document.coverage.notes.iter().any(|note| note.contains("one publisher alone")));
    let second = plant("Beta", 13, "Acme Foam reviews its MDI unit", "Beta heard it in Germany.");
    let document = report(&capacity_in_emea(vec![thin, second]));
    assert_eq!(developments(&document).len(), 1);
}

// Domain reference, sections 3 and 5: continuing events appear with new facts alone.
#[test]
fn a_second_report_marks_what_is_new_and_repeats_nothing() {
    let told = plant("Alpha", 12, "Acme Foam expands MDI unit by 400 ktpa", "In Germany.");
    let again = plant("Beta", 13, "Acme Foam expands MDI unit by 400 ktpa", "Beta heard the same.");
    let more =
        plant("Gamma", 14, "Acme Foam expands MDI unit by 400 ktpa", "It costs EUR 90 million.");
    let other = plant("Alpha", 16, "Brio Chemie closes TDI line of 30 kt/a", "In Poland.");
    let second = |items: Vec<EvidenceItem>| {
        let mut package = capacity_in_emea(items);
        package.previous_runs = vec![PreviousRun {
            run_id: package.run_id,
            period_key: "2026-W46".to_owned(),
            succeeded_at: "2026-11-13T08:00:00Z".parse().unwrap(),
        }];
        let cited = BTreeSet::from([told.id.clone()]);
        let (from, to) = (package.window_from, package.window_to);
        package.continuing = continuing(&package.pack, &package.specification, from, to, &cited);
        report(&package)
    };
    let document = second(vec![told.clone(), again.clone(), other.clone()]);
    let novelties: Vec<_> = developments(&document).iter().map(|one| one.novelty).collect();
    assert_eq!(novelties, [Some(Novelty::New)]);
    assert!(developments(&document)[0].headline.starts_with("Brio"));
    assert!(document.coverage.notes.iter().any(|note| note.contains("told by an earlier report")));

    let document = second(vec![told.clone(), again, more.clone(), other]);
    let continued =
        developments(&document).into_iter().find(|one| one.headline.starts_with("Acme"));
    assert_eq!(continued.unwrap().novelty, Some(Novelty::ContinuingWithNewFacts));
    assert!(document.references.iter().all(|reference| reference.evidence != told.id));
    assert!(document.references.iter().any(|reference| reference.evidence == more.id));

    let quiet = second(vec![told.clone()]);
    assert_eq!(quiet.outcome, Outcome::NoMaterialChange);
}

#[test]
fn tier_four_alone_supports_nothing() {
    let mut alone = plant("Alpha", 12, "Acme Foam adds MDI", "Acme Foam adds MDI in Germany.");
    alone.tier = 4.try_into().unwrap();
    let document = report(&capacity_in_emea(vec![alone.clone()]));
    assert_eq!(document.outcome, Outcome::NoMaterialChange);
    assert!(document.coverage.notes.iter().any(|note| note.contains("tier 4")));
    let other = plant("Beta", 12, "Acme Foam adds MDI", "The unit stands in Germany.");
    let document = report(&capacity_in_emea(vec![alone, other]));
    assert_eq!(developments(&document).len(), 1);
}

#[test]
fn different_types_make_two_developments() {
    let deal = item(
        "Beta",
        12,
        Region::Emea,
        SignalType::Investment,
        "Acme Foam invests EUR 40 million in MDI",
        "Acme Foam pays for the MDI unit.",
    );
    let outage = plant(
        "Alpha",
        12,
        "Acme Foam opens MDI unit of 40 ktpa",
        "The MDI unit of Acme Foam opens.",
    );
    let document = report(&capacity_in_emea(vec![deal, outage]));
    assert_eq!(developments(&document).len(), 2);
}
