//! What the analyst reads off an item's words: product, direction, and what the
//! words leave open. Thin on purpose; what it does not recognise it leaves out.

use domain::evidence::{EvidenceItem, NumberMarks, Quantity, Unit, quantities_in};

/// Products by the names that count as naming them.
const PRODUCTS: &[(&str, &[&str])] = &[
    ("MDI", &["MDI", "methylene diphenyl diisocyanate"]),
    ("TDI", &["TDI", "toluene diisocyanate"]),
    ("propylene oxide", &["propylene oxide"]),
    ("aniline", &["aniline"]),
    ("polyether polyol", &["polyether polyol", "polyether polyols"]),
    ("polyester polyol", &["polyester polyol", "polyester polyols"]),
    ("TPU", &["TPU", "thermoplastic polyurethane"]),
    ("polyol", &["polyol", "polyols"]),
    ("isocyanate", &["isocyanate", "isocyanates"]),
    ("diisocyanate", &["diisocyanate", "diisocyanates"]),
    ("spray foam", &["spray foam"]),
    ("rigid foam", &["rigid foam", "rigid polyurethane foam", "polyurethane rigid foam"]),
    ("slabstock foam", &["slabstock foam", "slabstock", "mattress foam", "polyurethane slabstock foam"]),
    ("moulded foam", &["moulded foam", "moulded polyurethane foam"]),
    ("flexible foam", &["flexible foam", "flexible polyurethane foam"]),
    ("polyurethane systems", &["polyurethane systems", "polyurethane system", "system house", "system blending"]),
    ("polyurethane foam", &["polyurethane foam"]),
    ("polyurethane coatings", &["polyurethane coatings"]),
    ("polyurethane elastomers", &["polyurethane elastomers"]),
    ("polyurethane adhesives", &["polyurethane adhesive", "polyurethane adhesives"]),
    ("polyurethane panels", &["polyurethane sandwich panels", "polyurethane panel", "polyurethane panels", "polyurethane insulation panels"]),
    ("polyurethane", &["polyurethane", "polyurethanes"]),
];

/// Names that cover half the industry.
const BROAD: &[&str] = &["polyurethane", "polyol", "isocyanate"];

const UP: &[&str] = &[
    "add", "adds", "expand", "expands", "expansion", "starts up", "start up", "on stream", "opens",
    "raise", "raises", "rise", "rises", "rose", "higher", "edge up", "lifts", "grew", "grows",
    "growth", "more", "improves", "invests", "busy",
];

const DOWN: &[&str] = &[
    "close", "closes", "shut", "shuts", "cut", "cuts", "halt", "halts", "stop", "stops", "stopped",
    "outage", "force majeure", "strike", "shortage", "trip", "tripped", "turnaround", "trims",
    "reduces", "fall", "falls", "fell", "slip", "slips", "slipped", "lower", "decline", "declines",
    "less", "tightens", "fire",
];

const TIMING: &[&str] = &[
    "day", "days", "week", "weeks", "month", "months", "quarter", "year", "years", "until", "today",
    "tomorrow", "january", "february", "march", "april", "may", "june", "july", "august",
    "september", "october", "november", "december",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

/// What an item's words leave open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    Figure,
    Timing,
    Nothing,
}

/// Title and excerpt as one text.
pub(super) fn words_of(item: &EvidenceItem) -> String {
    format!("{}. {}", item.title, item.excerpt)
}

/// The product that an item is about: the first named in its title, else in its
/// excerpt; the broad ones only where no other is named.
pub(super) fn product(item: &EvidenceItem) -> Option<&'static str> {
    let (title, excerpt) = (nameless(&item.title, item), nameless(&item.excerpt, item));
    let named: Vec<_> = products_of(&title).into_iter().chain(products_of(&excerpt)).collect();
    named.iter().find(|product| !BROAD.contains(product)).or(named.first()).copied()
}

/// Whether both items name a product in common, the broad ones not counted.
pub(super) fn share_product(a: &EvidenceItem, b: &EvidenceItem) -> bool {
    let of = |item: &EvidenceItem| products_of(&nameless(&words_of(item), item));
    let (a, b) = (of(a), of(b));
    a.iter().any(|product| !BROAD.contains(product) && b.contains(product))
}

/// The text without the companies' names, many of which hold a product.
fn nameless(text: &str, item: &EvidenceItem) -> String {
    item.companies.iter().fold(text.to_owned(), |text, company| text.replace(company.as_str(), " "))
}

/// In the order of the text; of two names at one place the longer.
fn products_of(text: &str) -> Vec<&'static str> {
    let (exact, lower) = (padded(text), lowered(text));
    let mut found: Vec<(usize, usize, &str)> = Vec::new();
    for (product, names) in PRODUCTS {
        for name in *names {
            // Abbreviations count in exact capitals only.
            let shouted = name.chars().all(|c| c.is_ascii_uppercase());
            let at = if shouted { place_of(&exact, name) } else { place_of(&lower, name) };
            found.extend(at.map(|at| (at, usize::MAX - name.len(), *product)));
        }
    }
    found.sort_unstable();
    found.into_iter().map(|(_, _, product)| product).collect()
}

/// Where the title points, else the excerpt; none where it points both ways.
pub(super) fn direction(item: &EvidenceItem) -> Option<Direction> {
    let of = |text: &str| {
        let text = lowered(text);
        let any = |list: &[&str]| list.iter().any(|word| says(&text, word));
        match (any(UP), any(DOWN)) {
            (true, false) => Some(Some(Direction::Up)),
            (false, true) => Some(Some(Direction::Down)),
            (true, true) => Some(None),
            (false, false) => None,
        }
    };
    of(&item.title).or_else(|| of(&item.excerpt)).flatten()
}

/// The first thing that all items together leave unsaid.
pub(super) fn gap<'a>(items: impl Iterator<Item = &'a EvidenceItem> + Clone) -> Gap {
    let timed = |item: &EvidenceItem| {
        let text = lowered(&words_of(item));
        TIMING.iter().any(|word| says(&text, word))
    };
    if items.clone().all(|item| figures(item).is_empty()) {
        Gap::Figure
    } else if !items.clone().any(timed) {
        Gap::Timing
    } else {
        Gap::Nothing
    }
}

/// Figures that can be compared: rates, amounts, shares, money.
pub(super) fn figures(item: &EvidenceItem) -> Vec<Quantity> {
    let comparable = |quantity: &Quantity| {
        matches!(
            quantity.unit,
            Unit::TonnesPerYear | Unit::Tonnes | Unit::Fraction | Unit::Money(_)
        )
    };
    let all = quantities_in(&words_of(item), NumberMarks::PointDecimal);
    all.into_iter().filter(comparable).collect()
}

/// Lower case, everything but letters and digits made a single space, a space at
/// both ends: whole words are then found by [`says`].
fn lowered(text: &str) -> String {
    padded(&text.to_lowercase())
}

fn padded(text: &str) -> String {
    let words: Vec<_> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" "))
}

fn says(padded: &str, words: &str) -> bool {
    place_of(padded, words).is_some()
}

fn place_of(padded: &str, words: &str) -> Option<usize> {
    padded.match_indices(words).map(|(at, _)| at).find(|at| {
        padded[..*at].ends_with(' ') && padded[at + words.len()..].starts_with(' ')
    })
}
