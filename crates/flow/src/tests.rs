//! Single decisions. What they come to together is for the simulation.

use crate::{
    Act, Alarm, Answer, Closing, Effect, Effects, Event, Gate, Job, Limits, Live, Outcome,
    Standing, State, StepId, Waiting, Why, Write, begin, step,
};
use domain::run::{FailureKind, RunStatus, Stage};
use std::time::Duration;

const LIMITS: Limits = Limits { lease_s: 15, run_s: 1800, attempts_max: 10, workspace_runs_max: 8 };

/// A run that was just triggered.
fn queued() -> Live {
    Live {
        token: 0,
        handed_back: 0,
        age: Duration::from_secs(1),
        held_for: None,
        reached: Stage::EnforceCadence,
        gate: Some(Gate::Open),
        waits: false,
        carried: 0,
        has_room: true,
        job: Job::Due(Duration::ZERO),
        journaled: false,
    }
}

/// A flow after these events, with what the last of them led to.
fn after(why: Why, events: impl IntoIterator<Item = Event>) -> (State, Effects) {
    events.into_iter().fold(begin(why), |(state, _), event| step(&LIMITS, state, event))
}

fn looked(live: Live) -> Event {
    Event::Looked(Standing::Live(live))
}

fn done() -> Event {
    Event::Answered(Answer::Done)
}

/// A run that is carried, in the midst of its first step.
fn carried() -> Vec<Event> {
    vec![looked(queued()), done(), done()]
}

fn settled(at: usize) -> Event {
    Event::Settled { step: StepId(at), stage: Stage::Execute }
}

/// The one act that a look leads to.
fn act(why: Why, live: Live) -> Act {
    match after(why, [looked(live)]).1.swap_remove(0) {
        Effect::Act(act) => act,
        other => panic!("{other:?} is no act"),
    }
}

#[test]
fn a_queued_run_is_taken_and_its_package_assembled() {
    let take = Effect::Act(Act::TakeLease { resumed: false });
    let beat = Effect::Wake(Alarm::Beat, Duration::from_secs(5));
    let deadline = Effect::Wake(Alarm::Deadline, Duration::from_secs(1799));
    assert_eq!(after(Why::Offered, [looked(queued())]).1, [take, beat, deadline]);
    let (_, effects) = after(Why::Offered, [looked(queued()), done()]);
    assert_eq!(effects, [Effect::Write(Write::Assemble)]);
    assert_eq!(after(Why::Offered, carried()).1, [Effect::RunPattern]);
}

#[test]
fn a_run_that_has_its_package_goes_on_from_its_journal() {
    let live = Live { gate: None, token: 1, reached: Stage::Execute, ..queued() };
    let (_, effects) = after(Why::Offered, [looked(live), done()]);
    assert_eq!(effects, [Effect::Write(Write::Load)]);
}

#[test]
fn a_run_that_another_holds_is_put_off_until_past_its_lease() {
    let live = Live { held_for: Some(Duration::from_secs(4)), ..queued() };
    let after = Duration::from_millis(4100);
    assert_eq!(act(Why::Offered, live), Act::QueueAgain { after, waiting: None });
}

#[test]
fn a_run_waits_for_fresh_evidence_no_longer_than_its_limit() {
    let reason = "The pack is warming.";
    let gate = Some(Gate::Closed { reason: reason.into() });
    let waiting = Some(Waiting::Evidence { reason: reason.into() });
    let waits = Act::QueueAgain { after: Duration::from_secs(15), waiting: waiting.clone() };
    let live = Live { gate, ..queued() };
    assert_eq!(act(Why::Offered, live.clone()), waits);
    let live = Live { age: Duration::from_secs(1798), ..live };
    let waits = Act::QueueAgain { after: Duration::from_secs(2), waiting };
    assert_eq!(act(Why::Offered, live.clone()), waits);
    let live = Live { age: Duration::from_mins(30), ..live };
    for why in [Why::Offered, Why::Swept] {
        let Act::Close(Closing::Failed(failure)) = act(why, live.clone()) else {
            panic!("it is not ended")
        };
        assert_eq!((failure.kind, failure.stage), (FailureKind::Coverage, Stage::AssemblePackage));
        assert_eq!(failure.reasons, [reason]);
    }
}

