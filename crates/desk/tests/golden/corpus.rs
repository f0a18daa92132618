use desk::{
    Desk,
    date::DateClues,
    entity::EntityTable,
    event::Apart,
    item::{RawItem, SourceFacts},
    process,
};
use jiff::civil::{Date, date};
use std::{collections::BTreeSet, sync::Arc};

pub struct Golden {
    pub id: String,
    pub raw: RawItem,
    pub expected: Expected,
}

pub enum Expected {
    /// The reason's id.
    Drop(String),
    Keep(Labels),
}

pub struct Labels {
    pub event: String,
    pub signal: String,
    pub segment: String,
    pub regions: BTreeSet<String>,
    pub links: BTreeSet<String>,
    pub companies: BTreeSet<String>,
}

/// Name, tier, language, and whether it writes about polyurethane only.
const SOURCES: &[(&str, u8, &str, bool)] = &[
    ("gazette", 2, "en", true),
    ("wire", 2, "en", true),
    ("courier", 3, "en", true),
    ("register", 1, "en", false),
    ("newsroom", 1, "en", false),
    ("digest", 4, "en", false),
    ("motor", 3, "en", false),
    ("pharma", 3, "en", false),
    ("sports", 3, "en", false),
    ("blatt", 2, "de", false),
    ("revue", 2, "fr", false),
    ("diario", 2, "es", false),
];

pub fn corpus() -> Vec<Golden> {
    let files = [include_str!("corpus-1.txt"), include_str!("corpus-2.txt")];
    files.iter().flat_map(|file| file.split("\n\n")).map(|block| golden(block.trim())).collect()
}

/// The day of the reading.
pub const AS_OF: Date = date(2025, 1, 20);

pub fn desk_of(corpus: &[Golden]) -> Desk {
    let raw: Vec<RawItem> = corpus.iter().map(|one| one.raw.clone()).collect();
    process(&raw, AS_OF, EntityTable::built_in(), &Apart::default())
}

/// The id of a kept item, which its source and title tell.
pub fn id_of(source: &str, title: &str) -> String {
    id_of_raw(source, title, None)
}

/// The same where the address tells apart what has one title.
pub fn id_of_raw(source: &str, title: &str, url: Option<&str>) -> String {
    let corpus = corpus();
    let mut fitting = corpus.iter().filter(|one| {
        let text = desk::plain_text::plain_text(&one.raw.title);
        one.raw.source.name == source
            && text == title
            && url.is_none_or(|url| one.raw.link.as_deref() == Some(url))
    });
    fitting.next().unwrap_or_else(|| panic!("{source}: {title}")).id.clone()
}

/// Lines of a table of the golden files, each of as many cells.
pub fn lines<const CELLS: usize>(file: &str) -> Vec<[String; CELLS]> {
    let text = match file {
        "signals.txt" => include_str!("signals.txt"),
        _ => include_str!("scopes.txt"),
    };
    text.lines()
        .map(|line| {
            let cells: Vec<String> = line.split('|').map(|cell| cell.trim().to_owned()).collect();
            cells.try_into().unwrap_or_else(|cells| panic!("{file}: {cells:?}"))
        })
        .collect()
}

fn golden(block: &str) -> Golden {
    let lines: Vec<&str> = block.lines().collect();
    let [head, title, text] = lines[..] else { panic!("three lines: {block}") };
    let cells: Vec<&str> = head.split('|').map(str::trim).collect();
    let (id, name) = (cells[0], cells[1]);
    let (stamp, link) = stamp_and_link(id, name, cells[2]);
    let source = SOURCES.iter().find(|source| source.0 == name).unwrap();
    let dates = match stamp.strip_prefix("v:") {
        Some(visible) => DateClues { visible: Some(visible.to_owned()), ..DateClues::default() },
        None => DateClues { feed: (stamp != "-").then_some(stamp), ..DateClues::default() },
    };
    let set = |cell: &str| cell.split_whitespace().map(str::to_owned).collect();
    let expected = match cells[3].strip_prefix('!') {
        Some(reason) => Expected::Drop(reason.to_owned()),
        None => Expected::Keep(Labels {
            event: cells[3].to_owned(),
            signal: cells[4].to_owned(),
            segment: cells[5].to_owned(),
            regions: set(cells[6]),
            links: set(cells[7]),
            companies: set(cells[8]),
        }),
    };
    let raw = RawItem {
        source: Arc::new(SourceFacts {
            name: source.0.to_owned(),
            publisher: format!("Sample {name}"),
            tier: source.1.try_into().unwrap(),
            language: Some(source.2.to_owned()),
            polyurethane_only: source.3,
            sample: true,
        }),
        title: title.to_owned(),
        link,
        page_canonical: None,
        dates,
        text: text.to_owned(),
    };
    Golden { id: id.to_owned(), raw: raw.without_markup(), expected }
}

/// The address stands behind the date, which itself may hold blanks behind `v:`.
fn stamp_and_link(id: &str, source: &str, cell: &str) -> (String, Option<String>) {
    match cell.rsplit_once(' ') {
        Some((stamp, "none")) => (stamp.to_owned(), None),
        Some((stamp, link)) if link.contains(':') => (stamp.to_owned(), Some(link.to_owned())),
        _ => (cell.to_owned(), Some(format!("https://{source}.example.com/{id}"))),
    }
}
