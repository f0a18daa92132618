//! What an agent offers to patterns: typed capabilities named `category.operation`.

mod agent;
mod call;
mod declaration;
mod fault;
mod name;

pub use agent::Agent;
pub(crate) use call::call_id;
pub use call::{Call, CallFuture, Handler, Output};
pub use declaration::{Availability, Capability, Cost};
pub use fault::{Fault, FaultKind};
pub use name::{CapabilityName, InvalidCapabilityName};
