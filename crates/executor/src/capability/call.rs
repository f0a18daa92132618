//! One call of a capability: what goes in and what comes out.

use super::Fault;
use crate::{
    context::Context,
    lineage::{Lineage, Lineages},
};
use serde_json::Value;
use std::{future::Future, pin::Pin, sync::Arc};

/// What a handler is given besides its typed arguments.
#[derive(Clone, Debug)]
pub struct Call {
    pub context: Arc<Context>,
    /// Where each argument came from, by its place in the arguments; a handler
    /// that makes tables passes it on cell by cell.
    pub lineage: Arc<Lineages>,
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
