//! What a server of OpenAI's kind is able to do, found by one small question that says
//! nothing of anybody's evidence.

use super::{Answer, Ask, Author, Message};
use domain::hash::ContentHash;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

/// What was found of a server that can write reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Abilities {
    /// It says how many tokens a call used; costs are not known otherwise.
    pub counts_tokens: bool,
}

impl Abilities {
    /// Reads on behind the summary of a report.
    pub const fn words(self) -> &'static str {
        if self.counts_tokens {
            "The server was found to hold answers to a schema and to count tokens."
        } else {
            "The server was found to hold answers to a schema, and not to count tokens."
        }
    }
}

/// What nobody says who is greeted, and what the schema leaves no way around.
const HELD: &str = "held to the schema";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Held {
    answer: String,
}

/// Asks for a greeting, by a schema that takes another sentence alone: only a server
/// that holds its model to the schema gives that.
pub(super) fn question(call_id: Uuid) -> Ask {
    Ask {
        instruction: "Greet the user in one short sentence.".to_owned(),
        messages: vec![Message { author: Author::Platform, text: "Hello.".to_owned() }],
        schema_name: "probe",
        schema: json!({
            "type": "object",
            "properties": { "answer": { "type": "string", "enum": [HELD] } },
            "required": ["answer"],
            "additionalProperties": false,
        }),
        safety_identifier: ContentHash::of_bytes(b"observatory probe").to_string(),
        request_id: format!("{call_id}-probe"),
        resumes: None,
    }
}

/// Whether the answer was held to the schema.
pub(super) fn is_held(answer: &Answer) -> bool {
    serde_json::from_str(&answer.text).is_ok_and(|Held { answer }| answer == HELD)
}
