/// Bounds of the execution of every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLimits {
    /// How long a worker may be silent before another takes its run.
    pub lease_s: u32,
    /// The longest that one step of a pattern may take.
    pub step_s: u32,
    /// The longest that a run may be live, from its trigger on.
    pub run_s: u32,
    /// How often a run may be taken up before it is given up. A run that was handed
    /// back in good order does not count.
    pub attempts_max: u16,
    /// Runs of one workspace that may be carried at once, by all processes together.
    pub workspace_runs_max: u16,
    /// Runs of all workspaces that may be carried at once, by all processes together.
    pub runs_max: u32,
    /// Runs of one workspace that may wait at once. With the default a whole portfolio
    /// of a thousand specifications may fall due in the same second.
    pub workspace_queued_max: u16,
    /// Runs of all workspaces that may wait at once. The default is more than is carried
    /// before `run_s` ends what still waits, unless runs are short; and a trigger counts
    /// those that wait, which takes some milliseconds there.
    pub queued_max: u32,
    /// Scheduled runs of one specification that may fail in a row before its schedule
    /// is paused.
    pub schedule_failures_max: u16,
}

impl RunLimits {
    pub(super) const fn of_flow(&self) -> flow::Limits {
        flow::Limits {
            lease_s: self.lease_s,
            run_s: self.run_s,
            attempts_max: self.attempts_max,
            workspace_runs_max: self.workspace_runs_max,
        }
    }
}

impl Default for RunLimits {
    fn default() -> Self {
        Self {
            lease_s: 15,
            step_s: 120,
            run_s: 1800,
            attempts_max: 10,
            workspace_runs_max: 8,
            runs_max: 1000,
            workspace_queued_max: 1000,
            queued_max: 10_000,
            schedule_failures_max: 3,
        }
    }
}
