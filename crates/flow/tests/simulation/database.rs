//! What Postgres does: one transaction after the other for each run, all of it or
//! nothing. Whatever a constraint or a condition of a statement refuses is refused here.

use crate::{
    guards::Guard,
    world::{Job, LEASE_MS, Millis, NEVER, Orphan, Run, World},
};
use domain::run::{FailureKind, RunStatus, Stage};
use flow::{Act, Answer, Closing, Failure, Gate, Job as JobFact, Live, Standing, StepId, Write};
use std::time::Duration;

/// Steps whose results the journal keeps; the last is sealed.
pub const JOURNALED: u8 = 0b0111;

pub const fn bit(step: StepId) -> u8 {
    1 << step.0
}

fn span(millis: Millis) -> Duration {
    Duration::from_millis(millis)
}

impl World {
    pub fn standing(&self, run: usize, step: Option<StepId>) -> Standing {
        let row = &self.runs[run];
        if !row.is_live() {
            return Standing::Final { status: row.status, token: row.token };
        }
        let left = row.lease_until.saturating_sub(self.clock());
        let is_held = row.status == RunStatus::Running && left > 0;
        let gate = if self.gate_open { Gate::Open } else { closed() };
        Standing::Live(Live {
            token: row.token,
            handed_back: row.handed_back,
            age: span(self.clock() - row.claimed_at),
            held_for: (is_held && self.guards.hold(Guard::LeaseCondition)).then(|| span(left)),
            reached: row.reached(),
            gate: (!row.packaged).then_some(gate),
            waits: row.waits,
            carried: self.carried(),
            has_room: self.carried() < self.runs_max,
            job: self.job(run),
            journaled: step.is_some_and(|step| row.journal & bit(step) != 0),
        })
    }

    /// What a look back says.
    pub fn found(&self, run: usize, write: &Write) -> Standing {
        let step = match write {
            Write::Step(step) => Some(*step),
            _ => None,
        };
        let mut standing = self.standing(run, step);
        if !self.guards.hold(Guard::ReadBack)
            && let Standing::Live(live) = &mut standing
        {
            live.journaled = false;
        }
        standing
    }

    fn carried(&self) -> i64 {
        let clock = self.clock();
        let held = |row: &&Run| row.status == RunStatus::Running && row.lease_until >= clock;
        i64::try_from(self.runs.iter().filter(held).count()).unwrap_or(i64::MAX)
    }

    fn job(&self, run: usize) -> JobFact {
        match self.jobs.iter().find(|job| job.run == run && job.keyed) {
            None => JobFact::Missing,
            Some(job) if job.locked_by.is_some() => JobFact::Taken,
            Some(job) => JobFact::Due(span(job.due.saturating_sub(self.clock()))),
        }
    }

    /// Replaces the job that the run has; one that is locked stays its worker's, and
    /// is not offered again.
    pub fn queue(&mut self, run: usize, after: Duration) {
        let due = self.clock() + millis(after);
        if let Some(job) = self.jobs.iter_mut().find(|job| job.run == run && job.keyed) {
            if job.locked_by.is_none() {
                job.due = due;
                return;
            }
            job.keyed = false;
        }
        self.add_job(run, due, true);
    }

    pub fn add_job(&mut self, run: usize, due: Millis, keyed: bool) {
        let id = self.new_id();
        self.jobs.push(Job {
            id,
            run,
            keyed,
            due,
            locked_by: None,
            recovered_at: NEVER,
            attempts: 0,
        });
    }

    /// In the transaction of a look, whose row is locked.
    pub fn act(&mut self, run: usize, hold: u32, act: &Act) -> Answer {
        let clock = self.clock();
        match act {
            Act::TakeLease { .. } => self.take(run, hold),
            Act::QueueAgain { after, waiting } => {
                self.runs[run].waits |= waiting.is_some();
                self.queue(run, *after);
            }
            Act::Close(closing) => {
                if let Closing::Failed(failure) = closing {
                    self.check_reason(run, failure);
                }
                let row = &mut self.runs[run];
                row.status = match closing {
                    Closing::Cancelled => RunStatus::Cancelled,
                    Closing::Failed(_) => RunStatus::Failed,
                };
                row.token += 1;
                row.lease_until = clock;
                row.holder = None;
            }
        }
        self.check(run);
        Answer::Done
    }

    fn take(&mut self, run: usize, hold: u32) {
        let clock = self.clock();
        let carried = self.carried();
        let row = &mut self.runs[run];
        let robbed = row.holder.filter(|_| row.lease_until > clock);
        row.status = RunStatus::Running;
        row.token += 1;
        row.lease_until = clock + LEASE_MS;
        row.waits = false;
        row.holder = Some(hold);
        let attempts = row.token - row.handed_back;
        if let Some(other) = robbed {
            self.breaks(|| {
                format!("run {run} was taken from {other}, whose lease had not run out")
            });
        } else if attempts > i64::from(self.limits.attempts_max) {
            self.breaks(|| format!("run {run} is attempted for the {attempts}th time"));
        } else if carried >= i64::from(self.limits.workspace_runs_max).min(self.runs_max) {
            self.breaks(|| format!("run {run} was taken beside {carried} others"));
        }
    }

