use super::Window;
use crate::{event::Event, figure::figures_in, item::DeskItem, pack};
use domain::{
    evidence::{ContinuingEvent, EvidenceId, EvidenceItem, EvidencePack, Novelty, Quantity},
    specification::Specification,
};
use std::collections::BTreeSet;

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

/// Events of a pack that earlier reports cite, of those that have something in the
/// window: the flags that the platform sets. Only what the specification may be told
/// counts as a new fact.
pub fn continuing(
    pack: &EvidencePack,
    specification: &Specification,
    window: Window,
    cited: &BTreeSet<EvidenceId>,
) -> Vec<ContinuingEvent> {
    if cited.is_empty() {
        return Vec::new();
    }
    let fits = |item: &EvidenceItem| {
        window.holds(item.published)
            && specification.scope.fit(&specification.watchlist, item).is_ok()
    };
    let near = |item: &EvidenceItem| cited.contains(&item.id) || fits(item);
    let opened = pack::open(pack, window, near, |_| true);
    let known = |event: &Event| event.items().any(|one| cited.contains(&one.item.id));
    let current = |event: &Event| event.items().any(|one| window.holds(one.item.published));
    opened
        .into_iter()
        .map(|(event, _)| event)
        .filter(|event| known(event) && current(event))
        .map(|event| ContinuingEvent {
            novelty: novelty(&event, cited),
            cited: event
                .items()
                .map(|one| &one.item.id)
                .filter(|id| cited.contains(*id))
                .cloned()
                .collect(),
            event: event.id,
        })
        .collect()
}
