//! The shell of the simulation: performs the effects of one flow, and tells it how
//! they went.

use crate::{
    database::{millis, refused},
    guards::Guard,
    world::{Asked, Fate, Machine, Millis, NEVER, Orphan, What, World},
};
use domain::run::Stage;
use flow::{Act, Alarm, Answer, Effect, Effects, Event, Outcome, State, Talk, Why, Write};

const ALARMS: [Alarm; 4] = [Alarm::Beat, Alarm::Deadline, Alarm::Grace, Alarm::Again];

pub const fn place(alarm: Alarm) -> usize {
    match alarm {
        Alarm::Beat => 0,
        Alarm::Deadline => 1,
        Alarm::Grace => 2,
        Alarm::Again => 3,
    }
}

impl World {
    pub fn begin(&mut self, process: usize, run: usize, why: Why, job: Option<u32>) {
        let hold = self.new_id();
        let (state, effects) = flow::begin(why);
        self.machines.push(Machine {
            process,
            run,
            job,
            hold,
            state: Some(state),
            asked: None,
            alarms: [NEVER; 4],
            pass: None,
            recalled: 0,
            cancelled_at: NEVER,
            stop_at: NEVER,
        });
        self.note(|| format!("process {process}: {hold} looks at run {run}, {why:?}"));
        self.perform(self.machines.len() - 1, effects);
    }

    /// Tells the flow; false when that was its end.
    pub fn tell(&mut self, machine: usize, event: Event) -> bool {
        let hold = self.machines[machine].hold;
        self.note(|| format!("{hold} is told {event:?}"));
        let Some(state) = self.machines[machine].state.take() else { return false };
        let (state, effects) = flow::step(&self.limits, state, event);
        self.transitions += 1;
        if !effects.is_empty() {
            self.note(|| format!("{hold} wants {effects:?}"));
        }
        if let State::Ended(outcome) = state {
            self.end(machine, outcome);
            return false;
        }
        self.machines[machine].state = Some(state);
        self.perform(machine, effects);
        true
    }

    fn perform(&mut self, machine: usize, effects: Effects) {
        for effect in effects {
            match effect {
                Effect::Look(_) => self.ask(machine, What::Look),
                Effect::LookBack(write) => self.ask(machine, What::LookBack(write)),
                Effect::Write(write) => self.ask(machine, What::Write(write)),
                Effect::Act(act) => self.act_in_look(machine, &act),
                Effect::RunPattern => self.begin_pattern(machine),
                Effect::Proceed(step) => self.proceed(machine, step),
                Effect::GiveUp => self.machines[machine].pass = None,
                Effect::Wake(alarm, after) => {
                    self.machines[machine].alarms[place(alarm)] = self.now + millis(after);
                }
            }
        }
    }

    fn ask(&mut self, machine: usize, what: What) {
        let fate = self.fate(&what);
        let at = self.now + self.random.between(1, 8);
        let slow = !self.is_quiet && self.random.chance(2);
        let at = if slow { at + self.random.below(2_000) } else { at };
        let reply_ms = self.random.between(0, 3);
        self.machines[machine].asked = Some(Asked { what, at, reply_ms, fate, reply: None });
    }

    fn fate(&mut self, what: &What) -> Fate {
        if self.is_quiet || !self.random.chance(self.flaky) {
            return Fate::Good;
        }
        let is_late = matches!(what, What::Write(write) if !matches!(write, Write::Load));
        match self.random.below(8) {
            0..3 => Fate::ReplyLost,
            3..5 if is_late => Fate::Late,
            5 if matches!(what, What::Write(Write::Step(_) | Write::Seal)) => Fate::Refused,
            _ => Fate::NotDone,
        }
    }

    /// The database comes to what `machine` asks.
    pub fn execute(&mut self, machine: usize) {
        let run = self.machines[machine].run;
        let waits_until = self.runs[run].locked_until;
        let Some(asked) = &mut self.machines[machine].asked else { return };
        if waits_until > self.now && self.guards.hold(Guard::LookWaits) {
            asked.at = waits_until + 1;
            return;
        }
        let (what, fate) = (asked.what.clone(), asked.fate);
        let is_up = self.database_is_up();
        if fate == Fate::NotDone || !is_up {
            return self.reply(machine, Event::Answered(Answer::Unclear));
        }
        match what {
            What::Look => {
                let standing = self.standing(run, None);
                // The act, if one follows, answers in the place of the look.
                self.tell(machine, Event::Looked(standing));
            }
            What::LookBack(write) => {
                let standing = self.found(run, &write);
                self.reply(machine, Event::Looked(standing));
            }
            What::Write(write) => self.execute_write(machine, write, fate),
        }
    }

