//! Evidence: dated, attributed items, sealed into packs, and the rules that read
//! region, link, type and figures from their words.

mod anchor;
mod canonical_url;
mod coverage;
mod event;
mod facet;
mod held;
mod item;
mod link_text;
mod pack;
mod publishers;
mod quantity;
mod region_text;
mod relevance;
mod signal;
mod signal_text;
mod source;
mod suggested;
mod title_key;

pub use canonical_url::{UrlError, canonical_url};
pub use coverage::{Coverage, READ_MIN_PERCENT, SourceStanding, coverage, reading_age_max_h};
pub use event::{
    Ambiguous, Citation, CompanyId, ContinuingEvent, DateSource, Direction, EventDecision, EventId,
    EvidenceEvent, Join, LeftOut, Novelty, RegionBasis, Reported, SiteId,
};
pub use facet::Facet;
pub use held::{HeldCause, HeldDecision, HeldItem, HeldState};
pub use item::{DateConfidence, EvidenceId, EvidenceItem, TrustTier};
pub use link_text::links_in;
pub use pack::{DropReason, DroppedItem, EvidencePack, OwnerTerms, SourceReading, provider_of};
pub use publishers::independent_publishers;
pub use quantity::{
    Ends, Figure, NumberMarks, Qualifier, Quantity, Unit, numbers_in, quantities_in,
};
pub use region_text::regions_in;
pub use relevance::{Candidate, check_relevance};
pub use signal::{
    Change, Conflict, Contradiction, ContradictionKind, Doctrine, Label, Percent, Side, Signal,
    Verdict,
};
pub use signal_text::signal_in;
pub use source::{Covers, CutShort, Selectors, SourceKind, SourceLimits, Terms};
pub use suggested::{SUGGESTED_SOURCES, SuggestedKind, SuggestedSource};
pub use title_key::title_key;
