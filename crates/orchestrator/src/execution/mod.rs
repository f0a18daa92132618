//! Executions: one pass of a pattern that a page or the API asks for. There is
//! one way in, so none goes round the gate.

mod caller;
mod carry;
mod prepare;
mod record;
mod refused;
mod replay;
mod request;
mod retention;
mod screen;

pub use caller::Caller;
pub(crate) use record::record_of;
pub use record::{ExecutionPage, ExecutionRecord};
pub use refused::{ExecutionRefused, FailedExecution};
pub use replay::{Difference, Replay};
pub use request::{Correlation, ExecuteRequest};
pub use retention::{KEPT_DAYS, KEPT_DAYS_MIN};
pub use storage::execution::{ExecutionFilter, ExecutionSummary};

use crate::{
    Orchestrator, UseCaseError,
    pricing::{Gate, gate, load_state},
};
use carry::Admitted;
use domain::{
    id::ExecutionId,
    pricing_pack::{Currency, LedgerCommit, PricingPackId},
};
use executor::{
    observe::{self, ExecutionStatus, PACK_LABELS_MAX, PackLabel, PatternLabel},
    pattern::{PanelDocument, Plan},
    runtime::Trace,
};
use jiff::Timestamp;
use prepare::{Keeping, Prepared};
use rights::Terms;
use serde_json::{Map, Value};
use std::{sync::Arc, time::Instant};
use storage::{
    PgConnection, ledger_repository, portfolio,
    pricing_pack::{self, PricingPackRow},
    tenancy, workspace,
};
use tokio::sync::oneshot;
use tracing::{Instrument, Span, field};

/// The answer of an execution that reached its end.
#[derive(Debug)]
pub struct ExecutionAnswer {
    pub execution: ExecutionId,
    /// With defaults; null in the place of those that are not kept.
    pub inputs: Value,
    /// Exactly the declared outputs.
    pub data: Map<String, Value>,
    /// Every panel, in the pattern's order.
    pub panels: Vec<PanelDocument>,
    pub trace: Trace,
    pub pack: PricingPackId,
    /// The pack was not fresh, and the caller accepted that.
    pub stale: bool,
}

/// When an execution was asked for: by the database's clock, and by one to
/// measure with.
#[derive(Clone, Copy)]
struct Begun {
    now: Timestamp,
    clock: Instant,
}

/// Counts and times an execution when it is dropped: also one whose caller went
/// away, which leaves the status that was set at the beginning.
struct Measured {
    known: Option<Arc<Plan>>,
    span: Span,
    started: Instant,
    status: ExecutionStatus,
}

impl Drop for Measured {
    fn drop(&mut self) {
        let label =
            self.known.as_ref().map_or(PatternLabel::UNKNOWN, |plan| PatternLabel::of_plan(plan));
        let took = self.started.elapsed();
        self.span.record("execution.duration_seconds", took.as_secs_f64());
        self.span.record("execution.status", self.status.as_str());
        observe::execution_ended(label, self.status, took);
    }
}

impl Orchestrator {
    /// Executes a pattern.
    ///
    /// # Errors
    /// [`ExecutionRefused`]; from the gate on, the attempt is kept with its trace.
    pub async fn execute(
        &self,
        caller: &Caller,
        request: ExecuteRequest,
        correlation: Correlation,
    ) -> Result<ExecutionAnswer, ExecutionRefused> {
        self.execute_measured(caller, request, Keeping::Kept, correlation).await
    }

    /// Executes a pattern for a page that is read: by the same way, through the same gate,
    /// and nothing of it is kept. Panels whose providers do not give the right to show
    /// them have no data and say why; the outputs are empty then. What is shown has terms.
    ///
    /// # Errors
    /// [`ExecutionRefused`].
    pub async fn execute_to_show(
        &self,
        caller: &Caller,
        request: ExecuteRequest,
        correlation: Correlation,
    ) -> Result<(ExecutionAnswer, Terms), ExecutionRefused> {
        let mut answer =
            self.execute_measured(caller, request, Keeping::Shown, correlation).await?;
        let terms = self.screen_answer(caller, &mut answer).await?;
        Ok((answer, terms))
    }

    async fn execute_measured(
        &self,
        caller: &Caller,
        request: ExecuteRequest,
        keeping: Keeping,
        correlation: Correlation,
    ) -> Result<ExecutionAnswer, ExecutionRefused> {
        let started = Instant::now();
        let known = self.patterns.get(&request.pattern_id).map(Arc::clone);
        let span = tracing::info_span!(
            "pattern_execution",
            pattern.id = known.as_ref().map_or("unknown", |plan| plan.id.as_str()),
            portfolio.id = request.portfolio_id.map(field::display),
            pricing.pack_id = field::Empty,
            ledger.commit_hash = field::Empty,
            request.id = %correlation.request_id,
            execution.duration_seconds = field::Empty,
            execution.status = field::Empty,
            freshness.blocked = false,
        );
        let mut measured =
            Measured { known, span: span.clone(), started, status: ExecutionStatus::Error };
        let answer =
            self.execute_within(caller, request, keeping, correlation).instrument(span).await;
        measured.status = status_of(&answer);
        answer
    }

    async fn execute_within(
        &self,
        caller: &Caller,
        request: ExecuteRequest,
        keeping: Keeping,
        correlation: Correlation,
    ) -> Result<ExecutionAnswer, ExecutionRefused> {
        let begun = Begun { now: self.now().await?, clock: Instant::now() };
        let prepared = self.prepare(caller, request, keeping, begun.now)?;
        let admitted = self.admit(caller, &prepared, &correlation, begun).await?;
        self.execute_behind(caller, prepared, admitted, &correlation, begun).await
    }