#[test]
fn leases_that_were_handed_back_are_no_attempts() {
    let live = Live { token: 12, handed_back: 3, ..queued() };
    assert_eq!(act(Why::Offered, live), Act::TakeLease { resumed: true });
    let live = Live { token: 12, handed_back: 2, ..queued() };
    let Act::Close(Closing::Failed(failure)) = act(Why::Offered, live) else {
        panic!("it is not ended")
    };
    assert_eq!(failure.kind, FailureKind::LeaseLost);
}

#[test]
fn a_lease_whose_commit_is_in_doubt_is_nobodys() {
    let in_doubt = [looked(queued()), Event::Answered(Answer::Unclear)];
    let (state, effects) = after(Why::Offered, in_doubt.clone());
    assert!(matches!(state, State::Pausing { .. }), "{state:?}");
    assert_eq!(effects, [Effect::Wake(Alarm::Again, Duration::from_secs(1))]);
    let live = Live { token: 1, held_for: Some(Duration::from_secs(14)), ..queued() };
    let again = in_doubt.into_iter().chain([Event::Alarm(Alarm::Again), looked(live)]);
    let put_off = Act::QueueAgain { after: Duration::from_millis(14_100), waiting: None };
    assert_eq!(after(Why::Offered, again).1, [Effect::Act(put_off)]);
}

#[test]
fn a_step_that_needs_another_begins_only_once_that_is_written() {
    let mut events = carried();
    events.push(settled(0));
    assert_eq!(after(Why::Offered, events.clone()).1, [Effect::Write(Write::Step(StepId(0)))]);
    // Another that settles meanwhile has to wait for its turn.
    events.push(settled(1));
    assert_eq!(after(Why::Offered, events.clone()).1, []);
    events.push(done());
    let both = [Effect::Proceed(StepId(0)), Effect::Write(Write::Step(StepId(1)))];
    assert_eq!(after(Why::Offered, events).1, both);
}

#[test]
fn a_write_without_an_answer_is_looked_up_before_anything_else() {
    let mut events = carried();
    events.extend([settled(0), Event::Answered(Answer::Unclear)]);
    let write = Write::Step(StepId(0));
    assert_eq!(after(Why::Offered, events.clone()).1, [Effect::LookBack(write.clone())]);
    let found = |journaled| Live { token: 1, gate: None, journaled, ..queued() };
    let there = events.clone().into_iter().chain([looked(found(true))]);
    assert_eq!(after(Why::Offered, there).1, [Effect::Proceed(StepId(0))]);
    let missing = events.into_iter().chain([looked(found(false))]);
    assert_eq!(after(Why::Offered, missing).1, [Effect::Write(write)]);
}

#[test]
fn a_seal_without_an_answer_counts_if_it_took_place() {
    let mut events = carried();
    events.extend([Event::PatternAnswered, Event::Answered(Answer::Unclear)]);
    for (status, token, outcome) in [
        (RunStatus::Succeeded, 1, Outcome::Final),
        // Somebody else ended it.
        (RunStatus::Cancelled, 2, Outcome::HeldElsewhere),
        (RunStatus::Succeeded, 2, Outcome::HeldElsewhere),
    ] {
        let found = Event::Looked(Standing::Final { status, token });
        let (state, _) = after(Why::Offered, events.clone().into_iter().chain([found]));
        assert_eq!(state, State::Ended(outcome), "{status:?} under {token}");
    }
}

#[test]
fn a_process_that_stops_writes_what_settles_and_begins_nothing() {
    let mut events = carried();
    events.push(Event::Stop);
    let grace = Effect::Wake(Alarm::Grace, Duration::from_secs(3));
    assert_eq!(after(Why::Offered, events.clone()).1, [grace]);
    events.extend([settled(0), done()]);
    let hand_back = Write::HandBack { after: Duration::ZERO, waiting: None };
    let effects = [Effect::GiveUp, Effect::Write(hand_back)];
    assert_eq!(after(Why::Offered, events.clone()).1, effects);
    events.push(done());
    assert_eq!(after(Why::Offered, events).0, State::Ended(Outcome::HandedBack));
}

