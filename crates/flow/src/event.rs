//! What the flow is told.

use crate::{Alarm, Gate, Standing};
use domain::run::{FailureKind, Stage};
use std::borrow::Cow;

/// A sentence for a reader.
pub type Text = Cow<'static, str>;

/// A step of the pattern, by its place in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StepId(pub usize);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// What a look found.
    Looked(Standing),
    /// How the one act or write under way went, or that a look failed.
    Answered(Answer),
    /// A step of the pattern has its result, and waits for leave to go on.
    Settled {
        step: StepId,
        stage: Stage,
    },
    /// Every step is done and the pattern's outputs are there.
    PatternAnswered,
    PatternFailed(Failure),
    /// It was cut off from outside, which is no failure of its own.
    PatternCutOff,
    Alarm(Alarm),
    /// Word came that the run was cancelled. It is final when this is said.
    Cancelled,
    /// The process is asked to stop.
    Stop,
}

/// How the store answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is committed.
    Done,
    /// The lease has passed to another, or the run has ended: nothing was written.
    Lost,
    /// No answer, or one that says nothing of the write: it may have been committed.
    Unclear,
    /// It was refused and would be again, for this reason.
    Refused(Failure),
    /// No package was assembled, since evidence may not be used now.
    NotFresh(Gate),
}

/// Why a run ends without a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub stage: Stage,
    pub kind: FailureKind,
    pub message: Text,
    pub reasons: Vec<String>,
}

impl Failure {
    pub(crate) const fn new(stage: Stage, kind: FailureKind, message: Text) -> Self {
        Self { stage, kind, message, reasons: Vec::new() }
    }
}
