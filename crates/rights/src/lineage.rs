use crate::Right;
use domain::{
    evidence::{OwnerTerms, SourceReading},
    pricing_pack::ProviderId,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// One part of a document that can be left out by itself, with the providers
/// that its recorded sources name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Part {
    /// How the document's renderer finds it; unique in the document.
    pub key: String,
    /// How a reader finds it.
    pub title: String,
    /// Empty when nothing is recorded, which is not the same as nobody.
    pub providers: BTreeSet<ProviderId>,
    /// Owners of the sources that it was read from, where their terms are on record. They
    /// bind beside the licence of the provider.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub owners: BTreeSet<Owner>,
}

/// What the owner of a source allows of what was read from it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Owner {
    /// By which the source came to us.
    pub provider: ProviderId,
    /// How readers know the owner.
    pub publisher: String,
    pub redistribution: bool,
    /// What has to stand with it; empty where nothing has to.
    pub attribution: String,
}

impl Owner {
    /// The owner of a source of a pack, by its name there; none of samples, and where no terms
    /// are on record.
    pub fn of(sources: &[SourceReading], source: &str, sample: bool) -> Option<Self> {
        let reading = sources.iter().find(|known| known.name == source).filter(|_| !sample)?;
        let OwnerTerms { redistribution, attribution, .. } = reading.terms.clone()?;
        let (provider, publisher) = (reading.provider.clone()?, reading.publisher.clone());
        Some(Self { provider, publisher, redistribution, attribution })
    }

    /// Whether it allows what a right stands for.
    pub(crate) fn allows(&self, right: Right) -> bool {
        right != Right::Redistribute || self.redistribution
    }
}

/// Where a document comes from, part by part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DocumentLineage {
    pub parts: Vec<Part>,
}

impl DocumentLineage {
    /// A document that is allowed or denied as a whole.
    pub fn whole(providers: impl IntoIterator<Item = ProviderId>) -> Self {
        Self {
            parts: vec![Part {
                key: "document".to_owned(),
                title: "Document".to_owned(),
                providers: providers.into_iter().collect(),
                ..Part::default()
            }],
        }
    }

    /// Everybody whom some part names.
    pub fn providers(&self) -> BTreeSet<ProviderId> {
        self.parts.iter().flat_map(|part| &part.providers).cloned().collect()
    }
}
