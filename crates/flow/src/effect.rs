//! What the flow wants done.

use crate::{Failure, StepId, Text, Why};
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Lock the run's row and say how it stands. The transaction stays open for the
    /// act that may follow, and ends unchanged if none does.
    Look(Why),
    /// In the transaction of the look, and commit it.
    Act(Act),
    /// A transaction of its own, under the lease. At most one is under way.
    Write(Write),
    /// Say whether a write took place whose answer did not come. The row is locked, so
    /// that a commit which is still on its way comes first.
    LookBack(Write),
    /// Begin the pattern. Steps that the journal has are not done again.
    RunPattern,
    /// Let the steps that wait for this one begin.
    Proceed(StepId),
    /// Give up the pattern and whatever it has under way.
    GiveUp,
    /// Say so after this long; a later wish for the same alarm takes its place.
    Wake(Alarm, Duration),
}

/// What a look can lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Takes the lease and raises the token by one.
    TakeLease {
        /// An earlier worker had begun it.
        resumed: bool,
    },
    QueueAgain {
        after: Duration,
        waiting: Option<Waiting>,
    },
    /// Ends the run over the head of whoever holds it, whose token is too old then.
    Close(Closing),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closing {
    Cancelled,
    Failed(Failure),
}

/// What a run is put off for, as its page says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// The freshness gate is closed.
    Evidence { reason: Text },
    /// The workspace has as many runs carried as it may.
    Turn,
    /// So have all workspaces together.
    Room,
}

/// A transaction under the lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Reads package and journal; no write, but asked in the same way.
    Load,
    /// Assembles the run package of fresh evidence, and seals it.
    Assemble,
    /// Writes a settled step into the journal.
    Step(StepId),
    Renew,
    /// Artifact, journal, success, audit entry and slot, in one commit.
    Seal,
    Fail(Failure),
    /// Lets go of the lease and queues the run again.
    HandBack {
        after: Duration,
        waiting: Option<Waiting>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alarm {
    /// The lease is due for renewal.
    Beat,
    /// The run's time is up.
    Deadline,
    /// A process that stops has waited long enough for the step under way.
    Grace,
    /// The store may be asked again.
    Again,
}
