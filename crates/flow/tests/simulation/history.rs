//! One history: what happens next, until every run has ended.

use crate::{
    database::JOURNALED,
    guards::{Guard, Guards},
    pattern::Step,
    random::Random,
    world::{DRAIN_MS, LEASE_MS, Machine, Millis, NEVER, Process, Run, SWEEP_MS, What, World},
};
use flow::{Event, Limits, Outcome, Why};
use std::collections::HashMap;

/// Runs that one process carries at once.
const SLOTS: usize = 2;
/// Far more than any history takes; one that takes more never ends.
const TRANSITIONS_MAX: u64 = 20_000;

/// What an unbroken history came to.
#[derive(Default)]
pub struct Summary {
    pub transitions: u64,
    pub outcomes: HashMap<Outcome, u64>,
    pub runs: u64,
    pub succeeded: u64,
    pub repeated_calls: u64,
}

pub struct Violation {
    pub what: String,
    pub lines: Vec<String>,
}

/// What comes next in time.
#[derive(Clone, Copy)]
enum Next {
    Action,
    Orphan(usize),
    Trigger(usize),
    Restart(usize),
    Killed(usize),
    Sweep(usize),
    Offer(usize),
    Recover(usize),
    Execute(usize),
    Reply(usize),
    Ring(usize, usize),
    StepEnds(usize, usize),
    PatternAnswers(usize),
    Cancelled(usize),
    Stop(usize),
}

/// The earliest so far.
struct Earliest(Millis, Option<Next>);

impl Earliest {
    fn offer(&mut self, at: Millis, next: Next) {
        if at < self.0 {
            *self = Self(at, Some(next));
        }
    }
}

/// # Errors
/// The first violation.
pub fn play(seed: u64, guards: Guards, told: bool) -> Result<Summary, Violation> {
    let mut world = World::of(seed, guards, told);
    let mut actions = world.random.between(4, 24);
    let mut next_action = 0;
    let mut patience = NEVER;
    while world.broken.is_none() {
        if world.is_quiet && (world.is_over() || world.now > patience) {
            break;
        }
        let mut earliest = Earliest(NEVER, None);
        if actions > 0 {
            earliest.offer(next_action, Next::Action);
        }
        world.look_ahead(&mut earliest);
        let Earliest(at, Some(next)) = earliest else { break };
        world.now = world.now.max(at);
        if let Next::Action = next {
            world.happen();
            actions -= 1;
            next_action = world.now + world.pause();
            if actions == 0 {
                world.calm();
                let limit = Millis::from(world.limits.run_s) * 1000;
                patience = world.now + LEASE_MS + limit + 30_000;
            }
        } else {
            world.happens(next);
        }
        if world.transitions > TRANSITIONS_MAX {
            world.breaks(|| "it does not come to an end".to_owned());
        }
    }
    world.verdict()
}

impl World {
    fn of(seed: u64, guards: Guards, told: bool) -> Self {
        let mut random = Random::new(seed);
        let processes = random.between(1, 3);
        let sweeps = guards.hold(Guard::Sweeper);
        let sweep_at = |random: &mut Random| if sweeps { random.below(SWEEP_MS) } else { NEVER };
        Self {
            guards,
            limits: Limits {
                lease_s: 15,
                run_s: if random.chance(10) { 300 } else { 75 },
                attempts_max: if random.chance(20) { 2 } else { 10 },
                workspace_runs_max: if random.chance(20) { 1 } else { 8 },
            },
            runs_max: if random.chance(10) { 1 } else { 8 },
            now: 0,
            ahead: random.below(100_000),
            gate_open: true,
            database_back_at: 0,
            runs: Vec::new(),
            jobs: Vec::new(),
            processes: (0..processes).map(|_| Process::new(sweep_at(&mut random))).collect(),
            machines: Vec::new(),
            orphans: Vec::new(),
            triggers: Vec::new(),
            overrides: Vec::new(),
            side_by_side: random.chance(30),
            flaky: [0, 2, 10, 30][random.index(4)],
            is_quiet: false,
            last_id: 0,
            transitions: 0,
            outcomes: HashMap::new(),
            broken: None,
            lines: told.then(Vec::new),
            random,
        }
    }

