//! What a governed run hangs between its steps.

use crate::{capability::Output, pattern::Step};
use serde_json::Value;
use std::{error::Error, pin::Pin, time::Duration};

pub type JournalFuture<'j> =
    Pin<Box<dyn Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send + 'j>>;

/// Keeps the results of steps, so that a run which is taken up again does none
/// of them twice.
pub trait Journal: Send + Sync {
    /// The result of a step that was finished earlier, as it was kept.
    fn recall(&self, key: &str) -> Option<Output<Value>>;

    /// Keeps the result of a step. Steps that need it begin after this; when it
    /// fails the execution stops.
    fn settled<'j>(
        &'j self,
        step: &'j Step,
        took: Duration,
        output: &'j Output<Value>,
    ) -> JournalFuture<'j>;
}
