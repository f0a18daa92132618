use domain::pricing_pack::ProviderId;
use serde::Serialize;
use std::collections::BTreeSet;

/// One part of a document that can be left out by itself, with the providers
/// that its recorded sources name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// How the document's renderer finds it; unique in the document.
    pub key: String,
    /// How a reader finds it.
    pub title: String,
    /// Empty when nothing is recorded, which is not the same as nobody.
    pub providers: BTreeSet<ProviderId>,
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
            }],
        }
    }

    /// Everybody whom some part names.
    pub fn providers(&self) -> BTreeSet<ProviderId> {
        self.parts.iter().flat_map(|part| &part.providers).cloned().collect()
    }
}
