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
        let text = canonical_arguments(args)?;
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

/// Canonical JSON. Where keys are of ASCII and numbers whole and small, as nearly all
/// arguments are, that is the very text which is written without sorting anew.
fn canonical_arguments(args: &Value) -> Result<String, serde_json::Error> {
    if is_plain(args) { serde_json::to_string(args) } else { canonical_json(args) }
}

/// Whether the sorted keys of a [`serde_json::Map`] stand in the order of UTF-16, and
/// each number reads the same in JavaScript.
fn is_plain(value: &Value) -> bool {
    const EXACT_MAX: u64 = 1 << 53;
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => {
            number.as_i64().is_some_and(|whole| whole.unsigned_abs() <= EXACT_MAX)
        }
        Value::Array(items) => items.iter().all(is_plain),
        Value::Object(fields) => {
            fields.iter().all(|(name, field)| name.is_ascii() && is_plain(field))
        }
    }
}
