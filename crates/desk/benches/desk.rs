//! The desk over floods of items: from raw items to a sealed pack, and one
//! specification's selection out of it.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use desk::{
    date::DateClues,
    entity::EntityTable,
    event::Apart,
    item::{RawItem, SourceFacts},
    pack, process,
    selection::select_from,
};
use domain::{
    cadence::{Cadence, Period},
    evidence::EvidencePack,
    hash::ContentHash,
    package::{Instruction, PatternReference, RunPackage},
    price::Tier,
    specification::{ReportOptions, Scope, Specification},
    taxonomy::{Deliverable, Region, TAXONOMY_VERSION},
};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use std::{hint::black_box, sync::Arc, time::Instant};

const TODAY: Date = date(2026, 11, 18);
/// Days over which the items spread: what a desk keeps for its longest lookback.
const DAYS: usize = 365;

const COMPANIES: [&str; 8] =
    ["Rheinmark", "Halvorsen", "Qingyun", "Vindara", "Serra Azul", "Tallgrass", "Dow", "BASF"];
const PRODUCTS: [&str; 5] = ["MDI", "TDI", "polyether polyol", "TPU", "rigid polyurethane foam"];
const PLACES: [&str; 8] =
    ["Germany", "Qatar", "China", "Japan", "Thailand", "India", "Canada", "Brazil"];
const ACTS: [&str; 6] =
    ["expands", "closes", "raises prices of", "acquires", "presents novel", "halts"];

/// Every fifth item tells another's story in the words of its own publisher; every
/// twentieth is a copy of an address.
fn flood(count: usize) -> Vec<RawItem> {
    let sources: Vec<Arc<SourceFacts>> = (0..40).map(source).collect();
    (0..count)
        .map(|at| {
            let story = if at % 5 == 4 { at - 1 } else { at };
            let pick = |list: &[&'static str], step: usize| list[story / step % list.len()];
            let title = format!(
                "{} {} {} in {} by {},000 t/y, line {}",
                pick(&COMPANIES, 1),
                pick(&ACTS, 3),
                pick(&PRODUCTS, 2),
                pick(&PLACES, 5),
                10 + story % 300,
                story,
            );
            let address = if at % 20 == 19 { at - 1 } else { at };
            let day = TODAY - i64::try_from(story % DAYS).expect("a year").days();
            RawItem {
                source: Arc::clone(&sources[at % sources.len()]),
                link: Some(format!("https://news{}.example.com/{address}", address % 40)),
                page_canonical: None,
                dates: DateClues { feed: Some(day.to_string()), ..DateClues::default() },
                text: format!("{title}. It was told to publisher {} about polyurethane.", at % 40),
                title,
            }
        })
        .collect()
}

fn source(number: usize) -> Arc<SourceFacts> {
    Arc::new(SourceFacts {
        name: format!("source-{number}"),
        publisher: format!("Publisher {number}"),
        tier: u8::try_from(number % 3 + 1).expect("small").try_into().expect("a tier"),
        language: Some("en".to_owned()),
        polyurethane_only: true,
        sample: true,
    })
}

fn sealed(raw: &[RawItem]) -> (EvidencePack, ContentHash) {
    let desk = process(raw, TODAY, EntityTable::built_in(), &Apart::default());
    let pack = pack::seal(desk, TODAY, Vec::new());
    let hash = ContentHash::of_json(&pack).expect("a pack is JSON");
    (pack, hash)
}

fn package(pack: EvidencePack, number: usize) -> RunPackage {
    let claimed_at = "2026-11-18T08:12:00Z".parse().expect("a time");
    let id = "0193e7a4-0000-7000-8000-000000000001";
    let region = Region::ALL[number % Region::ALL.len()];
    let deliverable = Deliverable::ALL[number / 8 % Deliverable::ALL.len()];
    RunPackage {
        schema: RunPackage::SCHEMA,
        run_id: id.parse().expect("an id"),
        specification_id: id.parse().expect("an id"),
        specification_version_id: id.parse().expect("an id"),
        specification_version: 1,
        specification: Specification {
            name: "Weekly".to_owned(),
            scope: Scope {
                deliverables: [deliverable, Deliverable::RegionalMonitoring].into(),
                regions: [region].into(),
                links: [].into(),
            },
            cadence: Cadence::Weekly,
            tier: Tier::Enterprise,
            seats: 1,
            watchlist: vec!["Rheinmark".to_owned()],
            options: ReportOptions::default(),
            portfolio: None,
        },
        period: Period::containing(Cadence::Weekly, "UTC", claimed_at).expect("a period"),
        slot_ordinal: 0,
        claimed_at,
        window_from: TODAY - 7.days(),
        window_to: TODAY,
        pack_id: id.parse().expect("an id"),
        pack_hash: ContentHash::of_bytes(b"bench"),
        pack,
        taxonomy_version: TAXONOMY_VERSION,
        instruction: Instruction::new("i", 1, ""),
        pattern: PatternReference { id: "p".to_owned(), version: "1".to_owned() },
        previous_runs: Vec::new(),
        continuing: Vec::new(),
    }
}

fn ingest(c: &mut Criterion) {
    let mut group = c.benchmark_group("ingest, merge and seal");
    group.sample_size(10);
    for count in [10_000, 100_000] {
        let raw = flood(count);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::from_parameter(count), &raw, |b, raw| {
            b.iter_batched(|| (), |()| black_box(sealed(raw)), BatchSize::PerIteration);
        });
    }
    group.finish();
    println!("largest memory of the process so far: {}", largest_memory());
}

/// Once for each size, so that the growth of time and memory can be read off.
fn growth(_: &mut Criterion) {
    for count in [1_000, 10_000, 100_000, 1_000_000] {
        let raw = flood(count);
        let begun = Instant::now();
        let (pack, _) = black_box(sealed(&raw));
        let took = begun.elapsed();
        println!(
            "{count} items: {:.2} s, {:.1} µs an item, {} kept in {} events, at most {} resident",
            took.as_secs_f64(),
            took.as_secs_f64() * 1e6 / f64::from(u32::try_from(count).expect("a million")),
            pack.items.len(),
            pack.events.len(),
            largest_memory(),
        );
    }
}

fn selection(c: &mut Criterion) {
    let (pack, _) = sealed(&flood(100_000));
    println!("{} items in {} events", pack.items.len(), pack.events.len());
    let mut package = package(pack, 0);
    let mut group = c.benchmark_group("select from 100,000 items");
    group.sample_size(20);
    group.bench_function("weekly", |b| b.iter(|| black_box(select_from(&package))));
    group.finish();
    let mut times: Vec<u128> = (0..200)
        .map(|number| {
            let scope = self::package(empty(), number).specification.scope;
            package.specification.scope = scope;
            let begun = Instant::now();
            black_box(select_from(&package));
            begun.elapsed().as_micros()
        })
        .collect();
    times.sort_unstable();
    println!("selection of 200 specifications: median {} µs, p95 {} µs", times[100], times[190]);
}

fn empty() -> EvidencePack {
    sealed(&[]).0
}

/// The high-water mark that Linux keeps of a process.
fn largest_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "not known here".to_owned(), |line| line.trim().to_owned())
}

criterion_group!(benches, ingest, selection, growth);
criterion_main!(benches);
