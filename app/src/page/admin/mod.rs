//! Pages of the platform's administrators.

pub mod breakers;
mod entitlement_form;
pub mod language_model;
pub mod model_use;
mod obstacle;
pub mod overrides;
pub mod queue;
pub mod review;
pub mod rights;
pub mod runs;
pub mod workspaces;
