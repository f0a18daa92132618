use super::{Direction, EventId, EvidenceId, Qualifier, Unit};
use crate::taxonomy::{Horizon, Region, Segment, SignalClass, SignalType, vocabulary};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What one event means: the label that rules of words propose, and the doctrine's
/// verdict on it. Both are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Signal {
    pub event: EventId,
    /// The item whose words it was read off.
    pub excerpt: EvidenceId,
    pub regions: BTreeSet<Region>,
    /// By the rules of words.
    pub proposed: Label,
    /// After the doctrine.
    pub verdict: Verdict,
    pub direction: Option<Direction>,
    pub change: Option<Change>,
    pub confidence: Percent,
    /// Figures of the event that do not agree.
    pub conflicts: Vec<Conflict>,
}

/// A share of one in whole hundredths: 100 is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Percent(pub u8);

/// Type, segment, horizon and class of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Label {
    pub signal: SignalType,
    pub segment: Segment,
    pub horizon: Horizon,
    pub class: SignalClass,
}

/// The doctrine's label, and why it is that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verdict {
    pub label: Label,
    /// It matters to whoever plans.
    pub material: bool,
    pub doctrine: Doctrine,
}

vocabulary! {
    /// Rules of the domain reference, section 7.2.
    Doctrine, "doctrine" {
        CapacityAmount = "capacity_amount", "Capacity of at least 20,000 t/y";
        CapacityShare = "capacity_share", "Capacity of at least 5 % of the stated base";
        Demand = "demand", "Demand is cyclical";
        DemandOverYears = "demand_over_years", "Demand over several years, at least 5 %";
        Regulation = "regulation", "Regulation is structural";
        ShortTermOperations = "short_term_operations", "Short-term operations are tactical";
        AsProposed = "as_proposed", "No rule applies; the proposed label stands";
    }
}

/// The change that a text states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// Signed, in `unit`: tonnes a year, tonnes, a fraction or money.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub value: Decimal,
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub unit: Unit,
    /// As the text has it.
    pub written: String,
    pub qualifier: Option<Qualifier>,
    /// "Tons" without saying which, read as tonnes.
    pub assumed: bool,
    /// The change as a fraction of the stated base, signed like `value`; none where
    /// no base is stated.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub share: Option<Decimal>,
}

/// Two publishers of one event give different figures. Both stay, side by side; nobody
/// chooses between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Conflict {
    pub one: EvidenceId,
    pub one_figure: String,
    pub other: EvidenceId,
    pub other_figure: String,
}

vocabulary! {
    /// Kinds of the domain reference, section 7.3.
    ContradictionKind, "contradiction" {
        RegionalDivergence = "regional_divergence", "Up in one region, down in another";
        SegmentDivergence = "segment_divergence", "Up in one segment, down in another";
        DemandAheadOfSupply = "demand_ahead_of_supply", "Demand rises where capacity is cut";
        SustainabilityWithoutCapacity = "sustainability_without_capacity",
            "Sustainability announced where capacity is cut";
        InnovationWithoutScaling = "innovation_without_scaling",
            "Novelties announced where capacity is cut";
        ConflictingFigures = "conflicting_figures", "Publishers give different figures";
    }
}

/// Two sides that do not fit together, each with its evidence. Nobody decides between
/// them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Contradiction {
    pub kind: ContradictionKind,
    pub one: Side,
    pub other: Side,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Side {
    pub event: EventId,
    pub evidence: EvidenceId,
}
