//! The cache of the process.

use super::{Kept, Looked};
use crate::{
    capability::{Fault, FaultKind},
    lineage::Lineages,
};
use domain::hash::ContentHash;
use moka::{Expiry, future::Cache};
use serde_json::Value;
use std::time::{Duration, Instant};

/// Estimated bytes of values that it holds: a small part of the smallest machine
/// that we serve from. Beyond it the least used leave.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Values of pure capabilities with a time to live.
#[derive(Debug)]
pub(in crate::runtime) struct SharedCache {
    entries: Cache<ContentHash, Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    kept: Kept,
    /// None of an entry whose key names the data itself by a pack: it is right
    /// for ever, and a superseding pack has another key.
    life: Option<Duration>,
    weight: u32,
}

struct Lives;

impl Expiry<ContentHash, Entry> for Lives {
    fn expire_after_create(&self, _: &ContentHash, entry: &Entry, _: Instant) -> Option<Duration> {
        entry.life
    }
}

impl SharedCache {
    pub fn new() -> Self {
        Self::with_bytes(BYTES_MAX)
    }

    pub fn with_bytes(bytes_max: u64) -> Self {
        let entries = Cache::builder()
            .max_capacity(bytes_max)
            .weigher(|_, entry: &Entry| entry.weight)
            .expire_after(Lives)
            .build();
        Self { entries }
    }

    /// The value under the key. Of callers at the same time one computes; when
    /// that one is cancelled another goes on, and errors are not kept.
    pub async fn look<F>(
        &self,
        key: ContentHash,
        life: Option<Duration>,
        compute: impl Fn() -> F,
    ) -> Result<Looked, Fault>
    where
        F: Future<Output = Result<Kept, Fault>>,
    {
        loop {
            let mut hit = true;
            let looked = self
                .entries
                .try_get_with(key, async {
                    hit = false;
                    let kept = compute().await?;
                    let weight = weight_of(&kept);
                    Ok::<_, Fault>(Entry { kept, life, weight })
                })
                .await;
            return match looked {
                Ok(entry) => Ok(Looked { kept: entry.kept, hit }),
                // Another caller's time is over, not this one's; so is its wait for a place.
                Err(fault)
                    if hit && matches!(fault.kind, FaultKind::Timeout | FaultKind::Overloaded) =>
                {
                    continue;
                }
                Err(fault) => Err((*fault).clone()),
            };
        }
    }

    #[cfg(test)]
    pub async fn entries(&self) -> u64 {
        self.entries.run_pending_tasks().await;
        self.entries.entry_count()
    }
}

fn weight_of(kept: &Kept) -> u32 {
    let bytes = bytes_of_value(&kept.value.value) + bytes_of_lineage(&kept.own);
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// Roughly: a node of a tree for each value, and the text.
fn bytes_of_value(value: &Value) -> usize {
    const NODE: usize = 64;
    NODE + match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(bytes_of_value).sum(),
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| name.len() + bytes_of_value(field)).sum()
        }
    }
}

fn bytes_of_lineage(lineages: &Lineages) -> usize {
    const SOURCE: usize = 128;
    SOURCE * (1 + lineages.whole.sources.len())
        + lineages.parts.values().map(bytes_of_lineage).sum::<usize>()
}