    fn execute_write(&mut self, machine: usize, write: Write, fate: Fate) {
        let run = self.machines[machine].run;
        if fate == Fate::Refused {
            self.runs[run].refused = true;
            return self.reply(machine, Event::Answered(refused(Stage::Execute)));
        }
        let Some(transaction) = self.transaction(machine, write) else { return };
        if fate == Fate::Late {
            let at = self.now + self.random.between(1, 4_000);
            self.lands_later(at, transaction);
            return self.reply(machine, Event::Answered(Answer::Unclear));
        }
        let answer = self.write(&transaction);
        if transaction.write == Write::Load && answer == Answer::Done {
            let journal = self.runs[run].journal;
            let is_read = self.guards.hold(Guard::JournalRead);
            self.machines[machine].recalled = if is_read { journal } else { 0 };
        }
        let answer = if fate == Fate::ReplyLost { Answer::Unclear } else { answer };
        self.reply(machine, Event::Answered(answer));
    }

    /// A commit that is on its way has the row locked, so that the next one waits for it.
    fn lands_later(&mut self, at: Millis, transaction: Orphan) {
        let row = &mut self.runs[transaction.run];
        row.locked_until = at.max(row.locked_until + 1);
        let at = row.locked_until;
        self.orphans.push(Orphan { at, ..transaction });
    }

    /// What `machine` writes, under the token that it believes to hold.
    pub fn transaction(&self, machine: usize, write: Write) -> Option<Orphan> {
        let &Machine { run, hold, ref state, .. } = &self.machines[machine];
        let Some(State::Held(held)) = state else { return None };
        Some(Orphan { at: self.now, run, hold, token: held.token, write })
    }

    /// In the transaction of the look, so at the same instant.
    fn act_in_look(&mut self, machine: usize, act: &Act) {
        let &Machine { run, hold, ref asked, .. } = &self.machines[machine];
        let fate = asked.as_ref().map_or(Fate::Good, |asked| asked.fate);
        // Where the reply is lost, the commit may be, too.
        if fate == Fate::ReplyLost && self.random.chance(50) {
            self.note(|| format!("{hold} has lost {act:?}"));
            return self.reply(machine, Event::Answered(Answer::Unclear));
        }
        let answer = self.act(run, hold, act);
        self.note(|| format!("{hold} has done {act:?}"));
        if matches!(act, Act::Close(flow::Closing::Cancelled)) {
            self.announce(run);
        }
        let answer = if fate == Fate::Good { answer } else { Answer::Unclear };
        self.reply(machine, Event::Answered(answer));
    }

    /// Word of a cancellation goes to whoever carries the run, and may be missed.
    fn announce(&mut self, run: usize) {
        for at in 0..self.machines.len() {
            let is_heard = !self.random.chance(20);
            let ms = self.random.between(1, 50);
            let now = self.now;
            let machine = &mut self.machines[at];
            let hears = matches!(&machine.state, Some(State::Held(_)));
            if machine.run == run && hears && is_heard {
                machine.cancelled_at = now + ms;
            }
        }
    }

    fn reply(&mut self, machine: usize, event: Event) {
        let now = self.now;
        if let Some(asked) = &mut self.machines[machine].asked {
            asked.reply = Some((now + asked.reply_ms, event));
        }
    }

    /// The flow has ended, and with it the job that began it.
    fn end(&mut self, machine: usize, outcome: Outcome) {
        let ended = self.machines.swap_remove(machine);
        self.note(|| format!("{} ends: {outcome:?}", ended.hold));
        *self.outcomes.entry(outcome).or_default() += 1;
        let Some(place) = self.jobs.iter().position(|job| Some(job.id) == ended.job) else {
            return;
        };
        if outcome != Outcome::Unanswered {
            self.jobs.swap_remove(place);
            return;
        }
        // The queue is in the same database: without it the job stays locked.
        if self.database_is_up() {
            let clock = self.clock();
            let job = &mut self.jobs[place];
            job.attempts += 1;
            job.locked_by = None;
            job.due = clock + 1000 * (1 << job.attempts.min(10));
            if !job.keyed {
                self.jobs.swap_remove(place);
            }
        }
    }

    /// The process is gone. What it had sent may still take place.
    pub fn vanish(&mut self, machine: usize) {
        let may_land = self.random.chance(50);
        let at = self.now + self.random.between(1, 3_000);
        if let Some(Asked { what: What::Write(write), reply: None, .. }) =
            self.machines[machine].asked.take()
            && may_land
            && let Some(transaction) = self.transaction(machine, write)
        {
            self.lands_later(at, transaction);
        }
        let gone = self.machines.swap_remove(machine);
        if let Some(job) = self.jobs.iter_mut().find(|job| Some(job.id) == gone.job) {
            job.recovered_at = self.now + crate::world::SILENCE_MS;
        }
    }

    pub fn ring(&mut self, machine: usize, alarm: usize) {
        self.machines[machine].alarms[alarm] = NEVER;
        self.tell(machine, Event::Alarm(ALARMS[alarm]));
    }

    /// Whether `machine` is about a call of `step` that no journal has.
    pub fn is_carrying(&self, machine: usize) -> bool {
        let Some(State::Held(held)) = &self.machines[machine].state else { return false };
        held.talk == Talk::Quiet && self.machines[machine].pass.is_some()
    }
}
