use crate::taxonomy::vocabulary;

vocabulary! {
    /// Where a specification stands. Cancelled is final.
    SpecificationState, "specification state" {
        Draft = "draft", "Draft";
        Submitted = "submitted", "Submitted";
        Active = "active", "Active";
        Paused = "paused", "Paused";
        Cancelled = "cancelled", "Cancelled";
    }
}

vocabulary! {
    /// What can be done to a specification as a whole.
    Transition, "transition" {
        Submit = "submit", "Submit for activation";
        Activate = "activate", "Activate";
        Return = "return", "Return with a reason";
        Pause = "pause", "Pause";
        Resume = "resume", "Resume";
        Cancel = "cancel", "Cancel";
    }
}

/// A transition that the current state does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a specification that is {} cannot be {}", from.label().to_lowercase(), wanted.participle())]
pub struct TransitionRefused {
    pub from: SpecificationState,
    pub wanted: Transition,
}

impl Transition {
    /// Whether a reason of the actor's own words is required.
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Return | Self::Pause | Self::Cancel)
    }

    const fn participle(self) -> &'static str {
        match self {
            Self::Submit => "submitted",
            Self::Activate => "activated",
            Self::Return => "returned",
            Self::Pause => "paused",
            Self::Resume => "resumed",
            Self::Cancel => "cancelled",
        }
    }
}

impl SpecificationState {
    /// The state after `transition`, or the refusal that names both.
    #[expect(clippy::match_same_arms, reason = "one arm a row of the table of transitions")]
    pub const fn after(self, transition: Transition) -> Result<Self, TransitionRefused> {
        match (self, transition) {
            (Self::Draft, Transition::Submit) => Ok(Self::Submitted),
            (Self::Submitted | Self::Active, Transition::Activate) => Ok(Self::Active),
            (Self::Submitted, Transition::Return) => Ok(Self::Draft),
            // A new version of an active specification is reviewed beside the
            // active one, which keeps running.
            (Self::Active, Transition::Submit | Transition::Return) => Ok(Self::Active),
            (Self::Active, Transition::Pause) => Ok(Self::Paused),
            (Self::Paused, Transition::Resume) => Ok(Self::Active),
            (Self::Active | Self::Paused, Transition::Cancel) => Ok(Self::Cancelled),
            (from, wanted) => Err(TransitionRefused { from, wanted }),
        }
    }
}