    /// Until the next thing that somebody does.
    fn pause(&mut self) -> Millis {
        match self.random.below(10) {
            0 => self.random.below(40_000),
            1..5 => self.random.below(3_000),
            _ => self.random.below(300),
        }
    }

    fn is_over(&self) -> bool {
        self.triggers.is_empty() && !self.runs.iter().any(Run::is_live)
    }

    fn look_ahead(&self, earliest: &mut Earliest) {
        for (at, orphan) in self.orphans.iter().enumerate() {
            earliest.offer(orphan.at, Next::Orphan(at));
        }
        for (at, trigger) in self.triggers.iter().enumerate() {
            earliest.offer(trigger.at, Next::Trigger(at));
        }
        for (at, process) in self.processes.iter().enumerate() {
            if !process.up {
                earliest.offer(process.restart_at, Next::Restart(at));
                continue;
            }
            if let Some(since) = process.stopping_since {
                earliest.offer(since + DRAIN_MS, Next::Killed(at));
            }
            earliest.offer(process.sweep_at.max(process.paused_until), Next::Sweep(at));
        }
        for (at, job) in self.jobs.iter().enumerate() {
            if job.locked_by.is_none() {
                let due = job.due.saturating_sub(self.ahead).max(self.database_back_at);
                if due < earliest.0 {
                    let free = self.free_from().max(due);
                    earliest.offer(free, Next::Offer(at));
                }
            } else {
                earliest.offer(job.recovered_at, Next::Recover(at));
            }
        }
        for at in 0..self.machines.len() {
            self.look_into(at, earliest);
        }
    }

    /// When some process could take a job.
    fn free_from(&self) -> Millis {
        let free = |(at, process): (usize, &Process)| {
            let carried = |machine: &&Machine| machine.process == at && machine.job.is_some();
            let is_free = process.up
                && process.stopping_since.is_none()
                && self.machines.iter().filter(carried).count() < SLOTS;
            is_free.then_some(process.paused_until)
        };
        self.processes.iter().enumerate().filter_map(free).min().unwrap_or(NEVER)
    }

    fn look_into(&self, at: usize, earliest: &mut Earliest) {
        let machine = &self.machines[at];
        // Whatever the process itself has to do waits while it is halted; what it
        // has sent to the database does not.
        let halted = self.processes[machine.process].paused_until;
        if let Some(asked) = &machine.asked {
            match &asked.reply {
                None if matches!(asked.what, What::Look) => {
                    earliest.offer(asked.at.max(halted), Next::Execute(at));
                }
                None => earliest.offer(asked.at, Next::Execute(at)),
                Some((reply, _)) => earliest.offer((*reply).max(halted), Next::Reply(at)),
            }
        }
        for (alarm, ring) in machine.alarms.iter().enumerate() {
            earliest.offer((*ring).max(halted), Next::Ring(at, alarm));
        }
        earliest.offer(machine.cancelled_at.max(halted), Next::Cancelled(at));
        earliest.offer(machine.stop_at.max(halted), Next::Stop(at));
        let Some(pass) = &machine.pass else { return };
        earliest.offer(pass.answers_at.max(halted), Next::PatternAnswers(at));
        for (step, state) in pass.steps.iter().enumerate() {
            if let Step::Called { until, .. } = state {
                earliest.offer((*until).max(halted), Next::StepEnds(at, step));
            }
        }
    }

