//! Reports of 500 generated specifications, each checked against the evidence by rules
//! that are written down here anew and not asked of the product.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

use agents::{analyst::compose, evidence::select};
use domain::{
    cadence::{Cadence, Period},
    evidence::{EvidenceId, EvidenceItem, EvidencePack},
    hash::ContentHash,
    package::{Instruction, PatternReference, RunPackage},
    price::Tier,
    report::{ReportDocument, ReportScope},
    specification::{ReportOptions, Scope, SectionKind, Specification, Strength},
    taxonomy::{Deliverable, Region, SignalType, TAXONOMY_VERSION, ValueChainLink},
};
use harvest::{Location, Source, SourceFeed, assemble_pack, read_manifest, read_sources};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use proptest::{prelude::*, sample::subsequence};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
    sync::LazyLock,
};

const TODAY: Date = date(2026, 11, 18);

/// The samples, and a flood of invented items in every combination of company, act,
/// product and place, told by several publishers on several days.
static PACK: LazyLock<EvidencePack> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/feeds");
    let sources = read_manifest(&folder).expect("the samples have a list");
    let mut feeds = read_sources(&folder, sources.clone(), TODAY);
    feeds.extend((0..6).map(|publisher| flood(&sources[0], publisher)));
    assemble_pack(TODAY, feeds)
});

const ACTS: &[&str] = &[
    "expands {product} capacity in {place} by {n},000 t/y",
    "closes {n} ktpa {product} unit in {place}",
    "declares force majeure on {product} in {place}",
    "raises {product} prices in {place} by {n} %",
    "to acquire {product} business in {place} for EUR {n} million",
    "presents novel {product} technology in {place}",
    "offers sustainable {product} with {n} % lower footprint in {place}",
    "sees {product} demand in {place} fall by {n} % year on year",
];
const COMPANIES: &[&str] =
    &["Rheinmark Chemie", "Halvorsen", "Qingyun", "Vindara Polyols", "Serra Azul", "Tallgrass"];
const PRODUCTS: &[&str] =
    &["polyurethane MDI", "TDI", "polyether polyols", "rigid polyurethane foam"];
const PLACES: &[&str] = &[
    "Germany",
    "Saudi Arabia",
    "China",
    "Japan",
    "Vietnam",
    "India",
    "Texas in the United States",
    "Brazil",
];

