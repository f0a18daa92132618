//! What to do with a run that is held: prepare it, let the pattern run, keep each
//! result before what needs it begins, seal it, or let go of it.

use crate::{
    Alarm, Answer, Doing, Effect, Effects, Event, Failure, Gate, Held, Limits, Outcome, Standing,
    State, StepId, Talk, Waiting, Write,
    limits::{EVIDENCE_WAIT, GRACE, PAUSE, TRIES_MAX},
    words,
};
use domain::run::{RunStatus, Stage};
use std::{collections::VecDeque, time::Duration};

/// The lease is taken.
pub(crate) fn begin(held: Held) -> (State, Effects) {
    if held.stopping {
        return hand_back(held, Duration::ZERO, None);
    }
    on(held, Vec::new())
}

/// A transition of a run that this worker holds.
pub(crate) fn step(limits: &Limits, held: Held, event: Event) -> (State, Effects) {
    match event {
        Event::Cancelled => end(Outcome::Final),
        Event::Answered(answer) => answered(held, answer),
        Event::Looked(standing) => looked_back(held, &standing),
        Event::Settled { step, stage } => settled(held, step, stage),
        Event::PatternAnswered => turn_to(held, Doing::Sealing),
        Event::PatternFailed(failure) => turn_to(held, Doing::Failing(failure)),
        Event::PatternCutOff => hand_back(held, Duration::ZERO, None),
        Event::Alarm(alarm) => rung(limits, held, alarm),
        Event::Stop => stop(held),
    }
}

fn end(outcome: Outcome) -> (State, Effects) {
    (State::Ended(outcome), Vec::new())
}

/// Says the next thing to the store, if it is quiet and there is one.
fn on(mut held: Held, mut effects: Effects) -> (State, Effects) {
    if held.talk == Talk::Quiet
        && let Some(write) = held.doing.next_write()
    {
        effects.push(send(&mut held, write));
    }
    (State::Held(held), effects)
}

fn send(held: &mut Held, write: Write) -> Effect {
    held.talk = Talk::Sent(write.clone());
    Effect::Write(write)
}

impl Doing {
    /// What is to be written next for this.
    fn next_write(&self) -> Option<Write> {
        match self {
            Self::Preparing { packaged: true } => Some(Write::Load),
            Self::Preparing { packaged: false } => Some(Write::Assemble),
            Self::Carrying { settled } => settled.front().map(|(step, _)| Write::Step(*step)),
            Self::Sealing => Some(Write::Seal),
            Self::Failing(failure) => Some(Write::Fail(failure.clone())),
            Self::HandingBack { after, waiting } => {
                Some(Write::HandBack { after: *after, waiting: waiting.clone() })
            }
        }
    }

    /// Whether the run may still go another way than this one.
    const fn is_open(&self) -> bool {
        matches!(self, Self::Preparing { .. } | Self::Carrying { .. })
    }
}

/// Gives up what was being done, for good.
fn turn_to(held: Held, doing: Doing) -> (State, Effects) {
    if !held.doing.is_open() {
        return on(held, Vec::new());
    }
    // The pattern has ended where it answered; to give it up then does no harm.
    let effects = match held.doing {
        Doing::Carrying { .. } if doing != Doing::Sealing => vec![Effect::GiveUp],
        _ => Vec::new(),
    };
    on(Held { doing, ..held }, effects)
}

fn hand_back(held: Held, after: Duration, waiting: Option<Waiting>) -> (State, Effects) {
    turn_to(held, Doing::HandingBack { after, waiting })
}

fn answered(held: Held, answer: Answer) -> (State, Effects) {
    let Talk::Sent(write) = held.talk.clone() else {
        return match held.talk {
            // The look itself failed.
            Talk::LookingBack(write) => pause(Held { talk: Talk::Quiet, ..held }, write),
            _ => (State::Held(held), Vec::new()),
        };
    };
    match answer {
        Answer::Done => done(Held { talk: Talk::Quiet, tries: 0, ..held }, &write),
        Answer::Lost => end(Outcome::HeldElsewhere),
        Answer::Unclear => unclear(held, write),
        Answer::Refused(failure) => refused(Held { talk: Talk::Quiet, ..held }, &write, failure),
        Answer::NotFresh(gate) => {
            let held = Held { talk: Talk::Quiet, ..held };
            let waiting = match gate {
                Gate::Closed { reason } => Some(Waiting::Evidence { reason }),
                Gate::Open => None,
            };
            hand_back(held, EVIDENCE_WAIT, waiting)
        }
    }
}

/// It is written.
fn done(mut held: Held, write: &Write) -> (State, Effects) {
    match write {
        Write::Load => run_pattern(held),
        Write::Assemble => {
            held.reached = Stage::AssemblePackage;
            run_pattern(held)
        }
        Write::Step(step) => kept(held, *step),
        Write::Renew => on(held, Vec::new()),
        Write::Seal | Write::Fail(_) => end(Outcome::Final),
        Write::HandBack { waiting: None, .. } => end(Outcome::HandedBack),
        Write::HandBack { waiting: Some(_), .. } => end(Outcome::Waiting),
    }
}

fn run_pattern(held: Held) -> (State, Effects) {
    if !held.doing.is_open() {
        return on(held, Vec::new());
    }
    if held.stopping {
        return hand_back(held, Duration::ZERO, None);
    }
    let doing = Doing::Carrying { settled: VecDeque::new() };
    (State::Held(Held { doing, ..held }), vec![Effect::RunPattern])
}

