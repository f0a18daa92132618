//! Reports of packages that are made for one question each.

mod coverage;
mod events;
mod orders;
mod outlook;
mod words;

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
        terms: None,
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
            portfolio: None,
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
