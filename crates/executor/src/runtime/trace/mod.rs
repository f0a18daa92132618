//! The trace of an execution: what was asked, what ran, where values came from.

mod panel;
mod recorder;

pub use recorder::TraceRecorder;
pub(in crate::runtime) use recorder::{Called, Ending};

use crate::{
    capability::{CapabilityName, FaultKind},
    lineage::{SourceName, Ttl, Verdict},
};
use domain::{
    hash::ContentHash,
    pricing_pack::{PackStatus, PricingPackId},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// As domain section 1 has it. Lists of names are sorted, each name once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    pub pattern_id: String,
    pub pattern_version: String,
    pub pricing_pack_id: Option<PricingPackId>,
    pub ledger_commit_hash: Option<String>,
    pub trace_id: String,
    pub request_id: Uuid,
    pub agents_used: Vec<String>,
    pub capabilities_used: Vec<CapabilityName>,
    pub sources: Vec<SourceName>,
    /// Every step of the pattern, in its order.
    pub steps: Vec<StepTrace>,
    /// None before the panels were made.
    pub panels: Vec<PanelTrace>,
    pub cache: CacheTrace,
    pub freshness: FreshnessTrace,
    pub duration_ms: f64,
}

/// One step. Times count from the beginning of the execution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepTrace {
    pub key: String,
    /// The fallback, when that gave the value.
    pub capability: CapabilityName,
    pub agent: String,
    pub status: StepStatus,
    /// None of a step that never began.
    pub started_ms: Option<f64>,
    pub duration_ms: Option<f64>,
    /// Of the arguments' canonical JSON; the arguments themselves are not kept.
    pub args_hash: Option<ContentHash>,
    pub sources: Vec<SourceName>,
    pub asof: Option<Timestamp>,
    /// In seconds.
    pub ttl_s: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<StepError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    Ok,
    Cached,
    Skipped,
    Error,
    NotRun,
}

impl StepStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Cached => "cached",
            Self::Skipped => "skipped",
            Self::Error => "error",
            Self::NotRun => "not_run",
        }
    }
}

/// Why a step's status is not simply that it ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Its condition was false; the value is null.
    ConditionFalse,
    /// The fallback was called in its place; `error` is that of the step.
    Fallback,
    /// It failed, and the pattern takes null then.
    OnErrorNull,
    /// An earlier hold of the run had finished it.
    Recalled,
    /// Another step had failed before; `error` is that failure.
    AfterError,
    /// The execution was cancelled.
    Cancelled,
}

impl Reason {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConditionFalse => "condition_false",
            Self::Fallback => "fallback",
            Self::OnErrorNull => "on_error_null",
            Self::Recalled => "recalled",
            Self::AfterError => "after_error",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A fault, as the reader of a trace is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepError {
    pub kind: FaultKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The step in which it happened, where that is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    pub message: String,
}

/// Where one panel came from, and how old that is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PanelTrace {
    pub id: String,
    pub sources: Vec<SourceName>,
    /// The oldest.
    pub asof: Option<Timestamp>,
    /// The least, in seconds.
    pub ttl_s: Option<u32>,
    /// The greatest, without days on which a source is silent.
    pub age_s: Option<u64>,
    /// The worst of its parts.
    pub verdict: Verdict,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Those that came from something else than the panel's whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<CellTrace>,
    /// Such cells beyond the first [`CELLS_MAX`].
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cells_omitted: usize,
}

/// Cells of a panel that a trace tells of: more than a reader looks at, and a
/// bound on the size of a trace.
pub const CELLS_MAX: usize = 200;

/// One part of a panel's data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellTrace {
    /// JSON pointer into the panel's data.
    pub pointer: String,
    pub sources: Vec<SourceName>,
    pub asof: Option<Timestamp>,
    pub ttl_s: Option<u32>,
    pub verdict: Verdict,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheTrace {
    pub hits: u32,
    pub misses: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreshnessTrace {
    /// The pack was not fresh, and the caller accepted that.
    pub bypassed: bool,
    pub pack_status: Option<PackStatus>,
}

pub(super) fn ttl_seconds(ttl: Option<Ttl>) -> Option<u32> {
    ttl.map(Ttl::seconds)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}
