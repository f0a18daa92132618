//! A pattern is executed behind the gate only, kept however it ends, and gives
//! the same again.

use crate::world::{Market, Tenant, World, count};
use domain::execution::Outcome;
use executor::{lineage::Verdict, runtime::StepStatus};
use orchestrator::execution::{
    Caller, Correlation, ExecuteRequest, ExecutionAnswer, ExecutionFilter, ExecutionRefused,
};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

const DAY: &str = "2025-10-21";

struct Desk {
    world: World,
    tenant: Tenant,
    market: Market,
}

impl Desk {
    async fn new(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        let tenant = world.tenant_by_day("Desk").await;
        Self { world, tenant, market: Market::new() }
    }

    #[expect(clippy::needless_pass_by_value, reason = "the cases read better as values")]
    fn request(pattern: &str, inputs: Value) -> ExecuteRequest {
        ExecuteRequest {
            pattern_id: pattern.to_owned(),
            portfolio_id: None,
            inputs: inputs.as_object().cloned().unwrap_or_default(),
            asof: Some(DAY.parse().unwrap()),
            require_fresh: true,
        }
    }

    async fn execute(&self, request: ExecuteRequest) -> Result<ExecutionAnswer, ExecutionRefused> {
        self.world.orchestrator.execute(&self.viewer(), request, correlation()).await
    }

    fn viewer(&self) -> Caller {
        Caller::from(self.tenant.viewer.clone())
    }

    async fn kept(&self) -> i64 {
        count(&self.world.superuser, "select count(*) from executions").await
    }
}

fn correlation() -> Correlation {
    Correlation { trace_id: Uuid::now_v7().simple().to_string(), request_id: Uuid::now_v7() }
}

#[sqlx::test(migrations = false)]
async fn an_answer_is_kept_with_its_trace_and_gives_the_same_when_replayed(pool: PgPool) {
    let desk = Desk::new(pool).await;
    desk.market.build(&desk.world.orchestrator, DAY, "262.77").await;
    let answer = desk.execute(Desk::request("example_prices", json!({}))).await.unwrap();
    assert!(answer.trace.steps.iter().all(|step| step.status != StepStatus::Error));
    assert!(!answer.trace.panels.is_empty());
    // The pack is of 2025: whatever its panels say, it is not fresh today.
    let verdicts = answer.trace.panels.iter().filter(|panel| panel.ttl_s != Some(0));
    assert!(verdicts.clone().count() > 0);
    for panel in verdicts {
        assert_eq!(panel.verdict, Verdict::Expired, "{}", panel.id);
        assert!(
            panel.sources.iter().any(|source| source.as_str().starts_with("pack:PP_2025-10-21"))
        );
    }

    let app = &desk.world.orchestrator;
    let record = app.execution(&desk.viewer(), answer.execution).await.unwrap();
    assert_eq!((record.outcome, record.data.as_ref()), (Outcome::Succeeded, Some(&answer.data)));
    assert_eq!(record.trace, answer.trace);
    assert_eq!(record.not_replayable, None);
    let replay = app.replay(&desk.viewer(), answer.execution, correlation()).await.unwrap();
    assert!(replay.identical, "{:?}", replay.diff);
    assert_eq!(desk.kept().await, 2);
    let page = app.executions(&desk.viewer(), &ExecutionFilter::default()).await.unwrap();
    assert_eq!(page.rows.len(), 2);
}

#[sqlx::test(migrations = false)]
async fn no_step_runs_behind_a_closed_gate_and_the_attempt_is_kept(pool: PgPool) {
    let desk = Desk::new(pool).await;
    let none = desk.execute(Desk::request("example_prices", json!({}))).await;
    assert!(matches!(none, Err(ExecutionRefused::PackNotFound)), "{none:?}");
    let building = desk.market.begin(&desk.world.orchestrator, DAY, "262.77").await;
    let closed = desk.execute(Desk::request("example_prices", json!({}))).await;
    let Err(ExecutionRefused::PackWarming(warming)) = closed else { panic!("{closed:?}") };
    assert_eq!(warming.pack, building);
    assert!((5..=900).contains(&warming.retry_after_s));
    let app = &desk.world.orchestrator;
    let page = app.executions(&desk.viewer(), &ExecutionFilter::default()).await.unwrap();
    assert_eq!(page.rows.len(), 1);
    let record = app.execution(&desk.viewer(), page.rows[0].id).await.unwrap();
    assert_eq!((record.outcome, record.data.as_ref()), (Outcome::Blocked, None));
    assert!(record.trace.steps.iter().all(|step| step.status == StepStatus::NotRun));

    let accepted =
        ExecuteRequest { require_fresh: false, ..Desk::request("example_prices", json!({})) };
    let refused = desk.execute(accepted.clone()).await;
    assert!(matches!(refused, Err(ExecutionRefused::Forbidden(_))), "{refused:?}");
    let editor = Caller::from(desk.tenant.editor.clone());
    let answer = app.execute(&editor, accepted, correlation()).await.unwrap();
    assert!(answer.stale && answer.trace.freshness.bypassed);

    app.finish_pricing_pack(&building).await.unwrap();
    let answer = desk.execute(Desk::request("example_prices", json!({}))).await.unwrap();
    assert_eq!((answer.pack, answer.stale), (building, false));
}

