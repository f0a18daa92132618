//! What people and misfortune do to the world.

use crate::{
    guards::Guard,
    world::{DRAIN_MS, Millis, NEVER, Process, Run, STEPS, Trigger, World},
};
use domain::run::RunStatus;
use flow::Why;

impl World {
    /// One thing happens, chosen by chance.
    pub fn happen(&mut self) {
        let process = self.random.index(self.processes.len());
        match self.random.below(100) {
            0..22 => self.read_for_trigger(),
            22..34 => {
                let down = if self.random.chance(20) { 30_000 } else { 3_000 };
                let down = self.random.between(50, down);
                self.kill(process, down);
            }
            34..46 => {
                let pause = if self.random.chance(50) { 60_000 } else { 5_000 };
                let until = self.now + self.random.between(50, pause);
                self.note(|| format!("process {process} is halted until {until} ms"));
                self.processes[process].paused_until = until;
            }
            46..54 => self.stop(process),
            54..60 => {
                let away = if self.random.chance(30) { 40_000 } else { 3_000 };
                self.database_back_at = self.now + self.random.between(50, away);
                self.note(|| "the database is away".to_owned());
            }
            60..68 => {
                self.gate_open = !self.gate_open;
                let open = self.gate_open;
                self.note(|| format!("the gate is open: {open}"));
            }
            68..76 => self.cancel(process),
            76..81 if !self.jobs.is_empty() => {
                let lost = self.random.index(self.jobs.len());
                let job = self.jobs.swap_remove(lost);
                self.note(|| format!("the job of run {} is lost", job.run));
            }
            81..86 if !self.runs.is_empty() => {
                let run = self.random.index(self.runs.len());
                let due = self.clock();
                self.add_job(run, due, false);
                self.note(|| format!("run {run} has another job"));
            }
            86..91 => {
                self.ahead += self.random.between(100, 40_000);
                self.note(|| "the database's clock jumps".to_owned());
            }
            91..97 => self.grant(),
            _ => {}
        }
    }

    fn cancel(&mut self, process: usize) {
        if self.runs.is_empty() || !self.is_running(process) {
            return;
        }
        let run = self.random.index(self.runs.len());
        self.begin(process, run, Why::Cancelled, None);
    }

    pub fn is_running(&self, process: usize) -> bool {
        let Process { up, paused_until, .. } = self.processes[process];
        up && paused_until <= self.now
    }

    pub fn kill(&mut self, process: usize, down: Millis) {
        self.note(|| format!("process {process} is killed"));
        let mut at = 0;
        while at < self.machines.len() {
            if self.machines[at].process == process {
                self.vanish(at);
            } else {
                at += 1;
            }
        }
        let it = &mut self.processes[process];
        (it.up, it.stopping_since, it.paused_until) = (false, None, 0);
        it.restart_at = self.now + down;
    }

    /// SIGTERM: each run that it carries is told.
    fn stop(&mut self, process: usize) {
        let it = &mut self.processes[process];
        if !it.up || it.stopping_since.is_some() {
            return;
        }
        it.stopping_since = Some(self.now);
        self.note(|| format!("process {process} is asked to stop"));
        let now = self.now;
        for machine in &mut self.machines {
            if machine.process == process && machine.job.is_some() {
                machine.stop_at = now;
            }
        }
    }

    pub fn drain_is_over(&mut self, process: usize) {
        let since = self.processes[process].stopping_since.unwrap_or_default();
        let was_halted = self.processes[process].paused_until > since;
        let is_calling = |world: &Self, at: usize| {
            world.machines[at].process == process && world.is_carrying(at)
        };
        if !was_halted && (0..self.machines.len()).any(|at| is_calling(self, at)) {
            self.breaks(|| format!("process {process} still carries a step after its drain"));
        }
        debug_assert!(self.now >= since + DRAIN_MS);
        self.kill(process, 500);
    }

