//! The cache of one execution, for values that are valid in it alone.

use super::{Kept, Looked};
use crate::capability::{CapabilityName, Fault};
use domain::hash::ContentHash;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OnceCell;

type Key = (CapabilityName, ContentHash);

/// Bounded by the number of the plan's steps. The context is the same for all,
/// so a key is the capability with the hash of its arguments.
#[derive(Debug, Default)]
pub(in crate::runtime) struct ScopedCache {
    cells: Mutex<HashMap<Key, Arc<OnceCell<Kept>>>>,
}

impl ScopedCache {
    /// The value under the key. Of callers at the same time one computes; an
    /// error is that caller's alone, and the next one computes again.
    pub async fn look<F>(
        &self,
        capability: &CapabilityName,
        args: ContentHash,
        compute: F,
    ) -> Result<Looked, Fault>
    where
        F: Future<Output = Result<Kept, Fault>>,
    {
        let cell = {
            let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry((capability.clone(), args)).or_default())
        };
        let mut hit = true;
        let computed = cell.get_or_try_init(|| {
            hit = false;
            compute
        });
        let kept = computed.await?.clone();
        Ok(Looked { kept, hit })
    }
}
