use super::{Contradiction, EvidenceEvent, EvidenceItem, Terms, TrustTier};
use crate::{
    pricing_pack::ProviderId,
    taxonomy::{Misfit, vocabulary},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// Where an item left on its way into a report: domain reference, section 6.7. The
    /// first ones keep it out of every pack, the others out of one report.
    DropReason, "drop reason" {
        BadUrl = "bad_url", "Its address cannot be used";
        NotCanonical = "not_canonical", "The page names another address as its own";
        FetchFailed = "fetch_failed", "It could not be fetched";
        Boilerplate = "boilerplate", "It holds no text of its own";
        Reseller = "reseller", "It sells a market study";
        TermsForbid = "terms_forbid", "The terms of its source forbid it";
        UndatedHeld = "undated_held", "Its publication date is not known";
        Duplicate = "duplicate", "It repeats another item";
        NoPuAnchor = "no_pu_anchor", "It is not about polyurethane";
        NotPuProven = "not_pu_proven", "It is too short to tell whether it is about polyurethane";
        OutsideWindow = "outside_window", "It was published outside the period looked at";
        RegionUnknown = "region_unknown", "Its region is not known";
        RegionMismatch = "region_mismatch", "It concerns other regions";
        LinkMismatch = "link_mismatch", "It concerns another position in the value chain";
        DeliverableMismatch = "deliverable_mismatch", "No chosen deliverable admits its kind";
        CompanyMismatch = "company_mismatch", "It names no company that was asked for";
        Instructing = "instructing", "It gives orders to whoever writes from it";
        NoDevelopment = "no_development", "It supports no development by itself";
        BelowStrength = "below_strength", "Too few publishers report it";
        SectionOff = "section_off", "Its section is left out";
    }
}

impl DropReason {
    /// Whether the item is of no use to any report, as opposed to fit for one but
    /// outside this run's selection.
    pub const fn unfit_for_any(self) -> bool {
        matches!(
            self,
            Self::BadUrl
                | Self::NotCanonical
                | Self::FetchFailed
                | Self::Boilerplate
                | Self::Reseller
                | Self::TermsForbid
                | Self::UndatedHeld
                | Self::Duplicate
                | Self::NoPuAnchor
                | Self::NotPuProven
        )
    }
}

impl From<Misfit> for DropReason {
    fn from(misfit: Misfit) -> Self {
        match misfit {
            Misfit::RegionUnknown => Self::RegionUnknown,
            Misfit::RegionMismatch => Self::RegionMismatch,
            Misfit::LinkMismatch => Self::LinkMismatch,
            Misfit::DeliverableMismatch => Self::DeliverableMismatch,
            Misfit::CompanyMismatch => Self::CompanyMismatch,
        }
    }
}

/// An item that was read and left out, kept so that the sums balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedItem {
    pub source: String,
    pub title: String,
    pub url: Option<String>,
    pub reason: DropReason,
}

/// How one source was read for a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceReading {
    pub name: String,
    pub publisher: String,
    pub tier: TrustTier,
    /// Whose licence its items stand under. None in packs that were sealed before
    /// it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderId>,
    /// What its owner allows of what it held. None of samples, and in packs that were sealed
    /// before it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<OwnerTerms>,
    /// Entries the source held; kept + dropped of this source add up to it.
    pub entries: usize,
    /// Why it could not be read; its items are missing then, not absent.
    pub error: Option<String>,
}

/// What the owner of a source allows, as far as it binds whoever shows or hands out what the
/// source held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerTerms {
    /// Without it its items have no excerpt.
    pub excerpt: bool,
    /// It may be passed on to third parties.
    pub redistribution: bool,
    /// What has to stand with it; empty where nothing has to.
    pub attribution: String,
}

impl From<&Terms> for OwnerTerms {
    fn from(terms: &Terms) -> Self {
        Self {
            excerpt: terms.excerpt,
            redistribution: terms.redistribution,
            attribution: terms.attribution.clone(),
        }
    }
}

/// A sealed snapshot of evidence. Its content hash is the hash of its canonical
/// JSON; items are sorted by date (newest first) and id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidencePack {
    pub schema: u32,
    /// The civil date (UTC) for which it was built.
    pub as_of: Date,
    pub sources: Vec<SourceReading>,
    pub items: Vec<EvidenceItem>,
    pub dropped: Vec<DroppedItem>,
    /// Any item is fictional.
    pub sample: bool,
    /// By their first report; every item is cited by exactly one. None in packs of
    /// schema 1, which were sealed before events were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EvidenceEvent>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contradictions: Vec<Contradiction>,
}

impl EvidencePack {
    pub const SCHEMA: u32 = 2;

    /// Packs of this schema hold items alone. They stay as they are.
    pub const SCHEMA_WITHOUT_EVENTS: u32 = 1;

    /// Whose licence an item of the pack stands under, as it was recorded when the
    /// source was read; none if nothing was. What is marked as a sample is one, in
    /// packs of any age.
    pub fn provider_of(&self, item: &EvidenceItem) -> Option<ProviderId> {
        provider_of(&self.sources, &item.source, item.sample)
    }
}

/// The same of an item by the name of its source, among those of its pack.
pub fn provider_of(sources: &[SourceReading], source: &str, sample: bool) -> Option<ProviderId> {
    if sample {
        return Some(ProviderId::sample());
    }
    sources.iter().find(|known| known.name == source)?.provider.clone()
}
