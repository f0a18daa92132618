use std::time::Duration;

/// The bounds that decide about runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a worker may be silent before another takes its run.
    pub lease_s: u32,
    /// The longest that a run may be live, from its trigger on.
    pub run_s: u32,
    /// How often a run may be taken up before it is given up. A run that was handed
    /// back in good order does not count.
    pub attempts_max: u16,
    /// Runs of one workspace that may be carried at once, by all processes together.
    pub workspace_runs_max: u16,
}

impl Limits {
    pub(crate) fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_s.into())
    }

    pub(crate) fn run(&self) -> Duration {
        Duration::from_secs(self.run_s.into())
    }

    /// A lease outlasts two beats that fail.
    pub(crate) fn beat(&self) -> Duration {
        self.lease() / 3
    }
}

/// How soon a run is offered again that waits for others of its workspace.
pub(crate) const TURN_WAIT: Duration = Duration::from_secs(1);
/// The same for one that waits for fresh evidence: readings are minutes apart.
pub(crate) const EVIDENCE_WAIT: Duration = Duration::from_secs(15);
/// Past the end of a lease, so that it has surely run out.
pub(crate) const PAST_LEASE: Duration = Duration::from_millis(100);
/// How long a process that stops lets a step go on: well within its eight seconds of
/// drain, and enough for whatever is no call of a slow service.
pub(crate) const GRACE: Duration = Duration::from_secs(3);
/// Pause before the store is asked again that gave no answer.
pub(crate) const PAUSE: Duration = Duration::from_secs(1);
/// How often it is asked before the run is left to the queue and the sweeper: longer
/// than Postgres takes to start again, and than any lease.
pub(crate) const TRIES_MAX: u8 = 30;
/// A job that is due within this is as good as due.
pub(crate) const DUE: Duration = Duration::from_secs(1);
