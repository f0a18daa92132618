//! The transactions of a run. Each is fenced: under an older token it changes nothing.

use super::{
    package::{self, NotAssembled},
    shell::{Shell, missing, told},
};
use crate::{UseCaseError, actor::Actor};
use domain::{
    id::{RunId, WorkspaceId},
    package::PatternReference,
    run::{FailureKind, Stage},
};
use executor::context::Governed;
use flow::{Answer, Closing, Failure, StepId, Waiting};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::time::Duration;
use storage::{
    PgConnection, StorageError, audit,
    journal::{self, NewStep},
    run::{
        self as store, Ending, Lease,
        event::{self, EventKind},
        queue,
    },
    setup, tenancy,
};

impl Shell<'_> {
    pub async fn take_lease(
        &self,
        tx: &mut PgConnection,
        resumed: bool,
    ) -> Result<(), UseCaseError> {
        let lease_s = self.app.limits.lease_s;
        let lease = store::take_lease(tx, self.workspace, self.run, lease_s).await?;
        let lease = lease.ok_or(StorageError::LeaseLost)?;
        let (kind, message) = if resumed {
            (EventKind::Resumed, "A worker has taken the run up again after an interruption.")
        } else {
            (EventKind::Started, "A worker has taken the run.")
        };
        event::insert(tx, self.workspace, self.run, kind, None, message).await?;
        self.known().lease = Some(lease);
        Ok(())
    }

    /// Ends the run over the head of whoever holds it.
    pub async fn close(
        &self,
        tx: &mut PgConnection,
        closing: &Closing,
    ) -> Result<(), UseCaseError> {
        match closing {
            Closing::Cancelled => self.close_cancelled(tx).await,
            Closing::Failed(failure) => {
                let detail = detail(failure);
                let closing = store::Closing::Failed { kind: failure.kind, detail };
                if !store::close(tx, self.run, &closing).await? {
                    return Err(StorageError::LeaseLost.into());
                }
                tell_failure(tx, self.workspace, self.run, failure).await
            }
        }
    }

    async fn close_cancelled(&self, tx: &mut PgConnection) -> Result<(), UseCaseError> {
        let row = self.row()?;
        let actor: &Actor = self.by.ok_or_else(|| missing("member who cancels it"))?;
        let message = format!("Cancelled by {}.", actor.name);
        let closing = store::Closing::Cancelled { detail: json!({ "message": message }) };
        if !store::close(tx, self.run, &closing).await? {
            return Err(StorageError::LeaseLost.into());
        }
        event::insert(tx, self.workspace, self.run, EventKind::Cancelled, None, &message).await?;
        let entry = audit::Entry {
            action: "run.cancelled",
            actor: Some(actor.user),
            target: self.run.to_string(),
            detail: json!({ "period": row.period.key, "slot_ordinal": row.slot_ordinal }),
        };
        audit::append(tx, Some(self.workspace), &entry).await?;
        Ok(())
    }

    /// Step 3, once. An answer where there is no package.
    pub async fn assemble(&self) -> Result<Option<Answer>, UseCaseError> {
        let (lease, row) = (self.lease()?, self.row()?);
        let mut tx = tenancy::begin_workspace(&self.app.pool, self.workspace).await?;
        let started_at = setup::load_now(&mut tx).await?;
        let plan = self.plan()?;
        let pattern = PatternReference { id: plan.id.clone(), version: plan.version.clone() };
        let assembled = match package::assemble(&mut tx, &row, pattern).await? {
            Ok(assembled) => assembled,
            Err(NotAssembled::NotFresh(gate)) => return Ok(Some(Answer::NotFresh(told(gate)))),
            Err(NotAssembled::Quarantined) => {
                return Ok(Some(Answer::Refused(Failure {
                    stage: Stage::AssemblePackage,
                    kind: FailureKind::Quarantine,
                    message: "What the report would be made of does not match its hash, so it was \
                              not used."
                        .into(),
                    reasons: Vec::new(),
                })));
            }
            Err(NotAssembled::Missing(message)) => {
                return Ok(Some(Answer::Refused(Failure {
                    stage: Stage::AssemblePackage,
                    kind: FailureKind::Coverage,
                    message: message.into(),
                    reasons: Vec::new(),
                })));
            }
        };
        store::renew_lease(&mut tx, lease, self.app.limits.lease_s).await?;
        let package::Assembled { package, hash, document, input, output } = assembled;
        journal::insert_package(&mut tx, lease, &package, hash, &document).await?;
        let step = NewStep {
            stage: Stage::AssemblePackage,
            key: "",
            started_at,
            input: &input,
            output: &output,
            result: &json!({ "package_hash": hash, "pack_hash": package.pack_hash() }),
            lineage: None,
        };
        write_step(&mut tx, lease, &step).await?;
        // Known before the commit, whose answer may be lost.
        self.package_is(Governed { package, package_hash: hash, hold: lease.token })?;
        tx.commit().await?;
        Ok(None)
    }

    /// A result into the journal, with the stage to which it belongs.
    pub async fn write_step(&self, step: StepId) -> (Result<(), UseCaseError>, Stage) {
        let known = self
            .known()
            .settled
            .get(&step)
            .map(|settled| (settled.stage, settled.output.clone(), settled.began_ago()));
        let Some((stage, output, began_ago)) = known else {
            return (Err(missing("result of this step")), Stage::Execute);
        };
        let written = async {
            let plan = self.plan()?;
            let planned = plan.steps.get(step.0).ok_or_else(|| missing("step"))?;
            let lineage = serde_json::to_value(&output.lineage)?;
            let lease = self.lease()?;
            let mut tx = tenancy::begin_workspace(&self.app.pool, self.workspace).await?;
            let new = NewStep {
                stage,
                key: &planned.key,
                started_at: before(setup::load_now(&mut tx).await?, began_ago),
                input: &planned.title,
                output: &output.summary,
                result: &output.value,
                lineage: Some(&lineage),
            };
            store::renew_lease(&mut tx, lease, self.app.limits.lease_s).await?;
            write_step(&mut tx, lease, &new).await?;
            Ok(tx.commit().await?)
        };
        (written.await, stage)
    }

    pub async fn renew(&self) -> Result<(), UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.app.pool, self.workspace).await?;
        store::renew_lease(&mut tx, self.lease()?, self.app.limits.lease_s).await?;
        Ok(tx.commit().await?)
    }

    /// Ends the run without a report; the slot is free again with the commit.
    pub async fn fail(&self, failure: &Failure) -> Result<(), UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.app.pool, self.workspace).await?;
        let ending = Ending::Failed { kind: failure.kind, detail: detail(failure) };
        store::finish(&mut tx, self.lease()?, &ending).await?;
        tell_failure(&mut tx, self.workspace, self.run, failure).await?;
        Ok(tx.commit().await?)
    }

    /// Lets go of the lease; anybody may go on after the time given.
    pub async fn hand_back(
        &self,
        after: Duration,
        waiting: Option<Waiting>,
    ) -> Result<(), UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.app.pool, self.workspace).await?;
        store::hand_back(&mut tx, self.lease()?).await?;
        queue_again(&mut tx, self.workspace, self.run, after, waiting).await?;
        Ok(tx.commit().await?)
    }
}

