//! Steps 3 to 7 of the flow, carried by a worker under a lease. Each finished
//! step is in the journal before the next begins; a run that is taken up again
//! goes on after the last of them.

use super::package;
use crate::{Orchestrator, UseCaseError, new_id, pattern::PlannedStep};
use agents::capability::{AgentError, StepContext, StepOutput};
use domain::{
    hash::{ContentHash, canonical_json},
    id::{ArtifactId, RunId, WorkspaceId},
    report::ReportDocument,
    run::{FailureKind, Stage},
};
use serde_json::{Map, Value};
use std::{error::Error, sync::Arc, time::Duration};
use storage::{
    StorageError, artifact, audit,
    journal::{self, NewStep},
    run::{
        self as store, Ending, Lease, RunRow,
        event::{self, EventKind},
    },
    setup, tenancy,
};
use tokio::task::JoinSet;

/// How a worker's hold on a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Executed {
    /// The run is in a final state, now or before.
    Final,
    /// Another worker holds the run; look again after its lease.
    HeldElsewhere,
}

/// Why the run ends here.
struct Failure {
    stage: Stage,
    kind: FailureKind,
    message: String,
    reasons: Vec<String>,
}

/// What stops the worker: a failure of the run, or one of ours that leaves the
/// run to be taken up again.
enum Stop {
    Failed(Failure),
    Fault(UseCaseError),
}

impl<E: Into<UseCaseError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl Stop {
    /// A fault that would come again at every attempt ends the run; only one of
    /// the database's own leaves it to be taken up again.
    fn at(self, stage: Stage) -> Self {
        match self {
            Self::Fault(UseCaseError::Storage(error)) if error.may_pass() => {
                Self::Fault(UseCaseError::Storage(error))
            }
            Self::Fault(error) => {
                tracing::error!(
                    error = &error as &dyn Error,
                    stage = stage.id(),
                    "a run cannot go on"
                );
                let (kind, message) = match error {
                    UseCaseError::Storage(StorageError::Corrupt(_)) => (
                        FailureKind::Quarantine,
                        "Stored data did not match its seal, so it was not used.",
                    ),
                    _ => (FailureKind::Internal, "The result of this step could not be used."),
                };
                let message = message.to_owned();
                Self::Failed(Failure { stage, kind, message, reasons: Vec::new() })
            }
            failed @ Self::Failed(_) => failed,
        }
    }
}

impl Orchestrator {
    /// Carries a queued run, or an abandoned one, to its end.
    ///
    /// # Errors
    /// When the store fails: the run stays as the journal has it, and the queue
    /// offers it again.
    pub async fn execute_run(
        &self,
        workspace: WorkspaceId,
        run: RunId,
    ) -> Result<Executed, UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let Some(row) = store::load(&mut tx, run).await? else { return Ok(Executed::Final) };
        let Some(lease) = store::take_lease(&mut tx, workspace, run, self.limits.lease_s).await?
        else {
            return Ok(if row.status.is_live() {
                Executed::HeldElsewhere
            } else {
                Executed::Final
            });
        };
        let (kind, message) = if row.started_at.is_none() {
            (EventKind::Started, "A worker has taken the run.")
        } else {
            (EventKind::Resumed, "A worker has taken the run up again after an interruption.")
        };
        event::insert(&mut tx, workspace, run, kind, None, message).await?;
        tx.commit().await?;

