//! Step 4: the pattern, on nothing but the sealed package.

use super::{
    journal::{RunJournal, stage_of},
    shell::{Shell, missing},
};
use crate::UseCaseError;
use domain::{
    id::WorkspaceId,
    package::RunPackage,
    run::{FailureKind, Stage},
};
use executor::{
    capability::FaultKind,
    context::{Context, Governed, RightsProfile},
    runtime::{ExecutionError, Limits, WholeLimit},
};
use flow::{Event, Failure};
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use std::{error::Error, sync::Arc, time::Duration};

impl Shell<'_> {
    /// What the run's steps may depend on from now on: its package, and nothing of
    /// today.
    pub fn package_is(&self, governed: Governed) -> Result<(), UseCaseError> {
        let context = context_of(governed, self.workspace, self.app.rights_profile)?;
        self.known().context = Some(Arc::new(context));
        Ok(())
    }

    /// Carries the pattern to its end, or to the step at which it fails.
    pub async fn run_pattern(&self) -> Event {
        match self.pass().await {
            Ok(event) => event,
            Err(error) => {
                let error = &error as &dyn Error;
                tracing::error!(run.id = %self.run, error, "the pattern could not begin");
                Event::PatternFailed(Failure {
                    stage: Stage::Execute,
                    kind: FailureKind::Internal,
                    message: "The result of this step could not be used.".into(),
                    reasons: Vec::new(),
                })
            }
        }
    }

    async fn pass(&self) -> Result<Event, UseCaseError> {
        let context = self.context()?;
        let package = &context.governed.as_ref().ok_or_else(|| missing("package"))?.package;
        let inputs = inputs_of(package);
        let limits = Limits {
            step: Some(Duration::from_secs(self.app.limits.step_s.into())),
            whole: WholeLimit::Unbounded,
        };
        let plan = &self.app.report;
        let finished = std::mem::take(&mut self.known().finished);
        let journal = RunJournal { plan, finished, settling: self.settling.clone() };
        let runtime = &self.app.runtime;
        let ended = runtime.run(plan, inputs, Arc::clone(&context), limits, Some(&journal)).await;
        Ok(match ended.result {
            Ok(answer) => {
                self.known().data = Some(Arc::new(answer.data));
                Event::PatternAnswered
            }
            // A task was taken away from under us, since the process ends.
            Err(error) if error.fault.kind == FaultKind::Cancelled => Event::PatternCutOff,
            Err(error) => Event::PatternFailed(failure(error)),
        })
    }
}

/// What the steps of a run may depend on.
pub(crate) fn context_of(
    governed: Governed,
    workspace: WorkspaceId,
    rights_profile: RightsProfile,
) -> Result<Context, UseCaseError> {
    let package = &governed.package;
    let zone = TimeZone::get(&package.period.zone)
        .map_err(|error| UseCaseError::Internal(error.to_string()))?;
    Ok(Context {
        pricing_pack: None,
        ledger_commit: None,
        trace_id: package.run_id.as_uuid().simple().to_string(),
        request_id: package.run_id.as_uuid(),
        user: None,
        workspace,
        portfolio: None,
        base_currency: None,
        benchmark: None,
        asof: package.claimed_at.to_zoned_datetime(zone).date(),
        timestamp: package.claimed_at,
        rights_profile,
        require_fresh: true,
        stale: false,
        governed: Some(governed),
    })
}

/// What the pattern of a run is given.
pub(super) fn inputs_of(package: &RunPackage) -> Map<String, Value> {
    let inputs = [
        ("specification_version_id", json!(package.specification_version_id)),
        ("period_key", json!(package.period.key)),
    ];
    inputs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn failure(error: ExecutionError) -> Failure {
    let stage = error.capability.as_ref().map_or(Stage::Execute, stage_of);
    let fault = error.fault;
    Failure {
        stage,
        kind: fault.kind.failure(),
        message: fault.message.into(),
        reasons: fault.reasons,
    }
}
