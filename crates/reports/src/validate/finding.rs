use serde::{Deserialize, Serialize};
use std::fmt;

/// One reason not to publish a report, in words for the subscriber.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub code: FindingCode,
    pub message: String,
}

impl Finding {
    pub(super) fn new(code: FindingCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(super) fn schema(place: impl fmt::Display) -> Self {
        Self::new(
            FindingCode::Schema,
            format!("The report did not have the required structure ({place})."),
        )
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingCode {
    Schema,
    Empty,
    DeliverableMissing,
    DeliverableExtra,
    RegionOut,
    LinkOut,
    CompanyOut,
    Uncited,
    UnknownEvidence,
    NumberUnsupported,
    EntityUnsupported,
    /// The opposite of what is cited.
    Contradicted,
    /// It has too little to do with what is cited.
    Unrelated,
    /// What is cited gives orders to its reader.
    Instructing,
    DateOut,
    /// An interpretation worded as a fact.
    Mood,
    InterpretationUngrounded,
    Duplicate,
    Limit,
    Markup,
    /// An address that is not in the evidence.
    ForeignUrl,
    FalseQuiet,
}

impl FindingCode {
    pub const fn id(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Empty => "empty",
            Self::DeliverableMissing => "deliverable_missing",
            Self::DeliverableExtra => "deliverable_extra",
            Self::RegionOut => "region_out",
            Self::LinkOut => "link_out",
            Self::CompanyOut => "company_out",
            Self::Uncited => "uncited",
            Self::UnknownEvidence => "unknown_evidence",
            Self::NumberUnsupported => "number_unsupported",
            Self::EntityUnsupported => "entity_unsupported",
            Self::Contradicted => "contradicted",
            Self::Unrelated => "unrelated",
            Self::Instructing => "instructing",
            Self::DateOut => "date_out",
            Self::Mood => "mood",
            Self::InterpretationUngrounded => "interpretation_ungrounded",
            Self::Duplicate => "duplicate",
            Self::Limit => "limit",
            Self::Markup => "markup",
            Self::ForeignUrl => "foreign_url",
            Self::FalseQuiet => "false_quiet",
        }
    }
}

impl FindingCode {
    /// Whether it says that the report states what its evidence does not.
    pub const fn is_of_grounding(self) -> bool {
        matches!(
            self,
            Self::Uncited
                | Self::UnknownEvidence
                | Self::NumberUnsupported
                | Self::EntityUnsupported
                | Self::Contradicted
                | Self::Unrelated
                | Self::Instructing
                | Self::InterpretationUngrounded
                | Self::ForeignUrl
        )
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
