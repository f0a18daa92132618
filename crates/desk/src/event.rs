//! Items that report the same thing become one event with several citations.

mod figures;
mod merge;
mod unique;

pub use figures::{Conflict, conflicts};
pub use merge::{Apart, EVENT_DAYS, Event, EventId, Join, Member, merge};
pub use unique::unique;

#[cfg(test)]
mod tests;
