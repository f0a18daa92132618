use super::merge::{Apart, Event, Member};
use domain::evidence::{EventId, EvidenceId, Join};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What administrators decided on pairs of items, in the order of their decisions: the
/// newest word on a pair counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rulings {
    apart: Apart,
    together: BTreeSet<(EvidenceId, EvidenceId)>,
}

impl Rulings {
    /// Each of the one side tells the same event as each of the other.
    pub fn merge(&mut self, one: &[EvidenceId], other: &[EvidenceId]) {
        for pair in pairs(one, other) {
            self.apart.allow(&pair.0, &pair.1);
            self.together.insert(pair);
        }
    }

    /// None of the one side tells the same event as any of the other.
    pub fn separate(&mut self, one: &[EvidenceId], other: &[EvidenceId]) {
        for pair in pairs(one, other) {
            self.together.remove(&pair);
            self.apart.tell_apart(&pair.0, &pair.1);
        }
    }

    pub fn apart(&self) -> &Apart {
        &self.apart
    }
}

impl From<Apart> for Rulings {
    fn from(apart: Apart) -> Self {
        Self { apart, together: BTreeSet::new() }
    }
}

/// Each pair once, the smaller id first.
fn pairs(one: &[EvidenceId], other: &[EvidenceId]) -> BTreeSet<(EvidenceId, EvidenceId)> {
    let pair = |a: &EvidenceId, b: &EvidenceId| (a.min(b).clone(), a.max(b).clone());
    one.iter().flat_map(|a| other.iter().map(move |b| pair(a, b))).filter(|(a, b)| a != b).collect()
}

/// Makes one event of those that are said to be one, but never of two that hold a pair
/// told apart. Independent of the order of the events; costs nothing without rulings.
pub fn join(events: Vec<Event>, rulings: &Rulings) -> Vec<Event> {
    if rulings.together.is_empty() {
        return events;
    }
    let home: HashMap<EvidenceId, usize> = events
        .iter()
        .enumerate()
        .flat_map(|(at, event)| event.items().map(move |one| (one.item.id.clone(), at)))
        .collect();
    let mut groups = Groups::of(&events);
    for (one, other) in &rulings.together {
        if let (Some(one), Some(other)) = (home.get(one), home.get(other)) {
            groups.join(*one, *other, rulings.apart());
        }
    }
    let mut gathered: BTreeMap<usize, Vec<Member>> = BTreeMap::new();
    for (at, event) in events.into_iter().enumerate() {
        gathered.entry(groups.root(at)).or_default().extend(event.members);
    }
    let mut joined: Vec<Event> = gathered.into_values().map(event_of).collect();
    let place = |event: &Event| {
        let first = &event.members[0].item.item;
        (first.published, first.id.clone())
    };
    joined.sort_by_cached_key(place);
    joined
}

/// The first report names the event; what was first of another event joined by decision.
fn event_of(mut members: Vec<Member>) -> Event {
    members.sort_by(|a, b| {
        let key = |member: &Member| (member.item.item.published, member.item.item.id.clone());
        key(a).cmp(&key(b))
    });
    for member in members.iter_mut().skip(1).filter(|member| member.joined == Join::First) {
        member.joined = Join::Administrator;
    }
    members[0].joined = Join::First;
    Event { id: EventId::of_first(&members[0].item.item.id), members }
}

/// Which events are one by now.
struct Groups {
    parents: Vec<usize>,
    items: Vec<Vec<EvidenceId>>,
}

impl Groups {
    fn of(events: &[Event]) -> Self {
        let ids = |event: &Event| event.items().map(|one| one.item.id.clone()).collect();
        Self { parents: (0..events.len()).collect(), items: events.iter().map(ids).collect() }
    }

