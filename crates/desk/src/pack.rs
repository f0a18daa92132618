//! What the desk made, sealed into a pack, and what was sealed, opened again.

use crate::{
    Desk,
    entity::EntityTable,
    event::{Apart, Event, Join, Member, merge},
    item::{DeskItem, Dropped, read_again},
    language,
    product::{product, product_of},
    selection::Window,
    signal::{Signal, read_signal},
};
use domain::evidence::{
    Citation, DroppedItem, EvidenceEvent, EvidenceId, EvidenceItem, EvidencePack, Reported,
    SourceReading,
};
use foldhash::fast::RandomState;
use jiff::civil::Date;
use std::{cmp::Reverse, collections::HashMap};

/// The pack of what the sources held, as of the civil date (UTC) of the reading.
pub fn seal(desk: Desk, as_of: Date, mut sources: Vec<SourceReading>) -> EvidencePack {
    let mut items = Vec::new();
    let mut events = Vec::new();
    for (event, signal) in desk.events.into_iter().zip(desk.signals) {
        let citations = event.members.iter().map(citation).collect();
        let reported = reported(&event);
        events.push(EvidenceEvent { id: event.id, reported, citations, signal });
        items.extend(event.members.into_iter().map(|member| member.item.item));
    }
    items.sort_by(|a, b| (Reverse(a.published), &a.id).cmp(&(Reverse(b.published), &b.id)));
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    EvidencePack {
        schema: EvidencePack::SCHEMA,
        as_of,
        sources,
        sample: items.iter().any(|item| item.sample),
        items,
        dropped: desk.dropped.into_iter().map(DroppedItem::from).collect(),
        events,
        contradictions: desk.contradictions,
    }
}

fn reported(event: &Event) -> Option<Reported> {
    let days = || event.items().map(|one| one.item.published);
    Some(Reported { first: days().min()?, last: days().max()? })
}

/// Events of a pack that may have been reported in the window, as far as their items are
/// wanted, by their first report. Each comes with its signal: the sealed one, or, where
/// only a part of the event is wanted, what that part says.
///
/// Of the items that are `near`, those that are `wanted` are taken out. In a pack that was
/// sealed before events were, all that are near decide what is one event, by the rules of
/// this build.
pub fn open(
    pack: &EvidencePack,
    window: Window,
    near: impl Fn(&EvidenceItem) -> bool,
    wanted: impl Fn(&EvidenceItem) -> bool,
) -> Vec<(Event, Signal)> {
    if pack.schema == EvidencePack::SCHEMA_WITHOUT_EVENTS {
        return read_anew(pack, near, wanted);
    }
    let items = pack.items.iter().filter(|item| near(item) && wanted(item));
    let items: HashMap<&EvidenceId, &EvidenceItem, RandomState> =
        items.map(|item| (&item.id, item)).collect();
    let elsewhere = |one: &Reported| one.last < window.from || window.to < one.first;
    let there =
        pack.events.iter().filter(|sealed| !sealed.reported.as_ref().is_some_and(elsewhere));
    let opened = there.filter_map(|sealed| {
        let known = sealed.citations.iter().filter_map(|citation| {
            Some(member(citation, (*items.get(&citation.evidence)?).clone()))
        });
        let members: Vec<Member> = known.collect();
        if members.is_empty() {
            return None;
        }
        let is_whole = members.len() == sealed.citations.len();
        let event = Event { id: sealed.id.clone(), members };
        let signal = if is_whole { sealed.signal.clone() } else { read_signal(&event) };
        Some((event, signal))
    });
    opened.collect()
}

fn read_anew(
    pack: &EvidencePack,
    near: impl Fn(&EvidenceItem) -> bool,
    wanted: impl Fn(&EvidenceItem) -> bool,
) -> Vec<(Event, Signal)> {
    let table = EntityTable::built_in();
    let read = pack.items.iter().filter(|item| near(item)).map(|item| read_again(item, table));
    let events = merge(read.collect(), &Apart::default()).into_iter().filter_map(|mut event| {
        event.members.retain(|member| wanted(&member.item.item));
        (!event.members.is_empty()).then(|| {
            let signal = read_signal(&event);
            (event, signal)
        })
    });
    events.collect()
}

impl From<Dropped> for DroppedItem {
    fn from(exit: Dropped) -> Self {
        Self { source: exit.source, title: exit.title, url: exit.url, reason: exit.reason }
    }
}

/// What is written down of an item by itself, before it stands in any event.
pub fn reading(one: &DeskItem) -> Citation {
    citation(&Member { item: one.clone(), joined: Join::First })
}

/// An item as it was written down.
pub fn read_back(item: EvidenceItem, reading: &Citation) -> DeskItem {
    member(reading, item).item
}

fn citation(member: &Member) -> Citation {
    let one = &member.item;
    let id = |key: &usize| product(*key).map(|product| product.id.clone());
    Citation {
        evidence: one.item.id.clone(),
        joined: member.joined,
        date_source: one.date_source,
        language: one.language.map(str::to_owned),
        region_basis: one.region_basis,
        companies: one.companies.clone(),
        sites: one.sites.clone(),
        ambiguous: one.ambiguous.clone(),
        products: one.products.iter().filter_map(id).collect(),
        names_a_product: one.names_a_product,
        segment: one.segment,
        relevance: one.relevance,
        direction: one.direction,
        direction_in_title: one.direction_in_title,
    }
}

/// A product that the table no longer has tells no events apart any more.
fn member(citation: &Citation, item: EvidenceItem) -> Member {
    let one = citation.clone();
    let item = DeskItem {
        item,
        language: one.language.as_deref().and_then(language::known),
        date_source: one.date_source,
        region_basis: one.region_basis,
        companies: one.companies,
        sites: one.sites,
        ambiguous: one.ambiguous,
        products: one.products.iter().filter_map(|id| product_of(id)).collect(),
        names_a_product: one.names_a_product,
        segment: one.segment,
        relevance: one.relevance,
        direction: one.direction,
        direction_in_title: one.direction_in_title,
    };
    Member { item, joined: one.joined }
}
