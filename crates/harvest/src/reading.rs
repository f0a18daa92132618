//! What one reading of a source may take in all, and what is left of it.

use crate::fetch::{FetchBounds, FetchError};
use domain::evidence::{CutShort, SourceLimits};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Bounds of a whole reading: the list, its parts, robots.txt, redirects and pages
/// together. Without them a source that is slow in each of its pages would keep a worker
/// for the time of an answer times all that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadingBounds {
    /// From the beginning, the waiting for hosts' turns included.
    pub total: Duration,
    pub bytes_max: usize,
    pub requests_max: usize,
}

impl ReadingBounds {
    /// A list, ten sitemaps and twenty pages, each redirected a few times: far more than a
    /// source in good health takes.
    pub const DEFAULT: Self =
        Self { total: Duration::from_mins(5), bytes_max: 100_000_000, requests_max: 100 };
}

impl Default for ReadingBounds {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// One reading of one source, with what is left of its bounds.
#[derive(Debug)]
pub struct Reading {
    /// Of each answer.
    pub(crate) bounds: FetchBounds,
    until: Instant,
    bytes_left: usize,
    requests_left: usize,
}

impl Reading {
    /// Begins now. `total` is for who waits, and only shortens.
    pub(crate) fn begin(
        bounds: FetchBounds,
        limits: SourceLimits,
        total: Option<Duration>,
    ) -> Self {
        let whole = bounds.reading;
        Self {
            bounds: bounds.within(limits),
            until: Instant::now() + total.unwrap_or(whole.total).min(whole.total),
            bytes_left: whole.bytes_max,
            requests_left: whole.requests_max,
        }
    }

    /// Bytes that were taken so far.
    pub fn bytes(&self) -> usize {
        self.bounds.reading.bytes_max - self.bytes_left
    }

    /// When its time is over.
    pub(crate) const fn until(&self) -> Instant {
        self.until
    }

    /// Whether another request may be made.
    pub(crate) const fn has_request(&self) -> bool {
        self.requests_left > 0
    }

    /// Takes one request of what is left.
    pub(crate) fn take_request(&mut self) -> Result<(), FetchError> {
        let left = self.requests_left.checked_sub(1);
        self.requests_left = left.ok_or(FetchError::ReadingOver(CutShort::Requests))?;
        Ok(())
    }

    /// Takes so many bytes of what is left.
    pub(crate) fn take_bytes(&mut self, bytes: usize) -> Result<(), FetchError> {
        let left = self.bytes_left.checked_sub(bytes);
        self.bytes_left = left.unwrap_or_default();
        left.map(drop).ok_or(FetchError::ReadingOver(CutShort::Bytes))
    }
}

/// What comes of something until then.
///
/// # Errors
/// The reading's time is over.
pub async fn in_time<T>(until: Instant, what: impl Future<Output = T>) -> Result<T, FetchError> {
    timeout_at(until, what).await.map_err(|_| FetchError::ReadingOver(CutShort::Time))
}
