//! The flow of a run as a pure function: `(state, event) -> (state, effects)`.
//!
//! Everything that a worker, the sweeper or a cancellation decides about a run is
//! decided here. There is no clock, chance, store or agent: what they say arrives as
//! an [`Event`], and what is wanted of them leaves as an [`Effect`]. The shell, in
//! `orchestrator::run`, performs effects and feeds back how they went; a simulation,
//! in `tests/simulation`, does the same in a world that it breaks as it likes.
//!
//! Read [`State`] first, then `decide` (what to do with a run that was looked at) and
//! `carry` (what to do with a run that is held).

mod carry;
mod decide;
mod effect;
mod event;
mod limits;
mod look;
mod state;
mod words;

#[cfg(test)]
mod tests;

pub use effect::{Act, Alarm, Closing, Effect, Waiting, Write};
pub use event::{Answer, Event, Failure, StepId, Text};
pub use limits::Limits;
pub use look::{Gate, Job, Live, Standing};
pub use state::{Doing, Held, Outcome, State, Talk, Then, Why};
pub use words::stage_after;

/// Whatever is to be done after a transition, in this order.
pub type Effects = Vec<Effect>;

/// The state in which the flow begins, with its first effect.
pub fn begin(why: Why) -> (State, Effects) {
    (State::Looking { why, tries: 0, stopping: false }, vec![Effect::Look(why)])
}

/// One transition. An event that the state does not wait for changes nothing: the
/// answer to an effect that was given up may still arrive.
pub fn step(limits: &Limits, state: State, event: Event) -> (State, Effects) {
    match state {
        State::Held(held) => carry::step(limits, held, event),
        State::Ended(outcome) => (State::Ended(outcome), Vec::new()),
        state => decide::step(limits, state, event),
    }
}
