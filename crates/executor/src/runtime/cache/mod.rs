//! Values of pure capabilities, kept so that they are computed once: over the
//! life of the process, or within one execution.

mod key;
mod scoped;
mod shared;
#[cfg(test)]
mod tests;

pub(super) use key::{Arguments, ContextText};
pub(super) use scoped::ScopedCache;
pub(super) use shared::SharedCache;

use crate::{
    capability::{Capability, Output},
    lineage::{Lineage, Lineages},
    runtime::{StepValue, value::rooted},
};
use serde_json::Value;
use std::sync::Arc;

/// A value as a cache keeps it: with the lineage that its handler told, apart
/// from that of the arguments, which may come from elsewhere at the next call.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    own: Arc<Lineages>,
    /// Everything that the arguments came from when it was computed.
    args: Arc<Lineage>,
    value: StepValue,
}

impl Kept {
    pub fn new(output: Output<Value>, capability: &Capability, args: Lineage) -> Self {
        let own = Arc::new(output.lineage.clone());
        let value = StepValue::new(output, capability, args.clone());
        Self { own, args: Arc::new(args), value }
    }

    /// The value for a call whose arguments came from `args`.
    pub fn for_call(self, capability: &Capability, args: Lineage) -> StepValue {
        if *self.args == args {
            return self.value;
        }
        let lineage = Arc::new(rooted((*self.own).clone(), capability, args));
        StepValue { lineage, ..self.value }
    }
}

/// A value, and whether this call computed it.
pub(super) struct Looked {
    pub kept: Kept,
    pub hit: bool,
}
