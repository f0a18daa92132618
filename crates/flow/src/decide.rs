//! What to do with a run that was looked at: carry it, put it off, end it, or leave
//! it alone. The row is locked between the look and what is decided here.

use crate::{
    Act, Alarm, Answer, Closing, Doing, Effect, Effects, Event, Gate, Held, Job, Limits, Live,
    Outcome, Standing, State, Talk, Then, Waiting, Why, carry,
    limits::{DUE, EVIDENCE_WAIT, PAST_LEASE, PAUSE, TRIES_MAX, TURN_WAIT},
    words,
};
use domain::run::RunStatus;
use std::time::Duration;

/// A transition of a run that this worker does not hold yet.
pub(crate) fn step(limits: &Limits, state: State, event: Event) -> (State, Effects) {
    match (state, event) {
        // It is final when this is said; but whoever cancels it awaits an answer.
        (
            State::Looking { why: Why::Offered, .. }
            | State::Acting { why: Why::Offered, .. }
            | State::Pausing { why: Why::Offered, .. },
            Event::Cancelled,
        ) => (State::Ended(Outcome::Final), Vec::new()),
        (State::Looking { why, tries, stopping }, Event::Looked(standing)) => {
            match decide(limits, why, tries, stopping, standing) {
                Decision::Take { held, resumed, left } => {
                    let effects = vec![
                        Effect::Act(Act::TakeLease { resumed }),
                        Effect::Wake(Alarm::Beat, limits.beat()),
                        Effect::Wake(Alarm::Deadline, left),
                    ];
                    (State::Acting { why, then: Then::Hold(held), tries, stopping }, effects)
                }
                Decision::Act(act, outcome) => {
                    let then = Then::End(outcome);
                    (State::Acting { why, then, tries, stopping }, vec![Effect::Act(act)])
                }
                Decision::Leave(outcome) => (State::Ended(outcome), Vec::new()),
            }
        }
        (State::Looking { .. } | State::Acting { .. }, Event::Answered(Answer::Refused(_))) => {
            (State::Ended(Outcome::Unanswered), Vec::new())
        }
        (State::Acting { then, stopping, .. }, Event::Answered(Answer::Done)) => match then {
            Then::Hold(held) => carry::begin(Held { stopping, ..held }),
            Then::End(outcome) => (State::Ended(outcome), Vec::new()),
        },
        (
            State::Looking { why, tries, stopping } | State::Acting { why, tries, stopping, .. },
            Event::Answered(_),
        ) => unanswered(why, tries, stopping),
        (State::Pausing { why, tries, stopping }, Event::Alarm(Alarm::Again)) => {
            (State::Looking { why, tries, stopping }, vec![Effect::Look(why)])
        }
        (state, Event::Stop) => (stop(state), Vec::new()),
        (state, _) => (state, Vec::new()),
    }
}

/// Whatever became of it: the next look tells. A lease whose commit is in doubt is
/// looked at like anybody's, since another worker's would look the same.
fn unanswered(why: Why, tries: u8, stopping: bool) -> (State, Effects) {
    let tries_max = match why {
        Why::Offered => TRIES_MAX,
        // Somebody waits for the answer.
        Why::Cancelled => 2,
        // The next sweep comes by itself.
        Why::Swept => 0,
    };
    if tries >= tries_max || stopping {
        return (State::Ended(Outcome::Unanswered), Vec::new());
    }
    let tries = tries + 1;
    (State::Pausing { why, tries, stopping }, vec![Effect::Wake(Alarm::Again, PAUSE)])
}

fn stop(state: State) -> State {
    match state {
        State::Looking { why, tries, .. } => State::Looking { why, tries, stopping: true },
        State::Pausing { .. } => State::Ended(Outcome::Unanswered),
        State::Acting { why, then, tries, .. } => {
            State::Acting { why, then, tries, stopping: true }
        }
        state => state,
    }
}

