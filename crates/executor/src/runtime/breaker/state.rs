//! The breaker as plain values: a state, what happened and when give the next
//! state. Time is monotonic and an argument, counted from any fixed moment.

use std::time::Duration;

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerPolicy {
    /// Consecutive failures that open it.
    pub failures: u32,
    pub open_for: Duration,
}

impl BreakerPolicy {
    pub const AGENT: Self = Self { failures: 5, open_for: Duration::from_mins(1) };
    pub const PROVIDER: Self = Self { failures: 3, open_for: Duration::from_mins(1) };
}

/// One breaker. A closed one lets calls pass, an open one refuses, a half-open
/// one tries one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    phase: Phase,
    /// Counts the changes of phase, so that the result of a call that began
    /// before one says nothing about what came after.
    generation: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Closed {
        failures: u32,
    },
    Open {
        since: Duration,
    },
    /// The one probe is under way; `since` is that of the open state before.
    Probing {
        since: Duration,
    },
}

impl Default for Phase {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

/// The state as people and metrics see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    Closed,
    Open,
    /// The probe is under way, or the next call will be it.
    HalfOpen,
}

/// The right to make one call; its outcome is told with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    generation: u64,
}

/// The answer to a call that asks to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    Go(Ticket),
    Refused { retry_in: Duration },
}

/// How an admitted call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Success,
    /// A failure that says that the agent is not well.
    Failure,
    /// A fault of the request: it says nothing about the agent.
    Neutral,
    /// The call was cancelled before it answered.
    Cancelled,
}

impl Breaker {
    /// May a call go now?
    #[must_use]
    pub fn admit(self, policy: BreakerPolicy, now: Duration) -> (Self, Admission) {
        match self.phase {
            Phase::Closed { .. } => (self, Admission::Go(self.ticket())),
            Phase::Open { since } if now.saturating_sub(since) >= policy.open_for => {
                let next = self.enter(Phase::Probing { since });
                (next, Admission::Go(next.ticket()))
            }
            Phase::Open { .. } | Phase::Probing { .. } => {
                (self, Admission::Refused { retry_in: self.retry_in(policy, now) })
            }
        }
    }

    /// The state after an admitted call ended.
    #[must_use]
    pub fn settle(
        self,
        policy: BreakerPolicy,
        ticket: Ticket,
        outcome: Outcome,
        now: Duration,
    ) -> Self {
        if ticket.generation != self.generation {
            return self;
        }
        match (self.phase, outcome) {
            (Phase::Closed { .. }, Outcome::Success) => {
                Self { phase: Phase::Closed { failures: 0 }, ..self }
            }
            (Phase::Closed { failures }, Outcome::Failure) if failures + 1 < policy.failures => {
                Self { phase: Phase::Closed { failures: failures + 1 }, ..self }
            }
            (Phase::Closed { .. }, Outcome::Failure)
            | (Phase::Probing { .. }, Outcome::Failure | Outcome::Cancelled) => {
                self.enter(Phase::Open { since: now })
            }
            (Phase::Probing { .. }, Outcome::Success) => self.enter(Phase::Closed { failures: 0 }),
            // The place is free again, and nothing is known: the next call probes.
            (Phase::Probing { since }, Outcome::Neutral) => self.enter(Phase::Open { since }),
            (Phase::Closed { .. }, Outcome::Neutral | Outcome::Cancelled)
            | (Phase::Open { .. }, _) => self,
        }
    }

    pub fn state(self, policy: BreakerPolicy, now: Duration) -> BreakerState {
        match self.phase {
            Phase::Closed { .. } => BreakerState::Closed,
            Phase::Open { since } if now.saturating_sub(since) < policy.open_for => {
                BreakerState::Open
            }
            Phase::Open { .. } | Phase::Probing { .. } => BreakerState::HalfOpen,
        }
    }

    /// Consecutive failures counted while closed.
    pub fn failures(self) -> u32 {
        match self.phase {
            Phase::Closed { failures } => failures,
            Phase::Open { .. } | Phase::Probing { .. } => 0,
        }
    }

    /// The rest of the open time; while the probe is under way one second, for
    /// nobody knows when it ends.
    pub fn retry_in(self, policy: BreakerPolicy, now: Duration) -> Duration {
        match self.phase {
            Phase::Closed { .. } => Duration::ZERO,
            Phase::Open { since } => policy.open_for.saturating_sub(now.saturating_sub(since)),
            Phase::Probing { .. } => Duration::from_secs(1),
        }
    }

    /// Whether `next` was reached from here by opening.
    pub fn tripped_to(self, next: Self) -> bool {
        self.generation != next.generation
            && match (self.phase, next.phase) {
                (Phase::Probing { since }, Phase::Open { since: anew }) => since != anew,
                (_, Phase::Open { .. }) => true,
                _ => false,
            }
    }

    const fn ticket(self) -> Ticket {
        Ticket { generation: self.generation }
    }

    const fn enter(self, phase: Phase) -> Self {
        Self { phase, generation: self.generation + 1 }
    }
}
