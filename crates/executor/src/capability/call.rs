//! One call of a capability: what goes in and what comes out.

use super::{CapabilityName, Fault};
use crate::{
    context::Context,
    lineage::{Lineage, Lineages},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{future::Future, pin::Pin, sync::Arc};
use uuid::Uuid;

/// What a handler is given besides its typed arguments.
#[derive(Clone, Debug)]
pub struct Call {
    pub context: Arc<Context>,
    /// Where each argument came from, by its place in the arguments; a handler
    /// that makes tables passes it on cell by cell.
    pub lineage: Arc<Lineages>,
    /// Names this call to a service that is paid for each. The same request gives the
    /// same step the same id, so that a call which was sent, and whose answer a crash
    /// kept from the journal, is repeated under its own name.
    pub call_id: Uuid,
}

/// The id of the one call that `step` makes of `capability`: a step and its fallback
/// ask for different things. Of version 8 (RFC 9562), from a SHA-256.
pub(crate) fn call_id(request_id: Uuid, step: &str, capability: &CapabilityName) -> Uuid {
    let digest = Sha256::new()
        .chain_update(request_id.as_bytes())
        .chain_update(step)
        // Neither a key nor a name holds it, so that no two pairs read the same.
        .chain_update([0])
        .chain_update(capability.as_str())
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// What a capability gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Output<T> {
    pub value: T,
    /// Where the value came from, besides the arguments: the runtime adds the
    /// arguments' lineage and the capability itself at the root.
    pub lineage: Lineages,
    /// One sentence for the reader of a trace or a run page.
    pub summary: String,
}

impl<T> Output<T> {
    /// A value computed from its arguments alone.
    pub fn computed(value: T, summary: impl Into<String>) -> Self {
        Self { value, lineage: Lineages::default(), summary: summary.into() }
    }

    /// A value whose whole comes from `lineage`.
    pub fn from_source(value: T, lineage: Lineage, summary: impl Into<String>) -> Self {
        Self { value, lineage: Lineages::whole(lineage), summary: summary.into() }
    }
}

pub type CallFuture = Pin<Box<dyn Future<Output = Result<Output<Value>, Fault>> + Send>>;

/// Arguments as JSON to an answer as JSON; made by
/// [`Capability::new`](super::Capability::new) from a typed function.
pub type Handler = Arc<dyn Fn(Value, Call) -> CallFuture + Send + Sync>;

#[cfg(test)]
mod tests {
    use super::{Uuid, call_id};

    // Computed with Python's hashlib and uuid over the same bytes.
    #[test]
    fn a_call_is_named_by_its_request_step_and_capability() {
        let compose = "assistant.compose_report".parse().unwrap();
        let id = call_id(Uuid::from_u128(1), "document", &compose);
        assert_eq!(id.to_string(), "b7dfae14-7b4e-8997-8df8-aed0114e0c45");
        assert_ne!(id, call_id(Uuid::from_u128(2), "document", &compose));
        assert_ne!(id, call_id(Uuid::from_u128(1), "documents", &compose));
        assert_ne!(id, call_id(Uuid::from_u128(1), "document", &"reports.render".parse().unwrap()));
    }
}
