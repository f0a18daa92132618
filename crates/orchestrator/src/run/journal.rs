//! What a governed run hangs into the executor: earlier results are read from its
//! journal, and each new one waits until the flow lets the steps begin that need it.

use domain::run::Stage;
use executor::{
    capability::{CapabilityName, Output},
    pattern::{Plan, Step},
    runtime::{Journal, JournalFuture},
};
use flow::StepId;
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};
use storage::{StorageError, journal::StepResult};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

/// The journal of one run, for one pass of its pattern.
pub(super) struct RunJournal<'a> {
    pub plan: &'a Plan,
    /// Results of the steps that an earlier worker finished, by key.
    pub finished: BTreeMap<String, Output<Value>>,
    pub settling: mpsc::Sender<Settled>,
}

/// A step with its result, which waits for leave to go on.
pub(super) struct Settled {
    pub step: StepId,
    pub stage: Stage,
    pub output: Output<Value>,
    took: Duration,
    at: Instant,
    leave: Option<oneshot::Sender<()>>,
}

impl Settled {
    /// Lets the steps begin that need this one.
    pub fn proceed(&mut self) {
        // Nobody waits where the pattern was given up.
        self.leave.take().map(|leave| leave.send(()));
    }

    /// How long ago the step began.
    pub fn began_ago(&self) -> Duration {
        self.took + self.at.elapsed()
    }
}

/// Validation is the flow's fifth step and rendering its sixth; all else that a
/// pattern does is execution.
pub(super) fn stage_of(capability: &CapabilityName) -> Stage {
    match capability.as_str() {
        "reports.validate_document" | "reports.validate_portfolio" => Stage::Validate,
        "reports.render" | "reports.render_portfolio" => Stage::Persist,
        _ => Stage::Execute,
    }
}

/// A kept result as the executor had it.
pub(super) fn recalled(kept: StepResult) -> Result<(String, Output<Value>), StorageError> {
    let StepResult { key, value, lineage } = kept;
    let lineage = lineage.map(serde_json::from_value).transpose().map_err(|error| {
        StorageError::Corrupt(format!("run_steps.lineage of the step {key}: {error}"))
    })?;
    let output = Output { value, lineage: lineage.unwrap_or_default(), summary: String::new() };
    Ok((key, output))
}

impl Journal for RunJournal<'_> {
    fn recall(&self, key: &str) -> Option<Output<Value>> {
        self.finished.get(key).cloned()
    }

    fn settled<'j>(
        &'j self,
        step: &'j Step,
        took: Duration,
        output: &'j Output<Value>,
    ) -> JournalFuture<'j> {
        Box::pin(async move {
            let place = self.plan.steps.iter().position(|known| known.key == step.key);
            let (leave, left) = oneshot::channel();
            let settled = Settled {
                step: StepId(place.ok_or("the plan has no such step")?),
                stage: stage_of(&step.capability),
                output: output.clone(),
                took,
                at: Instant::now(),
                leave: Some(leave),
            };
            self.settling.send(settled).await.map_err(|_| "nobody carries the run")?;
            Ok(left.await?)
        })
    }
}
