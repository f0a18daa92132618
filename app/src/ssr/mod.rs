//! What a page or a server function asks of the process around it.

mod answer;
mod browser;
mod load;
mod notice;
mod request;
mod typed;
mod typed_entitlement;

pub use answer::{AppError, answer, redirect_to};
pub use browser::{local_path, remember_email, remembered_email, retry_after};
pub(crate) use load::encode;
pub use load::page;
pub use notice::{Notice, Tone};
pub use request::{PeerAddress, Request, SESSION_SIGNED_IN, SESSION_WORKSPACE, SecureCookies};
pub use typed::TypedSpecification;
pub use typed_entitlement::TypedEntitlement;
