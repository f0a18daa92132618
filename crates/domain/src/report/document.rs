use crate::{
    cadence::{Cadence, Period},
    evidence::{DateConfidence, EvidenceId, Novelty, TrustTier},
    package::InstructionReference,
    specification::{Scope, SectionKind, Strength},
    taxonomy::{Deliverable, Region, SignalType, ValueChainLink, vocabulary},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A whole report. Limits: 8 developments a section, 4 summary bullets, 5
/// pieces of monitoring advice, 60 references.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportDocument {
    pub schema: u32,
    pub title: String,
    pub scope: ReportScope,
    pub outcome: Outcome,
    pub executive_summary: Vec<SummaryBullet>,
    /// Only with executive briefings; at most 700 words.
    pub decision_summary: Vec<Claim>,
    /// In the order of [`SectionKind`]; a section without material is absent
    /// and named in the coverage note.
    pub sections: Vec<Section>,
    /// Empty when the option is off.
    pub signal_map: Vec<SignalCell>,
    pub monitoring: Vec<MonitoringAdvice>,
    pub coverage: CoverageNote,
    /// Numbered from 1 in the order of first use.
    pub references: Vec<Reference>,
    /// Empty when the option is off.
    pub appendix: Vec<AppendixEntry>,
}

impl ReportDocument {
    pub const SCHEMA: u32 = 1;
    pub const DEVELOPMENTS_PER_SECTION_MAX: usize = 8;
    pub const SUMMARY_BULLETS_MAX: usize = 4;
    pub const MONITORING_MAX: usize = 5;
    pub const REFERENCES_MAX: usize = 60;
    pub const CLAIM_CHARACTERS_MAX: usize = 600;
    pub const BULLET_WORDS_MAX: usize = 60;
    pub const DECISION_SUMMARY_WORDS_MAX: usize = 700;

    /// Every claim with the name of the place it stands in, in reading order.
    pub fn claims(&self) -> impl Iterator<Item = (&str, &Claim)> {
        let decision = self.decision_summary.iter().map(|claim| ("Decision summary", claim));
        let sections = self.sections.iter().flat_map(|section| {
            section
                .developments
                .iter()
                .flat_map(|development| &development.claims)
                .chain(&section.statements)
                .map(|claim| (section.kind.label(), claim))
        });
        decision.chain(sections)
    }
}

/// What the report covers; every name in full where it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportScope {
    pub specification_name: String,
    pub specification_version: u32,
    pub cadence: Cadence,
    pub period: Period,
    /// First and last publication date looked at, both included.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date")))]
    pub window_from: Date,
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date")))]
    pub window_to: Date,
    pub scope: Scope,
    pub watchlist: Vec<String>,
    pub engine: Engine,
    /// The evidence is fictional sample data.
    pub sample_data: bool,
}

/// Who composed the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Engine {
    pub id: String,
    pub label: String,
    pub version: String,
    /// What the engine was told to do; absent where none was read, and in reports of
    /// before it was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruction: Option<InstructionReference>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Developments,
    /// Coverage was sufficient and nothing in scope qualified. A valid report:
    /// it consumes the slot and has no sections.
    NoMaterialChange,
}

vocabulary! {
    /// One theme, at most one bullet; a theme without evidence is left out.
    SummaryTheme, "summary theme" {
        Supply = "supply", "Supply";
        Demand = "demand", "Demand";
        Technology = "technology", "Technology";
        Regulation = "regulation", "Regulation";
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SummaryBullet {
    pub theme: SummaryTheme,
    pub text: String,
    pub evidence: Vec<EvidenceId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Section {
    pub kind: SectionKind,
    /// By rank, the highest first.
    pub developments: Vec<Development>,
    /// Interpretations and implications that join several developments; only in
    /// Strategic Implications, which holds no development of its own.
    pub statements: Vec<Claim>,
}

/// One event of the market, reported by one or more items. It appears once in a
/// report; elsewhere it is referred to by `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Development {
    /// `D1`, `D2`, … in reading order.
    pub id: String,
    pub headline: String,
    pub claims: Vec<Claim>,
    pub signal: SignalType,
    pub regions: BTreeSet<Region>,
    pub links: BTreeSet<ValueChainLink>,
    /// The ordered deliverables that it serves.
    pub deliverables: BTreeSet<Deliverable>,
    pub companies: Vec<String>,
    pub strength: Strength,
    /// None where there was no earlier report to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub novelty: Option<Novelty>,
    /// Publication dates of its items.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date")))]
    pub first_published: Date,
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date")))]
    pub last_published: Date,
}

vocabulary! {
    ClaimKind, "claim kind" {
        Fact = "fact", "Fact";
        Interpretation = "interpretation", "Interpretation";
        Implication = "implication", "Implication";
    }
}

vocabulary! {
    Confidence, "confidence" {
        High = "high", "High";
        Medium = "medium", "Medium";
        Low = "low", "Low";
    }
}

/// One statement. A fact cites at least one item; an interpretation or an
/// implication cites items that a fact of the same report cites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Claim {
    pub kind: ClaimKind,
    /// At most 600 characters of plain text.
    pub text: String,
    pub evidence: Vec<EvidenceId>,
    pub confidence: Confidence,
}

/// Number of developments of one signal type in one region; `region` is absent
/// for developments whose region is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignalCell {
    pub signal: SignalType,
    pub region: Option<Region>,
    pub developments: u32,
    /// The highest among them.
    pub strength: Strength,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MonitoringAdvice {
    pub text: String,
    /// The development it follows from.
    pub development: String,
}

/// What was looked at, and what was quiet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CoverageNote {
    pub sources_read: Vec<String>,
    /// Source and why it could not be read.
    pub sources_failed: Vec<(String, String)>,
    pub items_in_pack: u32,
    pub items_in_window: u32,
    pub items_in_scope: u32,
    /// In the window, fitting no regional filter because their region is not known.
    pub items_region_unknown: u32,
    pub quiet_deliverables: BTreeSet<Deliverable>,
    pub quiet_regions: BTreeSet<Region>,
    pub quiet_sections: BTreeSet<SectionKind>,
    /// Full sentences, for instance that fewer than three items were in scope.
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reference {
    pub number: u32,
    pub evidence: EvidenceId,
    pub title: String,
    pub publisher: String,
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date")))]
    pub published: Date,
    pub url: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AppendixEntry {
    pub evidence: EvidenceId,
    pub title: String,
    pub publisher: String,
    pub url: String,
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date")))]
    pub published: Date,
    pub date_confidence: DateConfidence,
    pub tier: TrustTier,
    pub excerpt: String,
    pub deliverables: BTreeSet<Deliverable>,
    /// Developments that cite it.
    pub developments: Vec<String>,
}