fn flood(like: &Source, publisher: usize) -> SourceFeed {
    let source = Source {
        name: format!("flood-{publisher}"),
        publisher: format!("Sample Flood {publisher}"),
        tier: u8::try_from(publisher % 4 + 1).unwrap().try_into().unwrap(),
        location: Location::File("none".into()),
        kind: domain::evidence::SourceKind::Rss,
        ..like.clone()
    };
    let mut items = String::new();
    for at in 0..80 {
        // Publishers share most stories; figures differ for some of them.
        let story = at * 7 + publisher / 3;
        let pick = |list: &[&'static str], step: usize| list[story / step % list.len()];
        let place = pick(PLACES, 1);
        let figure = 10 + story % 5 * 12 + usize::from(publisher == 2 && at % 9 == 0);
        let said = pick(ACTS, 3)
            .replace("{product}", pick(PRODUCTS, 2))
            .replace("{place}", place)
            .replace("{n}", &figure.to_string());
        let title = format!("{} {said}", pick(COMPANIES, 5));
        let day = TODAY - i32::try_from(story % 12 + publisher % 2).unwrap().days();
        write!(
            items,
            "<item><title>{title}</title><link>https://flood{publisher}.example.com/{at}</link>\
             <pubDate>{day}</pubDate><description>{title}, says {}. It names polyurethane {at} \
             times.</description></item>",
            source.publisher
        )
        .unwrap();
    }
    let feed =
        format!("<rss version=\"2.0\"><channel><title>Sample</title>{items}</channel></rss>");
    SourceFeed { source, content: Ok(feed.into_bytes()) }
}

fn specifications() -> impl Strategy<Value = (Specification, i32)> {
    let watched = subsequence(COMPANIES.to_vec(), 1..=3);
    let options =
        (subsequence(SectionKind::ALL.to_vec(), 1..=6), any::<bool>(), any::<bool>(), 0..4_usize);
    (
        subsequence(Deliverable::ALL.to_vec(), 1..=11),
        subsequence(Region::ALL.to_vec(), 1..=8),
        subsequence(ValueChainLink::ALL.to_vec(), 0..=4),
        watched,
        options,
        prop::sample::select(vec![2, 7, 30]),
    )
        .prop_map(|(deliverables, regions, links, watched, options, days)| {
            let mut deliverables: BTreeSet<Deliverable> = deliverables.into_iter().collect();
            let links: BTreeSet<ValueChainLink> = links.into_iter().collect();
            // Present exactly when a link is chosen.
            deliverables.remove(&Deliverable::ValueChainLink);
            if !links.is_empty() || deliverables.is_empty() {
                deliverables.insert(Deliverable::RegionalMonitoring);
            }
            if !links.is_empty() {
                deliverables.insert(Deliverable::ValueChainLink);
            }
            let (sections, signal_map, evidence_appendix, strength) = options;
            let specification = Specification {
                name: "Generated".to_owned(),
                scope: Scope { deliverables, regions: regions.into_iter().collect(), links },
                cadence: Cadence::Weekly,
                tier: Tier::Enterprise,
                seats: 1,
                watchlist: watched.into_iter().map(str::to_owned).collect(),
                portfolio: None,
                options: ReportOptions {
                    sections: sections.into_iter().collect(),
                    signal_map,
                    evidence_appendix,
                    minimum_strength: Strength::ALL[strength],
                    ..ReportOptions::default()
                },
            };
            (specification, days)
        })
}

fn package(specification: Specification, days: i32) -> RunPackage {
    let claimed_at = "2026-11-18T08:12:00Z".parse().unwrap();
    let id = "0193e7a4-0000-7000-8000-000000000001";
    RunPackage {
        schema: RunPackage::SCHEMA,
        run_id: id.parse().unwrap(),
        specification_id: id.parse().unwrap(),
        specification_version_id: id.parse().unwrap(),
        specification_version: 1,
        specification,
        period: Period::containing(Cadence::Weekly, "Europe/Berlin", claimed_at).unwrap(),
        slot_ordinal: 0,
        claimed_at,
        window_from: TODAY - days.days(),
        window_to: TODAY,
        pack_id: id.parse().unwrap(),
        pack_hash: ContentHash::of_bytes(b"generated"),
        pack: PACK.clone(),
        taxonomy_version: TAXONOMY_VERSION,
        instruction: Instruction::new("analyst", 1, ""),
        pattern: PatternReference { id: "p".to_owned(), version: "1".to_owned() },
        previous_runs: Vec::new(),
        continuing: Vec::new(),
    }
}

/// Domain reference, section 2.1, the column "admits", without its two exceptions.
fn admits(deliverable: Deliverable, signal: SignalType) -> bool {
    use SignalType as S;
    match deliverable {
        Deliverable::CompanyNews
        | Deliverable::RegionalMonitoring
        | Deliverable::ValueChainLink
        | Deliverable::ExecutiveBriefings => true,
        Deliverable::IndustryContext => matches!(
            signal,
            S::Demand | S::Price | S::Feedstock | S::Capacity | S::Regulation | S::Technology
        ),
        Deliverable::ValueChain => matches!(
            signal,
            S::Capacity | S::Feedstock | S::Price | S::Demand | S::Technology | S::Operational
        ),
        Deliverable::Competitive => matches!(
            signal,
            S::Capacity
                | S::Investment
                | S::Mna
                | S::Technology
                | S::Operational
                | S::Sustainability
        ),
        Deliverable::Sustainability => matches!(signal, S::Sustainability | S::Regulation),
        Deliverable::Capacity => matches!(signal, S::Capacity | S::Investment | S::Operational),
        Deliverable::MAndA => matches!(signal, S::Mna | S::Investment),
        Deliverable::EarlyWarning => {
            matches!(signal, S::Price | S::Feedstock | S::Demand | S::Operational)
        }
    }
}

/// What is wrong with an item as evidence of a report.
fn misfit(item: &EvidenceItem, package: &RunPackage) -> Option<&'static str> {
    let Specification { scope, watchlist, .. } = &package.specification;
    let text = format!("{} {} {:?}", item.title, item.excerpt, item.companies);
    let serves = |deliverable: &Deliverable| {
        admits(*deliverable, item.signal)
            && match deliverable {
                Deliverable::CompanyNews => watchlist.iter().any(|name| text.contains(name)),
                Deliverable::Competitive => !item.companies.is_empty(),
                Deliverable::ExecutiveBriefings => scope.deliverables.len() == 1,
                _ => true,
            }
    };
    if item.published < package.window_from || item.published > package.window_to {
        Some("outside the window")
    } else if !item.regions.iter().any(|region| scope.regions.contains(region)) {
        Some("outside the regions")
    } else if !scope.links.is_empty() && !item.links.iter().any(|link| scope.links.contains(link)) {
        Some("outside the links")
    } else if !scope.deliverables.iter().any(serves) {
        Some("of no ordered deliverable")
    } else {
        None
    }
}

