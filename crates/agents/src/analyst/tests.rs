use super::*;
use crate::evidence::{continuing, select};
use domain::{
    cadence::{Cadence, Period},
    evidence::{DateConfidence, EvidenceId, EvidenceItem, EvidencePack, Novelty, SourceReading},
    hash::ContentHash,
    package::{Instruction, PatternReference, PreviousRun},
    price::Tier,
    report::{Claim, ClaimKind, Development, Outcome},
    specification::{ReportOptions, Scope, SectionKind, Specification, Strength},
    taxonomy::{Deliverable, Region, SignalType, TAXONOMY_VERSION, ValueChainLink},
};
use harvest::{assemble_pack, read_manifest, read_sources};
use jiff::civil::{Date, date};
use std::{collections::BTreeSet, path::Path};

const TODAY: Date = date(2026, 11, 18);

pub(crate) fn scope(deliverables: &[Deliverable], regions: &[Region]) -> Scope {
    Scope {
        deliverables: deliverables.iter().copied().collect(),
        regions: regions.iter().copied().collect(),
        links: BTreeSet::new(),
    }
}

fn source(error: Option<&str>) -> SourceReading {
    SourceReading {
        provider: None,
        name: "sample-source".to_owned(),
        publisher: "Sample Source".to_owned(),
        tier: 2.try_into().unwrap(),
        entries: 1,
        error: error.map(str::to_owned),
    }
}

pub(crate) fn package(scope: Scope, pack: EvidencePack) -> RunPackage {
    let claimed_at = "2026-11-18T08:12:00Z".parse().unwrap();
    let id = "0193e7a4-0000-7000-8000-000000000001";
    RunPackage {
        schema: RunPackage::SCHEMA,
        run_id: id.parse().unwrap(),
        specification_id: id.parse().unwrap(),
        specification_version_id: id.parse().unwrap(),
        specification_version: 1,
        specification: Specification {
            name: "Weekly".to_owned(),
            scope,
            cadence: Cadence::Weekly,
            tier: Tier::Enterprise,
            seats: 1,
            watchlist: Vec::new(),
            options: ReportOptions::default(),
        },
        period: Period::containing(Cadence::Weekly, "Europe/Berlin", claimed_at).unwrap(),
        slot_ordinal: 0,
        claimed_at,
        window_from: date(2026, 11, 11),
        window_to: TODAY,
        pack_id: id.parse().unwrap(),
        pack_hash: ContentHash::of_json(&pack).unwrap(),
        pack,
        taxonomy_version: TAXONOMY_VERSION,
        instruction: Instruction::new("analyst", 1, ""),
        pattern: PatternReference { id: "observatory_report".to_owned(), version: "1".to_owned() },
        previous_runs: Vec::new(),
        continuing: Vec::new(),
    }
}

pub(crate) fn pack_of(items: Vec<EvidenceItem>) -> EvidencePack {
    EvidencePack {
        schema: EvidencePack::SCHEMA_WITHOUT_EVENTS,
        as_of: TODAY,
        sources: vec![source(None)],
        items,
        dropped: Vec::new(),
        sample: true,
        events: Vec::new(),
        contradictions: Vec::new(),
    }
}

pub(crate) fn sample_pack() -> EvidencePack {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/feeds");
    let sources = read_manifest(&folder).unwrap();
    assemble_pack(TODAY, read_sources(&folder, sources, TODAY))
}

/// One item as the evidence agent would make it; the type and region are given.
pub(crate) fn item(
    publisher: &str,
    day: i8,
    region: Region,
    signal: SignalType,
    title: &str,
    excerpt: &str,
) -> EvidenceItem {
    let url =
        format!("https://{publisher}.example.com/{day}/{title}").to_lowercase().replace(' ', "-");
    EvidenceItem {
        id: EvidenceId::of_canonical_url(&url),
        title: title.to_owned(),
        excerpt: excerpt.to_owned(),
        publisher: publisher.to_owned(),
        canonical_url: url.clone(),
        url,
        published: date(2026, 11, day),
        date_confidence: DateConfidence::High,
        source: publisher.to_owned(),
        tier: 2.try_into().unwrap(),
        regions: BTreeSet::from([region]),
        links: BTreeSet::from([ValueChainLink::RawMaterials]),
        signal,
        companies: ["Acme Foam", "Brio Chemie"]
            .into_iter()
            .filter(|company| title.contains(company) || excerpt.contains(company))
            .map(str::to_owned)
            .collect(),
        sample: true,
    }
}

fn plant(publisher: &str, day: i8, title: &str, excerpt: &str) -> EvidenceItem {
    item(publisher, day, Region::Emea, SignalType::Capacity, title, excerpt)
}

fn capacity_in_emea(items: Vec<EvidenceItem>) -> RunPackage {
    package(scope(&[Deliverable::Capacity], &[Region::Emea]), pack_of(items))
}

