//! The words of an execution: faults, cost classes, times to live, verdicts.

use crate::{run::FailureKind, taxonomy::vocabulary};

vocabulary! {
    /// The kinds of fault that a caller may treat differently.
    FaultKind, "fault kind" {
        /// The arguments do not fit, or ask for something that makes no sense.
        InvalidInput = "invalid_input", "Invalid input";
        /// What the arguments name does not exist for this caller.
        NotFound = "not_found", "Not found";
        /// The data does not hold what is asked for.
        MissingData = "missing_data", "Missing data";
        /// The data's licence or the caller's role does not allow it.
        Denied = "denied", "Denied";
        /// A document broke the rules that it is checked against.
        Validation = "validation", "Failed validation";
        /// There is nothing in scope to work on.
        Empty = "empty", "Nothing to work on";
        /// A bound on calls, tokens or money is reached.
        Budget = "budget", "Budget used up";
        /// Stored data does not match its hash.
        Quarantine = "quarantine", "Does not match its seal";
        /// The assistant gave nothing that could become a report, and is well.
        Assistant = "assistant", "No usable answer";
        /// Somebody withdrew the request.
        Cancelled = "cancelled", "Cancelled";
        /// Input or output failed, or a provider answered with a fault of its own.
        Unavailable = "unavailable", "Unavailable";
        /// A provider asked to be called less often.
        RateLimited = "rate_limited", "Rate limited";
        /// The deadline passed.
        Timeout = "timeout", "Took too long";
        /// The agent broke off.
        Panic = "panic", "Broke off";
        /// A fault of ours.
        Internal = "internal", "Internal fault";
        /// The agent's breaker is open; nothing was called.
        BreakerOpen = "breaker_open", "Resting after failures";
        /// The agent has as many calls as it carries; nothing was called.
        Overloaded = "overloaded", "Too many calls at once";
    }
}

impl FaultKind {
    /// Whether it says that the agent is not well: only such a fault counts
    /// towards opening its breaker, and only such a fault calls a fallback.
    pub const fn counts(self) -> bool {
        matches!(
            self,
            Self::Unavailable | Self::RateLimited | Self::Timeout | Self::Panic | Self::Internal
        )
    }

    /// How a governed run says it.
    pub const fn failure(self) -> FailureKind {
        match self {
            Self::Empty => FailureKind::Empty,
            Self::Validation => FailureKind::Validation,
            Self::Budget => FailureKind::Budget,
            Self::Quarantine => FailureKind::Quarantine,
            Self::Timeout => FailureKind::Timeout,
            Self::Assistant
            | Self::Unavailable
            | Self::RateLimited
            | Self::BreakerOpen
            | Self::Overloaded => FailureKind::Assistant,
            Self::InvalidInput
            | Self::NotFound
            | Self::MissingData
            | Self::Denied
            | Self::Cancelled
            | Self::Panic
            | Self::Internal => FailureKind::Internal,
        }
    }
}

vocabulary! {
    /// What a call costs, which decides how it is carried.
    Cost, "cost class" {
        /// Microseconds: carried in the execution's own task.
        Light = "light", "Light";
        /// Milliseconds of a processor: carried in a task of its own.
        Compute = "compute", "Compute";
        /// Waits for a database or another machine.
        Remote = "remote", "Remote";
        /// Costs money at each call.
        Paid = "paid", "Paid";
    }
}

vocabulary! {
    /// The classes of time to live.
    Ttl, "time to live" {
        /// Valid for the execution that computed it.
        Execution = "0", "This execution only";
        Minutes5 = "300", "5 minutes";
        Minutes30 = "1800", "30 minutes";
        Hour = "3600", "1 hour";
        Day = "86400", "1 day";
    }
}

impl Ttl {
    pub const fn seconds(self) -> u32 {
        match self {
            Self::Execution => 0,
            Self::Minutes5 => 300,
            Self::Minutes30 => 1800,
            Self::Hour => 3600,
            Self::Day => 86_400,
        }
    }
}

vocabulary! {
    /// The verdict on a value's age, best first: fresh up to its time to live,
    /// stale up to three times that, then expired.
    Verdict, "staleness verdict" {
        Fresh = "fresh", "Fresh";
        Stale = "stale", "Stale";
        Expired = "expired", "Expired";
        /// No as-of is known.
        Unknown = "unknown", "Age unknown";
    }
}

vocabulary! {
    /// How the deployment treats what a licence does not allow.
    RightsProfile, "rights profile" {
        Staging = "staging", "Staging";
        Production = "production", "Production";
        Demo = "demo", "Demonstration";
    }
}

vocabulary! {
    /// How an execution ended.
    Outcome, "outcome" {
        Succeeded = "succeeded", "Succeeded";
        Failed = "failed", "Failed";
        /// The freshness gate was closed; no step ran.
        Blocked = "blocked", "Blocked";
        /// Whoever asked went away before it ended.
        Cancelled = "cancelled", "Cancelled";
    }
}
