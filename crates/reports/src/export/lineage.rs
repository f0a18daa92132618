//! Which providers' data each part of a report holds, by what it cites.

use super::parts::{APPENDIX, COVERAGE, DECISION, MONITORING, PARTS, SIGNAL_MAP, SUMMARY, key_of};
use domain::{
    evidence::{EvidenceId, EvidenceItem, EvidencePack},
    pricing_pack::ProviderId,
    report::{Claim, Development, ReportDocument},
};
use rights::{DocumentLineage, Part};
use std::collections::{BTreeMap, BTreeSet};

/// The lineage of a report that was written from `pack`. Every part names the
/// providers of the items that it cites; coverage counts all that was read, so it
/// names all of them. Title and scope are the subscriber's own words. A part of
/// which one item is not on record has no provider at all, which denies it.
pub fn lineage(document: &ReportDocument, pack: &EvidencePack) -> DocumentLineage {
    let pack = Providers::of(pack);
    let developments: BTreeMap<&str, &Development> = document
        .sections
        .iter()
        .flat_map(|section| &section.developments)
        .map(|development| (development.id.as_str(), development))
        .collect();
    let all_cited = || developments.values().flat_map(|one| cited(&one.claims));
    let part = |key: &str, providers: BTreeSet<ProviderId>| {
        let title = PARTS.iter().find(|(known, ..)| *known == key);
        let title = title.map_or(key, |(_, title, _)| *title).to_owned();
        Part { key: key.to_owned(), title, providers }
    };
    let mut parts = Vec::new();
    if !document.executive_summary.is_empty() {
        let bullets = document.executive_summary.iter().map(|bullet| bullet.evidence.iter());
        parts.push(part(SUMMARY, pack.behind_each(bullets)));
    }
    if !document.decision_summary.is_empty() {
        parts.push(part(DECISION, pack.behind_claims(&document.decision_summary)));
    }
    for section in &document.sections {
        let claims = section.developments.iter().flat_map(|one| &one.claims);
        let providers = pack.behind_claims(claims.chain(&section.statements));
        parts.push(Part {
            key: key_of(section),
            title: section.kind.label().to_owned(),
            providers,
        });
    }
    if !document.signal_map.is_empty() {
        parts.push(part(SIGNAL_MAP, pack.behind(all_cited())));
    }
    if !document.monitoring.is_empty() {
        let advice = document.monitoring.iter().map(|advice| {
            developments
                .get(advice.development.as_str())
                .into_iter()
                .flat_map(|one| cited(&one.claims))
        });
        parts.push(part(MONITORING, pack.behind_each(advice)));
    }
    parts.push(part(COVERAGE, pack.behind_all()));
    if !document.appendix.is_empty() {
        let entries = document.appendix.iter().map(|entry| {
            let used = entry.developments.iter().filter_map(|id| developments.get(id.as_str()));
            std::iter::once(&entry.evidence).chain(used.flat_map(|one| cited(&one.claims)))
        });
        parts.push(part(APPENDIX, pack.behind_each(entries)));
    }
    DocumentLineage { parts }
}

fn cited<'a>(claims: impl IntoIterator<Item = &'a Claim>) -> impl Iterator<Item = &'a EvidenceId> {
    claims.into_iter().flat_map(|claim| &claim.evidence)
}

/// The providers of a pack's items.
struct Providers<'a> {
    pack: &'a EvidencePack,
    items: BTreeMap<&'a EvidenceId, &'a EvidenceItem>,
}

impl<'a> Providers<'a> {
    fn of(pack: &'a EvidencePack) -> Self {
        Self { pack, items: pack.items.iter().map(|item| (&item.id, item)).collect() }
    }

    /// Empty when nothing is cited, or something that is not on record.
    fn behind<'i>(&self, cited: impl IntoIterator<Item = &'i EvidenceId>) -> BTreeSet<ProviderId> {
        let provider = |id: &EvidenceId| self.pack.provider_of(self.items.get(id)?);
        cited.into_iter().map(provider).collect::<Option<_>>().unwrap_or_default()
    }

    fn behind_claims<'i>(
        &self,
        claims: impl IntoIterator<Item = &'i Claim>,
    ) -> BTreeSet<ProviderId> {
        self.behind_each(claims.into_iter().map(|claim| claim.evidence.iter()))
    }

    /// The union over statements of which each has to be on record by itself.
    fn behind_each<'i, C: IntoIterator<Item = &'i EvidenceId>>(
        &self,
        statements: impl IntoIterator<Item = C>,
    ) -> BTreeSet<ProviderId> {
        let mut union = BTreeSet::new();
        for cited in statements {
            let providers = self.behind(cited);
            if providers.is_empty() {
                return providers;
            }
            union.extend(providers);
        }
        union
    }

    /// Of everything that was read, whether or not it is cited.
    fn behind_all(&self) -> BTreeSet<ProviderId> {
        let items = self.pack.items.iter().map(|item| self.pack.provider_of(item));
        let Some(mut providers) = items.collect::<Option<BTreeSet<_>>>() else {
            return BTreeSet::new();
        };
        let read = self.pack.sources.iter().filter(|source| source.error.is_none());
        providers.extend(read.filter_map(|source| source.provider.clone()));
        providers
    }
}
