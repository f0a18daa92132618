//! A small package on fictional companies, and a valid report of it.

use domain::{
    cadence::{Cadence, Period},
    evidence::{
        DateConfidence, EvidenceId, EvidenceItem, EvidencePack, SourceReading, TrustTier,
        canonical_url,
    },
    hash::ContentHash,
    package::{Instruction, PatternReference, RunPackage},
    price::Tier,
    pricing_pack::ProviderId,
    report::{
        AppendixEntry, Claim, ClaimKind, Confidence, CoverageNote, Development, Engine,
        MonitoringAdvice, Outcome, Reference, ReportDocument, ReportScope, Section, SummaryBullet,
        SummaryTheme, signal_map,
    },
    specification::{ReportOptions, Scope, SectionKind, Specification, Strength},
    taxonomy::{Deliverable, Region, SignalType},
};
use jiff::civil::{Date, date};
use std::collections::BTreeSet;

use Deliverable::{Capacity, ExecutiveBriefings, MAndA, RegionalMonitoring, Sustainability};

struct Row {
    publisher: &'static str,
    day: i8,
    region: Region,
    signal: SignalType,
    company: &'static str,
    title: &'static str,
    excerpt: &'static str,
}

/// 0 and 1 report one event; 2 and 3 one each; 4 lies outside the regions.
const ROWS: [Row; 5] = [
    Row {
        publisher: "Sample Trade Journal",
        day: 12,
        region: Region::Emea,
        signal: SignalType::Capacity,
        company: "Rhenova Polymers",
        title: "Rhenova Polymers to add 80 kt/a of MDI at Musterhafen in Germany",
        excerpt: "Rhenova Polymers will expand its MDI unit at Musterhafen by 80 kt/a, with start-up planned for 2028.",
    },
    Row {
        publisher: "Sample Chemical Wire",
        day: 13,
        region: Region::Emea,
        signal: SignalType::Capacity,
        company: "Rhenova Polymers",
        title: "MDI expansion of 80,000 t/y approved for Musterhafen",
        excerpt: "The board of Rhenova Polymers approved an MDI expansion of 80,000 t/y in Germany.",
    },
    Row {
        publisher: "Sample Regulator",
        day: 14,
        region: Region::Emea,
        signal: SignalType::Regulation,
        company: "",
        title: "European guidance on diisocyanate training is revised",
        excerpt: "The revised guidance asks polyurethane processors in Europe to renew diisocyanate training every 5 years.",
    },
    Row {
        publisher: "Sample Trade Journal",
        day: 16,
        region: Region::China,
        signal: SignalType::Price,
        company: "",
        title: "TDI offers in China rise by 4 %",
        excerpt: "Polyurethane foamers in China report that toluene diisocyanate offers rose by 4 % within one week.",
    },
    Row {
        publisher: "Sample Chemical Wire",
        day: 15,
        region: Region::India,
        signal: SignalType::Demand,
        company: "Indra Foams",
        title: "Indra Foams sees mattress demand up 9 % in India",
        excerpt: "Flexible polyurethane foam sales of Indra Foams in India grew by 9 % on the year.",
    },
];

fn item(row: &Row) -> EvidenceItem {
    let slug: String = row.title.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "-");
    let host = row.publisher.to_lowercase().replace(' ', "-");
    let url = format!("https://{host}.example.com/{slug}");
    let canonical_url = canonical_url(&url).unwrap();
    EvidenceItem {
        id: EvidenceId::of_canonical_url(&canonical_url),
        title: row.title.to_owned(),
        excerpt: row.excerpt.to_owned(),
        publisher: row.publisher.to_owned(),
        url,
        canonical_url,
        published: date(2026, 11, row.day),
        date_confidence: DateConfidence::High,
        source: format!("{} feed", row.publisher),
        tier: TrustTier::try_from(2).unwrap(),
        regions: BTreeSet::from([row.region]),
        links: BTreeSet::new(),
        signal: row.signal,
        companies: Some(row.company.to_owned())
            .filter(|name| !name.is_empty())
            .into_iter()
            .collect(),
        sample: true,
    }
}

