//! Whose data each part of a report holds, by what it cites: providers, and owners of sources.

use super::parts::{APPENDIX, COVERAGE, DECISION, MONITORING, PARTS, SIGNAL_MAP, SUMMARY, key_of};
use domain::{
    evidence::{EvidenceId, EvidenceItem, EvidencePack},
    pricing_pack::ProviderId,
    report::{Claim, Development, ReportDocument},
};
use rights::{DocumentLineage, Owner, Part};
use std::collections::{BTreeMap, BTreeSet};

/// The lineage of a report that was written from `pack`. Every part names the
/// providers of the items that it cites; coverage counts all that was read, so it
/// names all of them. Title and scope are the subscriber's own words. A part of
/// which one item is not on record has no provider at all, which denies it. Owners of sources
/// stand with the parts that cite them; coverage says of a source no more than its name.
pub fn lineage(document: &ReportDocument, pack: &EvidencePack) -> DocumentLineage {
    let pack = Origins::of(pack);
    let developments: BTreeMap<&str, &Development> = document
        .sections
        .iter()
        .flat_map(|section| &section.developments)
        .map(|development| (development.id.as_str(), development))
        .collect();
    let all_cited = || developments.values().flat_map(|one| cited(&one.claims));
    let part = |key: &str, Origin { providers, owners }: Origin| {
        let title = PARTS.iter().find(|(known, ..)| *known == key);
        let title = title.map_or(key, |(_, title, _)| *title).to_owned();
        Part { key: key.to_owned(), title, providers, owners }
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
        let Origin { providers, owners } = pack.behind_claims(claims.chain(&section.statements));
        parts.push(Part {
            key: key_of(section),
            title: section.kind.label().to_owned(),
            providers,
            owners,
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

/// Whose data something is.
#[derive(Default)]
struct Origin {
    /// Empty when it is not on record.
    providers: BTreeSet<ProviderId>,
    owners: BTreeSet<Owner>,
}

/// Whose data a pack's items are.
struct Origins<'a> {
    pack: &'a EvidencePack,
    items: BTreeMap<&'a EvidenceId, &'a EvidenceItem>,
}

impl<'a> Origins<'a> {
    fn of(pack: &'a EvidencePack) -> Self {
        Self { pack, items: pack.items.iter().map(|item| (&item.id, item)).collect() }
    }

    /// Empty when nothing is cited, or something that is not on record.
    fn behind<'i>(&self, cited: impl IntoIterator<Item = &'i EvidenceId>) -> Origin {
        let mut origin = Origin::default();
        for id in cited {
            let Some((item, provider)) =
                self.items.get(id).and_then(|item| Some((item, self.pack.provider_of(item)?)))
            else {
                return Origin::default();
            };
            origin.providers.insert(provider);
            origin.owners.extend(Owner::of(&self.pack.sources, &item.source, item.sample));
        }
        origin
    }

    fn behind_claims<'i>(&self, claims: impl IntoIterator<Item = &'i Claim>) -> Origin {
        self.behind_each(claims.into_iter().map(|claim| claim.evidence.iter()))
    }

    /// The union over statements of which each has to be on record by itself.
    fn behind_each<'i, C: IntoIterator<Item = &'i EvidenceId>>(
        &self,
        statements: impl IntoIterator<Item = C>,
    ) -> Origin {
        let mut union = Origin::default();
        for cited in statements {
            let origin = self.behind(cited);
            if origin.providers.is_empty() {
                return origin;
            }
            union.providers.extend(origin.providers);
            union.owners.extend(origin.owners);
        }
        union
    }

    /// Of everything that was read, whether or not it is cited.
    fn behind_all(&self) -> Origin {
        let items = self.pack.items.iter().map(|item| self.pack.provider_of(item));
        let Some(mut providers) = items.collect::<Option<BTreeSet<_>>>() else {
            return Origin::default();
        };
        let read = self.pack.sources.iter().filter(|source| source.error.is_none());
        providers.extend(read.filter_map(|source| source.provider.clone()));
        Origin { providers, ..Origin::default() }
    }
}
