//! What the analyst reads off an item's words itself: figures, and what the words leave
//! open.

use super::words::{lowered, says};
use desk::figure::figures_in;
use domain::evidence::{EvidenceItem, NumberMarks, Quantity};

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

/// What an item's words leave open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    Figure,
    Timing,
    Nothing,
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
    figures_in(&words_of(item), NumberMarks::default())
}

/// Title and excerpt as one text.
fn words_of(item: &EvidenceItem) -> String {
    format!("{}. {}", item.title, item.excerpt)
}
