//! What was executed: the workspace's list, and one execution with its panels
//! and trace.

mod detail;
mod filter;
mod list;

pub use detail::ExecutionPage;
pub use list::ExecutionLog;
