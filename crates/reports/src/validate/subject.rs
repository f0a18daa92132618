use domain::{
    evidence::{EvidenceId, EvidenceItem},
    package::RunPackage,
    report::{ClaimKind, Development, ReportDocument},
};
use std::collections::{BTreeMap, BTreeSet};

/// A document beside the package it was composed from.
pub(super) struct Subject<'a> {
    pub document: &'a ReportDocument,
    pub package: &'a RunPackage,
    evidence: BTreeMap<&'a EvidenceId, &'a EvidenceItem>,
}

/// One piece of prose with what it rests on.
pub(super) struct Passage<'a> {
    /// For the reader: a section's name, "Executive summary", …
    pub place: &'a str,
    pub text: &'a str,
    pub evidence: Vec<&'a EvidenceId>,
    pub kind: PassageKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PassageKind {
    /// Names a development; repeats words of its evidence.
    Headline,
    Claim(ClaimKind),
    /// Of the executive summary.
    Bullet,
    Advice,
}

impl<'a> Subject<'a> {
    pub fn new(document: &'a ReportDocument, package: &'a RunPackage) -> Self {
        let evidence = package.pack.items.iter().map(|item| (&item.id, item)).collect();
        Self { document, package, evidence }
    }

    pub fn item(&self, id: &EvidenceId) -> Option<&'a EvidenceItem> {
        self.evidence.get(id).copied()
    }

    /// The items of these ids that the package holds.
    pub fn items<'b>(
        &self,
        ids: impl IntoIterator<Item = &'b EvidenceId>,
    ) -> Vec<&'a EvidenceItem> {
        ids.into_iter().filter_map(|id| self.item(id)).collect()
    }

    /// Each development with the name of its section.
    pub fn developments(&self) -> impl Iterator<Item = (&'a str, &'a Development)> {
        self.document.sections.iter().flat_map(|section| {
            section.developments.iter().map(|development| (section.kind.label(), development))
        })
    }

    /// Ids cited anywhere in the text, in reading order, each once.
    pub fn cited(&self) -> Vec<&'a EvidenceId> {
        let bullets = self.document.executive_summary.iter().flat_map(|bullet| &bullet.evidence);
        let claims = self.document.claims().flat_map(|(_, claim)| &claim.evidence);
        let mut seen = BTreeSet::new();
        bullets.chain(claims).filter(|id| seen.insert(*id)).collect()
    }

    /// All prose that makes statements about the market, in reading order. The
    /// coverage note and the names of the scope are not among it.
    pub fn passages(&self) -> Vec<Passage<'a>> {
        let document = self.document;
        let mut passages = Vec::new();
        for bullet in &document.executive_summary {
            passages.push(Passage {
                place: "Executive summary",
                text: &bullet.text,
                evidence: bullet.evidence.iter().collect(),
                kind: PassageKind::Bullet,
            });
        }
        for (place, claim) in document.claims() {
            passages.push(Passage {
                place,
                text: &claim.text,
                evidence: claim.evidence.iter().collect(),
                kind: PassageKind::Claim(claim.kind),
            });
        }
        for (place, development) in self.developments() {
            passages.push(Passage {
                place,
                text: &development.headline,
                evidence: evidence_of(development),
                kind: PassageKind::Headline,
            });
        }
        for advice in &document.monitoring {
            let development = self.developments().find(|(_, d)| d.id == advice.development);
            passages.push(Passage {
                place: "Monitoring advice",
                text: &advice.text,
                evidence: development.map(|(_, found)| evidence_of(found)).unwrap_or_default(),
                kind: PassageKind::Advice,
            });
        }
        passages
    }
}

/// Everything that a development's claims cite, each once.
pub(super) fn evidence_of(development: &Development) -> Vec<&EvidenceId> {
    let mut seen = BTreeSet::new();
    let cited = development.claims.iter().flat_map(|claim| &claim.evidence);
    cited.filter(|id| seen.insert(*id)).collect()
}
