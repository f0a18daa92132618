//! Items that report the same thing become one event.

use super::{
    conflict::{self, Conflict},
    product,
    reading::{self, Direction, Gap},
};
use crate::evidence::SelectedItem;
use domain::{
    evidence::{EvidenceItem, independent_publishers, title_key},
    package::RunPackage,
    report::section_of,
    specification::{Scope, SectionKind, Strength},
    taxonomy::{Deliverable, Region, SignalType, ValueChainLink},
};
use std::collections::BTreeSet;

/// Items on the same actor and type count as one event within so many days.
const EVENT_DAYS: i32 = 3;

/// One event of the market with everything that is read off its items.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    /// At least one; the one to quote first stands first.
    pub items: Vec<&'a EvidenceItem>,
    pub signal: SignalType,
    pub section: SectionKind,
    /// Of those ordered.
    pub regions: BTreeSet<Region>,
    pub links: BTreeSet<ValueChainLink>,
    pub deliverables: BTreeSet<Deliverable>,
    /// As written, each once.
    pub companies: Vec<&'a str>,
    pub strength: Strength,
    pub product: Option<&'static str>,
    pub direction: Option<Direction>,
    pub gap: Gap,
    pub conflict: Option<Conflict<'a>>,
}

impl<'a> Event<'a> {
    /// The item to quote first, whose title is the headline.
    pub fn lead(&self) -> &'a EvidenceItem {
        self.items[0]
    }

    pub fn latest(&self) -> jiff::civil::Date {
        self.items.iter().map(|item| item.published).max().unwrap_or(self.lead().published)
    }

    pub fn earliest(&self) -> jiff::civil::Date {
        self.items.iter().map(|item| item.published).min().unwrap_or(self.lead().published)
    }

    /// Each publisher once, in the order of the items.
    pub fn publishers(&self) -> Vec<&'a str> {
        let mut seen = BTreeSet::new();
        let publishers = self.items.iter().map(|item| item.publisher.as_str());
        publishers.filter(|publisher| seen.insert(*publisher)).collect()
    }
}

/// Groups items into events. Two are one event when their titles say the same,
/// or when they share type, company and product, were published within
/// [`EVENT_DAYS`] and do not contradict each other's figures. Items of different
/// regions are never one event. The order of the input does not matter.
pub(super) fn group<'a>(selected: &'a [SelectedItem], package: &RunPackage) -> Vec<Event<'a>> {
    let mut ordered: Vec<_> = selected.iter().collect();
    ordered.sort_by(|a, b| (a.item.published, &a.item.id).cmp(&(b.item.published, &b.item.id)));
    let scope = &package.specification.scope;
    let mut groups: Vec<Vec<&SelectedItem>> = Vec::new();
    for item in ordered {
        let same = |group: &&mut Vec<&SelectedItem>| {
            group.iter().all(|other| regions_of(item, scope) == regions_of(other, scope))
                && group.iter().any(|other| one_event(&item.item, &other.item))
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups.into_iter().map(|group| event_of(group, package)).collect()
}

fn one_event(a: &EvidenceItem, b: &EvidenceItem) -> bool {
    if title_key(&a.title) == title_key(&b.title) {
        return true;
    }
    let days = a.published.since(b.published).map_or(i32::MAX, |span| span.get_days().abs());
    a.signal == b.signal
        && days <= EVENT_DAYS
        && a.companies.iter().any(|company| b.companies.contains(company))
        && product::share_product(a, b)
        && conflict::compatible(a, b)
}

fn event_of<'a>(mut group: Vec<&'a SelectedItem>, package: &RunPackage) -> Event<'a> {
    group.sort_by_key(|selected| quoting_order(&selected.item));
    let specification = &package.specification;
    let scope = &specification.scope;
    let items: Vec<_> = group.iter().map(|selected| &selected.item).collect();
    let deliverables: BTreeSet<_> =
        group.iter().flat_map(|selected| &selected.deliverables).copied().collect();
    // The lead's type decides, unless its section was not chosen and that of
    // another item was.
    let signal = items
        .iter()
        .map(|item| item.signal)
        .find(|signal| specification.options.sections.contains(&section_of(*signal, &deliverables)))
        .unwrap_or(items[0].signal);
    let mut companies: Vec<&str> = Vec::new();
    for company in items.iter().flat_map(|item| &item.companies) {
        if !companies.contains(&company.as_str()) {
            companies.push(company);
        }
    }
    let links = items.iter().flat_map(|item| &item.links).copied();
    Event {
        signal,
        section: section_of(signal, &deliverables),
        regions: regions_of(group[0], scope),
        links: links.filter(|link| scope.links.is_empty() || scope.links.contains(link)).collect(),
        companies,
        strength: Strength::of_publishers(independent_publishers(items.iter().copied())),
        product: items.iter().find_map(|item| product::product(item)),
        direction: items.iter().find_map(|item| reading::direction(item)),
        gap: reading::gap(&items),
        conflict: conflict::find(&items),
        deliverables,
        items,
    }
}

fn regions_of(selected: &SelectedItem, scope: &Scope) -> BTreeSet<Region> {
    selected.item.regions.intersection(&scope.regions).copied().collect()
}

/// The most trusted first; among equals the one that says most, then the
/// earliest, then by id. Headlines all in capitals go last.
fn quoting_order(item: &EvidenceItem) -> (bool, u8, usize, jiff::civil::Date, String) {
    let shouted = !item.title.chars().any(char::is_lowercase);
    let brevity = usize::MAX - item.excerpt.chars().count();
    (shouted, item.tier.into(), brevity, item.published, item.id.to_string())
}
