use crate::taxonomy::vocabulary;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// A control of the form. The id is the control's name.
    Field, "field" {
        Name = "name", "Name";
        Deliverables = "deliverables", "Deliverables";
        Regions = "regions", "Regions";
        Links = "links", "Value-chain links";
        Cadence = "cadence", "Cadence";
        Tier = "tier", "Tier";
        Seats = "seats", "Seats";
        Watchlist = "watchlist", "Watchlist";
        Title = "title", "Report title";
        Sections = "sections", "Sections";
        SignalMap = "signal_map", "Signal map";
        EvidenceAppendix = "evidence_appendix", "Evidence appendix";
        MinimumStrength = "minimum_strength", "Minimum strength";
        Language = "language", "Language";
    }
}

/// What is wrong with one control, as a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    pub field: Field,
    pub message: String,
}

impl FieldError {
    pub fn new(field: Field, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}
