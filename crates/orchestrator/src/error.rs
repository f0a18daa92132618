use crate::Refusal;
use domain::{
    specification::{FieldError, TransitionRefused},
    workspace::{EntitlementExcess, Role},
};
use storage::StorageError;

/// Why a use case did not happen. One table maps it to a status and a page.
#[derive(Debug, thiserror::Error)]
pub enum UseCaseError {
    /// Nobody is signed in.
    #[error("sign in first")]
    SignedOut,
    /// It does not exist, or belongs to another workspace: the same answer.
    #[error("there is nothing here")]
    NotFound,
    #[error("this needs the role {} or above", needed.label().to_lowercase())]
    RoleTooLow { needed: Role },
    #[error("this is for the platform's administrators")]
    NotAdmin,
    #[error(transparent)]
    Transition(#[from] TransitionRefused),
    /// The draft is kept; these fields need mending first.
    #[error("{} of the specification's answers need mending first", .0.len())]
    Invalid(Vec<FieldError>),
    #[error("the workspace's entitlement does not cover this")]
    ExceedsEntitlement(Vec<EntitlementExcess>),
    /// What was asked for does not go with how things stand.
    #[error("{0}")]
    Refused(Refusal),
    /// What a source answered, or a file held, in words for an administrator.
    #[error("the source could not be read: {0}")]
    SourceUnreadable(String),
    /// Stored data does not match its hash; it is not shown.
    #[error("what is stored does not match its seal, so it is not shown")]
    Quarantined,
    /// A licence does not allow the export.
    #[error(transparent)]
    RightsBlocked(rights::Denial),
    /// The attempt could not be put on record, so nothing leaves.
    #[error("the export could not be put on record, so nothing was sent")]
    ExportUnrecorded(#[source] StorageError),
    #[error("the store failed")]
    Storage(#[source] StorageError),
    #[error("a time zone or period could not be computed")]
    Period(#[from] domain::cadence::PeriodError),
    /// A fault of ours, described for the log.
    #[error("internal error: {0}")]
    Internal(String),
}

impl From<StorageError> for UseCaseError {
    fn from(error: StorageError) -> Self {
        if error.is_refused_by("specifications_name_key") {
            return Self::Refused(Refusal::NameTaken);
        }
        Self::Storage(error)
    }
}

impl From<sqlx::Error> for UseCaseError {
    fn from(error: sqlx::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl From<serde_json::Error> for UseCaseError {
    fn from(error: serde_json::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl From<Refusal> for UseCaseError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
