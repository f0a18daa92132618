//! What a look at a run's row finds. All times are relative to the look, by the
//! database's clock.

use crate::Text;
use domain::run::{RunStatus, Stage};
use std::time::Duration;

/// How a run stands while its row is locked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is no such run in the workspace.
    Gone,
    Final {
        status: RunStatus,
        /// Of whoever ended it; raised by one if that was no worker.
        token: i64,
    },
    Live(Live),
}

/// A run that is queued or running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// Of the newest lease, 0 before the first.
    pub token: i64,
    /// How many of those leases were handed back in good order.
    pub handed_back: i64,
    /// Since the slot was claimed.
    pub age: Duration,
    /// How long somebody holds it yet; none when nobody does.
    pub held_for: Option<Duration>,
    /// The stage that the journal has come to.
    pub reached: Stage,
    /// Whether evidence may be used; none once the run has its package.
    pub gate: Option<Gate>,
    /// Why the run was put off, if it was.
    pub waits: bool,
    /// Runs of the workspace that are carried now.
    pub carried: i64,
    /// Whether all processes together may carry one more.
    pub has_room: bool,
    pub job: Job,
    /// Whether the journal has the step that the look asked for.
    pub journaled: bool,
}

/// The freshness gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    Open,
    Closed { reason: Text },
}

/// The job in the queue that carries the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// None, or none that the queue will offer again.
    Missing,
    /// A worker has taken it, which may have died since.
    Taken,
    /// It is offered after so long.
    Due(Duration),
}
