//! The canonical flow of a run: claim, package, pattern, validation, seal.

mod eligibility;
mod execution;
mod package;
mod progress;
mod reading;
mod trigger;

pub use eligibility::{BlockReason, Readiness, World, readiness};
pub use progress::{RunView, StageState, StageView};
pub use execution::Executed;
pub use reading::HistoryPage;
pub use trigger::Triggered;

/// How long a worker may be silent before another takes its run.
pub(crate) const LEASE_S: u32 = 15;
