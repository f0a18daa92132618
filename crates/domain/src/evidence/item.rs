use crate::{
    hash::ContentHash,
    taxonomy::{Region, SignalType, ValueChainLink, vocabulary},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// Names one evidence item: `E-` and twelve digits of the hash of its canonical
/// address, so that the same item has the same id in every pack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct EvidenceId(String);

impl EvidenceId {
    pub fn of_canonical_url(canonical_url: &str) -> Self {
        Self(format!("E-{}", ContentHash::of_bytes(canonical_url.as_bytes()).short()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EvidenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

vocabulary! {
    /// How sure the first-publication date is. Low and none are held, in no pack.
    DateConfidence, "date confidence" {
        High = "high", "High";
        Medium = "medium", "Medium";
        Low = "low", "Low";
    }
}

/// How far a source is trusted: 1 regulators, associations and a company about
/// itself; 2 established trade press; 3 other edited press; 4 the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "u8", into = "u8")]
pub struct TrustTier(u8);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a trust tier is 1, 2, 3 or 4, not {0}")]
pub struct InvalidTrustTier(u8);

impl TryFrom<u8> for TrustTier {
    type Error = InvalidTrustTier;

    fn try_from(tier: u8) -> Result<Self, Self::Error> {
        if (1..=4).contains(&tier) { Ok(Self(tier)) } else { Err(InvalidTrustTier(tier)) }
    }
}

impl From<TrustTier> for u8 {
    fn from(tier: TrustTier) -> Self {
        tier.0
    }
}

/// One dated item of evidence. All text is plain text: markup was removed when
/// it was read, and whoever shows it escapes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EvidenceItem {
    pub id: EvidenceId,
    pub title: String,
    /// At most 300 characters.
    pub excerpt: String,
    pub publisher: String,
    /// The address readers get: http or https, as the source gave it.
    pub url: String,
    /// The key that makes two addresses one.
    pub canonical_url: String,
    /// First publication, a civil date of the publisher.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date")))]
    pub published: Date,
    pub date_confidence: DateConfidence,
    /// Name of the source it was read from.
    pub source: String,
    pub tier: TrustTier,
    /// Empty: unknown, which fits no regional filter.
    pub regions: BTreeSet<Region>,
    /// Empty: unknown, in scope only when no links are chosen.
    pub links: BTreeSet<ValueChainLink>,
    pub signal: SignalType,
    /// Companies named, as written.
    pub companies: Vec<String>,
    /// Fictional, from the samples.
    pub sample: bool,
}