    fn happens(&mut self, next: Next) {
        match next {
            Next::Action => {}
            Next::Orphan(at) => {
                let orphan = self.orphans.swap_remove(at);
                self.note(|| format!("a commit of {} arrives: {:?}", orphan.hold, orphan.write));
                if self.database_is_up() {
                    self.write(&orphan);
                }
            }
            Next::Trigger(at) => {
                let trigger = self.triggers.swap_remove(at);
                self.insert(&trigger);
            }
            Next::Restart(at) => {
                self.processes[at].up = true;
                self.note(|| format!("process {at} is up"));
            }
            Next::Killed(at) => self.drain_is_over(at),
            Next::Sweep(at) => self.sweep(at),
            Next::Offer(at) => self.take_job(at),
            Next::Recover(at) => {
                let clock = self.clock();
                let job = &mut self.jobs[at];
                (job.locked_by, job.recovered_at, job.due) = (None, NEVER, clock);
                if !job.keyed {
                    self.jobs.swap_remove(at);
                }
            }
            Next::Execute(at) => self.execute(at),
            Next::Reply(at) => {
                let reply = self.machines[at].asked.take().and_then(|asked| asked.reply);
                if let Some((_, event)) = reply {
                    self.tell(at, event);
                }
            }
            Next::Ring(at, alarm) => self.ring(at, alarm),
            Next::StepEnds(at, step) => {
                let event = self.end_step(at, step);
                self.tell(at, event);
            }
            Next::PatternAnswers(at) => {
                self.machines[at].pass = None;
                self.tell(at, Event::PatternAnswered);
            }
            Next::Cancelled(at) => {
                self.machines[at].cancelled_at = NEVER;
                self.tell(at, Event::Cancelled);
            }
            Next::Stop(at) => {
                self.machines[at].stop_at = NEVER;
                self.tell(at, Event::Stop);
            }
        }
    }

    fn take_job(&mut self, job: usize) {
        let carried = |world: &Self, at: usize| {
            let of_it = |machine: &&Machine| machine.process == at && machine.job.is_some();
            world.machines.iter().filter(of_it).count()
        };
        let first = self.random.index(self.processes.len());
        let taker =
            (0..self.processes.len()).map(|at| (first + at) % self.processes.len()).find(|at| {
                self.is_running(*at)
                    && self.processes[*at].stopping_since.is_none()
                    && carried(self, *at) < SLOTS
            });
        let Some(process) = taker else { return };
        let job = &mut self.jobs[job];
        job.locked_by = Some(process);
        let (id, run) = (job.id, job.run);
        self.begin(process, run, Why::Offered, Some(id));
    }

    /// Whatever the query of the sweeper finds, and a few more, is looked at.
    fn sweep(&mut self, process: usize) {
        self.processes[process].sweep_at = self.now + SWEEP_MS;
        if !self.database_is_up() {
            return;
        }
        for run in 0..self.runs.len() {
            let row = &self.runs[run];
            if row.is_live() && row.lease_until <= self.clock() {
                self.begin(process, run, Why::Swept, None);
            } else if row.is_live() {
                let limit = Millis::from(self.limits.run_s) * 1000;
                if self.clock() >= row.claimed_at + limit {
                    self.begin(process, run, Why::Swept, None);
                }
            }
        }
    }

    fn verdict(mut self) -> Result<Summary, Violation> {
        if self.broken.is_none() && !self.is_over() {
            let stuck = self.runs.iter().position(Run::is_live);
            self.breaks(|| format!("6: run {stuck:?} has not ended in time"));
        }
        if let Some(what) = self.broken {
            return Err(Violation { what, lines: self.lines.unwrap_or_default() });
        }
        let repeated = |run: &Run| {
            run.calls.iter().map(|calls| calls.len().saturating_sub(1) as u64).sum::<u64>()
        };
        let succeeded = |run: &&Run| run.journal == JOURNALED && run.artifacts == 1;
        Ok(Summary {
            transitions: self.transitions,
            runs: self.runs.len() as u64,
            succeeded: self.runs.iter().filter(succeeded).count() as u64,
            repeated_calls: self.runs.iter().map(repeated).sum(),
            outcomes: self.outcomes,
        })
    }
}
