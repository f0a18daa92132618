use executor::{lineage::SourceName, pattern::PanelDocument};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A panel with the sources of everything in it, as executions and reports of the portfolio
/// desk hold it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PanelPart {
    #[serde(flatten)]
    pub panel: PanelDocument,
    /// Sorted, each once.
    #[schemars(with = "Vec<String>")]
    pub sources: Vec<SourceName>,
    /// As of when the oldest of them is.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub oldest: Option<Timestamp>,
    /// What a reader should know, one sentence each.
    pub warnings: Vec<String>,
}
