//! The tenant: who belongs to it, and what it has bought.

mod entitlement;
mod role;

pub use entitlement::{Entitlement, EntitlementExcess};
pub use role::Role;
