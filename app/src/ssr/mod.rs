//! What a page or a server function asks of the process around it.

mod answer;
mod browser;
mod execute;
mod kept;
mod load;
mod notice;
mod request;
mod shown_once;
mod typed;
mod typed_budget;
mod typed_entitlement;
mod typed_execution;
mod typed_licence;
mod typed_reason;
mod typed_schedule;
mod typed_source;
mod typed_token;

pub use crate::component::export_query::ExportQuery;
pub use answer::{AppError, answer, redirect_to};
pub use browser::{local_path, remember_email, remembered_email, retry_after};
pub(crate) use execute::execute_typed;
pub use kept::{EventForm, TypedEvent};
pub(crate) use load::encode;
pub use load::{open_page, page};
pub use notice::{Notice, Tone};
pub use request::{PeerAddress, Request, SESSION_SIGNED_IN, SESSION_WORKSPACE, SecureCookies};
pub use shown_once::NewToken;
pub use typed::TypedSpecification;
pub use typed_budget::TypedBudget;
pub use typed_entitlement::TypedEntitlement;
pub use typed_execution::TypedExecution;
pub use typed_licence::TypedLicence;
pub use typed_reason::{ReasonForm, TypedReason};
pub use typed_schedule::TypedSchedule;
pub use typed_token::TypedToken;
