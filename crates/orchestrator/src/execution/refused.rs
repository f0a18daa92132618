use crate::{
    UseCaseError,
    pricing::{Failed, Warming},
};
use domain::{execution::FaultKind, id::ExecutionId};
use executor::{pattern::InputFault, runtime::Trace};

/// Why an execution gave no answer.
#[derive(Debug)]
pub enum ExecutionRefused {
    /// No pattern has this id.
    PatternNotFound,
    /// The workspace has no such portfolio.
    PortfolioNotFound,
    /// There is no pricing pack at or before the as-of date.
    PackNotFound,
    /// Every field that does not fit, by JSON pointer into the request.
    InvalidInput(Vec<InputFault>),
    /// One sentence on the right that is missing.
    Forbidden(String),
    /// The gate is closed while the pack is being built.
    PackWarming(Box<Warming>),
    /// The gate is closed, and waiting alone does not open it.
    PackFailed(Box<Failed>),
    /// It began and did not reach its end. The trace says how far it came.
    Failed(Box<FailedExecution>),
    UseCase(UseCaseError),
}

/// An execution that began and failed; it is kept under its id.
#[derive(Debug)]
pub struct FailedExecution {
    pub execution: ExecutionId,
    pub pattern_id: String,
    /// The key of the step that failed; none when the deadline of the whole or
    /// an output did.
    pub step: Option<String>,
    pub agent: Option<String>,
    pub capability: Option<String>,
    pub kind: FaultKind,
    /// A stable code of the agent's own, such as `UNKNOWN_SCENARIO`.
    pub code: Option<&'static str>,
    pub message: String,
    pub reasons: Vec<String>,
    pub retry_after_s: Option<u32>,
    pub trace: Trace,
}

impl<E: Into<UseCaseError>> From<E> for ExecutionRefused {
    fn from(error: E) -> Self {
        Self::UseCase(error.into())
    }
}