/// Runs of digits, with the marks that stand between two digits left out.
fn numbers(text: &str) -> BTreeSet<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = BTreeSet::new();
    let mut number = String::new();
    for (at, character) in characters.iter().enumerate() {
        let next_is_digit = characters.get(at + 1).is_some_and(char::is_ascii_digit);
        if character.is_ascii_digit() {
            number.push(*character);
        } else if !(number.is_empty() || (*character == ',' && next_is_digit)) {
            found.insert(std::mem::take(&mut number));
        }
    }
    found.insert(number);
    found.remove("");
    found
}

/// Numbers of the evidence as its words have them, and those of its date of publication.
fn supported(items: &[&EvidenceItem]) -> BTreeSet<String> {
    let texts = items.iter().map(|item| {
        let date = item.published.strftime("%-d %B %Y");
        format!("{} | {} | {} | {date}", item.title, item.excerpt, item.publisher)
    });
    texts.flat_map(|text| numbers(&text)).collect()
}

fn check(document: &ReportDocument, package: &RunPackage) -> Result<(), TestCaseError> {
    let items: BTreeMap<&EvidenceId, &EvidenceItem> =
        package.pack.items.iter().map(|item| (&item.id, item)).collect();
    for reference in &document.references {
        let wrong = misfit(items[&reference.evidence], package);
        prop_assert_eq!(wrong, None, "{}", reference.title);
    }
    for (place, claim) in document.claims() {
        let cited: Vec<_> = claim.evidence.iter().map(|id| items[id]).collect();
        let unfounded: Vec<_> =
            numbers(&claim.text).difference(&supported(&cited)).cloned().collect();
        prop_assert!(unfounded.is_empty(), "{}: {} has {:?}", place, claim.text, unfounded);
    }
    let event_of: BTreeMap<&EvidenceId, &str> = package
        .pack
        .events
        .iter()
        .flat_map(|event| event.citations.iter().map(|one| (&one.evidence, event.id.as_str())))
        .collect();
    let mut told: BTreeMap<&str, &str> = BTreeMap::new();
    for development in document.sections.iter().flat_map(|section| &section.developments) {
        let events: BTreeSet<&str> = development
            .claims
            .iter()
            .flat_map(|claim| &claim.evidence)
            .map(|id| event_of[id])
            .collect();
        prop_assert_eq!(events.len(), 1, "{} joins events", development.headline);
        for event in events {
            let before = told.insert(event, &development.headline);
            prop_assert_eq!(before, None, "{} is told twice", event);
        }
    }
    let ReportScope { window_from, window_to, .. } = document.scope;
    prop_assert_eq!((window_from, window_to), (package.window_from, package.window_to));
    Ok(())
}

#[test]
fn every_item_of_a_pack_is_cited_by_exactly_one_event() {
    let mut cited: Vec<&EvidenceId> = PACK
        .events
        .iter()
        .flat_map(|event| event.citations.iter().map(|one| &one.evidence))
        .collect();
    let events = PACK.events.len();
    assert!(events > 100 && cited.len() > events + 100, "{events} events, {} items", cited.len());
    cited.sort();
    let mut items: Vec<&EvidenceId> = PACK.items.iter().map(|item| &item.id).collect();
    items.sort();
    assert_eq!(cited, items);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn no_report_holds_what_its_specification_or_its_evidence_does_not(
        (specification, days) in specifications(),
    ) {
        let package = package(specification, days);
        let document = compose(&package, &select(&package)).unwrap();
        prop_assert_eq!(reports::validate(&document, &package), []);
        check(&document, &package)?;
    }
}