    /// One transaction under the lease.
    pub fn write(&mut self, orphan: &Orphan) -> Answer {
        let &Orphan { run, hold, token, ref write, .. } = orphan;
        if *write == Write::Assemble && !self.gate_open && self.guards.hold(Guard::GateAtPackage) {
            return Answer::NotFresh(closed());
        }
        let row = &self.runs[run];
        let is_ours = row.token == token && row.status == RunStatus::Running;
        if !is_ours && self.guards.hold(Guard::Fencing) {
            return Answer::Lost;
        }
        if row.holder != Some(hold) {
            self.breaks(|| {
                format!("7: {hold} wrote {write:?} of run {run}, which it does not hold")
            });
        }
        let answer = self.apply(run, write);
        self.check(run);
        answer
    }

    fn apply(&mut self, run: usize, write: &Write) -> Answer {
        let clock = self.clock();
        let gate_open = self.gate_open;
        let row = &mut self.runs[run];
        match write {
            Write::Load => {}
            Write::Assemble => {
                if row.packaged {
                    return refused(Stage::AssemblePackage);
                }
                row.packaged = true;
                row.lease_until = clock + LEASE_MS;
                if !gate_open {
                    self.breaks(|| {
                        format!("10: the package of run {run} is not of fresh evidence")
                    });
                }
            }
            Write::Step(step) => {
                if row.journal & bit(*step) != 0 {
                    return refused(Stage::Execute);
                }
                row.journal |= bit(*step);
                row.lease_until = clock + LEASE_MS;
            }
            Write::Renew => row.lease_until = clock + LEASE_MS,
            Write::Seal => self.seal(run),
            Write::Fail(failure) => {
                row.status = RunStatus::Failed;
                row.holder = None;
                self.check_reason(run, failure);
            }
            Write::HandBack { after, waiting } => {
                row.lease_until = clock;
                row.handed_back += 1;
                row.waits |= waiting.is_some();
                row.holder = None;
                self.queue(run, *after);
            }
        }
        Answer::Done
    }

    fn seal(&mut self, run: usize) {
        let period = self.period();
        let halves = !self.guards.hold(Guard::OneCommit) && self.random.chance(50);
        let row = &mut self.runs[run];
        row.artifacts += 1;
        if halves {
            return;
        }
        row.audited += 1;
        row.status = RunStatus::Succeeded;
        row.holder = None;
        let is_whole = row.packaged && row.journal == JOURNALED;
        if !self.guards.hold(Guard::PeriodKept) {
            row.period = period;
        }
        if !is_whole {
            self.breaks(|| format!("run {run} was sealed without all of its steps"));
        }
    }

    /// Invariants 1 to 5, of the run that was just written.
    pub fn check(&mut self, run: usize) {
        let row = &self.runs[run];
        let same_slot = |other: &&Run| {
            (other.specification, other.period, other.ordinal)
                == (row.specification, row.period, row.ordinal)
                && other.status == RunStatus::Succeeded
        };
        let reports = self.runs.iter().filter(same_slot).count();
        let live = |other: &&Run| other.specification == row.specification && other.is_live();
        let live = self.runs.iter().filter(live).count();
        let succeeded = u8::from(row.status == RunStatus::Succeeded);
        let what = if reports > 1 {
            "1: two reports of one slot"
        } else if live > 1 {
            "2: two live runs of one specification"
        } else if (row.artifacts, row.audited) != (succeeded, succeeded) {
            "4: success, artifact and audit entry do not go together"
        } else if row.period != row.claimed_period {
            "5: the period has moved"
        } else {
            return;
        };
        self.breaks(|| format!("{what} (run {run})"));
    }

    /// A run fails for a reason that there was.
    fn check_reason(&mut self, run: usize, failure: &Failure) {
        let row = &self.runs[run];
        let age = span(self.clock() - row.claimed_at);
        let is_overdue = age >= Duration::from_secs(self.limits.run_s.into());
        let attempts = row.token - row.handed_back;
        let is_true = match failure.kind {
            FailureKind::Timeout => is_overdue || row.step_failed,
            FailureKind::Coverage => {
                is_overdue && !row.packaged && row.calls.iter().all(Vec::is_empty)
            }
            FailureKind::LeaseLost => attempts >= i64::from(self.limits.attempts_max),
            FailureKind::Internal => row.refused,
            FailureKind::Assistant => row.step_failed,
            _ => false,
        };
        if !is_true {
            self.breaks(|| format!("run {run} failed by {:?}, for no such reason", failure.kind));
        }
    }
}

fn closed() -> Gate {
    Gate::Closed { reason: "The pack is warming.".into() }
}

pub fn millis(span: Duration) -> Millis {
    Millis::try_from(span.as_millis()).unwrap_or(Millis::MAX / 4)
}

pub fn refused(stage: Stage) -> Answer {
    Answer::Refused(Failure {
        stage,
        kind: FailureKind::Internal,
        message: "Refused.".into(),
        reasons: Vec::new(),
    })
}
