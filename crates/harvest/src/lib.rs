//! Reads sources: the sample files, and other people's hosts. What they hold comes out
//! as entries; what becomes of an entry is the desk's to say. Asks vendors of market data
//! for closes and rates.
//!
//! Only [`fetch`] and [`quote`] leave the machine, the one to public addresses alone, the
//! other to vendors that the operator has a key of; only [`manifest`] touches the file
//! system. No clock: today is an argument.

pub mod address;
mod assemble;
mod collect;
mod encoding;
mod entry;
mod feed;
pub mod fetch;
mod fetch_error;
mod http;
mod import;
mod list;
pub mod manifest;
mod opened;
mod page;
mod pages;
mod parts;
pub mod quote;
mod reading;
mod robots;
mod sample_dates;
mod sitemap;
pub mod turn;

pub use assemble::{Collection, assemble_pack, assemble_pack_with, raw_item};
pub use collect::{CollectError, Collected, Known, Place, Read, Unreached, collect};
pub use entry::{Entries, Entry};
pub use feed::{ENTRIES_MAX, FEED_BYTES_MAX, FeedError, read_feed};
pub use import::{IMPORT_BYTES_MAX, ImportError, read_import};
pub use list::{SelectorError, read_list};
pub use manifest::{
    Location, MANIFEST_FILE, ManifestError, Source, SourceFeed, parse_manifest, read_manifest,
    read_sources,
};
pub use opened::{PAGES_MAX, Seen, SeenUnavailable};
pub use page::read_page;
pub use parts::Part;
pub use reading::{Reading, ReadingBounds};
pub use sample_dates::{SampleDateError, stamp_sample_dates};
pub use sitemap::{Sitemap, SitemapError, read_sitemap};
