use super::*;
use crate::evidence::{assemble_pack, read_manifest, read_sources, select};
use domain::{
    cadence::{Cadence, Period},
    evidence::{DateConfidence, EvidenceId, EvidenceItem, EvidencePack, SourceReading},
    hash::ContentHash,
    package::{Instruction, PatternReference},
    price::Tier,
    report::{Claim, ClaimKind, Development},
    specification::{ReportOptions, Scope, Specification, Strength},
    taxonomy::{Deliverable, Region, SignalType, TAXONOMY_VERSION},
};
use jiff::civil::{Date, date};
use std::{collections::BTreeSet, path::Path};

const TODAY: Date = date(2026, 11, 18);

fn scope(deliverables: &[Deliverable], regions: &[Region]) -> Scope {
    Scope {
        deliverables: deliverables.iter().copied().collect(),
        regions: regions.iter().copied().collect(),
        links: BTreeSet::new(),
    }
}

fn source(error: Option<&str>) -> SourceReading {
    SourceReading {
        name: "sample-source".to_owned(),
        publisher: "Sample Source".to_owned(),
        tier: 2.try_into().unwrap(),
        entries: 1,
        error: error.map(str::to_owned),
    }
}

fn package(scope: Scope, pack: EvidencePack) -> RunPackage {
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
        instruction: Instruction { id: "analyst".to_owned(), version: 1, text: String::new() },
        pattern: PatternReference { id: "observatory_report".to_owned(), version: "1".to_owned() },
        previous_runs: Vec::new(),
    }
}

fn pack_of(items: Vec<EvidenceItem>) -> EvidencePack {
    EvidencePack {
        schema: EvidencePack::SCHEMA,
        as_of: TODAY,
        sources: vec![source(None)],
        items,
        dropped: Vec::new(),
        sample: true,
    }
}

fn sample_pack() -> EvidencePack {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/feeds");
    let sources = read_manifest(&folder).unwrap();
    assemble_pack(TODAY, read_sources(&folder, sources, TODAY))
}

#[test]
fn x() {
    let mut package = package(scope(Deliverable::ALL, Region::ALL), sample_pack());
    package.specification.scope.deliverables.remove(&Deliverable::ValueChainLink);
    package.specification.watchlist = vec!["Rheinmark Chemie".to_owned(), "Halvorsen Isocyanates".to_owned()];
    let document = compose(&package, &select(&package)).unwrap();
    println!("{:#?}", reports::validate(&document, &package));
    let html = reports::render_html(&document, &reports::Colophon {
        run_id: package.run_id, specification_version: 1, pack_hash: package.pack_hash, package_hash: package.pack_hash, document_hash: package.pack_hash,
        sealed_at: package.claimed_at, zone: "Europe/Berlin".to_owned() }).unwrap();
    std::fs::write("/tmp/report.html", html).unwrap();
    for (place, claim) in document.claims() { println!("[{place}] {:?} {}", claim.kind, claim.text); }
    for b in &document.executive_summary { println!("* {} {}", b.theme, b.text); }
    for b in &document.monitoring { println!("> {}", b.text); }
    for b in &document.coverage.notes { println!("= {}", b); }
}
