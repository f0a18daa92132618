//! Patterns: declarative lists of steps, parsed at start-up into a typed plan.

mod plan;
mod reference;
mod registry;

pub use plan::{Plan, PlanError, PlannedStep};
pub use registry::{Registry, RegistryError};
