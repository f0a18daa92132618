use super::{Claim, ClaimKind, Development, ReportDocument, SummaryTheme};
use crate::evidence::EvidenceId;
use std::collections::{BTreeMap, BTreeSet};

/// What a statement of a report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementKind {
    /// Of the executive summary.
    Summary(SummaryTheme),
    Claim(ClaimKind),
    /// What to watch.
    Advice,
}

impl StatementKind {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Summary(theme) => theme.label(),
            Self::Claim(kind) => kind.label(),
            Self::Advice => "Advice",
        }
    }
}

/// One sentence or more that a report states, whatever its part, with all that it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    pub kind: StatementKind,
    pub text: &'a str,
    /// Each once, in the order of the report. Of advice it is the evidence of the development
    /// that it follows from; empty where that is left out of this copy of the report.
    pub evidence: Vec<&'a EvidenceId>,
}

impl ReportDocument {
    /// Every statement of the report by the heading that it stands under, in reading order;
    /// headings without one are left out.
    pub fn statements(&self) -> Vec<(&'static str, Vec<Statement<'_>>)> {
        let summary = self.executive_summary.iter().map(|bullet| Statement {
            kind: StatementKind::Summary(bullet.theme),
            text: &bullet.text,
            evidence: bullet.evidence.iter().collect(),
        });
        let decision = self.decision_summary.iter().map(of_claim);
        let sections = self.sections.iter().map(|section| {
            let claims = section.developments.iter().flat_map(|development| &development.claims);
            let claims = claims.chain(&section.statements).map(of_claim);
            (section.kind.label(), claims.collect())
        });
        let developments: BTreeMap<&str, &Development> = self
            .sections
            .iter()
            .flat_map(|section| &section.developments)
            .map(|development| (development.id.as_str(), development))
            .collect();
        let advice = self.monitoring.iter().map(|advice| Statement {
            kind: StatementKind::Advice,
            text: &advice.text,
            evidence: developments
                .get(advice.development.as_str())
                .map(|development| evidence_of(development))
                .unwrap_or_default(),
        });
        let mut parts = vec![
            ("Executive summary", summary.collect()),
            ("Decision summary", decision.collect()),
        ];
        parts.extend(sections);
        parts.push(("What to watch", advice.collect()));
        parts.retain(|(_, statements): &(_, Vec<_>)| !statements.is_empty());
        parts
    }
}

fn of_claim(claim: &Claim) -> Statement<'_> {
    Statement {
        kind: StatementKind::Claim(claim.kind),
        text: &claim.text,
        evidence: claim.evidence.iter().collect(),
    }
}

fn evidence_of(development: &Development) -> Vec<&EvidenceId> {
    let mut seen = BTreeSet::new();
    let cited = development.claims.iter().flat_map(|claim| &claim.evidence);
    cited.filter(|id| seen.insert(*id)).collect()
}
