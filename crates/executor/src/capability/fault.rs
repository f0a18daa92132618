//! Why a step could not be done.

pub use domain::execution::FaultKind;

/// A fault with what the reader of a page or an answer is told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    pub kind: FaultKind,
    /// A stable code beside the kind, such as `UNKNOWN_SCENARIO`.
    pub code: Option<&'static str>,
    /// One sentence, free of secrets and paths.
    pub message: String,
    /// Each finding or reason, one sentence each.
    pub reasons: Vec<String>,
    /// When it makes sense to come back.
    pub retry_after_s: Option<u32>,
}

impl Fault {
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, code: None, message: message.into(), reasons: Vec::new(), retry_after_s: None }
    }

    /// A fault of ours: arguments that do not fit, a document that does not parse.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Internal, message)
    }

    #[must_use]
    pub fn with_code(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }

    #[must_use]
    pub fn with_reasons(self, reasons: Vec<String>) -> Self {
        Self { reasons, ..self }
    }

    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }
}
