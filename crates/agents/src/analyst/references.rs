use crate::evidence::{SelectedItem, Selection};
use domain::{
    evidence::EvidenceId,
    report::{AppendixEntry, Reference, ReportDocument},
};
use std::collections::{BTreeMap, BTreeSet};

/// What the text cites, numbered by first use.
pub(super) fn of(document: &ReportDocument, selection: &Selection) -> Vec<Reference> {
    let items = by_id(selection);
    let bullets = document.executive_summary.iter().flat_map(|bullet| &bullet.evidence);
    let claims = document.claims().flat_map(|(_, claim)| &claim.evidence);
    let mut seen = BTreeSet::new();
    bullets
        .chain(claims)
        .filter(|id| seen.insert(*id))
        .filter_map(|id| items.get(id))
        .zip(1..)
        .map(|(selected, number)| Reference {
            number,
            evidence: selected.item.id.clone(),
            title: selected.item.title.clone(),
            publisher: selected.item.publisher.clone(),
            published: selected.item.published,
            url: selected.item.url.clone(),
        })
        .collect()
}

/// The cited items in full, in the order of their references.
pub(super) fn appendix(document: &ReportDocument, selection: &Selection) -> Vec<AppendixEntry> {
    let items = by_id(selection);
    let entry = |selected: &SelectedItem| {
        let item = &selected.item;
        AppendixEntry {
            evidence: item.id.clone(),
            title: item.title.clone(),
            publisher: item.publisher.clone(),
            url: item.url.clone(),
            published: item.published,
            date_confidence: item.date_confidence,
            tier: item.tier,
            excerpt: item.excerpt.clone(),
            deliverables: selected.deliverables.clone(),
            developments: citing(document, &item.id),
        }
    };
    let cited = document.references.iter().filter_map(|reference| items.get(&reference.evidence));
    cited.map(|selected| entry(selected)).collect()
}

fn by_id(selection: &Selection) -> BTreeMap<&EvidenceId, &SelectedItem> {
    selection.items().map(|selected| (&selected.item.id, selected)).collect()
}

fn citing(document: &ReportDocument, id: &EvidenceId) -> Vec<String> {
    let developments = document.sections.iter().flat_map(|section| &section.developments);
    developments
        .filter(|one| one.claims.iter().any(|claim| claim.evidence.contains(id)))
        .map(|one| one.id.clone())
        .collect()
}
