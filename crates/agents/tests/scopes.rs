//! Reports of 500 generated specifications, each checked against the evidence by rules
//! that are written down here anew and not asked of the product.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

#[cfg(test)]
#[path = "scopes/check.rs"]
mod check;

use agents::{analyst::compose, evidence::select};
use check::check;
use domain::{
    cadence::{Cadence, Period},
    evidence::{EvidenceId, EvidencePack},
    hash::ContentHash,
    package::{Instruction, PatternReference, RunPackage},
    price::Tier,
    specification::{ReportOptions, Scope, SectionKind, Specification, Strength},
    taxonomy::{Deliverable, Region, TAXONOMY_VERSION, ValueChainLink},
};
use harvest::{Location, Source, SourceFeed, assemble_pack, read_manifest, read_sources};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use proptest::{prelude::*, sample::subsequence};
use std::{collections::BTreeSet, fmt::Write, path::Path, sync::LazyLock};

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