    /// Behind the gate, in a task of its own.
    async fn execute_behind(
        &self,
        caller: &Caller,
        prepared: Prepared,
        admitted: Admitted,
        correlation: &Correlation,
        begun: Begun,
    ) -> Result<ExecutionAnswer, ExecutionRefused> {
        let context = self.context_of(caller, &prepared, &admitted, correlation, begun);
        // Dropped with this future; the task notices and stops.
        let (_waiting, dropped) = oneshot::channel::<()>();
        let carried =
            self.clone().carry_and_keep(prepared, admitted, Arc::new(context), begun, dropped);
        tokio::spawn(carried.in_current_span())
            .await
            .map_err(|broken| UseCaseError::Internal(format!("an execution broke off: {broken}")))?
    }

    /// The pack for the date, if the gate is open to it.
    async fn admit(
        &self,
        caller: &Caller,
        prepared: &Prepared,
        correlation: &Correlation,
        begun: Begun,
    ) -> Result<Admitted, ExecutionRefused> {
        let membership = &prepared.membership;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        let base = own_base(&mut tx, prepared).await?;
        let policy = workspace::load_pricing_policy(&mut tx, membership.workspace)
            .await?
            .ok_or(UseCaseError::NotFound)?;
        let state = load_state(&mut tx, &policy, prepared.asof).await?;
        let decision = gate(state.as_ref(), prepared.require_fresh, membership.role);
        let Some(pack) = state.map(|state| state.pack) else {
            observe::gate_blocked(PackLabel::of(None, &[]));
            return Err(ExecutionRefused::PackNotFound);
        };
        let commit = own_commit(&mut tx, prepared, &pack).await?;
        let span = Span::current();
        span.record("pricing.pack_id", field::display(&pack.id));
        span.record("ledger.commit_hash", field::display(&commit));
        let (refused, message) = match decision {
            Gate::Open => return Ok(Admitted { pack, commit, base, stale: false }),
            Gate::OpenStale => return Ok(Admitted { pack, commit, base, stale: true }),
            Gate::NotFound => return Err(ExecutionRefused::PackNotFound),
            Gate::Warming(warming) => (
                ExecutionRefused::PackWarming(Box::new(warming)),
                "The prices were being prepared.",
            ),
            Gate::Failed(failed) => (
                ExecutionRefused::PackFailed(Box::new(failed)),
                "The prices could not be prepared.",
            ),
        };
        span.record("freshness.blocked", true);
        let newest = i64::try_from(PACK_LABELS_MAX).unwrap_or(i64::MAX);
        let newest = pricing_pack::load_newest(&mut tx, None, newest).await?;
        drop(tx);
        let newest: Vec<PricingPackId> = newest.into_iter().map(|pack| pack.id).collect();
        observe::gate_blocked(PackLabel::of(Some(&pack.id), &newest));
        let blocked = Admitted { pack, commit, base, stale: false };
        let context = self.context_of(caller, prepared, &blocked, correlation, begun);
        self.keep_blocked(prepared, context, blocked.pack.status, message, begun).await?;
        Err(refused)
    }

    /// For a replay: the same pattern, inputs and pack; the gate has let this
    /// pack through before, and what it holds cannot have changed.
    async fn execute_on(
        &self,
        caller: &Caller,
        request: ExecuteRequest,
        pack: PricingPackRow,
        correlation: &Correlation,
    ) -> Result<ExecutionAnswer, ExecutionRefused> {
        let begun = Begun { now: self.now().await?, clock: Instant::now() };
        let prepared = self.prepare(caller, request, Keeping::Kept, begun.now)?;
        let stale = !prepared.require_fresh;
        let mut tx = tenancy::begin_workspace(&self.pool, prepared.membership.workspace).await?;
        let base = own_base(&mut tx, &prepared).await?;
        let commit = own_commit(&mut tx, &prepared, &pack).await?;
        drop(tx);
        let admitted = Admitted { pack, commit, base, stale };
        self.execute_behind(caller, prepared, admitted, correlation, begun).await
    }
}

/// The base currency of the portfolio, if one was asked for. Another workspace's is not
/// found, exactly like one that nobody has.
async fn own_base(
    conn: &mut PgConnection,
    prepared: &Prepared,
) -> Result<Option<Currency>, ExecutionRefused> {
    let Some(portfolio) = prepared.portfolio else { return Ok(None) };
    let found = portfolio::load(conn, portfolio).await?;
    found.map(|row| Some(row.base)).ok_or(ExecutionRefused::PortfolioNotFound)
}

/// The commit that the portfolio is valued at, if one was asked for; else what the pack names.
async fn own_commit(
    conn: &mut PgConnection,
    prepared: &Prepared,
    pack: &PricingPackRow,
) -> Result<LedgerCommit, ExecutionRefused> {
    if prepared.portfolio.is_none() {
        return Ok(pack.ledger_commit.clone());
    }
    Ok(ledger_repository::load_commit(conn, &pack.id, &pack.ledger_commit).await?)
}

fn status_of(answer: &Result<ExecutionAnswer, ExecutionRefused>) -> ExecutionStatus {
    match answer {
        Ok(_) => ExecutionStatus::Success,
        Err(ExecutionRefused::PackWarming(_) | ExecutionRefused::PackFailed(_)) => {
            ExecutionStatus::Blocked
        }
        Err(ExecutionRefused::Failed(_) | ExecutionRefused::UseCase(_)) => ExecutionStatus::Error,
        Err(_) => ExecutionStatus::Invalid,
    }
}
