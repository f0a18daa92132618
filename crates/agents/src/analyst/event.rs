//! A selected event as the analyst reads it.

use super::reading::{self, Gap};
use crate::evidence::SelectedEvent;
use domain::{
    evidence::{Direction, EventId, EvidenceId, EvidenceItem, Novelty, independent_publishers},
    package::RunPackage,
    report::section_of,
    specification::{SectionKind, Strength},
    taxonomy::{Deliverable, Region, SignalType, ValueChainLink},
};
use std::collections::BTreeSet;

/// One event of the market with everything that is read off its items.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub id: &'a EventId,
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
    pub product: Option<&'a str>,
    pub direction: Option<Direction>,
    pub gap: Gap,
    pub conflict: Option<Conflict<'a>>,
    /// None where there is no earlier report to compare with.
    pub novelty: Option<Novelty>,
    /// Points in hundredths.
    pub rank: u32,
}

/// Two publishers that give different figures. Both sides stay in the report; nobody
/// chooses between them.
#[derive(Clone, Debug)]
pub(crate) struct Conflict<'a> {
    pub one: Side<'a>,
    pub other: Side<'a>,
}

#[derive(Clone, Debug)]
pub(crate) struct Side<'a> {
    pub item: &'a EvidenceItem,
    /// As the item has it.
    pub figure: &'a str,
}

impl<'a> Event<'a> {
    pub(super) fn of(selected: &'a SelectedEvent, package: &RunPackage) -> Self {
        let scope = &package.specification.scope;
        let items: Vec<_> = selected.items.iter().map(|one| &one.item).collect();
        let deliverables: BTreeSet<_> =
            selected.items.iter().flat_map(|one| &one.deliverables).copied().collect();
        let signal = items[0].signal;
        let mut companies: Vec<&str> = Vec::new();
        for company in items.iter().flat_map(|item| &item.companies) {
            if !companies.contains(&company.as_str()) {
                companies.push(company);
            }
        }
        let regions = items.iter().flat_map(|item| &item.regions).copied();
        let links = items.iter().flat_map(|item| &item.links).copied();
        Self {
            id: &selected.id,
            signal,
            section: section_of(signal, &deliverables),
            regions: regions.filter(|region| scope.regions.contains(region)).collect(),
            links: links
                .filter(|link| scope.links.is_empty() || scope.links.contains(link))
                .collect(),
            companies,
            strength: Strength::of_publishers(independent_publishers(items.iter().copied())),
            product: selected.product.as_deref(),
            direction: selected.signal.direction,
            gap: reading::gap(&items),
            conflict: conflict(selected),
            novelty: (!package.previous_runs.is_empty()).then_some(selected.novelty),
            rank: selected.rank,
            deliverables,
            items,
        }
    }

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

fn conflict(selected: &SelectedEvent) -> Option<Conflict<'_>> {
    let conflict = selected.signal.conflicts.first()?;
    let item =
        |id: &EvidenceId| selected.items.iter().map(|one| &one.item).find(|item| item.id == *id);
    Some(Conflict {
        one: Side { item: item(&conflict.one)?, figure: &conflict.one_figure },
        other: Side { item: item(&conflict.other)?, figure: &conflict.other_figure },
    })
}
