//! From a model's draft to a report document.

use super::{
    draft::{Draft, DraftAdvice, DraftDevelopment},
    prompt::event_name,
};
use crate::analyst::{Basis, Event, Prose};
use domain::{
    evidence::{EvidenceItem, independent_publishers},
    report::{Development, Engine, MonitoringAdvice, ReportDocument},
    specification::{SectionKind, Strength},
};
use reports::is_plain;
use std::collections::BTreeMap;

/// The document of a draft, its words as they came. Where the draft names events
/// that are not there, or one twice, there is no document but the reasons.
pub(super) fn assemble(
    basis: &Basis<'_>,
    draft: Draft,
    engine: Engine,
) -> Result<ReportDocument, Vec<String>> {
    let mut told = by_event(basis, draft.developments)?;
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    let mut developments = Vec::new();
    for (place, event) in basis.events().iter().enumerate() {
        let name = event_name(place);
        let Some(draft) = told.remove(&name) else { continue };
        let id = format!("D{}", developments.len() + 1);
        ids.insert(name, id.clone());
        developments.push(placed(basis, event, id, draft));
    }
    let monitoring = advice(draft.monitoring, &ids)?;
    let prose = Prose {
        developments,
        executive_summary: draft.executive_summary,
        decision_summary: draft.decision_summary,
        statements: draft.strategic_implications,
        monitoring,
    };
    Ok(basis.document(prose, engine))
}

fn by_event(
    basis: &Basis<'_>,
    drafts: Vec<DraftDevelopment>,
) -> Result<BTreeMap<String, DraftDevelopment>, Vec<String>> {
    let mut told = BTreeMap::new();
    let mut reasons = Vec::new();
    for draft in drafts {
        let known = (0..basis.events().len()).any(|place| event_name(place) == draft.event);
        if !known {
            reasons.push(wrong(&format!("no event is called {}", short(&draft.event))));
        } else if let Some(before) = told.insert(draft.event.clone(), draft) {
            reasons.push(wrong(&format!("{} is told twice", before.event)));
        }
    }
    if reasons.is_empty() { Ok(told) } else { Err(reasons) }
}

fn advice(
    drafts: Vec<DraftAdvice>,
    ids: &BTreeMap<String, String>,
) -> Result<Vec<MonitoringAdvice>, Vec<String>> {
    let mut advice = Vec::new();
    let mut reasons = Vec::new();
    for DraftAdvice { event, text } in drafts {
        match ids.get(&event) {
            Some(id) => advice.push(MonitoringAdvice { text, development: id.clone() }),
            None => reasons.push(wrong(&format!("monitoring advice on {}", short(&event)))),
        }
    }
    if reasons.is_empty() { Ok(advice) } else { Err(reasons) }
}

/// A model writes words and nothing else: no markup, and no address, not even one
/// that stands in the evidence, where whoever wrote it may have put it for this.
pub(super) fn not_plain(draft: &Draft) -> Option<Vec<String>> {
    let developments = &draft.developments;
    let claims = developments.iter().flat_map(|one| &one.claims);
    let claims = claims.chain(&draft.decision_summary).chain(&draft.strategic_implications);
    let bullets = draft.executive_summary.iter().map(|bullet| bullet.text.as_str());
    let advice = draft.monitoring.iter().map(|advice| advice.text.as_str());
    let headlines = developments.iter().map(|one| one.headline.as_str());
    let texts = claims.map(|claim| claim.text.as_str()).chain(bullets).chain(advice);
    let found = texts.chain(headlines).filter(|text| !is_plain(text, &[]));
    let reasons: Vec<_> =
        found.map(|text| format!("“{}” contains markup, or an address.", short(text))).collect();
    (!reasons.is_empty()).then_some(reasons)
}

/// The same words as a finding of validation, which reports such a place too.
pub(super) fn wrong(place: &str) -> String {
    format!("The report did not have the required structure ({place}).")
}

/// A model's own words inside a reason.
pub(super) fn short(text: &str) -> String {
    const CHARACTERS_MAX: usize = 160;
    text.chars().take(CHARACTERS_MAX).collect()
}

/// The event decides where it stands and whom it serves; what is cited decides
/// strength, dates and companies.
fn placed(
    basis: &Basis<'_>,
    event: &Event<'_>,
    id: String,
    draft: DraftDevelopment,
) -> (SectionKind, Development) {
    let is_cited =
        |item: &EvidenceItem| draft.claims.iter().any(|one| one.evidence.contains(&item.id));
    let cited: Vec<_> = basis.package.pack.items.iter().filter(|item| is_cited(item)).collect();
    let named =
        |company: &str| cited.iter().any(|item| item.companies.iter().any(|c| c == company));
    let companies = event.companies.iter().filter(|name| named(name));
    let dates = cited.iter().map(|item| item.published);
    let development = Development {
        id,
        companies: companies.map(|name| (*name).to_owned()).collect(),
        strength: Strength::of_publishers(independent_publishers(cited.iter().copied())),
        novelty: event.novelty,
        first_published: dates.clone().min().unwrap_or_else(|| event.earliest()),
        last_published: dates.max().unwrap_or_else(|| event.latest()),
        signal: event.signal,
        regions: event.regions.clone(),
        links: event.links.clone(),
        deliverables: event.deliverables.clone(),
        headline: draft.headline,
        claims: draft.claims,
    };
    (event.section, development)
}