/// Queues the run again, and says on its page what it waits for.
pub(super) async fn queue_again(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    run: RunId,
    after: Duration,
    waiting: Option<Waiting>,
) -> Result<(), UseCaseError> {
    queue::enqueue_after(tx, workspace, run, after).await?;
    let Some(waiting) = waiting else { return Ok(()) };
    let message = waiting.message();
    // Readers are told once, however often it is put off.
    if store::put_off(tx, run, &message).await? {
        let stage = Some(Stage::AssemblePackage);
        event::insert(tx, workspace, run, EventKind::Stage, stage, &message).await?;
    }
    Ok(())
}

pub(super) fn before(now: Timestamp, ago: Duration) -> Timestamp {
    let ago = SignedDuration::try_from(ago).unwrap_or(SignedDuration::ZERO);
    now.checked_sub(ago).unwrap_or(now)
}

async fn write_step(
    tx: &mut PgConnection,
    lease: Lease,
    step: &NewStep<'_>,
) -> Result<(), StorageError> {
    let Lease { workspace, run, .. } = lease;
    journal::insert(tx, lease, step).await?;
    event::insert(tx, workspace, run, EventKind::Stage, Some(step.stage), step.output).await
}

fn detail(failure: &Failure) -> serde_json::Value {
    let Failure { stage, message, reasons, .. } = failure;
    json!({ "stage": stage, "message": message, "reasons": reasons })
}

/// The last event and the audit entry of a run that failed.
async fn tell_failure(
    tx: &mut PgConnection,
    workspace: WorkspaceId,
    run: RunId,
    failure: &Failure,
) -> Result<(), UseCaseError> {
    let Failure { stage, kind, message, .. } = failure;
    event::insert(tx, workspace, run, EventKind::Failed, Some(*stage), message).await?;
    let entry = audit::Entry {
        action: "run.failed",
        actor: None,
        target: run.to_string(),
        detail: json!({ "kind": kind, "detail": detail(failure) }),
    };
    audit::append(tx, Some(workspace), &entry).await?;
    tracing::warn!(run.id = %run, failure.kind = kind.id(), message = &**message, "the run fails");
    Ok(())
}
