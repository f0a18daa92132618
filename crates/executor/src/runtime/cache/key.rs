//! Cache keys: SHA-256 of the canonical JSON of `{args, capability, ctx,
//! version}` (domain section 4). Members stand in that order in canonical JSON,
//! so the text is put together from parts that are each written once.

use crate::{capability::Capability, context::Context};
use domain::hash::{ContentHash, canonical_json};
use serde_json::Value;

/// The context's part of a key: one text for all steps of an execution.
#[derive(Debug)]
pub(in crate::runtime) struct ContextText(String);

impl ContextText {
    pub fn new(context: &Context) -> Result<Self, serde_json::Error> {
        canonical_json(&context.cache_scope()).map(Self)
    }
}

/// Arguments as canonical JSON, with their hash.
#[derive(Debug)]
pub(in crate::runtime) struct Arguments {
    text: String,
    pub hash: ContentHash,
}

impl Arguments {
    pub fn new(args: &Value) -> Result<Self, serde_json::Error> {
        let text = canonical_json(args)?;
        let hash = ContentHash::of_bytes(text.as_bytes());
        Ok(Self { text, hash })
    }

    pub fn key(&self, capability: &Capability, context: &ContextText) -> ContentHash {
        // Neither a name nor a version holds a character that JSON escapes.
        let text = format!(
            r#"{{"args":{},"capability":"{}","ctx":{},"version":"{}"}}"#,
            self.text, capability.name, context.0, capability.version
        );
        ContentHash::of_bytes(text.as_bytes())
    }
}
