//! What a specification selects of the events, and what is new in it.

mod novelty;

pub use novelty::{Novelty, novelty};

use crate::{
    development::strength,
    event::Event,
    funnel::Funnel,
    signal::{Signal, quoting_order},
};
use domain::{
    evidence::{DropReason, EvidenceId},
    report::section_of,
    specification::{Specification, Strength},
    taxonomy::Deliverable,
};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Publication dates to look at, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Date,
    pub to: Date,
}

/// An event in scope, with those of its items that are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected<'a> {
    pub event: &'a Event,
    pub signal: &'a Signal,
    pub items: Vec<EvidenceId>,
    /// The ordered deliverables that it serves, never none.
    pub deliverables: BTreeSet<Deliverable>,
}

/// Events in window and scope, strictly: each item is asked for itself, and what does
/// not fit never comes back as filler. Items that leave are counted in `funnel`.
pub fn select<'a>(
    events: impl IntoIterator<Item = (&'a Event, &'a Signal)>,
    specification: &Specification,
    window: Window,
    funnel: &mut Funnel,
) -> Vec<Selected<'a>> {
    let mut selected = Vec::new();
    for (event, signal) in events {
        let mut items = Vec::new();
        let mut deliverables = BTreeSet::new();
        for one in quoting_order(event) {
            let fit = if (window.from..=window.to).contains(&one.item.published) {
                specification
                    .scope
                    .fit(&specification.watchlist, &one.item)
                    .map_err(DropReason::from)
            } else {
                Err(DropReason::OutsideWindow)
            };
            match fit {
                Ok(served) => {
                    deliverables.extend(served);
                    items.push(&one.item);
                }
                Err(reason) => funnel.leave(reason),
            }
        }
        let Some(first) = items.first() else { continue };
        let section = section_of(first.signal, &deliverables);
        let options = &specification.options;
        let trusted = items.iter().any(|item| u8::from(item.tier) < 4);
        let exit = if !trusted {
            Some(DropReason::NoDevelopment)
        } else if options.minimum_strength > Strength::None
            && strength(event) < options.minimum_strength
        {
            Some(DropReason::BelowStrength)
        } else if options.sections.contains(&section) {
            None
        } else {
            Some(DropReason::SectionOff)
        };
        for _ in &items {
            match exit {
                Some(reason) => funnel.leave(reason),
                None => funnel.write(),
            }
        }
        if exit.is_none() {
            let items = items.into_iter().map(|item| item.id.clone()).collect();
            selected.push(Selected { event, signal, items, deliverables });
        }
    }
    selected
}
