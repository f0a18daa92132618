//! Every edge with a clock of the test's own, a naive reference, and a crowd.

use super::*;
use crate::capability::{Fault, FaultKind};
use proptest::prelude::*;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

const POLICY: BreakerPolicy = BreakerPolicy::AGENT;

/// A breaker driven by words: `f` failure, `s` success, `n` neutral, `c`
/// cancelled, each a call of its own; `+60` moves the clock; `?` one call that
/// must be refused. Gives state and failures at the end.
#[track_caller]
fn check(story: &str, expected: (BreakerState, u32)) {
    let mut breaker = Breaker::default();
    let mut now = Duration::from_secs(1000);
    for word in story.split(' ') {
        if let Some(seconds) = word.strip_prefix('+') {
            now += Duration::from_secs_f64(seconds.parse().unwrap());
            continue;
        }
        let (next, admission) = breaker.admit(POLICY, now);
        breaker = next;
        match (word, admission) {
            ("?", Admission::Refused { .. }) => {}
            (_, Admission::Go(ticket)) if word != "?" => {
                breaker = breaker.settle(POLICY, ticket, outcome(word), now);
            }
            _ => panic!("“{word}” of “{story}” met {admission:?}"),
        }
    }
    assert_eq!((breaker.state(POLICY, now), breaker.failures()), expected, "{story}");
}

fn outcome(word: &str) -> Outcome {
    match word {
        "s" => Outcome::Success,
        "f" => Outcome::Failure,
        "n" => Outcome::Neutral,
        "c" => Outcome::Cancelled,
        _ => panic!("{word}"),
    }
}

#[test]
fn five_failures_in_a_row_open_it_for_sixty_seconds() {
    check("f f f f", (BreakerState::Closed, 4));
    check("f f f f f", (BreakerState::Open, 0));
    check("f f f f f ? +59.9 ?", (BreakerState::Open, 0));
    check("f f f f f +60", (BreakerState::HalfOpen, 0));
}

#[test]
fn a_success_zeroes_the_count_and_faults_of_the_request_do_not_move_it() {
    check("f f f f s f f f f", (BreakerState::Closed, 4));
    check("f f f f n c n c", (BreakerState::Closed, 4));
    check("f f f f n f", (BreakerState::Open, 0));
    check("n n n n n n n", (BreakerState::Closed, 0));
}

#[test]
fn the_probe_closes_it_by_success_and_reopens_it_for_sixty_fresh_seconds_by_failure() {
    check("f f f f f +60 s", (BreakerState::Closed, 0));
    check("f f f f f +60 s f f f f", (BreakerState::Closed, 4));
    check("f f f f f +60 f ? +59 ?", (BreakerState::Open, 0));
    check("f f f f f +60 f +60 s", (BreakerState::Closed, 0));
    check("f f f f f +60 c ? +59 ?", (BreakerState::Open, 0));
    check("f f f f f +60 c +60 s", (BreakerState::Closed, 0));
}

#[test]
fn a_probe_that_met_a_fault_of_the_request_leaves_its_place_to_the_next_call() {
    check("f f f f f +60 n", (BreakerState::HalfOpen, 0));
    check("f f f f f +60 n s", (BreakerState::Closed, 0));
    check("f f f f f +60 n f ?", (BreakerState::Open, 0));
}

#[test]
fn while_the_probe_is_under_way_everybody_else_is_refused() {
    let mut breaker = Breaker::default();
    let now = Duration::ZERO;
    for _ in 0..POLICY.failures {
        let (next, Admission::Go(ticket)) = breaker.admit(POLICY, now) else { panic!() };
        breaker = next.settle(POLICY, ticket, Outcome::Failure, now);
    }
    let later = now + POLICY.open_for;
    let (breaker, Admission::Go(_probe)) = breaker.admit(POLICY, later) else { panic!() };
    for wait in [0, 1, 60, 3600] {
        let (_, admission) = breaker.admit(POLICY, later + Duration::from_secs(wait));
        assert_eq!(admission, Admission::Refused { retry_in: Duration::from_secs(1) });
    }
}

#[test]
fn a_result_from_before_a_trip_neither_closes_nor_reopens_what_came_after() {
    let now = Duration::ZERO;
    let mut breaker = Breaker::default();
    let (_, Admission::Go(slow)) = breaker.admit(POLICY, now) else { panic!() };
    for _ in 0..POLICY.failures {
        let (next, Admission::Go(ticket)) = breaker.admit(POLICY, now) else { panic!() };
        breaker = next.settle(POLICY, ticket, Outcome::Failure, now);
    }
    let all = [Outcome::Success, Outcome::Failure, Outcome::Neutral, Outcome::Cancelled];
    let unmoved =
        |breaker: Breaker| all.map(|o| breaker.settle(POLICY, slow, o, now)) == [breaker; 4];
    assert!(unmoved(breaker), "open");
    let later = now + POLICY.open_for;
    let (probing, Admission::Go(probe)) = breaker.admit(POLICY, later) else { panic!() };
    assert!(unmoved(probing), "half-open");
    let closed = probing.settle(POLICY, probe, Outcome::Success, later);
    assert!(unmoved(closed), "closed again");
}

/// The rules read off the domain file as one history: no state is carried but
/// the list of what happened since the last change.
#[derive(Default)]
struct Reference {
    failures_in_a_row: u32,
    opened_at: Option<u64>,
    epoch: u64,
    probe: Option<usize>,
}

