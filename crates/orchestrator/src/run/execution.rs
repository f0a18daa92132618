//! Steps 3 to 7 of the flow, carried by a worker under a lease. Each finished
//! step is in the journal before the next begins; a run that is taken up again
//! goes on after the last of them.

use super::{
    holding::{Executed, TakenUp},
    journal::{RunJournal, stage_of},
    package,
};
use crate::{Orchestrator, UseCaseError, new_id, slot_override};
use domain::{
    hash::{ContentHash, canonical_json},
    id::{ArtifactId, RunId, WorkspaceId},
    package::PatternReference,
    report::ReportDocument,
    run::{FailureKind, Stage},
};
use executor::{
    context::{Context, Governed},
    pattern::Step,
    runtime::{ExecutionError, Limits, WholeLimit},
};
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
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

/// Why the run ends here.
pub(super) struct Failure {
    pub stage: Stage,
    pub kind: FailureKind,
    pub message: String,
    pub reasons: Vec<String>,
}

/// What stops the worker: a failure of the run, or one of ours that leaves the
/// run to be taken up again.
pub(super) enum Stop {
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
        let (lease, row) = match self.take_up(workspace, run).await? {
            TakenUp::Held(lease, row) => (lease, row),
            TakenUp::Not(executed) => return Ok(executed),
        };
        let carried = tokio::select! {
            carried = Box::pin(self.carry(lease, &row)) => carried,
            lost = self.keep_lease(lease) => Err(Stop::Fault(lost)),
            () = self.cancelled(run) => return Ok(Executed::Final),
            failure = self.out_of_time(&row) => Err(failure),
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

    async fn carry(&self, lease: Lease, row: &RunRow) -> Result<(), Stop> {
        let governed =
            self.package(lease, row).await.map_err(|stop| stop.at(Stage::AssemblePackage))?;
        let inputs = json!({
            "specification_version_id": governed.package.specification_version_id,
            "period_key": governed.package.period.key,
        });
        let inputs = inputs.as_object().cloned().unwrap_or_default();
        let context = Arc::new(self.context_of_run(lease, governed)?);
        let journal = RunJournal::load(self, lease).await?;
        let limits = Limits {
            step: Some(Duration::from_secs(self.limits.step_s.into())),
            whole: WholeLimit::Unbounded,
        };
        let finished = self
            .runtime
            .run(&self.report, inputs, Arc::clone(&context), limits, Some(&journal))
            .await;
        match finished.result {
            Ok(answer) => self
                .persist(lease, row, &context, &journal, &answer.data)
                .await
                .map_err(|stop| stop.at(Stage::Persist)),
            Err(error) => Err(Self::stopped_by(&journal, error)),
        }
    }

    /// Why the executor came to no answer: the journal, or a step.
    fn stopped_by(journal: &RunJournal<'_>, error: ExecutionError) -> Stop {
        let capability = error.capability.as_ref();
        let stage = capability.map_or(Stage::Execute, stage_of);
        if let Some(fault) = journal.take_fault() {
            return Stop::Fault(fault).at(stage);
        }
        let fault = error.fault;
        let (kind, message, reasons) = (fault.kind.failure(), fault.message, fault.reasons);
        Stop::Failed(Failure { stage, kind, message, reasons })
    }

    /// What the run's steps may depend on: its package, and nothing of today.
    fn context_of_run(&self, lease: Lease, governed: Governed) -> Result<Context, UseCaseError> {
        let package = &governed.package;
        let zone = TimeZone::get(&package.period.zone)
            .map_err(|error| UseCaseError::Internal(error.to_string()))?;
        Ok(Context {
            pricing_pack: None,
            ledger_commit: None,
            trace_id: lease.run.as_uuid().simple().to_string(),
            request_id: lease.run.as_uuid(),
            user: None,
            workspace: lease.workspace,
            portfolio: None,
            base_currency: None,
            benchmark: None,
            asof: package.claimed_at.to_zoned_datetime(zone).date(),
            timestamp: package.claimed_at,
            rights_profile: self.rights_profile,
            require_fresh: true,
            stale: false,
            governed: Some(governed),
        })
    }

    /// Step 3, once: the sealed package, assembled now or by an earlier worker.
    async fn package(&self, lease: Lease, row: &RunRow) -> Result<Governed, Stop> {
        let mut tx = tenancy::begin_workspace(&self.pool, lease.workspace).await?;
        if let Some((package_hash, package)) = journal::load_package(&mut tx, lease.run).await? {
            return Ok(Governed { package, package_hash });
        }
        let started_at = setup::load_now(&mut tx).await?;
        let assembled = match package::assemble(
            &mut tx,
            row,
            PatternReference { id: self.report.id.clone(), version: self.report.version.clone() },
        )
        .await?
        {
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
            result: &json!({ "package_hash": hash, "pack_hash": package.pack_hash }),
            lineage: None,
        };
        journal::insert(&mut tx, lease, &step).await?;
        announce(&mut tx, lease, Stage::AssemblePackage, &output).await?;
        tx.commit().await?;
        Ok(Governed { package, package_hash: hash })
    }

    /// Steps 6 and 7: artifact, slot, journal and audit entry in one commit.
    async fn persist(
        &self,
        lease: Lease,
        row: &RunRow,
        context: &Context,
        journal: &RunJournal<'_>,
        data: &Map<String, Value>,
    ) -> Result<(), Stop> {
        let missing = |what: &str| UseCaseError::Internal(format!("the pattern gave no {what}"));
        let governed = context.governed.as_ref().ok_or_else(|| missing("package"))?;
        let html = data
            .get("artifact")
            .and_then(|artifact| artifact.get("html"))
            .and_then(Value::as_str)
            .ok_or_else(|| missing("HTML"))?;
        let document = data.get("document").ok_or_else(|| missing("document"))?;
        let step = self.sealing_step().ok_or_else(|| missing("step that renders"))?;
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
            package_hash: governed.package_hash,
            pack_hash: governed.package.pack_hash,
        };
        artifact::insert(&mut tx, lease, &new).await?;
        let html_hash = ContentHash::of_bytes(html.as_bytes());
        let document_hash = ContentHash::of_bytes(document.as_bytes());
        let hashes = json!({
            "artifact": new.id, "html_hash": html_hash, "document_hash": document_hash,
        });
        let sealed = format!("Sealed under {}.", html_hash.short());
        let handed = "The report can be read, downloaded and found in the history.";
        let persisted = NewStep {
            stage: Stage::Persist,
            key: &step.key,
            started_at: journal.sealing_since().ok_or_else(|| missing("rendered page"))?,
            input: &step.title,
            output: &sealed,
            result: &hashes,
            lineage: None,
        };
        journal::insert(&mut tx, lease, &persisted).await?;
        let returned = NewStep {
            stage: Stage::Return,
            key: "",
            started_at: setup::load_now(&mut tx).await?,
            input: "The sealed report",
            output: handed,
            result: &Value::Null,
            lineage: None,
        };
        journal::insert(&mut tx, lease, &returned).await?;
        store::finish(&mut tx, lease, &Ending::Succeeded).await?;
        slot_override::record_use(&mut tx, lease, row.slot_ordinal).await?;
        let entry = audit::Entry {
            action: "run.succeeded",
            actor: None,
            target: lease.run.to_string(),
            detail: json!({
                "period": row.period.key,
                "slot_ordinal": row.slot_ordinal,
                "package_hash": governed.package_hash,
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

    /// The step whose result is the sealed artifact.
    fn sealing_step(&self) -> Option<&Step> {
        self.report.steps.iter().find(|step| stage_of(&step.capability) == Stage::Persist)
    }

    /// Ends the run without a report; the slot is free again with the commit.
    pub(super) async fn fail(&self, lease: Lease, failure: &Failure) -> Result<(), UseCaseError> {
        let Failure { stage, kind, message, reasons } = failure;
        let detail = json!({
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
            detail: json!({ "kind": kind, "detail": detail }),
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
