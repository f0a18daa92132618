//! What a specification selects of the events, and what is new in it.

mod novelty;
mod standing;

pub use domain::evidence::Novelty;
pub use novelty::{continuing, novelty};
pub use standing::{Placed, place};

use crate::{
    development::strength,
    event::Event,
    funnel::Funnel,
    pack,
    signal::{Contradiction, Signal, quoting_order, read_signal},
};
use domain::{
    evidence::{ContinuingEvent, DropReason, EventId, EvidenceId, LeftOut},
    package::RunPackage,
    report::section_of,
    specification::{Specification, Strength},
    taxonomy::Deliverable,
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Publication dates to look at, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Date,
    pub to: Date,
}

impl Window {
    pub fn holds(self, date: Date) -> bool {
        (self.from..=self.to).contains(&date)
    }
}

/// An event in scope: with those of its items alone that are, and what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    pub event: Event,
    pub signal: Signal,
    pub novelty: Novelty,
    /// The ordered deliverables that each item serves, never none.
    pub serves: BTreeMap<EvidenceId, BTreeSet<Deliverable>>,
}

impl Selected {
    pub fn deliverables(&self) -> BTreeSet<Deliverable> {
        self.serves.values().flatten().copied().collect()
    }
}

/// What a report may be written of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// By their first report.
    pub events: Vec<Placed>,
    /// Among them.
    pub contradictions: Vec<Contradiction>,
    pub left_out: LeftOut,
    /// Where every item of the pack is.
    pub funnel: Funnel,
}

/// What a run selects of its pack, and how far up each event stands.
pub fn select_from(package: &RunPackage) -> Selection {
    let window = Window { from: package.window_from, to: package.window_to };
    let opened = pack::open(&package.pack, |item| window.holds(item.published));
    let mut funnel = Funnel::default();
    let in_window: usize = opened.iter().map(|(event, _)| event.members.len()).sum();
    for _ in in_window..package.pack.items.len() {
        funnel.leave(DropReason::OutsideWindow);
    }
    let specification = &package.specification;
    let pairs = opened.iter().map(|(event, signal)| (event, signal));
    let mut left_out = LeftOut::default();
    let selected = Selector {
        specification,
        window,
        continuing: &package.continuing,
        left_out: &mut left_out,
    }
    .select(pairs, &mut funnel);
    let (placed, contradictions) = place(selected, &specification.scope.links);
    let (events, weak): (Vec<Placed>, Vec<Placed>) =
        placed.into_iter().partition(|one| one.reportable);
    for one in &weak {
        left_out.below_rank += 1;
        one.selected.event.members.iter().for_each(|_| funnel.withdraw(DropReason::NoDevelopment));
    }
    Selection { events, contradictions, left_out, funnel }
}

/// Events in window and scope, strictly: each item is asked for itself, and what does
/// not fit never comes back as filler. Items that leave are counted in `funnel`.
pub fn select<'a>(
    events: impl IntoIterator<Item = (&'a Event, &'a Signal)>,
    specification: &Specification,
    window: Window,
    funnel: &mut Funnel,
) -> Vec<Selected> {
    let mut left_out = LeftOut::default();
    Selector { specification, window, continuing: &[], left_out: &mut left_out }
        .select(events, funnel)
}

struct Selector<'s> {
    specification: &'s Specification,
    window: Window,
    continuing: &'s [ContinuingEvent],
    left_out: &'s mut LeftOut,
}

impl Selector<'_> {
    fn select<'a>(
        &mut self,
        events: impl IntoIterator<Item = (&'a Event, &'a Signal)>,
        funnel: &mut Funnel,
    ) -> Vec<Selected> {
        let continuing: BTreeMap<&EventId, &ContinuingEvent> =
            self.continuing.iter().map(|one| (&one.event, one)).collect();
        let mut selected = Vec::new();
        for (event, signal) in events {
            let before = continuing.get(&event.id).copied();
            let Some(one) = self.narrowed(event, signal, before, funnel) else { continue };
            match self.exit(&one) {
                None => {
                    one.serves.keys().for_each(|_| funnel.write());
                    selected.push(one);
                }
                Some(reason) => one.serves.keys().for_each(|_| funnel.leave(reason)),
            }
        }
        selected
    }

    /// The event with its items in window and scope that no earlier report has told;
    /// none without any.
    fn narrowed(
        &mut self,
        event: &Event,
        signal: &Signal,
        before: Option<&ContinuingEvent>,
        funnel: &mut Funnel,
    ) -> Option<Selected> {
        let mut serves = BTreeMap::new();
        let mut told = false;
        for member in &event.members {
            let item = &member.item.item;
            let fit = if self.window.holds(item.published) {
                let watchlist = &self.specification.watchlist;
                self.specification.scope.fit(watchlist, item).map_err(DropReason::from)
            } else {
                Err(DropReason::OutsideWindow)
            };
            let fit = fit.and_then(|deliverables| match before {
                Some(before)
                    if before.novelty == Novelty::Continuing || before.cited.contains(&item.id) =>
                {
                    told = true;
                    Err(DropReason::NoDevelopment)
                }
                _ => Ok(deliverables),
            });
            match fit {
                Ok(deliverables) => drop(serves.insert(item.id.clone(), deliverables)),
                Err(reason) => funnel.leave(reason),
            }
        }
        if serves.is_empty() {
            self.left_out.continuing += u32::from(told);
            return None;
        }
        let mut narrowed = event.clone();
        narrowed.members.retain(|member| serves.contains_key(&member.item.item.id));
        let signal = if narrowed.members.len() == event.members.len() {
            signal.clone()
        } else {
            read_signal(&narrowed)
        };
        let novelty = before.map_or(Novelty::New, |before| before.novelty);
        Some(Selected { event: narrowed, signal, novelty, serves })
    }

    /// Why an event in scope is not written of.
    fn exit(&mut self, one: &Selected) -> Option<DropReason> {
        let options = &self.specification.options;
        let first = quoting_order(&one.event)[0];
        let section = section_of(first.item.signal, &one.deliverables());
        let trusted = one.event.items().any(|item| u8::from(item.item.tier) < 4);
        if !trusted {
            self.left_out.untrusted += 1;
            Some(DropReason::NoDevelopment)
        } else if options.minimum_strength > Strength::None
            && strength(&one.event) < options.minimum_strength
        {
            self.left_out.below_strength += 1;
            Some(DropReason::BelowStrength)
        } else if options.sections.contains(&section) {
            None
        } else {
            self.left_out.section_off += 1;
            Some(DropReason::SectionOff)
        }
    }
}