/// In the order of [`ROWS`].
pub fn package() -> RunPackage {
    let claimed_at = "2026-11-18T08:12:00Z".parse().unwrap();
    let source = |publisher: &str| SourceReading {
        terms: None,
        provider: Some(ProviderId::sample()),
        name: format!("{publisher} feed"),
        publisher: publisher.to_owned(),
        tier: TrustTier::try_from(2).unwrap(),
        entries: ROWS.iter().filter(|row| row.publisher == publisher).count(),
        error: None,
    };
    let pack = EvidencePack {
        schema: EvidencePack::SCHEMA_WITHOUT_EVENTS,
        as_of: date(2026, 11, 18),
        sources: ["Sample Trade Journal", "Sample Chemical Wire", "Sample Regulator"]
            .map(source)
            .into(),
        items: ROWS.iter().map(item).collect(),
        dropped: Vec::new(),
        sample: true,
        events: Vec::new(),
        contradictions: Vec::new(),
    };
    RunPackage {
        schema: RunPackage::SCHEMA,
        run_id: "0192f3a0-0000-7000-8000-000000000001".parse().unwrap(),
        specification_id: "0192f3a0-0000-7000-8000-000000000002".parse().unwrap(),
        specification_version_id: "0192f3a0-0000-7000-8000-000000000003".parse().unwrap(),
        specification_version: 3,
        specification: Specification {
            name: "Isocyanates watch".to_owned(),
            scope: Scope {
                deliverables: [
                    RegionalMonitoring,
                    Capacity,
                    Sustainability,
                    MAndA,
                    ExecutiveBriefings,
                ]
                .into(),
                regions: [Region::Emea, Region::China, Region::NorthAmerica].into(),
                links: BTreeSet::new(),
            },
            cadence: Cadence::Weekly,
            tier: Tier::Pro,
            seats: 2,
            watchlist: Vec::new(),
            options: ReportOptions::default(),
            portfolio: None,
        },
        period: Period::containing(Cadence::Weekly, "Europe/Berlin", claimed_at).unwrap(),
        slot_ordinal: 0,
        claimed_at,
        window_from: date(2026, 11, 11),
        window_to: date(2026, 11, 18),
        pack_id: "0192f3a0-0000-7000-8000-000000000004".parse().unwrap(),
        pack_hash: ContentHash::of_json(&pack).unwrap(),
        pack,
        taxonomy_version: RunPackage::TAXONOMY_VERSION,
        instruction: Instruction::new("analyst", 1, "Use only the package."),
        pattern: PatternReference { id: "observatory_report".to_owned(), version: "1".to_owned() },
        previous_runs: Vec::new(),
        continuing: Vec::new(),
    }
}

/// A valid report of [`package`].
pub fn document() -> ReportDocument {
    let package = package();
    let ids: Vec<_> = package.pack.items.iter().map(|item| item.id.clone()).collect();
    let claim = |kind, text: &str, cited: &[usize]| Claim {
        kind,
        text: text.to_owned(),
        evidence: cited.iter().map(|index| ids[*index].clone()).collect(),
        confidence: Confidence::Medium,
    };
    let price = Development {
        claims: vec![claim(
            ClaimKind::Fact,
            "Foamers in China report TDI offers 4 % higher within one week.",
            &[3],
        )],
        ..development("D1", 3, date(2026, 11, 16), &[RegionalMonitoring, ExecutiveBriefings])
    };
    let capacity = Development {
        claims: vec![
            claim(
                ClaimKind::Fact,
                "Sample Trade Journal (12 November 2026): Rhenova Polymers plans 80 kt/a more MDI at Musterhafen.",
                &[0],
            ),
            claim(
                ClaimKind::Fact,
                "The board approved the 80 ktpa, Sample Chemical Wire adds.",
                &[1],
            ),
            claim(
                ClaimKind::Interpretation,
                "If both reports hold, European MDI supply could rise by 80,000 t/y from 2028.",
                &[0, 1],
            ),
            claim(
                ClaimKind::Implication,
                "Buyers of MDI in Europe may want to ask Rhenova Polymers for its timetable.",
                &[1],
            ),
        ],
        last_published: date(2026, 11, 13),
        ..development(
            "D2",
            0,
            date(2026, 11, 12),
            &[RegionalMonitoring, Capacity, ExecutiveBriefings],
        )
    };
    let regulation = Development {
        claims: vec![claim(
            ClaimKind::Fact,
            "Processors in Europe are asked to renew their training every 5 years.",
            &[2],
        )],
        companies: Vec::new(),
        ..development(
            "D3",
            2,
            date(2026, 11, 14),
            &[RegionalMonitoring, Sustainability, ExecutiveBriefings],
        )
    };
    let section = |kind, development| Section {
        kind,
        developments: vec![development],
        statements: Vec::new(),
    };
    let sections = vec![
        section(SectionKind::MarketDevelopments, price),
        section(SectionKind::CapacityInvestment, capacity),
        section(SectionKind::Sustainability, regulation),
    ];
    let cited = [0, 2, 3, 1].map(|index| &package.pack.items[index]);
    ReportDocument {
        schema: ReportDocument::SCHEMA,
        title: package.specification.options.title.clone(),
        scope: scope(&package),
        outcome: Outcome::Developments,
        executive_summary: vec![
            SummaryBullet {
                theme: SummaryTheme::Supply,
                text: "Germany is to get 80 kt/a of new MDI capacity.".to_owned(),
                evidence: vec![ids[0].clone()],
            },
            SummaryBullet {
                theme: SummaryTheme::Regulation,
                text: "Training on diisocyanates is to be renewed every 5 years in Europe."
                    .to_owned(),
                evidence: vec![ids[2].clone()],
            },
        ],
        decision_summary: vec![claim(
            ClaimKind::Fact,
            "TDI offers in China stand 4 % higher.",
            &[3],
        )],
        signal_map: signal_map(sections.iter().flat_map(|section| &section.developments)),
        sections,
        monitoring: vec![MonitoringAdvice {
            text: "Watch for the start-up date of the unit at Musterhafen.".to_owned(),
            development: "D2".to_owned(),
        }],
        coverage: coverage(&package),
        references: cited
            .into_iter()
            .zip(1..)
            .map(|(item, number)| reference(item, number))
            .collect(),
        appendix: cited
            .into_iter()
            .zip(["D2", "D3", "D1", "D2"])
            .map(|(item, development)| appendix(item, development))
            .collect(),
    }
}

