//! What a run's page says about what the flow decided.

use crate::{Failure, Gate, Limits, Live, Text};
use domain::run::{FailureKind, Stage};

/// The stage that a run is in whose journal has come to `reached`.
pub fn stage_after(reached: Stage) -> Stage {
    // Execution consists of several steps, so that one of them does not finish it.
    if reached == Stage::Execute {
        return reached;
    }
    let place = Stage::ALL.iter().position(|stage| *stage == reached).unwrap_or_default();
    Stage::ALL.get(place + 1).copied().unwrap_or(reached)
}

/// Why a run ends whose time is up. One that never had fresh evidence fails by its
/// coverage, without a call of the assistant.
pub(crate) fn overdue(limits: &Limits, live: &Live) -> Failure {
    let stage = stage_after(live.reached);
    if let Some(Gate::Closed { reason }) = &live.gate {
        let limit = span(limits.run_s);
        let message = format!("The run waited {limit} for fresh evidence, and there was none.");
        let mut failure = Failure::new(stage, FailureKind::Coverage, message.into());
        failure.reasons.push(reason.to_string());
        return failure;
    }
    too_slow(limits, stage, live.token > 0)
}

pub(crate) fn too_slow(limits: &Limits, stage: Stage, has_begun: bool) -> Failure {
    let carried = if has_begun { "was not done" } else { "did not begin" };
    let message = format!("The run {carried} within {} of its trigger.", span(limits.run_s));
    Failure::new(stage, FailureKind::Timeout, message.into())
}

/// Why a run ends that its workers did not survive.
pub(crate) fn given_up(limits: &Limits, reached: Stage) -> Failure {
    let times = limits.attempts_max;
    let message: Text =
        format!("The run was taken up {times} times, and each time it was interrupted.").into();
    Failure::new(stage_after(reached), FailureKind::LeaseLost, message)
}

/// Whole minutes as minutes.
fn span(seconds: u32) -> String {
    if seconds.is_multiple_of(60) {
        format!("{} minutes", seconds / 60)
    } else {
        format!("{seconds} seconds")
    }
}

impl crate::Waiting {
    /// What the run waits for, for its page.
    pub fn message(&self) -> Text {
        match self {
            Self::Evidence { reason } => format!("Waiting for fresh evidence. {reason}").into(),
            Self::Turn => "Waiting for its turn: the workspace has as many runs under way as it \
                           may have at once."
                .into(),
            Self::Room => "Waiting for its turn: the service has as many runs under way as it \
                           carries at once."
                .into(),
        }
    }
}
