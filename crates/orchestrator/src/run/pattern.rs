//! Step 4: the pattern, on nothing but the sealed package.

use super::{
    journal::{RunJournal, stage_of},
    shell::{Shell, missing},
};
use crate::UseCaseError;
use domain::run::{FailureKind, Stage};
use executor::{
    capability::FaultKind,
    context::{Context, Governed},
    runtime::{ExecutionError, Limits, WholeLimit},
};
use flow::{Event, Failure};
use jiff::tz::TimeZone;
use serde_json::json;
use std::{error::Error, sync::Arc, time::Duration};

impl Shell<'_> {
    /// What the run's steps may depend on from now on: its package, and nothing of
    /// today.
    pub fn package_is(&self, governed: Governed) -> Result<(), UseCaseError> {
        let package = &governed.package;
        let zone = TimeZone::get(&package.period.zone)
            .map_err(|error| UseCaseError::Internal(error.to_string()))?;
        let context = Context {
            pricing_pack: None,
            ledger_commit: None,
            trace_id: self.run.as_uuid().simple().to_string(),
            request_id: self.run.as_uuid(),
            user: None,
            workspace: self.workspace,
            portfolio: None,
            base_currency: None,
            benchmark: None,
            asof: package.claimed_at.to_zoned_datetime(zone).date(),
            timestamp: package.claimed_at,
            rights_profile: self.app.rights_profile,
            require_fresh: true,
            stale: false,
            governed: Some(governed),
        };
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
        let inputs = json!({
            "specification_version_id": package.specification_version_id,
            "period_key": package.period.key,
        });
        let inputs = inputs.as_object().cloned().unwrap_or_default();
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