    /// A trigger reads how things stand. Its insert comes later, as if it did not lock.
    fn read_for_trigger(&mut self) {
        let specification = self.random.index(2);
        let period = self.period();
        let of_it = |row: &&Run| row.specification == specification;
        if !self.database_is_up() || self.runs.iter().filter(of_it).any(Run::is_live) {
            return;
        }
        let in_slot =
            |ordinal: u8| move |row: &&Run| row.period == period && row.ordinal == ordinal;
        let is_used = |world: &Self, ordinal: u8| {
            let mut runs = world.runs.iter().filter(of_it).filter(in_slot(ordinal));
            runs.any(|row| row.status == RunStatus::Succeeded)
        };
        let opened =
            self.overrides.iter().filter(|(of, at, _)| (*of, *at) == (specification, period));
        let mut ordinals = std::iter::once(0).chain(opened.map(|(_, _, ordinal)| *ordinal));
        let Some(ordinal) = ordinals.find(|ordinal| !is_used(self, *ordinal)) else { return };
        if !self.gate_open {
            return;
        }
        let slow = if self.random.chance(15) { 20_000 } else { 40 };
        let at = self.now + self.random.between(1, slow);
        self.triggers.push(Trigger { at, specification, period, ordinal });
    }

    /// The indexes decide, whatever the trigger read.
    pub fn insert(&mut self, trigger: &Trigger) {
        if !self.database_is_up() {
            return;
        }
        let &Trigger { specification, period, ordinal, .. } = trigger;
        let live = |row: &Run| row.specification == specification && row.is_live();
        if self.guards.hold(Guard::LiveIndex) && self.runs.iter().any(live) {
            return;
        }
        let in_slot = |row: &&Run| {
            (row.specification, row.period, row.ordinal) == (specification, period, ordinal)
        };
        let holds = |row: &Run| {
            row.is_live()
                || row.status == RunStatus::Succeeded
                || !self.guards.hold(Guard::FailedFreesSlot)
        };
        let in_slot: Vec<&Run> = self.runs.iter().filter(in_slot).collect();
        if self.guards.hold(Guard::SlotIndex) && in_slot.iter().any(|row| holds(row)) {
            let is_used = |row: &&Run| row.is_live() || row.status == RunStatus::Succeeded;
            if !in_slot.iter().any(is_used) {
                self.breaks(|| "3: a slot is refused that no run holds or has used".to_owned());
            }
            return;
        }
        let run = self.runs.len();
        let claimed_at = self.clock();
        self.runs.push(Run {
            specification,
            period,
            ordinal,
            status: RunStatus::Queued,
            token: 0,
            handed_back: 0,
            claimed_at,
            lease_until: 0,
            packaged: false,
            journal: 0,
            waits: false,
            artifacts: 0,
            audited: 0,
            holder: None,
            claimed_period: period,
            locked_until: 0,
            calls: [const { Vec::new() }; STEPS],
            refused: false,
            step_failed: false,
        });
        self.add_job(run, claimed_at, true);
        self.note(|| format!("run {run} of {specification}, period {period}, slot {ordinal}"));
        self.check(run);
    }

    /// An administrator opens the next slot of a used period.
    fn grant(&mut self) {
        let specification = self.random.index(2);
        let period = self.period();
        let ordinal = 1 + u8::try_from(self.overrides.len()).unwrap_or(u8::MAX - 1);
        self.overrides.push((specification, period, ordinal));
    }

    /// Faults stop: everybody is there and answers.
    pub fn calm(&mut self) {
        self.is_quiet = true;
        self.database_back_at = self.now;
        for process in &mut self.processes {
            process.paused_until = process.paused_until.min(self.now);
            if !process.up {
                process.restart_at = process.restart_at.min(self.now + 1000);
            }
        }
        self.note(|| "no faults from here on".to_owned());
    }
}

impl Process {
    pub const fn new(sweep_at: Millis) -> Self {
        Self { up: true, restart_at: NEVER, paused_until: 0, stopping_since: None, sweep_at }
    }
}
