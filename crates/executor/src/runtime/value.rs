//! What a step gave, as later steps and caches share it.

use crate::{
    capability::{Capability, Output},
    lineage::{Lineage, Lineages},
};
use serde_json::Value;
use std::sync::Arc;

/// The value of a step with where it came from: its own sources, those of its
/// arguments, and the capability itself.
#[derive(Clone, Debug, PartialEq)]
pub struct StepValue {
    pub value: Arc<Value>,
    pub lineage: Arc<Lineages>,
    /// One sentence for the reader.
    pub summary: Arc<str>,
}

impl StepValue {
    /// `args` is everything that the arguments came from.
    pub(super) fn new(output: Output<Value>, capability: &Capability, args: Lineage) -> Self {
        let Output { value, lineage, summary } = output;
        let lineage = Arc::new(rooted(lineage, capability, args));
        Self { value: Arc::new(value), lineage, summary: summary.into() }
    }
}

/// The lineage that a handler told, with the arguments' and the capability's
/// at the root.
pub(super) fn rooted(own: Lineages, capability: &Capability, args: Lineage) -> Lineages {
    let Lineages { mut whole, parts } = own;
    if whole.is_empty() {
        whole = args;
    } else {
        whole.extend(&args);
    }
    if !whole.sources.contains(capability.source()) {
        whole.sources.insert(capability.source().clone());
    }
    Lineages { whole, parts }
}
