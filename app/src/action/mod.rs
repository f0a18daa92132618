//! Server functions: public endpoints in four moves - who is asking, parse, call
//! the core, map the error. Each is the target of a plain form.

mod administration;
mod api_token;
mod error;
mod event;
mod evidence_pack;
mod execution;
mod held;
mod identity;
mod portfolio;
mod run;
mod schedule;
mod source;
mod specification;

pub use administration::{
    ActivateSpecification, GrantEntitlement, GrantOverride, RecordLicence, ReturnSpecification,
    SetModelBudget, WithdrawLicence,
};
pub use api_token::{CreateApiToken, RevokeApiToken};
pub use error::AppError;
pub use event::{MergeEvents, SeparateCitation, UndoEventDecision};
pub use evidence_pack::BuildEvidencePack;
pub use execution::ExecutePattern;
pub use held::DecideHeld;
pub use identity::{ChangePassword, SignIn, SignOut, SwitchWorkspace};
pub use portfolio::{AddPortfolio, ReadLedger, RemoveLedgerRepository, SetLedgerRepository};
pub use run::{CancelRun, TriggerRun};
pub use schedule::{PauseSchedule, ResumeSchedule, SetSchedule};
pub use source::{
    CreateSource, EditSource, EnableSource, ImportItems, SetSourceTerms, TestSource, TrySource,
    TypedSource,
};
pub use specification::{
    CancelSpecification, CloneSpecification, CreateSpecification, PauseSpecification,
    ResumeSpecification, SaveSpecification, SubmitSpecification,
};

#[cfg(feature = "ssr")]
pub use table::{Access, TABLE};

#[cfg(feature = "ssr")]
mod table;
