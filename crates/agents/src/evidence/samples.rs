//! What the samples promise to those who build and test with them.

use super::select::tests::package;
use domain::{
    evidence::{DropReason, EvidencePack, independent_publishers, title_key},
    hash::ContentHash,
    specification::Scope,
    taxonomy::{Deliverable, Region, SignalType, ValueChainLink},
};
use harvest::{assemble_pack, read_manifest, read_sources};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

const TODAY: Date = date(2025, 3, 1);

fn sample_pack() -> EvidencePack {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/feeds");
    let sources = read_manifest(&folder).unwrap();
    assemble_pack(TODAY, read_sources(&folder, sources, TODAY))
}

#[test]
fn every_sample_source_reads_and_every_entry_has_its_exit() {
    let pack = sample_pack();
    assert_eq!(pack.sources.len(), 6);
    for source in &pack.sources {
        let kept = pack.items.iter().filter(|item| item.source == source.name).count();
        let dropped = pack.dropped.iter().filter(|drop| drop.source == source.name).count();
        assert_eq!(source.error, None);
        assert!(source.entries > 0 && source.entries == kept + dropped, "{source:?}");
    }
    assert!((45..=70).contains(&pack.items.len()), "{}", pack.items.len());
}

#[test]
fn samples_are_marked_and_lie_on_reserved_domains() {
    let pack = sample_pack();
    assert!(pack.sample);
    for item in &pack.items {
        assert!(item.sample && item.publisher.starts_with("Sample "), "{item:?}");
        let host = item.canonical_url.split('/').nth(2).unwrap();
        assert!(
            [".example.com", ".example.org", ".example.net"].iter().any(|end| host.ends_with(end)),
            "{host}"
        );
    }
}

#[test]
fn the_same_day_gives_the_same_pack() {
    assert_eq!(
        ContentHash::of_json(&sample_pack()).unwrap(),
        ContentHash::of_json(&sample_pack()).unwrap()
    );
}

#[test]
fn the_samples_show_every_reason_to_leave_an_item_out_of_a_pack() {
    let reasons: BTreeSet<DropReason> =
        sample_pack().dropped.into_iter().map(|drop| drop.reason).collect();
    // Fetching and terms come with sources from the web.
    let of_the_web = [DropReason::NotCanonical, DropReason::FetchFailed, DropReason::TermsForbid];
    let of_a_reading = DropReason::ALL
        .iter()
        .copied()
        .filter(|reason| reason.unfit_for_any() && !of_the_web.contains(reason));
    assert_eq!(reasons, of_a_reading.collect());
}

#[test]
fn the_samples_cover_every_region_link_and_signal_within_a_week() {
    let since = TODAY.checked_sub(7.days()).unwrap();
    let mut pack = sample_pack();
    pack.items.retain(|item| item.published >= since);
    for region in Region::ALL {
        let items = pack.items.iter().filter(|item| item.regions.contains(region)).count();
        assert!(items >= 3, "{region}: {items}");
    }
    for link in ValueChainLink::ALL {
        let items = pack.items.iter().filter(|item| item.links.contains(link)).count();
        assert!(items >= 3, "{link}: {items}");
    }
    for signal in SignalType::ALL {
        let items = pack.items.iter().filter(|item| item.signal == *signal).count();
        assert!(items >= 1, "{signal}");
    }
    assert!(pack.items.iter().any(|item| item.regions.is_empty()));
}

#[test]
fn a_daily_run_finds_something_in_every_region() {
    let since = TODAY.checked_sub(2.days()).unwrap();
    let pack = sample_pack();
    for region in Region::ALL {
        let found =
            pack.items.iter().any(|item| item.published >= since && item.regions.contains(region));
        assert!(found, "{region}");
    }
}

#[test]
fn a_weekly_run_has_something_to_tell_of_every_region() {
    for region in Region::ALL {
        let scope = Scope {
            deliverables: [Deliverable::RegionalMonitoring].into(),
            regions: [*region].into(),
            links: BTreeSet::new(),
        };
        let mut package = package(scope, &[], Vec::new());
        package.pack = sample_pack();
        package.window_from = TODAY.checked_sub(7.days()).unwrap();
        package.window_to = TODAY;
        let selection = super::select(&package);
        assert!(!selection.events.is_empty(), "{region}: {:?}", selection.left_out);
    }
}

#[test]
fn a_weekly_run_serves_every_deliverable() {
    let pack = sample_pack();
    let scope = Scope {
        deliverables: Deliverable::ALL.iter().copied().collect(),
        regions: Region::ALL.iter().copied().collect(),
        links: ValueChainLink::ALL.iter().copied().collect(),
    };
    let mut package = package(scope, &["Rheinmark Chemie"], pack.items);
    package.window_from = TODAY.checked_sub(7.days()).unwrap();
    package.window_to = TODAY;
    let served: BTreeSet<Deliverable> =
        super::select(&package).items().flat_map(|item| item.deliverables.clone()).collect();
    assert_eq!(served, Deliverable::ALL.iter().copied().collect());
}

#[test]
fn stories_are_told_by_up_to_five_publishers_and_copies_count_once() {
    let pack = sample_pack();
    let mut stories: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for item in &pack.items {
        stories.entry(title_key(&item.title)).or_default().push(item);
    }
    let voices = |words: &str| {
        let (_, items) = stories.iter().find(|(key, _)| key.contains(words)).unwrap();
        (items.len(), independent_publishers(items.iter().copied()))
    };
    assert_eq!(voices("halvorsen isocyanates to expand"), (5, 5));
    assert_eq!(voices("force majeure on tdi"), (3, 3));
    // The Courier prints the Wire's text.
    assert_eq!(voices("rheinmark chemie acquires"), (3, 2));
}

#[test]
fn nothing_hostile_is_left_in_the_texts_of_the_pack() {
    let pack = sample_pack();
    let texts: Vec<&str> = pack
        .items
        .iter()
        .flat_map(|item| [item.title.as_str(), item.excerpt.as_str()])
        .chain(pack.dropped.iter().map(|drop| drop.title.as_str()))
        .collect();
    for text in &texts {
        assert!(!text.contains("<script") && !text.contains("taken over"), "{text}");
        assert!(!text.contains('\u{202e}') && text.chars().count() <= 300, "{text}");
    }
    // What looks like an attribute is text: renderers have something to escape.
    assert!(texts.iter().any(|text| text.contains("\" onerror=\"alert(2)")));
    assert!(pack.items.iter().all(|item| item.url.starts_with("http")));
}
