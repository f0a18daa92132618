//! Why an execution came to no answer.

use crate::capability::{CapabilityName, Fault, FaultKind};
use std::time::Duration;

/// The first fault that no step was allowed to have. The trace says the rest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct ExecutionError {
    /// The step that failed; none when the whole took too long, was cancelled,
    /// or an output could not be made.
    pub step: Option<String>,
    pub agent: Option<&'static str>,
    pub capability: Option<CapabilityName>,
    pub fault: Fault,
}

impl ExecutionError {
    /// Whoever asked went away before the answer was there.
    pub fn cancelled() -> Self {
        let message = "The execution was cancelled before it ended.";
        Self::whole(Fault::new(FaultKind::Cancelled, message))
    }

    pub(super) fn deadline(limit: Duration) -> Self {
        let message = format!("The execution took longer than {}.", in_words(limit));
        Self::whole(Fault::new(FaultKind::Timeout, message))
    }

    pub(super) const fn whole(fault: Fault) -> Self {
        Self { step: None, agent: None, capability: None, fault }
    }
}

/// A limit as a reader wants it: whole seconds as seconds.
pub(super) fn in_words(limit: Duration) -> String {
    if limit.subsec_millis() == 0 {
        format!("{} s", limit.as_secs())
    } else {
        format!("{} ms", limit.as_millis())
    }
}
