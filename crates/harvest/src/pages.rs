//! When pages behind lists were last tried, for whose turn it is.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use tokio::time::Instant;
use url::Url;

/// Pages that are remembered. Forgetting them all costs no page, only the order of turns.
const PAGES_REMEMBERED_MAX: usize = 10_000;

/// Pages that this process tried, whether or not they could be read.
#[derive(Debug, Default)]
pub struct Pages(Mutex<HashMap<String, Instant>>);

impl Pages {
    /// None sorts first: it was never tried.
    pub(crate) fn tried_at(&self, page: &Url) -> Option<Instant> {
        let tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tried.get(page.as_str()).copied()
    }

    pub(crate) fn note(&self, page: &Url) {
        let mut tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tried.len() >= PAGES_REMEMBERED_MAX {
            tried.clear();
        }
        tried.insert(page.to_string(), Instant::now());
    }
}
