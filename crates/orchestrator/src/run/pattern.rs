//! Step 4: the pattern, on nothing but the sealed package.

use super::{
    journal::{RunJournal, stage_of},
    prices::local_day,
    shell::{Shell, missing},
};
use crate::UseCaseError;
use domain::{
    id::WorkspaceId,
    package::Package,
    run::{FailureKind, Stage},
};
use executor::{
    capability::FaultKind,
    context::{Context, Governed, RightsProfile},
    runtime::{ExecutionError, Limits, WholeLimit},
};
use flow::{Event, Failure};
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
        let plan = &self.plan()?;
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
    let prices = match package {
        Package::Polyurethane(_) => None,
        Package::Portfolio(package) => Some(package),
    };
    let asof = match prices {
        Some(package) => package.as_of,
        None => local_day(package.claimed_at(), &package.period().zone)?,
    };
    Ok(Context {
        pricing_pack: prices.map(|package| package.pricing_pack.clone()),
        ledger_commit: prices.map(|package| package.ledger_commit.to_string()),
        trace_id: package.run_id().as_uuid().simple().to_string(),
        request_id: package.run_id().as_uuid(),
        user: None,
        workspace,
        portfolio: prices.map(|package| package.portfolio.id),
        base_currency: prices.map(|package| package.portfolio.base.to_string()),
        benchmark: None,
        asof,
        timestamp: package.claimed_at(),
        rights_profile,
        require_fresh: true,
        stale: false,
        governed: Some(governed),
    })
}

/// What the pattern of a run is given.
pub(super) fn inputs_of(package: &Package) -> Map<String, Value> {
    let mut inputs = vec![
        ("specification_version_id", json!(package.specification_version_id())),
        ("period_key", json!(package.period().key)),
    ];
    if let Package::Portfolio(package) = package {
        let order = package.order();
        inputs.push(("panels", json!(order.panels)));
        inputs.push(("lookback_days", json!(order.window.trading_days())));
    }
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
