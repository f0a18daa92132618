//! The breaker: a run of failures of one agent, or of one provider, stops the
//! calls to it for a while; then exactly one probe decides.

mod guard;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use guard::seconds;
pub use guard::{BreakerView, Guard, Permit, Refused};
pub use state::{Admission, Breaker, BreakerPolicy, BreakerState, Outcome, Ticket};
