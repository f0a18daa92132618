//! A sealed pack from what the sources held. Pure, and independent of the order
//! of sources and of entries within a source.

use crate::{
    Entry,
    feed::{FeedError, read_feed},
    manifest::{Source, SourceFeed},
};
use desk::{
    entity::EntityTable,
    event::Rulings,
    item::{DeskItem, RawItem, SourceFacts},
    pack,
    plain_text::{cut, fold},
    process_with,
};
use domain::evidence::{EvidencePack, SourceReading};
use jiff::civil::Date;
use std::{error::Error, sync::Arc};
use url::Url;

/// Characters of a reading error: enough for its cause, not for a feed that
/// writes itself into it.
const ERROR_CHARACTERS_MAX: usize = 200;

/// Every entry of every source leaves by exactly one exit: as an item in an event of
/// the pack, or dropped with its reason. `as_of` is the civil date (UTC) of the reading.
pub fn assemble_pack(as_of: Date, readings: Vec<SourceFeed>) -> EvidencePack {
    assemble_pack_with(as_of, readings, Collection::default())
}

/// What was collected before, item by item.
#[derive(Debug, Default)]
pub struct Collection {
    pub sources: Vec<SourceReading>,
    pub items: Vec<DeskItem>,
    /// What administrators decided on events.
    pub rulings: Rulings,
}

/// The same together with what was collected before.
pub fn assemble_pack_with(
    as_of: Date,
    readings: Vec<SourceFeed>,
    collection: Collection,
) -> EvidencePack {
    let Collection { mut sources, items, rulings } = collection;
    let mut raw = Vec::new();
    for SourceFeed { source, content } in readings {
        let entries = content.and_then(|bytes| {
            read_feed(&bytes, None, source.kind)
                .map(|feed| feed.entries)
                .map_err(|error| in_words(&error))
        });
        sources.push(reading_of(&source, &entries));
        let facts = Arc::new(facts_of(source));
        raw.extend(entries.unwrap_or_default().into_iter().map(|entry| raw_item(&facts, entry)));
    }
    let desk = process_with(&raw, items, as_of, EntityTable::built_in(), &rulings);
    pack::seal(desk, as_of, sources)
}

fn reading_of(source: &Source, entries: &Result<Vec<Entry>, String>) -> SourceReading {
    SourceReading {
        terms: None,
        name: source.name.clone(),
        publisher: source.publisher.clone(),
        tier: source.tier,
        provider: Some(source.provider.clone()),
        entries: entries.as_ref().map_or(0, Vec::len),
        error: entries.as_ref().err().cloned(),
    }
}

/// The error and its cause on one line.
fn in_words(error: &FeedError) -> String {
    let words = match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    };
    cut(&fold(&words), ERROR_CHARACTERS_MAX)
}

fn facts_of(source: Source) -> SourceFacts {
    SourceFacts {
        name: source.name,
        publisher: source.publisher,
        tier: source.tier,
        language: source.language,
        polyurethane_only: source.polyurethane_only,
        sample: source.sample,
    }
}

/// Bytes of an address; a longer one is none that anybody could follow or file.
const LINK_BYTES_MAX: usize = 2_000;

/// An address that can be stored and shown: as it was written, but for what cannot be seen
/// in it, which is spelt as addresses spell it, or left out where it is none.
fn harmless(link: String) -> Option<String> {
    let seen = fold(&link);
    let link = if seen == link { link } else { Url::parse(&link).map_or(seen, String::from) };
    (link.len() <= LINK_BYTES_MAX).then_some(link)
}

