use super::{
    figures::{compatible, telling},
    unique::within_days,
};
use crate::{
    entity::{CompanyId, SiteId},
    item::DeskItem,
    product::ProductKey,
};
use domain::{
    evidence::{EventId, EvidenceId, Join, Quantity, Unit, title_key},
    taxonomy::SignalType,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Items on the same thing count as one event within so many days of its first report.
pub const EVENT_DAYS: i32 = 3;

/// Events of one actor and product looked at for one item. Nobody opens more plants in
/// three days; the bound keeps the cost of a flood of look-alikes linear.
const CANDIDATES_MAX: usize = 16;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub item: DeskItem,
    pub joined: Join,
}

/// What happened, as told by one or more items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: EventId,
    /// At least one, by date and id.
    pub members: Vec<Member>,
}

impl Event {
    pub fn items(&self) -> impl Iterator<Item = &DeskItem> {
        self.members.iter().map(|member| &member.item)
    }
}

/// Pairs of items that an administrator has told apart: they never share an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Apart(BTreeMap<EvidenceId, BTreeSet<EvidenceId>>);

impl Apart {
    pub fn tell_apart(&mut self, one: &EvidenceId, other: &EvidenceId) {
        self.0.entry(one.clone()).or_default().insert(other.clone());
        self.0.entry(other.clone()).or_default().insert(one.clone());
    }

    /// Takes it back.
    pub fn allow(&mut self, one: &EvidenceId, other: &EvidenceId) {
        for (a, b) in [(one, other), (other, one)] {
            if let Some(others) = self.0.get_mut(a) {
                others.remove(b);
            }
        }
    }

    pub fn holds(&self, one: &EvidenceId, other: &EvidenceId) -> bool {
        self.0.get(one).is_some_and(|others| others.contains(other))
    }

    fn forbids(&self, item: &EvidenceId, event: &Event) -> bool {
        self.0
            .get(item)
            .is_some_and(|others| event.items().any(|member| others.contains(&member.item.id)))
    }
}

/// Items that are unique already become events, in the order of their first report.
///
/// Two items are one event within [`EVENT_DAYS`] when title or text are the same; or when
/// they share type and actor and site; or type, actor and product, and their figures are
/// compatible; or, for deals, two parties. Opposite directions and different regions are
/// never one event. The result does not depend on the order of the input, and costs as
/// much as sorting it.
pub fn merge(mut items: Vec<DeskItem>, apart: &Apart) -> Vec<Event> {
    items.sort_by(|a, b| (a.item.published, &a.item.id).cmp(&(b.item.published, &b.item.id)));
    let mut merger = Merger::default();
    for item in items {
        merger.place(item, apart);
    }
    merger.events.into_iter().map(|draft| draft.event).collect()
}

/// What two items of one event have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Mark {
    Title(String),
    Text(String),
    Site(SignalType, SiteId),
    Product(SignalType, CompanyId, ProductKey),
    Parties(SignalType, CompanyId, CompanyId),
}

impl Mark {
    fn join(&self) -> Join {
        match self {
            Self::Title(_) => Join::SameTitle,
            Self::Text(_) => Join::SameText,
            Self::Site(..) => Join::SameActorAndSite,
            Self::Product(..) => Join::SameActorAndProduct,
            Self::Parties(..) => Join::SameParties,
        }
    }
}

struct Draft {
    event: Event,
    /// Of the first item that states any.
    figures: BTreeMap<Unit, Vec<Quantity>>,
}

#[derive(Default)]
struct Merger {
    events: Vec<Draft>,
    /// Events with a mark, the newest last.
    with_mark: HashMap<Mark, Vec<usize>>,
}

impl Merger {
    fn place(&mut self, item: DeskItem, apart: &Apart) {
        let marks = marks_of(&item);
        let figures = telling(&item);
        let home = marks.iter().find_map(|mark| {
            let known = self.with_mark.get(mark)?;
            let place = known
                .iter()
                .rev()
                .take(CANDIDATES_MAX)
                .filter(|place| self.events[**place].accepts(&item, &figures, mark, apart))
                .min()?;
            Some((*place, mark.join()))
        });
        let place = if let Some((place, joined)) = home {
            let draft = &mut self.events[place];
            draft.event.members.push(Member { item, joined });
            if draft.figures.is_empty() {
                draft.figures = figures;
            }
            place
        } else {
            let id = EventId::of_first(&item.item.id);
            let members = vec![Member { item, joined: Join::First }];
            self.events.push(Draft { event: Event { id, members }, figures });
            self.events.len() - 1
        };
        for mark in marks {
            let known = self.with_mark.entry(mark).or_default();
            if known.last() != Some(&place) {
                known.push(place);
            }
        }
    }
}

impl Draft {
    fn accepts(
        &self,
        item: &DeskItem,
        figures: &BTreeMap<Unit, Vec<Quantity>>,
        mark: &Mark,
        apart: &Apart,
    ) -> bool {
        let first = &self.event.members[0].item;
        let copied = matches!(mark, Mark::Title(_) | Mark::Text(_));
        let regions = |one: &DeskItem| one.item.regions.clone();
        let one_region = regions(first).is_empty()
            || regions(item).is_empty()
            || !regions(first).is_disjoint(&regions(item));
        let opposite = matches!((first.direction, item.direction), (Some(a), Some(b)) if a != b);
        // A site has one plant of a kind: figures that differ are a contradiction there,
        // and elsewhere two events.
        let one_size =
            copied || matches!(mark, Mark::Site(..)) || compatible(&self.figures, figures);
        let one_product = first.products.is_empty()
            || item.products.is_empty()
            || !first.products.is_disjoint(&item.products);
        within_days(first.item.published, item.item.published)
            && one_region
            && (copied || one_product)
            && (copied || !opposite)
            && one_size
            && !apart.forbids(&item.item.id, &self.event)
    }
}

/// The surest marks first.
fn marks_of(one: &DeskItem) -> Vec<Mark> {
    let signal = one.item.signal;
    let mut marks = vec![Mark::Title(title_key(&one.item.title))];
    let text = title_key(&one.item.excerpt);
    if !text.is_empty() {
        marks.push(Mark::Text(text));
    }
    marks.extend(one.sites.iter().map(|site| Mark::Site(signal, site.clone())));
    if matches!(signal, SignalType::Mna | SignalType::Investment) {
        for (place, a) in one.companies.iter().enumerate() {
            marks.extend(
                one.companies[place + 1..]
                    .iter()
                    .map(|b| Mark::Parties(signal, a.min(b).clone(), a.max(b).clone())),
            );
        }
    }
    for company in &one.companies {
        let products = one.products.iter();
        marks.extend(products.map(|product| Mark::Product(signal, company.clone(), *product)));
    }
    marks
}
