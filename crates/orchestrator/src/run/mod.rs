//! The canonical flow of a run: claim, package, pattern, validation, seal.

mod closing;
mod eligibility;
mod execution;
mod holding;
mod journal;
mod package;
mod progress;
mod reading;
mod trigger;

pub use closing::Swept;
pub(crate) use eligibility::REGULAR_SLOT;
pub use eligibility::{BlockReason, Readiness, World, readiness};
pub use holding::Executed;
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
    /// The longest that a run may be live, from its trigger on.
    pub run_s: u32,
    /// How often a run may be taken up before it is given up.
    pub attempts_max: u16,
    /// Runs of one workspace that may be carried at once, by all processes together.
    pub workspace_runs_max: u16,
}

impl Default for RunLimits {
    fn default() -> Self {
        Self { lease_s: 15, step_s: 120, run_s: 1800, attempts_max: 10, workspace_runs_max: 8 }
    }
}
