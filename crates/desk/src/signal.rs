//! What an event means: a label proposed by rules of words, and the doctrine's verdict
//! on it. Both are kept, with the reason.

mod contradiction;
mod doctrine;
mod label;
mod total;

pub use contradiction::contradictions;
pub use doctrine::{Evidence, judge};
pub use domain::evidence::{
    Contradiction, ContradictionKind, Doctrine, Label, Percent, Side, Signal, Verdict,
};
pub use label::propose;
pub use total::{Total, totals};

use crate::{
    event::{Event, conflicts},
    figure::{Change, change_in},
    item::DeskItem,
};
use domain::{
    evidence::{DateConfidence, Unit},
    taxonomy::SignalType,
};

/// Reads an event by the item that is quoted first; a change that it does not state may
/// be stated by another.
pub fn read_signal(event: &Event) -> Signal {
    let items = quoting_order(event);
    let lead = items[0];
    let proposed = propose(lead);
    let change = items.iter().find_map(|item| stated_change(item, proposed.signal));
    let words = lead.words();
    let judged = judge(proposed, &Evidence { change: change.as_ref(), words: &words });
    Signal {
        event: event.id.clone(),
        excerpt: lead.item.id.clone(),
        regions: items.iter().flat_map(|item| item.item.regions.iter().copied()).collect(),
        direction: items.iter().find_map(|item| item.direction),
        confidence: confidence(&items, change.as_ref()),
        conflicts: conflicts(&items),
        proposed,
        verdict: judged,
        change,
    }
}

/// The most trusted first; among equals the one that says most, then the earliest, then
/// by id. Headlines all in capitals go last.
pub fn quoting_order(event: &Event) -> Vec<&DeskItem> {
    let mut items: Vec<&DeskItem> = event.items().collect();
    items.sort_by_cached_key(|one| {
        let item = &one.item;
        let shouted = !item.title.chars().any(char::is_lowercase);
        let brevity = usize::MAX - item.excerpt.chars().count();
        (shouted, item.tier, brevity, item.published, item.id.clone())
    });
    items
}

/// The figure that a signal of this type is about. Money and shares of a capacity story
/// are not its size.
fn stated_change(item: &DeskItem, signal: SignalType) -> Option<Change> {
    let unit: fn(Unit) -> bool = match signal {
        SignalType::Capacity => |unit| unit == Unit::TonnesPerYear,
        SignalType::Investment => |unit| matches!(unit, Unit::TonnesPerYear | Unit::Money(_)),
        SignalType::Mna => |unit| matches!(unit, Unit::Money(_)),
        SignalType::Demand => |unit| unit == Unit::Fraction,
        SignalType::Price | SignalType::Feedstock => {
            |unit| matches!(unit, Unit::Fraction | Unit::Money(_))
        }
        SignalType::Operational
        | SignalType::Regulation
        | SignalType::Sustainability
        | SignalType::Technology
        | SignalType::Other => return None,
    };
    // A sum of money that is paid has no direction.
    let direction = match signal {
        SignalType::Mna | SignalType::Investment => None,
        _ => item.direction,
    };
    change_in(&item.words(), item.number_marks(), direction, unit)
}

/// How far a signal may be relied on: 40, to which come the best source's tier (25, 20,
/// 10, 0), a sure date 5, a figure 10, an actor 10, a product 5, a second item 5.
fn confidence(items: &[&DeskItem], change: Option<&Change>) -> Percent {
    let best = items.iter().map(|one| u8::from(one.item.tier)).min().unwrap_or(4);
    let tier = match best {
        1 => 25,
        2 => 20,
        3 => 10,
        _ => 0,
    };
    let any = |is: fn(&DeskItem) -> bool, points: u8| {
        if items.iter().any(|one| is(one)) { points } else { 0 }
    };
    let figure = if change.is_some() { 10 } else { 0 };
    let second = if items.len() > 1 { 5 } else { 0 };
    Percent(
        40 + tier
            + figure
            + second
            + any(|one| one.item.date_confidence == DateConfidence::High, 5)
            + any(|one| !one.companies.is_empty(), 10)
            + any(|one| one.names_a_product, 5),
    )
}
