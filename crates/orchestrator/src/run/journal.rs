//! What a governed run hangs into the executor: earlier results are read from
//! its journal, and each new one is written there under the lease before a step
//! that needs it begins.

use crate::{Orchestrator, UseCaseError};
use domain::run::Stage;
use executor::{
    capability::{CapabilityName, Output},
    pattern::Step,
    runtime::{Journal, JournalFuture},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::{collections::BTreeMap, sync::Mutex, time::Duration};
use storage::{
    StorageError,
    journal::{self, NewStep, StepResult},
    run::{self as store, Lease, event, event::EventKind},
    setup, tenancy,
};

/// The journal of one run, under one lease.
pub(super) struct RunJournal<'a> {
    app: &'a Orchestrator,
    lease: Lease,
    /// Results of the steps that an earlier worker finished, by key.
    finished: BTreeMap<String, Output<Value>>,
    /// When the step began whose result is sealed with the run's end.
    sealing_since: Mutex<Option<Timestamp>>,
    /// Why a result could not be written; the executor only knows that it was not.
    fault: Mutex<Option<UseCaseError>>,
}

/// Validation is the flow's fifth step and rendering its sixth; all else that a
/// pattern does is execution.
pub(super) fn stage_of(capability: &CapabilityName) -> Stage {
    match capability.as_str() {
        "reports.validate_document" => Stage::Validate,
        "reports.render" => Stage::Persist,
        _ => Stage::Execute,
    }
}

/// A kept result as the executor had it.
fn recalled(kept: StepResult) -> Result<(String, Output<Value>), StorageError> {
    let StepResult { key, value, lineage } = kept;
    let lineage = lineage.map(serde_json::from_value).transpose().map_err(|error| {
        StorageError::Corrupt(format!("run_steps.lineage of the step {key}: {error}"))
    })?;
    let output = Output { value, lineage: lineage.unwrap_or_default(), summary: String::new() };
    Ok((key, output))
}

impl<'a> RunJournal<'a> {
    pub(super) async fn load(app: &'a Orchestrator, lease: Lease) -> Result<Self, StorageError> {
        let mut tx = tenancy::begin_workspace(&app.pool, lease.workspace).await?;
        let kept = journal::load_results(&mut tx, lease.run).await?;
        let finished = kept.into_iter().map(recalled).collect::<Result<_, _>>()?;
        Ok(Self { app, lease, finished, sealing_since: Mutex::default(), fault: Mutex::default() })
    }

    /// When the step began that is written together with the run's end.
    pub(super) fn sealing_since(&self) -> Option<Timestamp> {
        *self.sealing_since.lock().expect("no holder panics")
    }

    /// What kept a result from being written, once.
    pub(super) fn take_fault(&self) -> Option<UseCaseError> {
        self.fault.lock().expect("no holder panics").take()
    }

    async fn write(
        &self,
        step: &Step,
        took: Duration,
        output: &Output<Value>,
    ) -> Result<(), StorageError> {
        let stage = stage_of(&step.capability);
        let mut tx = tenancy::begin_workspace(&self.app.pool, self.lease.workspace).await?;
        let ended_at = setup::load_now(&mut tx).await?;
        let took = SignedDuration::try_from(took).unwrap_or(SignedDuration::ZERO);
        let started_at = ended_at.checked_sub(took).unwrap_or(ended_at);
        if stage == Stage::Persist {
            *self.sealing_since.lock().expect("no holder panics") = Some(started_at);
            return Ok(());
        }
        store::renew_lease(&mut tx, self.lease, self.app.limits.lease_s).await?;
        let lineage = serde_json::to_value(&output.lineage)
            .map_err(|error| StorageError::Corrupt(format!("lineage of {}: {error}", step.key)))?;
        let new = NewStep {
            stage,
            key: &step.key,
            started_at,
            input: &step.title,
            output: &output.summary,
            result: &output.value,
            lineage: Some(&lineage),
        };
        journal::insert(&mut tx, self.lease, &new).await?;
        let Lease { workspace, run, .. } = self.lease;
        event::insert(&mut tx, workspace, run, EventKind::Stage, Some(stage), &output.summary)
            .await?;
        Ok(tx.commit().await?)
    }
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
            self.write(step, took, output).await.map_err(|error| {
                let message = error.to_string();
                *self.fault.lock().expect("no holder panics") = Some(error.into());
                message.into()
            })
        })
    }
}
