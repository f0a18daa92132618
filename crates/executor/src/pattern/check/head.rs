//! Rules on what a pattern says of itself, and the shapes of the context.

use super::Check;
use crate::context::Context;
use serde_json::{Value, json};

impl Check<'_> {
    pub(super) fn head(&mut self, file_name: &str) {
        let file = self.file;
        let stem = file_name.strip_suffix(".json").unwrap_or(file_name);
        if file.id.len() < 3 || !super::is_word(&file.id) {
            let rule =
                "an id has 3 to 64 lower-case letters, digits and underscores, a letter first";
            self.faults.push("/id", rule);
        }
        if file.id != stem {
            let message = format!("“{}” is not the file's name without .json, “{stem}”", file.id);
            self.faults.push("/id", message);
        }
        if let Err(error) = semver::Version::parse(&file.version) {
            let message = format!("“{}” is not a semantic version: {error}", file.version);
            self.faults.push("/version", message);
        }
    }
}

/// Schemas of what templates find under `ctx`. A pattern that needs a portfolio
/// always has one.
pub(super) fn context_schemas(needs_portfolio: bool) -> Vec<(&'static str, Value)> {
    Context::TEMPLATE_NAMES
        .iter()
        .map(|(name, kind, nullable)| {
            let nullable = *nullable && !(needs_portfolio && *name == "portfolio_id");
            let mut schema = match *kind {
                format @ ("date" | "uuid") => json!({ "type": "string", "format": format }),
                other => json!({ "type": other }),
            };
            if nullable {
                schema["type"] = json!(["string", "null"]);
            }
            (*name, schema)
        })
        .collect()
}
