//! Pages of the platform's administrators.

pub mod queue;
pub mod review;
pub mod runs;
pub mod workspaces;