/// The journal has the step. Those that need it begin, unless the process stops: a
/// call that would be cut off is better not made.
fn kept(mut held: Held, step: StepId) -> (State, Effects) {
    let Doing::Carrying { settled } = &mut held.doing else { return on(held, Vec::new()) };
    if let Some((_, stage)) = settled.pop_front() {
        held.reached = held.reached.max(stage);
    }
    if held.stopping && held.doing.next_write().is_none() {
        return hand_back(held, Duration::ZERO, None);
    }
    if held.stopping {
        return on(held, Vec::new());
    }
    on(held, vec![Effect::Proceed(step)])
}

fn settled(mut held: Held, step: StepId, stage: Stage) -> (State, Effects) {
    let Doing::Carrying { settled } = &mut held.doing else {
        return (State::Held(held), Vec::new());
    };
    // What is sealed is written with the seal, in one commit.
    if stage == Stage::Persist {
        return (State::Held(held), vec![Effect::Proceed(step)]);
    }
    settled.push_back((step, stage));
    on(held, Vec::new())
}

/// A write that may or may not have taken place is looked up, never simply repeated.
fn unclear(mut held: Held, write: Write) -> (State, Effects) {
    match write {
        // The next beat renews it; the lease itself bounds how long that may fail.
        Write::Renew => on(Held { talk: Talk::Quiet, ..held }, Vec::new()),
        Write::Load => pause(held, write),
        write => {
            held.talk = Talk::LookingBack(write.clone());
            (State::Held(held), vec![Effect::LookBack(write)])
        }
    }
}

fn pause(mut held: Held, write: Write) -> (State, Effects) {
    if held.tries >= TRIES_MAX {
        return end(Outcome::Unanswered);
    }
    held.tries += 1;
    held.talk = Talk::Pausing(write);
    (State::Held(held), vec![Effect::Wake(Alarm::Again, PAUSE)])
}

fn looked_back(held: Held, standing: &Standing) -> (State, Effects) {
    let Talk::LookingBack(write) = held.talk.clone() else {
        return (State::Held(held), Vec::new());
    };
    let live = match standing {
        Standing::Gone => return end(Outcome::HeldElsewhere),
        Standing::Final { status, token } => {
            let ours = *token == held.token
                && matches!(
                    (&write, status),
                    (Write::Seal, RunStatus::Succeeded) | (Write::Fail(_), RunStatus::Failed)
                );
            return end(if ours { Outcome::Final } else { Outcome::HeldElsewhere });
        }
        Standing::Live(live) => live,
    };
    if live.token != held.token {
        return end(Outcome::HeldElsewhere);
    }
    let is_there = match &write {
        Write::Assemble => live.gate.is_none(),
        Write::Step(_) => live.journaled,
        Write::HandBack { .. } => live.handed_back > held.handed_back,
        Write::Load | Write::Renew | Write::Seal | Write::Fail(_) => false,
    };
    let mut held = Held { talk: Talk::Quiet, ..held };
    match (is_there, &mut held.doing) {
        // What was sealed is what counts, not what this worker made of it.
        (true, Doing::Preparing { packaged }) => {
            held.reached = Stage::AssemblePackage;
            *packaged = true;
            on(held, Vec::new())
        }
        (true, _) => done(held, &write),
        (false, _) => again(held, write),
    }
}

/// It did not take place.
fn again(mut held: Held, write: Write) -> (State, Effects) {
    if held.tries >= TRIES_MAX {
        return end(Outcome::Unanswered);
    }
    held.tries += 1;
    // Meanwhile there may be something else to say.
    let write = held.doing.next_write().unwrap_or(write);
    let effect = send(&mut held, write);
    (State::Held(held), vec![effect])
}

/// What was refused once would be again.
fn refused(held: Held, write: &Write, failure: Failure) -> (State, Effects) {
    match write {
        Write::Load | Write::Assemble | Write::Step(_) if held.doing.is_open() => {
            turn_to(held, Doing::Failing(failure))
        }
        Write::Seal => on(Held { doing: Doing::Failing(failure), ..held }, Vec::new()),
        Write::Load | Write::Assemble | Write::Step(_) => on(held, Vec::new()),
        Write::Renew | Write::Fail(_) | Write::HandBack { .. } => end(Outcome::Unanswered),
    }
}

fn rung(limits: &Limits, mut held: Held, alarm: Alarm) -> (State, Effects) {
    match alarm {
        Alarm::Beat => {
            let mut effects = vec![Effect::Wake(Alarm::Beat, limits.beat())];
            // Any other write renews the lease by itself.
            if held.talk == Talk::Quiet {
                effects.push(send(&mut held, Write::Renew));
            }
            (State::Held(held), effects)
        }
        Alarm::Deadline => {
            let stage = words::stage_after(held.reached);
            turn_to(held, Doing::Failing(words::too_slow(limits, stage, true)))
        }
        Alarm::Grace if held.stopping => hand_back(held, Duration::ZERO, None),
        Alarm::Again => match held.talk.clone() {
            Talk::Pausing(write @ Write::Load) => {
                held.talk = Talk::Quiet;
                let write = held.doing.next_write().unwrap_or(write);
                let effect = send(&mut held, write);
                (State::Held(held), vec![effect])
            }
            Talk::Pausing(write) => {
                held.talk = Talk::LookingBack(write.clone());
                (State::Held(held), vec![Effect::LookBack(write)])
            }
            _ => (State::Held(held), Vec::new()),
        },
        Alarm::Grace => (State::Held(held), Vec::new()),
    }
}

/// What is under way may end within the grace; nothing new begins.
fn stop(mut held: Held) -> (State, Effects) {
    held.stopping = true;
    (State::Held(held), vec![Effect::Wake(Alarm::Grace, GRACE)])
}
