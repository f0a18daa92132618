//! Items that report the same thing become one event with several citations.

mod figures;
mod merge;
mod rulings;
mod unique;

pub use domain::evidence::{Conflict, EventId, Join};
pub use figures::conflicts;
pub use merge::{Apart, EVENT_DAYS, Event, Member, merge};
pub use rulings::{Rulings, join};
pub use unique::unique;

#[cfg(test)]
mod tests;
