use crate::{
    entity::EntityTable,
    event::{Apart, Event, Rulings, join, merge, unique},
    item::{DeskItem, Dropped, RawItem, read_item},
    signal::{Contradiction, Signal, contradictions, read_signal},
};
use jiff::civil::Date;

/// All that was made of what the sources held. Every raw item is either in an event or
/// dropped with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    /// By their first report.
    pub events: Vec<Event>,
    /// One for each event, in their order.
    pub signals: Vec<Signal>,
    pub contradictions: Vec<Contradiction>,
    /// By source, title and address.
    pub dropped: Vec<Dropped>,
}

/// Items to events to signals, as of the civil date (UTC) of the reading. The order of
/// the items does not matter.
pub fn process(raw: &[RawItem], as_of: Date, table: &EntityTable, apart: &Apart) -> Desk {
    process_with(raw, Vec::new(), as_of, table, &Rulings::from(apart.clone()))
}

/// The same together with items that were read before, and with all that administrators
/// decided on events.
pub fn process_with(
    raw: &[RawItem],
    read: Vec<DeskItem>,
    as_of: Date,
    table: &EntityTable,
    rulings: &Rulings,
) -> Desk {
    let mut dropped = Vec::new();
    let mut items = read;
    for one in raw {
        match read_item(one, as_of, table) {
            Ok(item) => items.push(item),
            Err(exit) => dropped.push(exit),
        }
    }
    let (items, repeated) = unique(items);
    dropped.extend(repeated);
    dropped.sort();
    let events = join(merge(items, rulings.apart()), rulings);
    let signals: Vec<Signal> = events.iter().map(read_signal).collect();
    let contradictions = contradictions(&signals);
    Desk { events, signals, contradictions, dropped }
}
