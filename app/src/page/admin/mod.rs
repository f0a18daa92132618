//! Pages of the platform's administrators.

pub mod breakers;
mod entitlement_form;
mod obstacle;
pub mod overrides;
pub mod queue;
pub mod review;
pub mod rights;
pub mod runs;
pub mod workspaces;
