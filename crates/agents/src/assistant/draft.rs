//! What a model is asked for.

use super::schema::strict;
use domain::report::{Claim, SummaryBullet};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The words of a report. Everything that rules can decide is left out: places,
/// dates, counts, references and addresses are never the model's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// At most one for each theme; a theme without evidence is left out.
    pub executive_summary: Vec<SummaryBullet>,
    /// Only if the order asks for it; at most 700 words together.
    pub decision_summary: Vec<Claim>,
    /// At most one for each event of the package, in any order.
    pub developments: Vec<DraftDevelopment>,
    /// Interpretations and implications that join several developments, only if
    /// the order asks for them; at most 8.
    pub strategic_implications: Vec<Claim>,
    /// At most 5.
    pub monitoring: Vec<DraftAdvice>,
}

/// What happened, by the event that it tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftDevelopment {
    /// The event's name in the package, such as `V3`.
    pub event: String,
    pub headline: String,
    /// At least one fact. Each cites items of this event only.
    pub claims: Vec<Claim>,
}

/// What to watch, following from an event that a development tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftAdvice {
    /// The event's name in the package.
    pub event: String,
    pub text: String,
}

impl Draft {
    /// The schema that a model is held to: generated from the types above and
    /// those of the report document, cut to what strict structured output takes.
    pub fn schema() -> Value {
        let settings = SchemaSettings::draft2020_12().for_deserialize();
        strict(settings.into_generator().into_root_schema_for::<Self>().to_value())
    }
}
