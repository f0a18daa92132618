//! The run package: the full and only context of the assistant.

use crate::{
    cadence::Period,
    evidence::{ContinuingEvent, EvidencePack},
    hash::ContentHash,
    id::{PackId, RunId, SpecificationId, SpecificationVersionId},
    specification::Specification,
    taxonomy::TAXONOMY_VERSION,
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// Everything a run's result follows from. Its hash is the hash of its
/// canonical JSON. Holds no member's name, no e-mail address and no price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunPackage {
    pub schema: u32,
    pub run_id: RunId,
    pub specification_id: SpecificationId,
    pub specification_version_id: SpecificationVersionId,
    pub specification_version: u32,
    pub specification: Specification,
    pub period: Period,
    /// 0 is the period's regular slot.
    pub slot_ordinal: u16,
    pub claimed_at: Timestamp,
    /// First and last publication date to look at, both included.
    pub window_from: Date,
    pub window_to: Date,
    pub pack_id: PackId,
    pub pack_hash: ContentHash,
    pub pack: EvidencePack,
    pub taxonomy_version: u32,
    pub instruction: Instruction,
    pub pattern: PatternReference,
    /// Ids and times only: context, not memory.
    pub previous_runs: Vec<PreviousRun>,
    /// Events that reports of those runs cite: flags, not their words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub continuing: Vec<ContinuingEvent>,
}

/// The system instruction, by version and hash, with its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instruction {
    pub id: String,
    pub version: u32,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatternReference {
    pub id: String,
    pub version: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousRun {
    pub run_id: RunId,
    pub period_key: String,
    pub succeeded_at: Timestamp,
}

impl RunPackage {
    pub const SCHEMA: u32 = 1;
    pub const TAXONOMY_VERSION: u32 = TAXONOMY_VERSION;
}