#[sqlx::test(migrations = false)]
async fn what_is_refused_before_the_gate_is_named_and_not_kept(pool: PgPool) {
    let desk = Desk::new(pool).await;
    let unknown = desk.execute(Desk::request("no_such_pattern", json!({}))).await;
    assert!(matches!(unknown, Err(ExecutionRefused::PatternNotFound)), "{unknown:?}");
    let governed = desk.execute(Desk::request("observatory_report", json!({}))).await;
    assert!(matches!(governed, Err(ExecutionRefused::Forbidden(_))), "{governed:?}");
    let wrong = json!({ "symbols": "ACME", "colour": "red" });
    let invalid = desk.execute(Desk::request("example_prices", wrong)).await;
    let Err(ExecutionRefused::InvalidInput(faults)) = invalid else { panic!("{invalid:?}") };
    let mut pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/inputs/colour", "/inputs/symbols"]);
    let mut nobody = desk.viewer();
    nobody.rights.clear();
    let request = Desk::request("example_prices", json!({}));
    let without = desk.world.orchestrator.execute(&nobody, request, correlation()).await;
    assert!(matches!(without, Err(ExecutionRefused::Forbidden(_))), "{without:?}");
    assert_eq!(desk.kept().await, 0);
}

#[sqlx::test(migrations = false)]
async fn same_context_and_inputs_give_the_same_bytes(pool: PgPool) {
    let desk = Desk::new(pool).await;
    desk.market.build(&desk.world.orchestrator, DAY, "262.77").await;
    for _ in 0..3 {
        desk.execute(Desk::request("example_prices", json!({ "symbols": ["ACME"] })))
            .await
            .unwrap();
    }
    let answers = "select count(distinct data_hash) from executions where data is not null";
    assert_eq!(count(&desk.world.superuser, answers).await, 1);
}

#[sqlx::test(migrations = false)]
async fn a_portfolio_that_is_not_there_is_not_replaced_by_another(pool: PgPool) {
    let desk = Desk::new(pool).await;
    desk.market.build(&desk.world.orchestrator, DAY, "262.77").await;
    let portfolio_id = Some(domain::id::PortfolioId::from_uuid(Uuid::now_v7()));
    let request = ExecuteRequest { portfolio_id, ..Desk::request("example_prices", json!({})) };
    let refused = desk.execute(request).await;
    assert!(matches!(refused, Err(ExecutionRefused::PortfolioNotFound)), "{refused:?}");
}

#[sqlx::test(migrations = false)]
async fn executions_older_than_they_are_kept_are_forgotten_and_the_others_stay(pool: PgPool) {
    let desk = Desk::new(pool).await;
    desk.market.build(&desk.world.orchestrator, DAY, "262.77").await;
    let old = desk.execute(Desk::request("example_prices", json!({}))).await.unwrap();
    desk.world.tamper("update executions set started_at = now() - interval '31 days'").await;
    let young = desk.execute(Desk::request("example_prices", json!({}))).await.unwrap();

    let app = &desk.world.orchestrator;
    assert_eq!(app.forget_executions(40).await.unwrap(), 0);
    assert_eq!(app.forget_executions(30).await.unwrap(), 1);
    assert!(app.execution(&desk.viewer(), old.execution).await.is_err());
    assert!(app.execution(&desk.viewer(), young.execution).await.is_ok());
    assert_eq!(app.forget_executions(30).await.unwrap(), 0);
    let entries: Vec<(Option<Uuid>, Value)> = sqlx::query_as(
        "select workspace_id, entry::jsonb -> 'detail' from audit_log
         where action = 'executions.forgotten'",
    )
    .fetch_all(&desk.world.superuser)
    .await
    .unwrap();
    assert_eq!(entries, [(None, json!({ "count": 1, "older_than_days": 30 }))]);
}

#[sqlx::test(migrations = false)]
async fn an_execution_of_the_last_week_stays_whatever_is_set(pool: PgPool) {
    let desk = Desk::new(pool).await;
    desk.market.build(&desk.world.orchestrator, DAY, "262.77").await;
    desk.execute(Desk::request("example_prices", json!({}))).await.unwrap();
    desk.world.tamper("update executions set started_at = now() - interval '6 days'").await;
    assert_eq!(desk.world.orchestrator.forget_executions(0).await.unwrap(), 0);
    // Nor does a mistake in the code.
    let app = desk.world.orchestrator.pool();
    let forgotten = sqlx::query_scalar::<_, i64>("select forget_executions(-1, 10)");
    assert_eq!(forgotten.fetch_one(app).await.unwrap(), 0);
    assert_eq!(desk.kept().await, 1);
}
