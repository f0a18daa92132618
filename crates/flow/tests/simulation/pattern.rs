//! The executor, in short: steps begin when those that they need may be gone on from.

use crate::{
    database::bit,
    world::{Millis, NEVER, STEP_LIMIT_MS, STEPS, World},
};
use domain::run::{FailureKind, Stage};
use flow::{Event, Failure, StepId};

/// A pass of the pattern.
#[derive(Clone, Debug)]
pub struct Pass {
    pub steps: [Step; STEPS],
    pub answers_at: Millis,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Waiting,
    Called { until: Millis, fails: bool },
    Settled,
    Done,
}

pub const fn stage(step: usize) -> Stage {
    match step {
        0 | 1 => Stage::Execute,
        2 => Stage::Validate,
        _ => Stage::Persist,
    }
}

impl World {
    pub fn begin_pattern(&mut self, machine: usize) {
        let recalled = self.machines[machine].recalled;
        let steps = std::array::from_fn(|step| {
            if recalled & bit(StepId(step)) == 0 { Step::Waiting } else { Step::Done }
        });
        self.machines[machine].pass = Some(Pass { steps, answers_at: NEVER });
        self.begin_steps(machine);
    }

    pub fn proceed(&mut self, machine: usize, step: StepId) {
        if let Some(pass) = &mut self.machines[machine].pass {
            pass.steps[step.0] = Step::Done;
            self.begin_steps(machine);
        }
    }

    fn begin_steps(&mut self, machine: usize) {
        let Some(pass) = self.machines[machine].pass.clone() else { return };
        if pass.steps.iter().all(|step| *step == Step::Done) {
            let at = self.now + 1;
            self.machines[machine].pass = Some(Pass { answers_at: at, ..pass });
            return;
        }
        for step in 0..STEPS {
            let is_ready = match step {
                0 => true,
                1 => self.side_by_side || pass.steps[0] == Step::Done,
                2 => pass.steps[..2].iter().all(|step| *step == Step::Done),
                _ => pass.steps[2] == Step::Done,
            };
            if is_ready && pass.steps[step] == Step::Waiting {
                self.call(machine, step);
            }
        }
    }

    fn call(&mut self, machine: usize, step: usize) {
        let Some(flow::State::Held(held)) = &self.machines[machine].state else { return };
        let (token, stops) = (held.token, held.stopping);
        let (run, of) = (self.machines[machine].run, self.machines[machine].hold);
        let row = &mut self.runs[run];
        let is_holder = row.holder == Some(of) && row.token == token;
        let is_finished = row.journal & bit(StepId(step)) != 0;
        let is_repeated = row.calls[step].contains(&token);
        let is_packaged = row.packaged;
        row.calls[step].push(token);
        // One that was halted past its lease may begin a call before it can know.
        if is_holder && is_finished {
            self.breaks(|| format!("14: step {step} of run {run} was finished and runs again"));
        }
        if is_repeated {
            self.breaks(|| format!("step {step} of run {run} was called twice under one lease"));
        }
        if stops {
            self.breaks(|| format!("{of} begins step {step} though its process stops"));
        }
        if !is_packaged {
            self.breaks(|| format!("10: step {step} of run {run} was called without a package"));
        }
        let takes = match self.random.below(20) {
            _ if self.is_quiet => self.random.between(1, 500),
            0 => NEVER,
            1..3 => self.random.between(5_000, 30_000),
            3..6 => self.random.between(500, 5_000),
            _ => self.random.between(1, 500),
        };
        let fails = takes > STEP_LIMIT_MS || !self.is_quiet && self.random.chance(2);
        let until = self.now + takes.min(STEP_LIMIT_MS);
        self.note(|| format!("{of} calls step {step} of run {run}"));
        if let Some(pass) = &mut self.machines[machine].pass {
            pass.steps[step] = Step::Called { until, fails };
        }
    }

    /// A call ends.
    pub fn end_step(&mut self, machine: usize, step: usize) -> Event {
        let run = self.machines[machine].run;
        let Some(pass) = &mut self.machines[machine].pass else { unreachable!("it was chosen") };
        let Step::Called { fails, .. } = pass.steps[step] else { unreachable!("it was chosen") };
        pass.steps[step] = Step::Settled;
        if !self.is_quiet && self.random.chance(1) {
            self.machines[machine].pass = None;
            return Event::PatternCutOff;
        }
        if !fails {
            return Event::Settled { step: StepId(step), stage: stage(step) };
        }
        self.machines[machine].pass = None;
        self.runs[run].step_failed = true;
        Event::PatternFailed(Failure {
            stage: stage(step),
            kind: FailureKind::Assistant,
            message: "The step failed.".into(),
            reasons: Vec::new(),
        })
    }
}
