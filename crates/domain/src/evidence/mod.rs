//! Evidence: dated, attributed items, sealed into packs, and the rules that read
//! region, link, type and figures from their words.

mod anchor;
mod canonical_url;
mod item;
mod link_text;
mod pack;
mod publishers;
mod quantity;
mod region_text;
mod relevance;
mod signal_text;
mod title_key;

pub use canonical_url::{UrlError, canonical_url};
pub use item::{DateConfidence, EvidenceId, EvidenceItem, TrustTier};
pub use link_text::links_in;
pub use pack::{DropReason, DroppedItem, EvidencePack, SourceReading};
pub use publishers::independent_publishers;
pub use quantity::{
    Ends, Figure, NumberMarks, Qualifier, Quantity, Unit, numbers_in, quantities_in,
};
pub use region_text::regions_in;
pub use relevance::{Candidate, check_relevance};
pub use signal_text::signal_in;
pub use title_key::title_key;
