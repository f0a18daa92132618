//! The evidence agent: selects from a run's pack what its specification asks for, by
//! the desk's rules.

mod agent;
mod continuing;
#[cfg(test)]
mod samples;
mod select;

pub use agent::agent;
pub use continuing::{EARLIER_DAYS, continuing};
pub use select::{SelectedEvent, SelectedItem, Selection, select};
