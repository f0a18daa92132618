//! Every server function with the right it asks for. `observatory routes` lists
//! it, and a test holds it complete.

use super::{
    ActivateSpecification, AddPortfolio, BuildEvidencePack, CancelRun, CancelSpecification,
    ChangePassword, CloneSpecification, CreateApiToken, CreateSource, CreateSpecification,
    DecideHeld, EditSource, EnableSource, ExecutePattern, GrantEntitlement, GrantOverride,
    ImportItems, MergeEvents, PauseSchedule, PauseSpecification, ReadLedger, RecordLicence,
    RemoveLedgerRepository, ResumeSchedule, ResumeSpecification, ReturnSpecification,
    RevokeApiToken, SaveSpecification, SeparateCitation, SetLedgerRepository, SetModelBudget,
    SetSchedule, SetSourceTerms, SignIn, SignOut, SubmitSpecification, SwitchWorkspace, TestSource,
    TriggerRun, TrySource, UndoEventDecision, WithdrawLicence,
};
use leptos::server_fn::ServerFn;

/// Who may use a route at all; the use case behind it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    Public,
    SignedIn,
    Viewer,
    Editor,
    Owner,
    Admin,
    /// A program that holds the token for metrics.
    MetricsToken,
}

/// Path and required access of each server function; all are `POST`.
pub const TABLE: &[(&str, Access)] = &[
    (SignIn::PATH, Access::Public),
    (SignOut::PATH, Access::SignedIn),
    (ChangePassword::PATH, Access::SignedIn),
    (SwitchWorkspace::PATH, Access::SignedIn),
    (CreateSpecification::PATH, Access::Editor),
    (SaveSpecification::PATH, Access::Editor),
    (CloneSpecification::PATH, Access::Editor),
    (SubmitSpecification::PATH, Access::Editor),
    (PauseSpecification::PATH, Access::Editor),
    (ResumeSpecification::PATH, Access::Owner),
    (CancelSpecification::PATH, Access::Owner),
    (SetSchedule::PATH, Access::Editor),
    (PauseSchedule::PATH, Access::Editor),
    (ResumeSchedule::PATH, Access::Editor),
    (TriggerRun::PATH, Access::Editor),
    (CancelRun::PATH, Access::Editor),
    (ExecutePattern::PATH, Access::Viewer),
    (ReadLedger::PATH, Access::Editor),
    (AddPortfolio::PATH, Access::Editor),
    (SetLedgerRepository::PATH, Access::Owner),
    (RemoveLedgerRepository::PATH, Access::Owner),
    (CreateApiToken::PATH, Access::Viewer),
    (RevokeApiToken::PATH, Access::Viewer),
    (ActivateSpecification::PATH, Access::Admin),
    (ReturnSpecification::PATH, Access::Admin),
    (GrantOverride::PATH, Access::Admin),
    (GrantEntitlement::PATH, Access::Admin),
    (SetModelBudget::PATH, Access::Admin),
    (RecordLicence::PATH, Access::Admin),
    (WithdrawLicence::PATH, Access::Admin),
    (BuildEvidencePack::PATH, Access::Admin),
    (CreateSource::PATH, Access::Admin),
    (EditSource::PATH, Access::Admin),
    (TrySource::PATH, Access::Admin),
    (DecideHeld::PATH, Access::Admin),
    (MergeEvents::PATH, Access::Admin),
    (SeparateCitation::PATH, Access::Admin),
    (UndoEventDecision::PATH, Access::Admin),
    (EnableSource::PATH, Access::Admin),
    (SetSourceTerms::PATH, Access::Admin),
    (TestSource::PATH, Access::Admin),
    (ImportItems::PATH, Access::Admin),
];