enum Decision {
    Take { held: Held, resumed: bool, left: Duration },
    Act(Act, Outcome),
    Leave(Outcome),
}

fn decide(limits: &Limits, why: Why, tries: u8, stopping: bool, standing: Standing) -> Decision {
    match (why, standing) {
        // The first try may have done it before its answer was lost.
        (Why::Cancelled, Standing::Final { status: RunStatus::Cancelled, .. }) if tries > 0 => {
            Decision::Leave(Outcome::Cancelled)
        }
        (_, Standing::Gone) => Decision::Leave(Outcome::Gone),
        (_, Standing::Final { .. }) => Decision::Leave(Outcome::Final),
        (Why::Offered, Standing::Live(live)) => offered(limits, stopping, live),
        (Why::Swept, Standing::Live(live)) => swept(limits, &live),
        (Why::Cancelled, Standing::Live(_)) => {
            Decision::Act(Act::Close(Closing::Cancelled), Outcome::Cancelled)
        }
    }
}

/// The queue offers the run to this worker.
fn offered(limits: &Limits, stopping: bool, live: Live) -> Decision {
    let Some(left) = time_left(limits, &live) else {
        let failure = words::overdue(limits, &live);
        return Decision::Act(Act::Close(Closing::Failed(failure)), Outcome::Final);
    };
    if let Some(held_for) = live.held_for {
        return put_off(held_for + PAST_LEASE, None, Outcome::HeldElsewhere);
    }
    // Each lease raises the token by one, so that it counts the attempts.
    if live.token - live.handed_back >= limits.attempts_max.into() {
        let failure = words::given_up(limits, live.reached);
        return Decision::Act(Act::Close(Closing::Failed(failure)), Outcome::Final);
    }
    if let Some(Gate::Closed { reason }) = live.gate {
        let waiting = Some(Waiting::Evidence { reason });
        return put_off(EVIDENCE_WAIT.min(left), waiting, Outcome::Waiting);
    }
    if !live.has_room {
        return put_off(TURN_WAIT, Some(Waiting::Room), Outcome::Waiting);
    }
    if live.carried >= limits.workspace_runs_max.into() {
        return put_off(TURN_WAIT, Some(Waiting::Turn), Outcome::Waiting);
    }
    if stopping {
        return put_off(Duration::ZERO, None, Outcome::HandedBack);
    }
    let held = Held {
        token: live.token + 1,
        handed_back: live.handed_back,
        reached: live.reached,
        doing: Doing::Preparing { packaged: live.gate.is_none() },
        talk: Talk::Quiet,
        tries: 0,
        stopping: false,
    };
    Decision::Take { held, resumed: live.token > 0, left }
}

/// The sweeper looks after a run that may have nobody else.
fn swept(limits: &Limits, live: &Live) -> Decision {
    if time_left(limits, live).is_none() {
        let failure = words::overdue(limits, live);
        return Decision::Act(Act::Close(Closing::Failed(failure)), Outcome::Overdue);
    }
    let is_offered = match live.job {
        Job::Missing => false,
        // Of a run that was held, it is its dead worker's.
        Job::Taken => live.token == 0 || live.waits,
        // One that the queue puts off, since its worker lost the database, need not
        // wait; one that was put off here waits for something.
        Job::Due(after) => live.token == 0 || live.waits || after < DUE,
    };
    if live.held_for.is_some() || is_offered {
        return Decision::Leave(Outcome::InOrder);
    }
    let act = Act::QueueAgain { after: Duration::ZERO, waiting: None };
    Decision::Act(act, Outcome::QueuedAgain)
}

fn put_off(after: Duration, waiting: Option<Waiting>, outcome: Outcome) -> Decision {
    Decision::Act(Act::QueueAgain { after, waiting }, outcome)
}

/// None once the run is overdue.
fn time_left(limits: &Limits, live: &Live) -> Option<Duration> {
    limits.run().checked_sub(live.age).filter(|left| !left.is_zero())
}
