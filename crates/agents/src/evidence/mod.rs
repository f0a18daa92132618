//! The evidence agent: reads sources into a sealed pack, and selects from a
//! run's pack what its specification asks for.
//!
//! Only `sources` touches the file system. The rules for addresses, relevance,
//! region, link and signal are the domain crate's; this module never has its own.
//! It never reads a clock: today is an argument.

mod agent;
mod assemble;
mod feed;
mod sample_dates;
#[cfg(test)]
mod samples;
mod select;
mod sources;

pub use agent::agent;
pub use assemble::assemble_pack;
pub use feed::{ENTRIES_MAX, FEED_BYTES_MAX, Feed, FeedEntry, FeedError, SourceKind, read_feed};
pub use sample_dates::{SampleDateError, stamp_sample_dates};
pub use select::{SelectedItem, Selection, select};
pub use sources::{
    Location, MANIFEST_FILE, ManifestError, Source, SourceFeed, parse_manifest, read_manifest,
    read_sources,
};