/// What an honest report says when the pack holds nothing in scope.
pub fn quiet_document(package: &RunPackage) -> ReportDocument {
    let options = &package.specification.options;
    let mut coverage = coverage(package);
    coverage.quiet_deliverables.clone_from(&package.specification.scope.deliverables);
    coverage.quiet_regions.clone_from(&package.specification.scope.regions);
    coverage.quiet_sections.clone_from(&options.sections);
    ReportDocument {
        title: options.title.clone(),
        outcome: Outcome::NoMaterialChange,
        executive_summary: Vec::new(),
        decision_summary: Vec::new(),
        sections: Vec::new(),
        signal_map: Vec::new(),
        monitoring: Vec::new(),
        coverage,
        references: Vec::new(),
        appendix: Vec::new(),
        ..document()
    }
}

fn development(id: &str, row: usize, day: Date, deliverables: &[Deliverable]) -> Development {
    let row = &ROWS[row];
    Development {
        id: id.to_owned(),
        headline: row.title.to_owned(),
        claims: Vec::new(),
        signal: row.signal,
        regions: BTreeSet::from([row.region]),
        links: BTreeSet::new(),
        deliverables: deliverables.iter().copied().collect(),
        companies: Some(row.company.to_owned())
            .filter(|name| !name.is_empty())
            .into_iter()
            .collect(),
        strength: Strength::Weak,
        novelty: None,
        first_published: day,
        last_published: day,
    }
}

fn scope(package: &RunPackage) -> ReportScope {
    ReportScope {
        specification_name: package.specification.name.clone(),
        specification_version: package.specification_version,
        cadence: package.specification.cadence,
        period: package.period.clone(),
        window_from: package.window_from,
        window_to: package.window_to,
        scope: package.specification.scope.clone(),
        watchlist: package.specification.watchlist.clone(),
        engine: Engine {
            id: "builtin".to_owned(),
            label: "Built-in analyst (deterministic, no language model)".to_owned(),
            version: "1".to_owned(),
            instruction: None,
        },
        sample_data: true,
    }
}

fn coverage(package: &RunPackage) -> CoverageNote {
    CoverageNote {
        sources_read: package.pack.sources.iter().map(|source| source.name.clone()).collect(),
        sources_failed: Vec::new(),
        items_in_pack: 5,
        items_in_window: 5,
        items_in_scope: 4,
        items_region_unknown: 0,
        quiet_deliverables: [MAndA].into(),
        quiet_regions: [Region::NorthAmerica].into(),
        quiet_sections: [
            SectionKind::TechnologyInnovation,
            SectionKind::CorporateDevelopments,
            SectionKind::StrategicImplications,
        ]
        .into(),
        notes: vec!["Nothing was reported on North America.".to_owned()],
    }
}

pub fn reference(item: &EvidenceItem, number: u32) -> Reference {
    Reference {
        number,
        evidence: item.id.clone(),
        title: item.title.clone(),
        publisher: item.publisher.clone(),
        published: item.published,
        url: item.url.clone(),
    }
}

fn appendix(item: &EvidenceItem, development: &str) -> AppendixEntry {
    AppendixEntry {
        evidence: item.id.clone(),
        title: item.title.clone(),
        publisher: item.publisher.clone(),
        url: item.url.clone(),
        published: item.published,
        date_confidence: item.date_confidence,
        tier: item.tier,
        excerpt: item.excerpt.clone(),
        deliverables: [RegionalMonitoring].into(),
        developments: vec![development.to_owned()],
    }
}
