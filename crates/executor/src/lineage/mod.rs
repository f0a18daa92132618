//! Where values come from: every capability's value carries its sources, their
//! as-of and how long they hold; steps union what they are made of.

pub use domain::execution::{Ttl, Verdict};

#[cfg(test)]
mod laws;
mod source;
mod tree;
mod verdict;

pub use source::{Lineage, PublishingCalendar, Source, SourceName};
pub use tree::{Lineages, Step};
pub use verdict::Staleness;
