use crate::{event::Event, figure::figures_in, item::DeskItem};
use domain::evidence::{EvidenceId, Quantity};
use std::collections::BTreeSet;

/// What an event is to a reader of the reports before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Novelty {
    New,
    /// An earlier report cites it, and something has come to it since.
    ContinuingWithNewFacts,
    /// An earlier report said all of it.
    Continuing,
}

/// Whether an event is new to readers of reports that cited these items.
///
/// A new fact is a figure, company or site in an item that none of the cited items of
/// the event has. That another publisher repeats it is no new fact.
pub fn novelty(event: &Event, cited: &BTreeSet<EvidenceId>) -> Novelty {
    let (known, fresh): (Vec<&DeskItem>, Vec<&DeskItem>) =
        event.items().partition(|one| cited.contains(&one.item.id));
    if known.is_empty() {
        return Novelty::New;
    }
    let figures = |one: &DeskItem| figures_in(&one.words(), one.number_marks());
    let said: Vec<Quantity> = known.iter().flat_map(|one| figures(one)).collect();
    let adds = |one: &DeskItem| {
        let figure = figures(one)
            .iter()
            .any(|new| !said.iter().any(|old| old.unit == new.unit && old.normal == new.normal));
        let company =
            one.companies.iter().any(|new| !known.iter().any(|old| old.companies.contains(new)));
        let site = one.sites.iter().any(|new| !known.iter().any(|old| old.sites.contains(new)));
        figure || company || site
    };
    if fresh.iter().any(|one| adds(one)) {
        Novelty::ContinuingWithNewFacts
    } else {
        Novelty::Continuing
    }
}
