//! What the analyst reads off an item's words: direction, figures, and what the
//! words leave open. Thin on purpose; what it does not recognise it leaves out.

use super::words::{lowered, says};
use domain::evidence::{EvidenceItem, NumberMarks, Quantity, Unit, quantities_in};

const UP: &[&str] = &[
    "add",
    "adds",
    "expand",
    "expands",
    "expansion",
    "starts up",
    "start up",
    "on stream",
    "opens",
    "raise",
    "raises",
    "rise",
    "rises",
    "rose",
    "higher",
    "edge up",
    "lifts",
    "grew",
    "grows",
    "growth",
    "more",
    "improves",
    "invests",
    "busy",
];

const DOWN: &[&str] = &[
    "close",
    "closes",
    "shut",
    "shuts",
    "cut",
    "cuts",
    "halt",
    "halts",
    "stop",
    "stops",
    "stopped",
    "outage",
    "force majeure",
    "strike",
    "shortage",
    "trip",
    "tripped",
    "turnaround",
    "trims",
    "reduces",
    "fall",
    "falls",
    "fell",
    "slip",
    "slips",
    "slipped",
    "lower",
    "decline",
    "declines",
    "less",
    "tightens",
    "fire",
];

const TIMING: &[&str] = &[
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "quarter",
    "year",
    "years",
    "until",
    "today",
    "tomorrow",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Up,
    Down,
}

/// What an item's words leave open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    Figure,
    Timing,
    Nothing,
}

/// Title and excerpt as one text.
pub(super) fn words_of(item: &EvidenceItem) -> String {
    format!("{}. {}", item.title, item.excerpt)
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
pub(super) fn gap(items: &[&EvidenceItem]) -> Gap {
    let timed = |item: &EvidenceItem| {
        let text = lowered(&words_of(item));
        TIMING.iter().any(|word| says(&text, word))
    };
    if items.iter().all(|item| figures(item).is_empty()) {
        Gap::Figure
    } else if !items.iter().any(|item| timed(item)) {
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
