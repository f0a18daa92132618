//! Where the flow of one run stands, as one worker, sweeper or reader has it.

use crate::{Failure, StepId, Waiting, Write};
use domain::run::Stage;
use std::{collections::VecDeque, time::Duration};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The run's row is looked at, to see what is to be done.
    Looking {
        why: Why,
        tries: u8,
        stopping: bool,
    },
    /// What was decided is being committed.
    Acting {
        why: Why,
        then: Then,
        tries: u8,
        stopping: bool,
    },
    /// The store gave no answer; it is asked again after a pause.
    Pausing {
        why: Why,
        tries: u8,
        stopping: bool,
    },
    /// This worker holds the run.
    Held(Held),
    Ended(Outcome),
}

/// Why a run is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// The queue offers it to this worker.
    Offered,
    /// The sweeper found that it may be abandoned or overdue.
    Swept,
    /// A member cancels it.
    Cancelled,
}

/// What follows the commit of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    Hold(Held),
    End(Outcome),
}

/// A run under this worker's lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub token: i64,
    /// Leases of this run that were handed back before this one.
    pub handed_back: i64,
    /// The stage that the journal has come to.
    pub reached: Stage,
    pub doing: Doing,
    pub talk: Talk,
    /// How often the store gave no answer in a row.
    pub tries: u8,
    /// The process is asked to stop.
    pub stopping: bool,
}

/// What this worker is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doing {
    /// The package, and what is in the journal.
    Preparing {
        packaged: bool,
    },
    /// The pattern runs. Settled steps wait here for their turn to be written.
    Carrying {
        settled: VecDeque<(StepId, Stage)>,
    },
    Sealing,
    Failing(Failure),
    HandingBack {
        after: Duration,
        waiting: Option<Waiting>,
    },
}

/// The conversation with the store about this run, one thing at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Talk {
    Quiet,
    /// The answer is awaited.
    Sent(Write),
    /// The answer did not come; what became of it is looked up.
    LookingBack(Write),
    /// That could not be looked up, either; it is tried again after a pause.
    Pausing(Write),
}

/// How the flow ended for whoever began it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The run is in a final state, now or before.
    Final,
    /// There is no such run in the workspace.
    Gone,
    /// Another worker holds the run. Its job is queued for the end of that lease.
    HeldElsewhere,
    /// It has to wait, and is queued again.
    Waiting,
    /// This process stops; the run is queued for another.
    HandedBack,
    /// The store gave no answer. Queue and sweeper offer the run again.
    Unanswered,
    /// The sweeper found nothing to do.
    InOrder,
    /// The sweeper queued it again.
    QueuedAgain,
    /// The sweeper ended it.
    Overdue,
    /// By the member who asked for it.
    Cancelled,
}