/// An entry as the desk reads it.
pub fn raw_item(source: &Arc<SourceFacts>, entry: Entry) -> RawItem {
    let Entry { title, link, page_canonical, dates, text } = entry;
    let (link, page_canonical) = (link.and_then(harmless), page_canonical.and_then(harmless));
    RawItem { source: Arc::clone(source), title, link, page_canonical, dates, text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Location;
    use domain::{
        evidence::{DateConfidence, DropReason, EvidenceId, SourceKind, canonical_url},
        hash::ContentHash,
        pricing_pack::ProviderId,
        taxonomy::Region,
    };
    use jiff::civil::date;
    use proptest::prelude::*;
    use std::{collections::BTreeSet, fmt::Write};

    const TODAY: Date = date(2025, 1, 15);

    #[test]
    fn an_address_is_kept_as_it_was_written_but_for_what_cannot_be_seen_or_filed() {
        let kept = |link: &str| harmless(link.to_owned());
        for same in ["https://a.example.com/ä?b=c", "javascript:alert(1)", "no address", ""] {
            assert_eq!(kept(same).as_deref(), Some(same));
        }
        assert_eq!(kept("https://a.example.com/\0b").unwrap(), "https://a.example.com/%00b");
        let turned = kept("https://a.example.com/\u{202e}fdp").unwrap();
        assert_eq!(turned, "https://a.example.com/%E2%80%AEfdp");
        assert_eq!(kept("a\0\u{202e}b").unwrap(), "ab");
        assert_eq!(kept(&format!("https://a.example.com/{}", "a".repeat(2_000))), None);
    }

    /// One entry: address, title, date as RFC 3339 or empty, text.
    type Row<'a> = (&'a str, &'a str, &'a str, &'a str);

    fn source(name: &str, tier: u8) -> Source {
        Source {
            name: name.to_owned(),
            publisher: format!("Sample {name}"),
            tier: tier.try_into().unwrap(),
            provider: ProviderId::sample(),
            kind: SourceKind::Rss,
            location: Location::File(name.into()),
            sample: true,
            polyurethane_only: false,
            language: Some("en".to_owned()),
        }
    }

    fn feed(name: &str, tier: u8, rows: &[Row<'_>]) -> SourceFeed {
        let mut xml = String::from("<rss version=\"2.0\"><channel><title>Sample data</title>");
        for (link, title, published, text) in rows {
            write!(
                xml,
                "<item><title>{title}</title><link>{}</link><pubDate>{published}</pubDate>\
                 <description>{text}</description></item>",
                link.replace('&', "&amp;")
            )
            .unwrap();
        }
        xml.push_str("</channel></rss>");
        SourceFeed { source: source(name, tier), content: Ok(xml.into_bytes()) }
    }

    const TEXT: &str = "Polyurethane foam makers in Germany buy polyether polyol.";

    fn exits(pack: &EvidencePack) -> Vec<(&str, DropReason)> {
        pack.dropped.iter().map(|drop| (drop.title.as_str(), drop.reason)).collect()
    }

    /// Kept and dropped items of each source add up to its entries.
    fn balances(pack: &EvidencePack) -> bool {
        pack.sources.iter().all(|source| {
            let kept = pack.items.iter().filter(|item| item.source == source.name).count();
            let dropped = pack.dropped.iter().filter(|drop| drop.source == source.name).count();
            source.entries == kept + dropped
        })
    }

    #[test]
    fn every_entry_leaves_by_exactly_one_exit() {
        let long = "The office publishes consumer prices for the month. ".repeat(5);
        let pack = assemble_pack(
            TODAY,
            vec![feed(
                "a",
                2,
                &[
                    ("https://a.example.com/1", "kept", "2025-01-15", TEXT),
                    ("javascript:alert(1)", "script address", "2025-01-15", TEXT),
                    ("", "no address", "2025-01-15", TEXT),
                    ("https://a.example.com/2", "no date", "", TEXT),
                    ("https://a.example.com/3", "tomorrow", "2025-01-16", TEXT),
                    ("https://a.example.com/4", "far future", "2025-01-17", TEXT),
                    ("https://a.example.com/1?utm_source=x", "tracked copy", "2025-01-15", TEXT),
                    ("https://a.example.com/5", "prices rise", "2025-01-15", &long),
                    ("https://a.example.com/6", "short", "2025-01-15", "Too short."),
                    (
                        "https://a.example.com/7",
                        "study",
                        "2025-01-15",
                        "Polyurethane market report by Mordor Intelligence",
                    ),
                    (
                        "https://a.example.com/8",
                        "Please sign in",
                        "2025-01-15",
                        "Please enable JavaScript",
                    ),
                ],
            )],
        );
        let kept: Vec<_> = pack.items.iter().map(|item| item.title.as_str()).collect();
        assert_eq!(kept, ["tomorrow", "kept"]);
        assert_eq!(
            exits(&pack),
            [
                ("Please sign in", DropReason::Boilerplate),
                ("far future", DropReason::UndatedHeld),
                ("no address", DropReason::BadUrl),
                ("no date", DropReason::UndatedHeld),
                ("prices rise", DropReason::NoPuAnchor),
                ("script address", DropReason::BadUrl),
                ("short", DropReason::NotPuProven),
                ("study", DropReason::Reseller),
                ("tracked copy", DropReason::Duplicate),
            ]
        );
        assert!(balances(&pack));
    }

    #[test]
    fn an_item_carries_what_its_words_say() {
        let text = "Rheinmark Chemie shuts a polyether polyol plant in Germany.";
        let pack = assemble_pack(
            TODAY,
            vec![feed(
                "a",
                2,
                &[("http://www.a.example.com/1/", "Plant shut", "2025-01-14", text)],
            )],
        );
        let item = &pack.items[0];
        assert_eq!(item.url, "http://www.a.example.com/1/");
        assert_eq!(item.canonical_url, canonical_url(&item.url).unwrap());
        assert_eq!(item.id, EvidenceId::of_canonical_url(&item.canonical_url));
        assert_eq!(item.regions, BTreeSet::from([Region::Emea]));
        assert_eq!(item.companies, ["Rheinmark Chemie"]);
        assert_eq!(
            (item.published, item.date_confidence),
            (date(2025, 1, 14), DateConfidence::Medium)
        );
        assert_eq!((item.source.as_str(), item.publisher.as_str()), ("a", "Sample a"));
        assert!(item.sample && pack.sample);
    }

    #[test]
    fn of_several_with_one_address_the_most_trusted_stays() {
        let row = |day| [("https://x.example.com/1", "t", day, TEXT)];
        let pack = assemble_pack(
            TODAY,
            vec![feed("a", 3, &row("2025-01-10")), feed("b", 1, &row("2025-01-12"))],
        );
        assert_eq!((pack.items.len(), pack.items[0].source.as_str()), (1, "b"));
        assert_eq!(exits(&pack), [("t", DropReason::Duplicate)]);
        assert!(balances(&pack));
    }

    #[test]
    fn a_copy_that_is_not_about_polyurethane_does_not_displace_the_item() {
        let pack = assemble_pack(
            TODAY,
            vec![
                feed("a", 1, &[("https://x.example.com/1", "teaser", "2025-01-10", "Read on.")]),
                feed("b", 4, &[("https://x.example.com/1", "story", "2025-01-10", TEXT)]),
            ],
        );
        assert_eq!(pack.items[0].title, "story");
        assert_eq!(exits(&pack), [("teaser", DropReason::NotPuProven)]);
    }

    #[test]
    fn a_title_repeated_by_another_publisher_is_a_second_citation() {
        let pack = assemble_pack(
            TODAY,
            vec![
                feed("a", 2, &[("https://a.example.com/1", "Same title", "2025-01-15", TEXT)]),
                feed("b", 2, &[("https://b.example.com/1", "Same title", "2025-01-15", TEXT)]),
            ],
        );
        assert_eq!((pack.items.len(), pack.dropped.len()), (2, 0));
    }

    #[test]
    fn items_stand_newest_first() {
        let pack = assemble_pack(
            TODAY,
            vec![feed(
                "a",
                2,
                &[
                    ("https://a.example.com/old", "old", "2024-12-31", TEXT),
                    ("https://a.example.com/new", "new", "2025-01-15", TEXT),
                    ("https://a.example.com/mid", "mid", "2025-01-01", TEXT),
                ],
            )],
        );
        let titles: Vec<_> = pack.items.iter().map(|item| item.title.as_str()).collect();
        assert_eq!(titles, ["new", "mid", "old"]);
    }

    #[test]
    fn a_source_that_failed_is_named_with_its_error_and_is_no_quiet_source() {
        let failed = SourceFeed { source: source("a", 2), content: Err("not found".to_owned()) };
        let broken = SourceFeed { source: source("b", 2), content: Ok(b"<rss".to_vec()) };
        let quiet = feed("c", 2, &[]);
        let pack = assemble_pack(TODAY, vec![failed, broken, quiet]);
        let errors: Vec<_> = pack.sources.iter().map(|source| source.error.as_deref()).collect();
        assert_eq!(errors[0], Some("not found"));
        assert!(errors[1].unwrap().starts_with("the content is not a well-formed feed: "));
        assert_eq!(errors[2], None);
        assert!(!pack.sample);
    }

    const LINKS: &[&str] = &[
        "https://x.example.com/1",
        "https://www.x.example.com/1/?utm_source=a",
        "https://x.example.com/2",
        "ftp://x.example.com/3",
        "",
    ];
    const TITLES: &[&str] = &["Polyurethane foam", "Polyether polyol", "Other"];
    const DATES: &[&str] = &["2025-01-15", "2025-01-10", "2025-03-01", ""];
    const TEXTS: &[&str] = &[TEXT, "Short.", ""];

    fn rows() -> impl Strategy<Value = Vec<Row<'static>>> {
        let row = (
            prop::sample::select(LINKS),
            prop::sample::select(TITLES),
            prop::sample::select(DATES),
            prop::sample::select(TEXTS),
        );
        prop::collection::vec(row, 0..8)
    }

    proptest! {
        #[test]
        fn the_pack_does_not_depend_on_the_order_of_reading(
            (feeds, shuffled) in prop::collection::vec(rows(), 0..4).prop_flat_map(|feeds| {
                let within: Vec<_> = feeds.iter().map(|rows| Just(rows.clone()).prop_shuffle()).collect();
                let named = within.prop_map(|feeds| feeds.into_iter().enumerate().collect::<Vec<_>>());
                (Just(feeds), named.prop_flat_map(|feeds| Just(feeds).prop_shuffle()))
            })
        ) {
            let read = |(index, rows): (usize, Vec<Row<'_>>)| {
                let tier = u8::try_from(index % 2 + 1).unwrap();
                feed(&format!("source {index}"), tier, &rows)
            };
            let pack = assemble_pack(TODAY, feeds.into_iter().enumerate().map(read).collect());
            let again = assemble_pack(TODAY, shuffled.into_iter().map(read).collect());
            prop_assert_eq!(ContentHash::of_json(&pack).unwrap(), ContentHash::of_json(&again).unwrap());
            prop_assert!(balances(&pack));
        }
    }
}
