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
    instructing::instructs,
    pack,
    signal::{Contradiction, Signal, quoting_order, read_signal},
};
use domain::{
    evidence::{ContinuingEvent, DropReason, EventId, EvidenceId, EvidencePack, LeftOut},
    package::RunPackage,
    report::section_of,
    specification::{Specification, Strength},
    taxonomy::Deliverable,
};
use foldhash::fast::RandomState;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet, HashMap};

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
    let specification = &package.specification;
    let found = select(&package.pack, specification, window, &package.continuing);
    let Found { selected, mut left_out, mut funnel } = found;
    let (placed, contradictions) = place(selected, &specification.scope.links);
    let (events, weak): (Vec<Placed>, Vec<Placed>) =
        placed.into_iter().partition(|one| one.reportable);
    for one in &weak {
        left_out.below_rank += 1;
        one.selected.event.members.iter().for_each(|_| funnel.withdraw(DropReason::NoDevelopment));
    }
    Selection { events, contradictions, left_out, funnel }
}

/// What a pack holds for a specification, before any of it is ranked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// By their first report.
    pub selected: Vec<Selected>,
    pub left_out: LeftOut,
    /// Where every item of the pack is.
    pub funnel: Funnel,
}

/// Events in window and scope, strictly: each item is asked for itself, and what does
/// not fit never comes back as filler. Nor does what gives orders to its reader: nothing is
/// written of it, and no model is told of it.
///
/// Only what fits is taken out of the pack; an item of another region or week costs a
/// look at it.
pub fn select(
    pack: &EvidencePack,
    specification: &Specification,
    window: Window,
    continuing: &[ContinuingEvent],
) -> Found {
    let mut funnel = Funnel::default();
    let mut fitting = HashMap::default();
    let in_window = pack.items.iter().filter(|item| window.holds(item.published));
    let mut within = 0;
    for item in in_window {
        within += 1;
        match specification.scope.fit(&specification.watchlist, item) {
            Ok(_) if instructs(item) => funnel.leave(DropReason::Instructing),
            Ok(deliverables) => drop(fitting.insert(&item.id, deliverables)),
            Err(misfit) => funnel.leave(misfit.into()),
        }
    }
    funnel.leave_together(DropReason::OutsideWindow, pack.items.len() - within);
    let opened = pack::open(
        pack,
        window,
        |item| window.holds(item.published),
        |item| fitting.contains_key(&item.id),
    );
    let before = continuing.iter().map(|one| (&one.event, one)).collect();
    let mut selector =
        Selector { specification, fitting, before, left_out: LeftOut::default(), funnel };
    let selected =
        opened.into_iter().filter_map(|(event, signal)| selector.select(event, signal)).collect();
    Found { selected, left_out: selector.left_out, funnel: selector.funnel }
}

struct Selector<'a> {
    specification: &'a Specification,
    /// The ordered deliverables of each item in window and scope.
    fitting: HashMap<&'a EvidenceId, BTreeSet<Deliverable>, RandomState>,
    before: BTreeMap<&'a EventId, &'a ContinuingEvent>,
    left_out: LeftOut,
    funnel: Funnel,
}

impl Selector<'_> {
    /// An event of items in window and scope, unless it has been told or may not be.
    fn select(&mut self, event: Event, signal: Signal) -> Option<Selected> {
        let one = self.untold(event, signal)?;
        let items = one.serves.len();
        let Some(reason) = self.exit(&one) else {
            self.funnel.write_together(items);
            return Some(one);
        };
        self.funnel.leave_together(reason, items);
        None
    }

    /// The event with its items that no earlier report has told; none without any.
    fn untold(&mut self, mut event: Event, mut signal: Signal) -> Option<Selected> {
        let before = self.before.get(&event.id).copied();
        if let Some(before) = before {
            let items = event.members.len();
            let all = before.novelty == Novelty::Continuing;
            event.members.retain(|one| !all && !before.cited.contains(&one.item.item.id));
            let told = items - event.members.len();
            self.funnel.leave_together(DropReason::NoDevelopment, told);
            if event.members.is_empty() {
                self.left_out.continuing += 1;
                return None;
            }
            if told > 0 {
                signal = read_signal(&event);
            }
        }
        let serves = event.items().map(|one| &one.item.id);
        let serves = serves.map(|id| (id.clone(), self.fitting[id].clone())).collect();
        let novelty = before.map_or(Novelty::New, |before| before.novelty);
        Some(Selected { event, signal, novelty, serves })
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