#[test]
fn a_step_that_outlasts_the_grace_is_given_up() {
    let mut events = carried();
    events.extend([Event::Stop, Event::Alarm(Alarm::Grace)]);
    let hand_back = Write::HandBack { after: Duration::ZERO, waiting: None };
    let effects = [Effect::GiveUp, Effect::Write(hand_back)];
    assert_eq!(after(Why::Offered, events).1, effects);
}

#[test]
fn nothing_is_written_after_the_lease_is_lost() {
    let mut events = carried();
    events.extend([settled(0), settled(1), Event::Answered(Answer::Lost)]);
    let (state, effects) = after(Why::Offered, events);
    assert_eq!((state, effects), (State::Ended(Outcome::HeldElsewhere), Vec::new()));
}

#[test]
fn the_sweeper_leaves_alone_what_somebody_will_offer() {
    let held = Live { token: 1, ..queued() };
    let soon = Job::Due(Duration::from_millis(500));
    let later = Job::Due(Duration::from_mins(1));
    let again = Act::QueueAgain { after: Duration::ZERO, waiting: None };
    for (live, swept) in [
        (queued(), None),
        (Live { job: Job::Missing, ..queued() }, Some(&again)),
        (Live { job: Job::Taken, ..queued() }, None),
        (Live { job: soon, ..held.clone() }, None),
        (Live { job: later, ..held.clone() }, Some(&again)),
        (Live { job: later, waits: true, ..held.clone() }, None),
        // Of a run that was held, a job that is taken is its dead worker's.
        (Live { job: Job::Taken, ..held.clone() }, Some(&again)),
        (Live { job: Job::Missing, held_for: Some(Duration::from_secs(1)), ..held }, None),
    ] {
        let (_, effects) = after(Why::Swept, [looked(live.clone())]);
        let expected: Vec<Effect> = swept.cloned().map(Effect::Act).into_iter().collect();
        assert_eq!(effects, expected, "{live:?}");
    }
}

#[test]
fn a_cancellation_that_was_done_before_its_answer_was_lost_is_done() {
    let cancelled = Standing::Final { status: RunStatus::Cancelled, token: 1 };
    let again = [
        looked(queued()),
        Event::Answered(Answer::Unclear),
        Event::Alarm(Alarm::Again),
        Event::Looked(cancelled.clone()),
    ];
    assert_eq!(after(Why::Cancelled, again).0, State::Ended(Outcome::Cancelled));
    // Somebody else was faster.
    let late = [Event::Looked(cancelled)];
    assert_eq!(after(Why::Cancelled, late).0, State::Ended(Outcome::Final));
}

#[test]
fn whoever_cancels_a_run_is_not_stopped_by_word_of_it() {
    let told_first = [looked(queued()), Event::Cancelled, done()];
    assert_eq!(after(Why::Cancelled, told_first).0, State::Ended(Outcome::Cancelled));
    let carrying = carried().into_iter().chain([Event::Cancelled]);
    assert_eq!(after(Why::Offered, carrying).0, State::Ended(Outcome::Final));
}

#[test]
fn a_deadline_during_the_assembly_ends_the_run_whatever_the_gate_says() {
    let gate = Gate::Closed { reason: "The pack is warming.".into() };
    let late = [
        looked(queued()),
        done(),
        Event::Alarm(Alarm::Deadline),
        Event::Answered(Answer::NotFresh(gate)),
    ];
    let (_, effects) = after(Why::Offered, late);
    let [Effect::Write(Write::Fail(failure))] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(failure.kind, FailureKind::Timeout);
}

#[test]
fn a_worker_that_looks_back_at_a_run_of_another_goes_no_further() {
    let mut events = carried();
    events.extend([settled(0), Event::Answered(Answer::Unclear)]);
    // The other has written the same step.
    events.push(looked(Live { token: 2, gate: None, journaled: true, ..queued() }));
    let (state, effects) = after(Why::Offered, events);
    assert_eq!((state, effects), (State::Ended(Outcome::HeldElsewhere), Vec::new()));
}
