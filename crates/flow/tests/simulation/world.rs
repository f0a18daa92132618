//! The world around the flow: rows, jobs, processes, and what is under way in them.

use crate::{guards::Guards, pattern::Pass, random::Random};
use domain::run::{RunStatus, Stage};
use flow::{Event, Limits, Outcome, State, Write};
use std::collections::HashMap;

/// Milliseconds since the beginning of the history.
pub type Millis = u64;

pub const NEVER: Millis = Millis::MAX;
pub const STEPS: usize = 4;
pub const LEASE_MS: Millis = 15_000;
/// Of a period of the calendar here: short, so that runs cross its end.
pub const PERIOD_MS: Millis = 100_000;
/// A dead process's jobs are offered again after this.
pub const SILENCE_MS: Millis = 20_000;
pub const SWEEP_MS: Millis = 5_000;
/// A process that is asked to stop is killed after this.
pub const DRAIN_MS: Millis = 8_000;
/// The longest that a step may take.
pub const STEP_LIMIT_MS: Millis = 20_000;

/// A run's row, its package, journal and artifact, and below them what no row says.
#[expect(clippy::struct_excessive_bools, reason = "columns, and notes of what happened")]
#[derive(Clone, Debug)]
pub struct Run {
    pub specification: usize,
    pub period: u64,
    pub ordinal: u8,
    pub status: RunStatus,
    pub token: i64,
    pub handed_back: i64,
    /// By the database's clock.
    pub claimed_at: Millis,
    pub lease_until: Millis,
    pub packaged: bool,
    /// A bit for each step.
    pub journal: u8,
    pub waits: bool,
    pub artifacts: u8,
    pub audited: u8,

    /// Who really took the newest lease and still has it.
    pub holder: Option<u32>,
    /// The period at the claim.
    pub claimed_period: u64,
    /// A commit that is on its way has the row locked until then.
    pub locked_until: Millis,
    /// Each call of a step: under which token.
    pub calls: [Vec<i64>; STEPS],
    /// The database refused a write, as the history wanted.
    pub refused: bool,
    /// A step failed or hung, as the history wanted.
    pub step_failed: bool,
}

impl Run {
    pub fn is_live(&self) -> bool {
        self.status.is_live()
    }

    pub fn reached(&self) -> Stage {
        match (self.packaged, self.journal) {
            (false, _) => Stage::EnforceCadence,
            (true, 0) => Stage::AssemblePackage,
            (true, steps) if steps & 0b100 == 0 => Stage::Execute,
            _ => Stage::Validate,
        }
    }
}

/// A job of the queue.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: u32,
    pub run: usize,
    /// Replaced by the next job of its run; one without key is not offered again.
    pub keyed: bool,
    /// By the database's clock.
    pub due: Millis,
    pub locked_by: Option<usize>,
    /// When a dead process's job is offered again.
    pub recovered_at: Millis,
    pub attempts: u32,
}

#[derive(Clone, Debug)]
pub struct Process {
    pub up: bool,
    pub restart_at: Millis,
    pub paused_until: Millis,
    pub stopping_since: Option<Millis>,
    pub sweep_at: Millis,
}

/// One flow under way in a process.
#[derive(Debug)]
pub struct Machine {
    pub process: usize,
    pub run: usize,
    pub job: Option<u32>,
    /// Of this machine alone.
    pub hold: u32,
    pub state: Option<State>,
    pub asked: Option<Asked>,
    /// By [`flow::Alarm`].
    pub alarms: [Millis; 4],
    pub pass: Option<Pass>,
    /// The journal as it was read, a bit for each step.
    pub recalled: u8,
    pub cancelled_at: Millis,
    pub stop_at: Millis,
}

/// A question to the database.
#[derive(Debug)]
pub struct Asked {
    pub what: What,
    /// When the database does it.
    pub at: Millis,
    /// How long the reply takes, or word that there is none.
    pub reply_ms: Millis,
    pub fate: Fate,
    /// Once it is done, or given up.
    pub reply: Option<(Millis, Event)>,
}

#[derive(Clone, Debug)]
pub enum What {
    Look,
    LookBack(Write),
    Write(Write),
}

/// What happens to a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Good,
    /// It is committed, and the reply is lost.
    ReplyLost,
    /// The connection breaks before the commit.
    NotDone,
    /// The connection breaks, and the commit that was sent takes place later.
    Late,
    /// The values are refused.
    Refused,
}

/// A transaction whose process no longer waits for it.
#[derive(Debug)]
pub struct Orphan {
    pub at: Millis,
    pub run: usize,
    pub hold: u32,
    pub token: i64,
    pub write: Write,
}

/// A trigger that has read how things stand, and inserts its run next.
#[derive(Debug)]
pub struct Trigger {
    pub at: Millis,
    pub specification: usize,
    pub period: u64,
    pub ordinal: u8,
}

pub struct World {
    pub random: Random,
    pub guards: Guards,
    pub limits: Limits,
    /// Of all workspaces; here there is one.
    pub runs_max: i64,
    pub now: Millis,
    /// How far the database's clock is ahead.
    pub ahead: Millis,
    pub gate_open: bool,
    pub database_back_at: Millis,
    pub runs: Vec<Run>,
    pub jobs: Vec<Job>,
    pub processes: Vec<Process>,
    pub machines: Vec<Machine>,
    pub orphans: Vec<Orphan>,
    pub triggers: Vec<Trigger>,
    /// Slots that an administrator opened: specification, period, ordinal.
    pub overrides: Vec<(usize, u64, u8)>,
    /// Whether two steps of the pattern run side by side.
    pub side_by_side: bool,
    /// Of a hundred transactions, how many go wrong.
    pub flaky: u64,
    /// No faults from here on.
    pub is_quiet: bool,
    pub last_id: u32,
    pub transitions: u64,
    pub outcomes: HashMap<Outcome, u64>,
    pub broken: Option<String>,
    /// What happened, if somebody wants to read it.
    pub lines: Option<Vec<String>>,
}

impl World {
    /// The database's clock.
    pub const fn clock(&self) -> Millis {
        self.now + self.ahead
    }

    pub const fn database_is_up(&self) -> bool {
        self.now >= self.database_back_at
    }

    pub const fn period(&self) -> u64 {
        self.clock() / PERIOD_MS
    }

    pub const fn new_id(&mut self) -> u32 {
        self.last_id += 1;
        self.last_id
    }

    pub fn note(&mut self, line: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            let (seconds, millis) = (self.now / 1000, self.now % 1000);
            lines.push(format!("{seconds:>5}.{millis:03} s  {}", line()));
        }
    }

    /// An invariant is violated; the first one counts.
    pub fn breaks(&mut self, what: impl FnOnce() -> String) {
        if self.broken.is_none() {
            let what = what();
            self.note(|| format!("VIOLATION: {what}"));
            self.broken = Some(what);
        }
    }
}
