//! An execution behind the gate: carried in a task of its own, so that it is
//! kept with its trace also when whoever asked goes away.

use super::{
    Begun, Caller, Correlation, ExecutionAnswer, ExecutionRefused, FailedExecution,
    prepare::Prepared,
    record::{Ended, new_execution, without_sensitive},
};
use crate::Orchestrator;
use domain::{
    execution::{FaultKind, Outcome},
    pricing_pack::{Currency, LedgerCommit, PackStatus},
};
use executor::{
    context::Context,
    runtime::{Answer, ExecutionError, Limits, Trace, TraceRecorder},
};
use serde_json::json;
use std::sync::Arc;
use storage::pricing_pack::PricingPackRow;
use tokio::sync::oneshot;

/// The pack that the gate let through.
pub(super) struct Admitted {
    pub pack: PricingPackRow,
    /// That the portfolio is valued at: of the workspace's own repository, or what the pack
    /// names.
    pub commit: LedgerCommit,
    /// Of the portfolio; none without one.
    pub base: Option<Currency>,
    /// It is not fresh, and the caller accepted that.
    pub stale: bool,
}

impl Orchestrator {
    pub(super) fn context_of(
        &self,
        caller: &Caller,
        prepared: &Prepared,
        admitted: &Admitted,
        correlation: &Correlation,
        begun: Begun,
    ) -> Context {
        let Admitted { pack, commit, base, stale } = admitted;
        let base = base.clone().unwrap_or_else(|| pack.policy.base());
        Context {
            pricing_pack: Some(pack.id.clone()),
            ledger_commit: Some(commit.to_string()),
            trace_id: correlation.trace_id.clone(),
            request_id: correlation.request_id,
            user: Some(caller.actor.user),
            workspace: prepared.membership.workspace,
            portfolio: prepared.portfolio,
            base_currency: Some(base.to_string()),
            benchmark: None,
            asof: prepared.asof,
            timestamp: begun.now,
            rights_profile: self.rights_profile,
            require_fresh: prepared.require_fresh,
            stale: *stale,
            governed: None,
        }
    }

    /// Runs the plan until it ends or `dropped` says that nobody waits any more,
    /// and keeps what came of it.
    pub(super) async fn carry_and_keep(
        self,
        prepared: Prepared,
        admitted: Admitted,
        context: Arc<Context>,
        begun: Begun,
        dropped: oneshot::Receiver<()>,
    ) -> Result<ExecutionAnswer, ExecutionRefused> {
        let recorder = TraceRecorder::new(Arc::clone(&prepared.plan), Arc::clone(&context))
            .with_pack_status(admitted.pack.status);
        let running = self.runtime.run_recorded(
            &prepared.plan,
            prepared.inputs.clone(),
            Arc::clone(&context),
            Limits::default(),
            None,
            &recorder,
        );
        let result = tokio::select! {
            finished = running => finished.result,
            _ = dropped => Err(ExecutionError::cancelled()),
        };
        let trace = recorder.into_trace();
        let execution = new_execution();
        let Answer { data, panels, .. } = match result {
            Ok(answer) => answer,
            Err(error) => {
                return self.keep_failed(&prepared, &context, execution, error, trace, begun).await;
            }
        };
        let ended = Ended {
            id: execution,
            outcome: Outcome::Succeeded,
            problem: None,
            trace: &trace,
            panels: &panels,
            data: Some(&data),
            begun,
        };
        self.keep(&prepared, &context, ended).await?;
        let Admitted { pack, stale, .. } = admitted;
        let (inputs, _) = without_sensitive(&prepared.plan, &prepared.inputs);
        Ok(ExecutionAnswer { execution, inputs, data, panels, trace, pack: pack.id, stale })
    }

    async fn keep_failed(
        &self,
        prepared: &Prepared,
        context: &Context,
        execution: domain::id::ExecutionId,
        error: ExecutionError,
        trace: Trace,
        begun: Begun,
    ) -> Result<ExecutionAnswer, ExecutionRefused> {
        let ExecutionError { step, agent, capability, fault } = error;
        let capability = capability.map(|name| name.to_string());
        let cancelled = fault.kind == FaultKind::Cancelled;
        let problem = json!({
            "kind": fault.kind,
            "code": fault.code,
            "message": fault.message,
            "reasons": fault.reasons,
            "step": step,
            "agent": agent,
            "capability": capability,
        });
        let ended = Ended {
            id: execution,
            outcome: if cancelled { Outcome::Cancelled } else { Outcome::Failed },
            problem: Some(problem),
            trace: &trace,
            panels: &[],
            data: None,
            begun,
        };
        self.keep(prepared, context, ended).await?;
        Err(ExecutionRefused::Failed(Box::new(FailedExecution {
            execution,
            pattern_id: prepared.plan.id.clone(),
            step,
            agent: agent.map(str::to_owned),
            capability,
            kind: fault.kind,
            code: fault.code,
            message: fault.message,
            reasons: fault.reasons,
            retry_after_s: fault.retry_after_s,
            trace,
        })))
    }

    /// Keeps an attempt that the gate refused: no step of it ran.
    pub(super) async fn keep_blocked(
        &self,
        prepared: &Prepared,
        context: Context,
        status: PackStatus,
        message: &str,
        begun: Begun,
    ) -> Result<(), ExecutionRefused> {
        let context = Arc::new(context);
        let recorder = TraceRecorder::new(Arc::clone(&prepared.plan), Arc::clone(&context))
            .with_pack_status(status);
        let trace = recorder.into_trace();
        let ended = Ended {
            id: new_execution(),
            outcome: Outcome::Blocked,
            problem: Some(json!({ "message": message, "pack_status": status })),
            trace: &trace,
            panels: &[],
            data: None,
            begun,
        };
        Ok(self.keep(prepared, &context, ended).await?)
    }
}
