//! Carries a plan's steps through the agents that own their capabilities.
//!
//! Start at [`Runtime::run`]. `pass` is one execution, `ward` an agent's door
//! with its breaker
//! and its `bulkhead`, `cache` what is not computed twice, `trace` the record.

pub mod breaker;
mod bulkhead;
mod cache;
mod engine;
mod error;
mod journal;
mod pass;
mod registry;
#[cfg(test)]
mod tests;
mod trace;
mod value;
mod ward;

pub use breaker::{BreakerState, BreakerView};
pub use bulkhead::{CALLS_PER_AGENT_MAX, CALLS_WAITING_MAX, CALLS_WAITING_OF_A_WORKSPACE_MAX};
pub use engine::{Answer, Finished, Limits, Runtime, WholeLimit};
pub use error::ExecutionError;
pub use journal::{Journal, JournalFuture};
pub use registry::{Registry, RegistryError};
pub use trace::{
    CELLS_MAX, CacheTrace, CellTrace, FreshnessTrace, PanelTrace, Reason, StepError, StepStatus,
    StepTrace, Trace, TraceRecorder,
};
pub use value::StepValue;
