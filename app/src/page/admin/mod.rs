//! Pages of the platform's administrators.

mod obstacle;
pub mod queue;
pub mod review;
pub mod runs;
pub mod workspaces;