/// The report of a package; a valid one, whatever the package.
#[track_caller]
fn report(package: &RunPackage) -> ReportDocument {
    let document = compose(package, &select(package)).unwrap();
    assert_eq!(reports::validate(&document, package), []);
    document
}

fn developments(document: &ReportDocument) -> Vec<&Development> {
    document.sections.iter().flat_map(|section| &section.developments).collect()
}

fn texts(document: &ReportDocument, kind: ClaimKind) -> Vec<&str> {
    let claims = document.claims().map(|(_, claim)| claim);
    claims.filter(|claim: &&Claim| claim.kind == kind).map(|claim| claim.text.as_str()).collect()
}

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
fn figures_that_conflict_are_named_with_both_sides() {
    let title = "Acme Foam starts TDI line in Poland";
    let document = report(&capacity_in_emea(vec![
        plant("Alpha", 12, title, "The TDI line of Acme Foam has 150,000 t/y."),
        plant("Beta", 12, title, "Traders put the TDI line of Acme Foam at 120,000 t/y."),
    ]));
    let development = developments(&document)[0];
    let conflict = development.claims.iter().find(|claim| claim.text.contains("conflict")).unwrap();
    for side in ["Alpha", "150,000 t/y", "Beta", "120,000 t/y"] {
        assert!(conflict.text.contains(side), "{side} in {}", conflict.text);
    }
    assert_eq!(conflict.evidence.len(), 2);
}

#[test]
fn a_fact_keeps_publisher_date_figure_and_names_of_its_evidence() {
    let document = report(&capacity_in_emea(vec![plant(
        "Alpha",
        12,
        "Acme Foam adds 400 ktpa of MDI",
        "Acme Foam adds 400 ktpa of MDI at its site in Germany.",
    )]));
    assert_eq!(
        texts(&document, ClaimKind::Fact),
        [
            "Alpha reports (12 November 2026): Acme Foam adds 400 ktpa of MDI at its site in Germany."
        ]
    );
    assert_eq!(developments(&document)[0].signal, SignalType::Capacity);
}

#[test]
fn a_headline_without_text_is_reported_as_a_headline() {
    let document =
        report(&capacity_in_emea(vec![plant("Alpha", 12, "Acme Foam adds 40 ktpa of MDI", "")]));
    assert_eq!(
        texts(&document, ClaimKind::Fact),
        ["Alpha reports (12 November 2026) under the headline “Acme Foam adds 40 ktpa of MDI”."]
    );
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
fn no_direction_is_told_that_the_evidence_lacks() {
    let document = report(&capacity_in_emea(vec![plant(
        "Alpha",
        12,
        "Acme Foam reviews its MDI unit",
        "Acme Foam reviews the MDI unit in Germany.",
    )]));
    let told = texts(&document, ClaimKind::Interpretation).join(" ");
    for word in ["more", "less", "higher", "lower"] {
        assert!(!told.contains(word), "{told}");
    }
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

#[test]
fn hostile_evidence_is_quoted_as_harmless_words() {
    let hostile = plant(
        "Alpha <b>",
        12,
        "<script>alert(1)</script> Acme Foam [adds](javascript:alert(2)) MDI \u{202e}now",
        "<img src=x onerror=alert(3)> Acme Foam adds 40 ktpa of MDI. See https://evil.example.com/ and `this`.",
    );
    let document = report(&capacity_in_emea(vec![hostile]));
    let development = developments(&document)[0];
    assert!(
        development.headline.starts_with("‹script›alert(1)‹/script› Acme Foam [adds] (javascript")
    );
    assert!(!development.headline.contains('\u{202e}'));
    // The reference keeps the title as it was; whoever prints it escapes it.
    assert!(document.references[0].title.starts_with("<script>"));
}

#[test]
fn a_long_headline_is_cut_between_words_and_never_within_a_figure() {
    let long = "Acme Foam expands ".to_owned() + &"word ".repeat(28) + "by 120,000 t/y of MDI";
    let document = report(&capacity_in_emea(vec![plant("Alpha", 12, &long, "")]));
    let headline = &developments(&document)[0].headline;
    assert!(headline.chars().count() <= 160 && headline.ends_with(" …"), "{headline}");
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

#[test]
fn of_a_text_that_repeats_another_only_the_new_sentence_is_quoted() {
    let title = "Acme Foam adds MDI";
    let document = report(&capacity_in_emea(vec![
        plant(
            "Alpha",
            12,
            title,
            "Acme Foam will add MDI in Germany. The unit is large. It has a berth.",
        ),
        plant("Beta", 12, title, "Acme Foam will add MDI in Germany. Buyers in Italy wait."),
    ]));
    assert_eq!(
        texts(&document, ClaimKind::Fact)[1],
        "Beta reports (12 November 2026): Buyers in Italy wait."
    );
}

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
