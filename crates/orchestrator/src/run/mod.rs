//! The canonical flow of a run: claim, package, pattern, validation, seal.

mod closing;
mod drive;
mod eligibility;
mod execution;
mod journal;
mod limits;
mod package;
mod pattern;
mod prices;
mod progress;
mod queue;
mod reading;
mod replay;
mod sealing;
mod shell;
mod trigger;
mod writes;

pub use closing::Swept;
pub(crate) use eligibility::REGULAR_SLOT;
pub use eligibility::{BlockReason, QueueFull, Readiness, World, readiness};
pub use execution::Executed;
pub use limits::RunLimits;
pub use package::instruction;
pub(crate) use pattern::context_of;
pub use progress::{RunView, StageState, StageView};
pub use reading::HistoryPage;
pub use replay::{Compared, RecordedModel, ReplayError, Replayed, RunRecord, Sealed};
pub use trigger::Triggered;
pub(crate) use trigger::{Asked, By, Slot, audit_blocked};