        let carried = tokio::select! {
            carried = self.carry(lease, &row) => carried,
            lost = self.keep_lease(lease) => Err(Stop::Fault(lost)),
        };
        match carried {
            Ok(()) => Ok(Executed::Final),
            Err(Stop::Failed(failure)) => {
                self.fail(lease, &failure).await?;
                Ok(Executed::Final)
            }
            Err(Stop::Fault(UseCaseError::Storage(StorageError::LeaseLost))) => {
                Ok(Executed::HeldElsewhere)
            }
            Err(Stop::Fault(error)) => Err(error),
        }
    }

    /// Renews the lease until it is lost or the store fails for too long.
    async fn keep_lease(&self, lease: Lease) -> UseCaseError {
        let silence_max = Duration::from_secs(self.limits.lease_s.into());
        let mut beat = tokio::time::interval(silence_max / 3);
        beat.tick().await;
        loop {
            beat.tick().await;
            let renewed = async {
                let mut tx = tenancy::begin_workspace(&self.pool, lease.workspace).await?;
                store::renew_lease(&mut tx, lease, self.limits.lease_s).await?;
                tx.commit().await.map_err(StorageError::from)
            };
            match renewed.await {
                Ok(()) => {}
                Err(StorageError::LeaseLost) => return StorageError::LeaseLost.into(),
                // The lease itself bounds how long this may go on.
                Err(error) => {
                    tracing::warn!(run.id = %lease.run, error = %error, "the lease was not renewed");
                }
            }
        }
    }

    async fn carry(&self, lease: Lease, row: &RunRow) -> Result<(), Stop> {
        let context =
            self.package(lease, row).await.map_err(|stop| stop.at(Stage::AssemblePackage))?;
        let context = Arc::new(context);
        let mut state = self.finished_steps(lease).await?;
        let inputs = serde_json::json!({
            "specification_version_id": context.package.specification_version_id,
            "period_key": context.package.period.key,
        });
        let inputs = inputs.as_object().cloned().unwrap_or_default();
        for step in &self.plan.steps {
            if state.contains_key(&step.key) {
                continue;
            }
            let started_at = self.now().await?;
            let args = step.arguments(&inputs, &state);
            let output = self.call(step, args, &context).await.map_err(|error| {
                let AgentError { kind, message, reasons } = error;
                Stop::Failed(Failure { stage: step.stage, kind, message, reasons })
            })?;
            if step.stage == Stage::Persist {
                return self
                    .persist(lease, row, &context, step, started_at, &state, output)
                    .await
                    .map_err(|stop| stop.at(step.stage));
            }
            self.journal_step(lease, step, started_at, &output)
                .await
                .map_err(|stop| stop.at(step.stage))?;
            state.insert(step.key.clone(), output.value);
        }
        let nothing =
            UseCaseError::Internal(format!("the pattern {} renders nothing", self.plan.id));
        Err(Stop::Fault(nothing).at(Stage::Persist))
    }

    /// Step 3, once: the sealed package, assembled now or by an earlier worker.
    async fn package(&self, lease: Lease, row: &RunRow) -> Result<StepContext, Stop> {
        let mut tx = tenancy::begin_workspace(&self.pool, lease.workspace).await?;
        if let Some((package_hash, package)) = journal::load_package(&mut tx, lease.run).await? {
            return Ok(StepContext { package, package_hash });
        }
        let started_at = setup::load_now(&mut tx).await?;
        let assembled = match package::assemble(&mut tx, row, self.plan.reference()).await? {
            Ok(assembled) => assembled,
            Err(package::NotAssembled { kind, message }) => {
                let stage = Stage::AssemblePackage;
                return Err(Stop::Failed(Failure { stage, kind, message, reasons: Vec::new() }));
            }
        };
        store::renew_lease(&mut tx, lease, self.limits.lease_s).await?;
        let package::Assembled { package, hash, document } = assembled;
        journal::insert_package(&mut tx, lease, package.pack_id, hash, &document).await?;
        let input = format!(
            "Evidence pack {} of {}, published {} to {}",
            package.pack_hash.short(),
            package.pack.as_of,
            package.window_from,
            package.window_to
        );
        let output = format!(
            "Package {} with {} evidence items of {} sources is sealed.",
            hash.short(),
            package.pack.items.len(),
            package.pack.sources.len()
        );
        let step = NewStep {
            stage: Stage::AssemblePackage,
            key: "",
            started_at,
            input: &input,
            output: &output,
            result: &serde_json::json!({ "package_hash": hash, "pack_hash": package.pack_hash }),
        };
        journal::insert(&mut tx, lease, &step).await?;
        announce(&mut tx, lease, Stage::AssemblePackage, &output).await?;
        tx.commit().await?;
        Ok(StepContext { package, package_hash: hash })
    }

    async fn finished_steps(&self, lease: Lease) -> Result<Map<String, Value>, Stop> {
        let mut tx = tenancy::begin_workspace(&self.pool, lease.workspace).await?;
        Ok(journal::load_results(&mut tx, lease.run).await?.into_iter().collect())
    }

    /// Calls the step's owner in a task of its own, so that a panic there is an
    /// error here, within the deadline.
    async fn call(
        &self,
        step: &PlannedStep,
        args: Value,
        context: &Arc<StepContext>,
    ) -> Result<StepOutput, AgentError> {
        let owner = self
            .registry
            .owner(step.capability.as_str())
            .ok_or_else(|| AgentError::internal(format!("no agent owns {}", step.capability)))?;
        // Dropped with this call, and the task with it: a worker that has lost its
        // run does not go on paying for it.
        let mut work = JoinSet::new();
        work.spawn(owner.call(step.capability.as_str(), args, Arc::clone(context)));
        let deadline = Duration::from_secs(self.limits.step_s.into());
        match tokio::time::timeout(deadline, work.join_next()).await {
            Ok(Some(Ok(result))) => result,
            Ok(broken) => {
                tracing::error!(capability = %step.capability, ?broken, "an agent panicked");
                Err(AgentError::internal("A step of the pattern broke off."))
            }
            Err(_) => Err(AgentError {
                kind: FailureKind::Timeout,
                message: format!(
                    "“{}” took longer than {} seconds.",
                    step.title,
                    deadline.as_secs()
                ),
                reasons: Vec::new(),
            }),
        }
    }

    async fn journal_step(
        &self,
        lease: Lease,
        step: &PlannedStep,
        started_at: jiff::Timestamp,
        output: &StepOutput,
    ) -> Result<(), Stop> {
        let mut tx = tenancy::begin_workspace(&self.pool, lease.workspace).await?;
        store::renew_lease(&mut tx, lease, self.limits.lease_s).await?;
        let new = NewStep {
            stage: step.stage,
            key: &step.key,
            started_at,
            input: &step.title,
            output: &output.summary,
            result: &output.value,
        };
        journal::insert(&mut tx, lease, &new).await?;
        announce(&mut tx, lease, step.stage, &output.summary).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Steps 6 and 7: artifact, slot, journal and audit entry in one commit.
    #[expect(clippy::too_many_arguments, reason = "everything the one commit holds together")]
    async fn persist(
        &self,
        lease: Lease,
        row: &RunRow,
        context: &StepContext,
        step: &PlannedStep,
        started_at: jiff::Timestamp,
        state: &Map<String, Value>,
        output: StepOutput,
    ) -> Result<(), Stop> {
        let html = output
            .value
            .get("html")
            .and_then(Value::as_str)
            .ok_or_else(|| UseCaseError::Internal("the renderer gave no HTML".to_owned()))?;
        let document = state
            .get("document")
            .ok_or_else(|| UseCaseError::Internal("the pattern composed no document".to_owned()))?;
        let typed: ReportDocument = serde_json::from_value(document.clone())?;
        let document = canonical_json(&typed)?;
        let mut tx = tenancy::begin_workspace(&self.pool, lease.workspace).await?;
        store::renew_lease(&mut tx, lease, self.limits.lease_s).await?;
        let new = artifact::NewArtifact {
            id: ArtifactId::from_uuid(new_id()),
            specification: row.specification,
            version: row.version,
            period_key: row.period.key.as_str(),
            title: &typed.title,
            document: &document,
            html,
            package_hash: context.package_hash,
            pack_hash: context.package.pack_hash,
        };
        artifact::insert(&mut tx, lease, &new).await?;
        let html_hash = ContentHash::of_bytes(html.as_bytes());
        let document_hash = ContentHash::of_bytes(document.as_bytes());
        let hashes = serde_json::json!({
            "artifact": new.id, "html_hash": html_hash, "document_hash": document_hash,
        });
        let sealed = format!("Sealed under {}.", html_hash.short());
        let handed = "The report can be read, downloaded and found in the history.";
        let persisted = NewStep {
            stage: step.stage,
            key: &step.key,
            started_at,
            input: &step.title,
            output: &sealed,
            result: &hashes,
        };
        journal::insert(&mut tx, lease, &persisted).await?;
        let returned = NewStep {
            stage: Stage::Return,
            key: "",
            started_at: setup::load_now(&mut tx).await?,
            input: "The sealed report",
            output: handed,
            result: &Value::Null,
        };
        journal::insert(&mut tx, lease, &returned).await?;
        store::finish(&mut tx, lease, &Ending::Succeeded).await?;
        let entry = audit::Entry {
            action: "run.succeeded",
            actor: None,
            target: lease.run.to_string(),
            detail: serde_json::json!({
                "period": row.period.key,
                "slot_ordinal": row.slot_ordinal,
                "package_hash": context.package_hash,
                "document_hash": document_hash,
                "html_hash": html_hash,
            }),
        };
        audit::append(&mut tx, Some(lease.workspace), &entry).await?;
        event::insert(
            &mut tx,
            lease.workspace,
            lease.run,
            EventKind::Succeeded,
            Some(Stage::Return),
            handed,
        )
        .await?;
        tx.commit().await?;
        tracing::info!(run.id = %lease.run, period = %row.period.key, "the run succeeded");
        Ok(())
    }

    /// Ends the run without a report; the slot is free again with the commit.
    async fn fail(&self, lease: Lease, failure: &Failure) -> Result<(), UseCaseError> {
        let Failure { stage, kind, message, reasons } = failure;
        let detail = serde_json::json!({
            "stage": stage, "message": message, "reasons": reasons,
        });
        let mut tx = tenancy::begin_workspace(&self.pool, lease.workspace).await?;
        let ending = Ending::Failed { kind: *kind, detail: detail.clone() };
        match store::finish(&mut tx, lease, &ending).await {
            Ok(()) => {}
            Err(StorageError::LeaseLost) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        event::insert(
            &mut tx,
            lease.workspace,
            lease.run,
            EventKind::Failed,
            Some(*stage),
            message,
        )
        .await?;
        let entry = audit::Entry {
            action: "run.failed",
            actor: None,
            target: lease.run.to_string(),
            detail: serde_json::json!({ "kind": kind, "detail": detail }),
        };
        audit::append(&mut tx, Some(lease.workspace), &entry).await?;
        tx.commit().await?;
        tracing::warn!(run.id = %lease.run, failure.kind = kind.id(), message, "the run failed");
        Ok(())
    }
}

async fn announce(
    tx: &mut storage::PgConnection,
    lease: Lease,
    stage: Stage,
    message: &str,
) -> Result<(), StorageError> {
    event::insert(tx, lease.workspace, lease.run, EventKind::Stage, Some(stage), message).await
}
