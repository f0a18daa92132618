//! Executions as they are kept and read again.

use super::{
    Begun, Caller, ExecutionFilter, ExecutionSummary,
    prepare::{Keeping, Prepared},
    replay::not_replayable,
};
use crate::{Orchestrator, UseCaseError, new_id};
use domain::{
    execution::Outcome,
    hash::canonical_json,
    id::{ExecutionId, PortfolioId},
};
use executor::{
    context::Context,
    pattern::{PanelDocument, Plan},
    runtime::Trace,
};
use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value};
use storage::{
    StorageError,
    execution::{self as store, ExecutionRow, NewExecution},
    tenancy,
};
use uuid::Uuid;

/// Rows on a page of the list.
const PAGE_ROWS: usize = 50;

/// An execution as its page shows it.
#[derive(Clone, Debug)]
pub struct ExecutionRecord {
    pub id: ExecutionId,
    pub pattern_id: String,
    pub pattern_name: String,
    pub pattern_version: String,
    pub portfolio: Option<PortfolioId>,
    /// Null in the place of those that are not kept.
    pub inputs: Map<String, Value>,
    /// An input was sensitive and is not kept.
    pub inputs_redacted: bool,
    pub asof: Date,
    pub pack: Option<String>,
    pub ledger_commit: Option<String>,
    /// Of amounts that name no currency of their own.
    pub base_currency: Option<String>,
    pub user_name: String,
    pub trace_id: String,
    pub request_id: Uuid,
    pub require_fresh: bool,
    pub stale: bool,
    pub started_at: Timestamp,
    pub duration_ms: f64,
    pub outcome: Outcome,
    /// What the caller was told, of one that gave no answer: `code`, `message`
    /// and what belongs to the code.
    pub problem: Option<Value>,
    pub trace: Trace,
    pub panels: Vec<PanelDocument>,
    /// Exactly the declared outputs; none without an answer.
    pub data: Option<Map<String, Value>>,
    /// Why it cannot be replayed; none when it can.
    pub not_replayable: Option<String>,
}

/// One page of the list, the newest first.
#[derive(Clone, Debug)]
pub struct ExecutionPage {
    pub rows: Vec<ExecutionSummary>,
    /// Where the next page begins, when there is one.
    pub older: Option<ExecutionId>,
}

/// How an execution ended, to be kept.
pub(super) struct Ended<'a> {
    pub id: ExecutionId,
    pub outcome: Outcome,
    pub problem: Option<Value>,
    pub trace: &'a Trace,
    pub panels: &'a [PanelDocument],
    pub data: Option<&'a Map<String, Value>>,
    pub begun: Begun,
}

impl Orchestrator {
    /// One execution of the caller's workspace.
    ///
    /// # Errors
    /// [`UseCaseError::NotFound`], also for another workspace's.
    pub async fn execution(
        &self,
        caller: &Caller,
        id: ExecutionId,
    ) -> Result<ExecutionRecord, UseCaseError> {
        let row = self.load_execution(caller, id).await?.ok_or(UseCaseError::NotFound)?;
        let version = self.patterns.get(&row.pattern_id).map(|plan| plan.version.as_str());
        let not_replayable = not_replayable(&row, version);
        record_of(row, not_replayable)
    }

