//! A run: one governed execution of a specification's pattern for one period.

use crate::taxonomy::vocabulary;

vocabulary! {
    /// The seven steps of the canonical flow, in their order.
    Stage, "stage" {
        RetrieveSpecification = "retrieve_specification", "Retrieve the active specification";
        EnforceCadence = "enforce_cadence", "Enforce the cadence";
        AssemblePackage = "assemble_package", "Assemble the run package";
        Execute = "execute", "Execute the pattern";
        Validate = "validate", "Validate the report";
        Persist = "persist", "Seal and store the report";
        Return = "return", "Hand over the report";
    }
}

vocabulary! {
    /// Where a run stands. Queued and running are live; the others are final.
    RunStatus, "run status" {
        Queued = "queued", "Queued";
        Running = "running", "Running";
        Succeeded = "succeeded", "Succeeded";
        Failed = "failed", "Failed";
        Cancelled = "cancelled", "Cancelled";
    }
}

impl RunStatus {
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

vocabulary! {
    /// Why a run failed. None of them consumes the period's slot.
    FailureKind, "failure kind" {
        Gate = "gate", "The freshness gate stayed closed";
        Coverage = "coverage", "The evidence was not complete enough";
        Assistant = "assistant", "The analyst could not write the report";
        Validation = "validation", "The report did not pass validation";
        Empty = "empty", "There was no evidence to report on";
        Budget = "budget", "The run's budget was used up";
        Timeout = "timeout", "The run took too long";
        LeaseLost = "lease_lost", "The run was interrupted too often";
        Quarantine = "quarantine", "Stored data did not match its hash";
        Internal = "internal", "Something went wrong on our side";
    }
}

impl FailureKind {
    /// One sentence for the subscriber: what to do, and what is not lost.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Gate => {
                "The period's run is still available; try again when the evidence pack is ready."
            }
            Self::Coverage => {
                "The period's run is still available; it can be started again when more sources have been read."
            }
            Self::Assistant => {
                "The period's run is still available; start it again in a few minutes."
            }
            Self::Validation => {
                "Nothing was published and the period's run is still available; the findings are listed below."
            }
            Self::Empty => {
                "The period's run is still available; it can be started when evidence for this scope has arrived."
            }
            Self::Budget => {
                "The period's run is still available; an administrator can raise the budget."
            }
            Self::Timeout | Self::LeaseLost => {
                "The period's run is still available; start it again."
            }
            Self::Quarantine => {
                "Nothing was published; an administrator has been shown what does not match."
            }
            Self::Internal => {
                "The period's run is still available; if it fails again, quote the run's number to support."
            }
        }
    }
}
