//! The canonical flow of a run: claim, package, pattern, validation, seal.

mod eligibility;
mod execution;
mod journal;
mod package;
mod progress;
mod reading;
mod trigger;

pub use eligibility::{BlockReason, Readiness, World, readiness};
pub use execution::Executed;
pub use progress::{RunView, StageState, StageView};
pub use reading::HistoryPage;
pub use trigger::Triggered;

/// Bounds of the execution of every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLimits {
    /// How long a worker may be silent before another takes its run.
    pub lease_s: u32,
    /// The longest that one step of a pattern may take.
    pub step_s: u32,
}

impl Default for RunLimits {
    fn default() -> Self {
        Self { lease_s: 15, step_s: 120 }
    }
}
