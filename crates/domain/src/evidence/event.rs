use super::{EvidenceId, Signal};
use crate::{
    hash::ContentHash,
    taxonomy::{Segment, vocabulary},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// Names one event by its first item: `V-` and twelve digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct EventId(String);

impl EventId {
    pub fn of_first(item: &EvidenceId) -> Self {
        Self(format!("V-{}", ContentHash::of_bytes(item.as_str().as_bytes()).short()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The stable id of a company or body; names change, ids do not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CompanyId(String);

impl CompanyId {
    /// For a company that no table knows: its name as written stands for it.
    pub fn of_name(name: &str) -> Self {
        Self(format!("“{name}”"))
    }

    /// An id as it was written down.
    pub fn of_id(id: &str) -> Self {
        Self(id.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The stable id of a company's site.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SiteId(String);

impl fmt::Display for CompanyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

vocabulary! {
    /// Why an item stands in its event; recorded, so that a merge can be judged and
    /// undone.
    Join, "reason to join" {
        First = "first", "First report";
        SameTitle = "same_title", "Same title";
        SameText = "same_text", "Same text";
        SameActorAndSite = "same_actor_and_site", "Same company and site";
        SameActorAndProduct = "same_actor_and_product", "Same company and product";
        SameParties = "same_parties", "Same parties";
        Administrator = "administrator", "Decided by an administrator";
    }
}

vocabulary! {
    /// What an administrator decides on events.
    EventDecision, "decision on events" {
        Merged = "merged", "Two events are one";
        Separated = "separated", "A citation does not belong";
        Undone = "undone", "A decision was undone";
    }
}

vocabulary! {
    /// From where a date of publication is known.
    DateSource, "source of a date" {
        PageAndFeed = "page_and_feed", "Page and feed agree";
        Page = "page", "Structured data of the page";
        Feed = "feed", "Feed";
        VisibleText = "visible_text", "Visible text";
        UrlPath = "url_path", "Address";
        Administrator = "administrator", "Decided by an administrator";
    }
}

vocabulary! {
    /// By what an item's regions are known.
    RegionBasis, "basis of a region" {
        Site = "site", "A site that it names";
        Text = "text", "Its words";
        Home = "home", "Home of the companies that it names";
        Unknown = "unknown", "Not known";
    }
}

vocabulary! {
    /// Which way a text points.
    Direction, "direction" {
        Up = "up", "Up";
        Down = "down", "Down";
    }
}

/// What happened, as told by one or more items of its pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceEvent {
    pub id: EventId,
    /// None in packs that were sealed before it was written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
    /// At least one, by date and id.
    pub citations: Vec<Citation>,
    pub signal: Signal,
}

/// The days of an event's first and last report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    pub first: Date,
    pub last: Date,
}

/// An item as part of its event, with what was read off its words when the pack was
/// sealed: tables change, packs do not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    pub evidence: EvidenceId,
    pub joined: Join,
    pub date_source: DateSource,
    /// ISO 639-1; none where neither text nor source tells.
    pub language: Option<String>,
    pub region_basis: RegionBasis,
    /// In the order of the text.
    pub companies: Vec<CompanyId>,
    pub sites: BTreeSet<SiteId>,
    /// Names of several companies; none of them is taken for meant.
    pub ambiguous: Vec<Ambiguous>,
    /// Ids of the table of products, without the broad ones.
    pub products: BTreeSet<String>,
    pub names_a_product: bool,
    pub segment: Segment,
    /// 1 to 5: how plainly it is about polyurethane.
    pub relevance: u8,
    pub direction: Option<Direction>,
    /// The headline already says which way.
    pub direction_in_title: bool,
}

/// A name that several companies have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ambiguous {
    pub written: String,
    pub candidates: BTreeSet<CompanyId>,
}

vocabulary! {
    /// What an event is to readers of the reports before.
    Novelty, "novelty" {
        New = "new", "New";
        ContinuingWithNewFacts = "continuing_with_new_facts", "Continuing, with new facts";
        Continuing = "continuing", "Continuing";
    }
}

/// An event that an earlier report of the same specification cites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContinuingEvent {
    pub event: EventId,
    /// Never [`Novelty::New`].
    pub novelty: Novelty,
    /// Its items that were cited.
    pub cited: BTreeSet<EvidenceId>,
}

/// Events in scope that a report leaves out, each counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeftOut {
    /// Only aggregators and unknown sources report it.
    pub untrusted: u32,
    pub section_off: u32,
    pub below_strength: u32,
    /// One publisher alone reports it, and it has too few points.
    pub below_rank: u32,
    /// An earlier report said all of it.
    pub continuing: u32,
}