    fn root(&self, mut at: usize) -> usize {
        while self.parents[at] != at {
            at = self.parents[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize, apart: &Apart) {
        let (one, other) = (self.root(one), self.root(other));
        let (kept, gone) = (one.min(other), one.max(other));
        let told_apart = |a: &EvidenceId| self.items[gone].iter().any(|b| apart.holds(a, b));
        if kept == gone || self.items[kept].iter().any(told_apart) {
            return;
        }
        let moved = std::mem::take(&mut self.items[gone]);
        self.items[kept].extend(moved);
        self.parents[gone] = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::{
            merge,
            tests::{EXPANDS, raw, read},
        },
        item::DeskItem,
    };

    /// Two reports of one event, one of another, and one that stands alone.
    fn items() -> Vec<DeskItem> {
        [
            raw("Alpha", 10, EXPANDS, "The MDI unit at Westhaven grows."),
            raw("Beta", 12, "Halvorsen adds 120 ktpa of MDI in the Netherlands", "More capacity."),
            raw("Gamma", 9, "Foam hall opened in Poland", "Polyurethane foam is made there."),
            raw("Delta", 14, "A hall for foam", "Polyurethane foam, near Lodz."),
        ]
        .iter()
        .map(read)
        .collect()
    }

    fn id(one: &DeskItem) -> EvidenceId {
        one.item.id.clone()
    }

    /// Ids of each event's items, and how they joined.
    fn told(items: &[DeskItem], rulings: &Rulings) -> Vec<Vec<(EvidenceId, Join)>> {
        join(merge(items.to_vec(), rulings.apart()), rulings)
            .iter()
            .map(|event| {
                assert_eq!(event.id, EventId::of_first(&event.members[0].item.item.id));
                event.members.iter().map(|one| (id(&one.item), one.joined)).collect()
            })
            .collect()
    }

    #[test]
    fn two_events_that_are_said_to_be_one_become_one_named_by_its_first_report() {
        let items = items();
        let mut rulings = Rulings::default();
        assert_eq!(told(&items, &rulings).len(), 3);
        rulings.merge(&[id(&items[2])], &[id(&items[3])]);
        let events = told(&items, &rulings);
        assert_eq!(events.len(), 2);
        let expected = vec![(id(&items[2]), Join::First), (id(&items[3]), Join::Administrator)];
        assert_eq!(events[0], expected);
    }

    #[test]
    fn a_citation_that_does_not_belong_is_an_event_of_its_own() {
        let items = items();
        let mut rulings = Rulings::default();
        rulings.separate(&[id(&items[1])], &[id(&items[0])]);
        let events = told(&items, &rulings);
        assert_eq!(events.len(), 4);
        assert!(events.contains(&vec![(id(&items[1]), Join::First)]));
    }

    #[test]
    fn the_newest_word_on_a_pair_counts() {
        let items = items();
        let (one, other) = ([id(&items[0])], [id(&items[1])]);
        let mut rulings = Rulings::default();
        rulings.separate(&one, &other);
        rulings.merge(&one, &other);
        assert_eq!(told(&items, &rulings).len(), 3);
        rulings.separate(&other, &one);
        assert_eq!(told(&items, &rulings).len(), 4);
    }

    #[test]
    fn a_pair_told_apart_is_not_made_one_by_way_of_a_third() {
        let items = items();
        let of = |at: usize| [id(&items[at])];
        let mut rulings = Rulings::default();
        rulings.merge(&of(2), &of(3));
        rulings.merge(&of(0), &of(3));
        rulings.separate(&of(0), &of(2));
        let events = told(&items, &rulings);
        assert_eq!(events.len(), 2);
        for event in events {
            let holds = |at: usize| event.iter().any(|(one, _)| *one == id(&items[at]));
            assert!(!(holds(0) && holds(2)));
        }
    }

    #[test]
    fn the_order_of_the_items_does_not_matter() {
        let mut items = items();
        let mut rulings = Rulings::default();
        rulings.merge(&[id(&items[0]), id(&items[1])], &[id(&items[3])]);
        let events = told(&items, &rulings);
        items.reverse();
        assert_eq!(told(&items, &rulings), events);
        assert_eq!(events.iter().map(Vec::len).max(), Some(3));
    }
}
