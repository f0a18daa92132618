use super::Desk;
use crate::taxonomy::vocabulary;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// A control of the form. The id is the control's name.
    Field, "field" {
        Name = "name", "Name";
        Desk = "desk", "Desk";
        Portfolio = "portfolio", "Portfolio";
        Panels = "panels", "Panels";
        Window = "window", "Window";
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

impl Field {
    /// Whether the form of a desk has it. The desk itself is chosen before the form.
    pub const fn is_of(self, desk: Desk) -> bool {
        match self {
            Self::Desk => false,
            Self::Name | Self::Cadence | Self::Seats | Self::Title => true,
            Self::Portfolio | Self::Panels | Self::Window => matches!(desk, Desk::Portfolio),
            Self::Deliverables
            | Self::Regions
            | Self::Links
            | Self::Tier
            | Self::Watchlist
            | Self::Sections
            | Self::SignalMap
            | Self::EvidenceAppendix
            | Self::MinimumStrength
            | Self::Language => matches!(desk, Desk::Polyurethane),
        }
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