impl Reference {
    fn admits(&self, now: u64) -> bool {
        self.opened_at.is_none_or(|opened| self.probe.is_none() && now - opened >= 60)
    }

    fn begin(&mut self, call: usize) -> u64 {
        if self.opened_at.is_some() {
            self.probe = Some(call);
            self.epoch += 1;
        }
        self.epoch
    }

    fn end(&mut self, call: usize, epoch: u64, outcome: Outcome, now: u64) {
        if epoch != self.epoch {
            return;
        }
        let probing = self.probe == Some(call);
        match outcome {
            Outcome::Success if probing => {
                *self = Self { epoch: self.epoch + 1, ..Self::default() };
            }
            Outcome::Success => self.failures_in_a_row = 0,
            Outcome::Failure if !probing => {
                self.failures_in_a_row += 1;
                if self.failures_in_a_row == 5 {
                    *self = Self { opened_at: Some(now), epoch: self.epoch + 1, ..Self::default() };
                }
            }
            Outcome::Failure | Outcome::Cancelled if probing => {
                *self = Self { opened_at: Some(now), epoch: self.epoch + 1, ..Self::default() };
            }
            Outcome::Neutral if probing => {
                self.probe = None;
                self.epoch += 1;
            }
            _ => {}
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Move {
    Wait(u64),
    Begin,
    /// Ends one of the calls under way, by its place among them.
    End(usize, Outcome),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let outcome = prop_oneof![
        1 => Just(Outcome::Success), 6 => Just(Outcome::Failure),
        1 => Just(Outcome::Neutral), 1 => Just(Outcome::Cancelled),
    ];
    let one = prop_oneof![
        1 => (1..70_u64).prop_map(Move::Wait),
        4 => Just(Move::Begin),
        4 => (any::<usize>(), outcome).prop_map(|(which, outcome)| Move::End(which, outcome)),
    ];
    proptest::collection::vec(one, 0..120)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn it_admits_and_refuses_as_the_naive_reference_does(moves in moves()) {
        let (mut breaker, mut reference, mut now) = (Breaker::default(), Reference::default(), 0);
        let mut under_way = Vec::new();
        for (call, step) in moves.into_iter().enumerate() {
            let at = Duration::from_secs(now);
            match step {
                Move::Wait(seconds) => now += seconds,
                Move::Begin => {
                    let (next, admission) = breaker.admit(POLICY, at);
                    breaker = next;
                    let admitted = matches!(admission, Admission::Go(_));
                    prop_assert_eq!(admitted, reference.admits(now));
                    if let Admission::Go(ticket) = admission {
                        under_way.push((call, ticket, reference.begin(call)));
                    }
                }
                Move::End(..) if under_way.is_empty() => {}
                Move::End(which, outcome) => {
                    let (call, ticket, epoch) = under_way.swap_remove(which % under_way.len());
                    breaker = breaker.settle(POLICY, ticket, outcome, at);
                    reference.end(call, epoch, outcome, now);
                }
            }
            prop_assert_eq!(breaker.failures(), reference.failures_in_a_row);
        }
    }
}

fn moment() -> jiff::Timestamp {
    "2025-10-21T13:00:00Z".parse().unwrap()
}

fn fail(guard: &Guard) {
    let fault = Fault::new(FaultKind::Unavailable, "The line is down.");
    guard.admit().unwrap().settle::<()>(&Err(fault));
}

#[tokio::test(start_paused = true)]
async fn each_trip_keeps_its_reason_and_its_time() {
    let guard = Guard::new("example", POLICY, moment);
    assert_eq!(guard.view().opened_at, None);
    for _ in 0..5 {
        fail(&guard);
    }
    tokio::time::advance(Duration::from_millis(20_500)).await;
    let expected = BreakerView {
        agent: "example",
        state: BreakerState::Open,
        failures: 0,
        opened_at: Some(moment()),
        reason: Some("Unavailable: The line is down.".to_owned()),
        retry_in: Some(40),
        trips: 1,
        in_flight: 0,
        waiting: 0,
    };
    assert_eq!(guard.view(), expected);
    tokio::time::advance(Duration::from_mins(1)).await;
    assert_eq!(guard.view().state, BreakerState::HalfOpen);
    drop(guard.admit().unwrap());
    let view = guard.view();
    assert_eq!((view.trips, view.state), (2, BreakerState::Open));
    assert_eq!(view.reason.as_deref(), Some("The probe was cancelled before it answered."));
}

#[tokio::test(start_paused = true)]
async fn of_ten_thousand_waiters_at_a_half_open_breaker_exactly_one_calls() {
    let guard = Arc::new(Guard::new("example", POLICY, moment));
    for _ in 0..5 {
        fail(&guard);
    }
    tokio::time::advance(POLICY.open_for).await;
    let calls = Arc::new(AtomicUsize::new(0));
    let waiters: Vec<_> = (0..10_000)
        .map(|_| {
            let (guard, calls) = (Arc::clone(&guard), Arc::clone(&calls));
            tokio::spawn(async move {
                let Ok(permit) = guard.admit() else { return };
                calls.fetch_add(1, Ordering::SeqCst);
                // The probe is still out when the last of them asks.
                tokio::time::sleep(Duration::from_secs(1)).await;
                permit.settle(&Ok(()));
            })
        })
        .collect();
    for waiter in waiters {
        waiter.await.unwrap();
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert_eq!(guard.view().state, BreakerState::Closed);
}
