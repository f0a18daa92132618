//! A breaker that many calls share, with the story of its trips.

use super::{Admission, Breaker, BreakerPolicy, BreakerState, Outcome, Ticket};
use crate::{
    capability::Fault,
    observe::{self, BreakerGauge},
};
use jiff::Timestamp;
use serde::Serialize;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Guards the calls to one agent or provider.
#[derive(Debug)]
pub struct Guard {
    name: &'static str,
    policy: BreakerPolicy,
    /// From which its monotonic time is counted.
    start: Instant,
    clock: fn() -> Timestamp,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    breaker: Breaker,
    trips: u64,
    last: Option<Trip>,
}

/// Why and when it opened last.
#[derive(Clone, Debug)]
struct Trip {
    at: Timestamp,
    reason: String,
}

/// A breaker as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BreakerView {
    pub agent: &'static str,
    pub state: BreakerState,
    /// Consecutive failures counted while closed.
    pub failures: u32,
    /// When it opened last, whatever its state is now.
    pub opened_at: Option<Timestamp>,
    /// The failure that opened it last.
    pub reason: Option<String>,
    /// Seconds until a probe may go; none while closed.
    pub retry_in: Option<u32>,
    /// How often it opened since the process began.
    pub trips: u64,
    /// Calls under way, of those that its agent carries at once.
    pub in_flight: usize,
    /// Calls that wait for one of these to end.
    pub waiting: usize,
}

/// Nothing was called: the breaker is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    pub retry_in: Duration,
}

impl Guard {
    /// `clock` tells the wall time of a trip, for readers only.
    pub fn new(name: &'static str, policy: BreakerPolicy, clock: fn() -> Timestamp) -> Self {
        observe::breaker_is(name, BreakerGauge::Closed);
        Self { name, policy, start: Instant::now(), clock, inner: Mutex::default() }
    }

    /// Asks to make one call.
    pub fn admit(&self) -> Result<Permit<'_>, Refused> {
        self.admit_at(Instant::now())
    }

    /// The same, for who has just read the clock.
    pub fn admit_at(&self, now: Instant) -> Result<Permit<'_>, Refused> {
        let mut inner = self.lock();
        let now = now.saturating_duration_since(self.start);
        let (next, admission) = inner.breaker.admit(self.policy, now);
        self.store(&mut inner, next, now);
        match admission {
            Admission::Go(ticket) => Ok(Permit { guard: self, ticket: Some(ticket) }),
            Admission::Refused { retry_in } => Err(Refused { retry_in }),
        }
    }

    /// Whether calls are refused at `now`, without asking to make one.
    pub fn look_at(&self, now: Instant) -> Result<(), Refused> {
        let now = now.saturating_duration_since(self.start);
        let breaker = self.lock().breaker;
        match breaker.state(self.policy, now) {
            BreakerState::Open => Err(Refused { retry_in: breaker.retry_in(self.policy, now) }),
            BreakerState::Closed | BreakerState::HalfOpen => Ok(()),
        }
    }

    pub fn view(&self) -> BreakerView {
        let now = self.start.elapsed();
        let inner = self.lock();
        let state = inner.breaker.state(self.policy, now);
        let closed = state == BreakerState::Closed;
        BreakerView {
            agent: self.name,
            state,
            failures: inner.breaker.failures(),
            opened_at: inner.last.as_ref().map(|trip| trip.at),
            reason: inner.last.as_ref().map(|trip| trip.reason.clone()),
            retry_in: (!closed).then(|| seconds(inner.breaker.retry_in(self.policy, now))),
            trips: inner.trips,
            in_flight: 0,
            waiting: 0,
        }
    }

    fn settle(
        &self,
        ticket: Ticket,
        outcome: Outcome,
        now: Instant,
        reason: impl FnOnce() -> String,
    ) {
        let mut inner = self.lock();
        let now = now.saturating_duration_since(self.start);
        let before = inner.breaker;
        let next = before.settle(self.policy, ticket, outcome, now);
        if before.tripped_to(next) {
            let trip = Trip { at: (self.clock)(), reason: reason() };
            tracing::warn!(agent = self.name, reason = trip.reason, "a breaker has opened");
            inner.last = Some(trip);
            inner.trips += 1;
        }
        self.store(&mut inner, next, now);
        if outcome == Outcome::Failure {
            observe::breaker_counted_failure(self.name);
        }
    }

    fn store(&self, inner: &mut Inner, next: Breaker, now: Duration) {
        let state = next.state(self.policy, now);
        if state != inner.breaker.state(self.policy, now) || inner.breaker.tripped_to(next) {
            observe::breaker_is(
                self.name,
                match state {
                    BreakerState::Closed => BreakerGauge::Closed,
                    BreakerState::Open => BreakerGauge::Open,
                    BreakerState::HalfOpen => BreakerGauge::HalfOpen,
                },
            );
        }
        inner.breaker = next;
    }

    /// The values behind it are whole after every statement, so a panic of a
    /// holder harms nothing.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An admitted call. Dropped without a word, it was cancelled.
#[derive(Debug)]
pub struct Permit<'g> {
    guard: &'g Guard,
    ticket: Option<Ticket>,
}

impl Permit<'_> {
    /// Tells how the call ended.
    pub fn settle<T>(self, result: &Result<T, Fault>) {
        self.settle_at(Instant::now(), result);
    }

    /// The same, for who has just read the clock.
    pub fn settle_at<T>(mut self, now: Instant, result: &Result<T, Fault>) {
        let Some(ticket) = self.ticket.take() else { return };
        let outcome = match result {
            Ok(_) => Outcome::Success,
            Err(fault) if fault.kind.counts() => Outcome::Failure,
            Err(fault) if fault.kind == crate::capability::FaultKind::Cancelled => {
                Outcome::Cancelled
            }
            Err(_) => Outcome::Neutral,
        };
        self.guard.settle(ticket, outcome, now, || match result {
            Ok(_) => String::new(),
            Err(fault) => format!("{}: {}", fault.kind.label(), fault.message),
        });
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            let reason = || "The probe was cancelled before it answered.".to_owned();
            self.guard.settle(ticket, Outcome::Cancelled, Instant::now(), reason);
        }
    }
}

/// Whole seconds, rounded up, for `Retry-After`; at least one.
pub(crate) fn seconds(duration: Duration) -> u32 {
    let whole = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    u32::try_from(whole.max(1)).unwrap_or(u32::MAX)
}
