//! What the sources told: events of the newest pack, one event with its citations, a
//! pack with its seal, a company.

mod browser;
mod company;
mod event;
mod event_history;
mod pack;
mod standing;

pub use browser::EvidenceBrowser;
pub use company::CompanyPage;
pub use event::{CitedEvidence, EventView};
pub use pack::PackView;

use domain::{evidence::Signal, taxonomy::Region};
use jiff::civil::Date;

/// `18 November 2026`.
fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// Names of regions by their ids; none is said to be unknown.
fn region_names<'a>(ids: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> =
        ids.into_iter().filter_map(|id| id.parse::<Region>().ok()).map(Region::label).collect();
    if names.is_empty() { "Region not known".to_owned() } else { names.join(", ") }
}

/// The change that a signal states, as its source wrote it, with its sign in words.
fn change_words(signal: &Signal) -> Option<String> {
    let change = signal.change.as_ref()?;
    let direction = if change.value.is_sign_negative() { "down" } else { "up" };
    let qualifier =
        change.qualifier.map(|qualifier| format!("{} ", qualifier.label().to_lowercase()));
    let assumed = if change.assumed { ", tons read as tonnes" } else { "" };
    Some(format!("{direction} {}{}{assumed}", qualifier.unwrap_or_default(), change.written))
}