    /// The workspace's executions, the newest first.
    pub async fn executions(
        &self,
        caller: &Caller,
        filter: &ExecutionFilter,
    ) -> Result<ExecutionPage, UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, caller.workspace()?).await?;
        let limit = i64::try_from(PAGE_ROWS + 1).unwrap_or(i64::MAX);
        let mut rows = store::load_page(&mut tx, filter, limit).await?;
        let more = rows.len() > PAGE_ROWS;
        rows.truncate(PAGE_ROWS);
        Ok(ExecutionPage { older: rows.last().filter(|_| more).map(|row| row.id), rows })
    }

    pub(super) async fn load_execution(
        &self,
        caller: &Caller,
        id: ExecutionId,
    ) -> Result<Option<ExecutionRow>, UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, caller.workspace()?).await?;
        match store::load(&mut tx, id).await {
            Err(StorageError::Corrupt(what)) => {
                tracing::error!(what, "a kept execution does not match its hash");
                Err(UseCaseError::Quarantined)
            }
            loaded => Ok(loaded?),
        }
    }

    /// Keeps an execution that has ended, in whatever way, unless it is only shown.
    pub(super) async fn keep(
        &self,
        prepared: &Prepared,
        context: &Context,
        ended: Ended<'_>,
    ) -> Result<(), UseCaseError> {
        if prepared.keeping == Keeping::Shown {
            return Ok(());
        }
        let (inputs, inputs_redacted) = without_sensitive(&prepared.plan, &prepared.inputs);
        let data = ended.data.map(canonical_json).transpose()?;
        let plan = &prepared.plan;
        let missing = || UseCaseError::Internal("an execution belongs to somebody".to_owned());
        let mut tx = tenancy::begin_workspace(&self.pool, context.workspace).await?;
        let new = NewExecution {
            id: ended.id,
            workspace: context.workspace,
            user: context.user.ok_or_else(missing)?,
            pattern_id: &plan.id,
            pattern_name: &plan.name,
            pattern_version: &plan.version,
            pattern_hash: plan.hash,
            portfolio: context.portfolio,
            inputs: &inputs,
            inputs_redacted,
            asof: context.asof,
            pricing_pack: context
                .pricing_pack
                .as_ref()
                .map(domain::pricing_pack::PricingPackId::as_str),
            ledger_commit: context.ledger_commit.as_deref(),
            base_currency: context.base_currency.as_deref(),
            rights_profile: context.rights_profile,
            require_fresh: context.require_fresh,
            stale: context.stale,
            trace_id: &context.trace_id,
            request_id: context.request_id,
            outcome: ended.outcome,
            problem: ended.problem.as_ref(),
            trace: &serde_json::to_value(ended.trace)?,
            panels: &serde_json::to_value(ended.panels)?,
            data: data.as_deref(),
            started_at: ended.begun.now,
            duration_ms: ended.begun.clock.elapsed().as_secs_f64() * 1000.0,
        };
        store::insert(&mut tx, &new).await?;
        tx.commit().await?;
        Ok(())
    }
}

pub(super) fn new_execution() -> ExecutionId {
    ExecutionId::from_uuid(new_id())
}

/// The inputs with null in the place of sensitive ones, and whether there were any.
pub(super) fn without_sensitive(plan: &Plan, inputs: &Map<String, Value>) -> (Value, bool) {
    let mut kept = inputs.clone();
    let mut redacted = false;
    for input in plan.inputs.iter().filter(|input| input.sensitive) {
        if let Some(value) = kept.get_mut(&input.name).filter(|value| !value.is_null()) {
            *value = Value::Null;
            redacted = true;
        }
    }
    (Value::Object(kept), redacted)
}

pub(crate) fn record_of(
    row: ExecutionRow,
    not_replayable: Option<String>,
) -> Result<ExecutionRecord, UseCaseError> {
    let inputs = match row.inputs {
        Value::Object(inputs) => inputs,
        other => return Err(UseCaseError::Internal(format!("inputs are kept as {other}"))),
    };
    Ok(ExecutionRecord {
        id: row.id,
        pattern_id: row.pattern_id,
        pattern_name: row.pattern_name,
        pattern_version: row.pattern_version,
        portfolio: row.portfolio,
        inputs,
        inputs_redacted: row.inputs_redacted,
        asof: row.asof,
        pack: row.pricing_pack,
        ledger_commit: row.ledger_commit,
        base_currency: row.base_currency,
        user_name: row.user_name,
        trace_id: row.trace_id,
        request_id: row.request_id,
        require_fresh: row.require_fresh,
        stale: row.stale,
        started_at: row.started_at,
        duration_ms: row.duration_ms,
        outcome: row.outcome,
        problem: row.problem,
        trace: serde_json::from_value(row.trace)?,
        panels: serde_json::from_value(row.panels)?,
        data: row.data.as_deref().map(serde_json::from_str).transpose()?,
        not_replayable,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use agents::{assistant::Engine, builtin, market::NoPacks};
    use executor::runtime::Registry;
    use serde_json::json;
    use std::sync::Arc;

    #[test]
    fn what_is_sensitive_is_kept_as_null_and_said_to_be() {
        let agents = builtin::agents(Arc::new(NoPacks), &Engine::Builtin);
        let registry = Registry::new(agents).unwrap();
        let text = include_str!("../../../../patterns/example_prices.json");
        let mut plan = Plan::parse("example_prices.json", text, &registry).unwrap();
        let given = json!({ "symbols": ["ACME"], "amount": 1000 });
        let given = given.as_object().unwrap();
        assert_eq!(without_sensitive(&plan, given), (Value::Object(given.clone()), false));

        plan.inputs.iter_mut().find(|input| input.name == "symbols").unwrap().sensitive = true;
        let kept = json!({ "symbols": null, "amount": 1000 });
        assert_eq!(without_sensitive(&plan, given), (kept.clone(), true));
        // Nothing was given, so nothing is kept back.
        let nothing = kept.as_object().unwrap();
        assert_eq!(without_sensitive(&plan, nothing), (kept.clone(), false));
    }
}
