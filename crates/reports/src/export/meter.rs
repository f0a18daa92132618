use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// How far the printing of a file is, for whoever waits: the cells that are written.
/// All clones count together.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<AtomicU64>);

impl Meter {
    pub fn cells(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self, cells: usize) {
        self.0.fetch_add(u64::try_from(cells).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}
