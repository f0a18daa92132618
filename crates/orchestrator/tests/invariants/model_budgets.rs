//! A workspace's own budget for the language model, which the database holds too.

use crate::world::{
    Tenant, USED, World, answered, count, draft, in_new_words, model_call, to_send, wait_for_locks,
};
use agents::assistant::{Book, Entry, NotOpened};
use domain::{
    id::{RunId, WorkspaceId},
    language_model::{Budget, Budgets, Exhausted, PriceTable},
};
use orchestrator::{Orchestrator, Refusal, UseCaseError, assistant::ModelAccount};
use rust_decimal::Decimal;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use std::sync::Arc;
use uuid::Uuid;

struct Case {
    world: World,
    tenant: Tenant,
    run: RunId,
}

impl Case {
    async fn new(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        world.read_samples().await;
        let tenant = world.tenant_by_day("North").await;
        let id = world.active(&tenant, draft("Monthly")).await;
        let run = world.carried(&tenant, id).await;
        Self { world, tenant, run }
    }

    async fn open(&self, account: &ModelAccount, run: RunId) -> Result<Entry, NotOpened> {
        let call = in_new_words(model_call(&self.tenant, run));
        self.world.book(account.clone()).open(call).await.map(to_send)
    }

    /// In an installation that has this account.
    fn app(&self, account: &ModelAccount) -> Orchestrator {
        self.world.orchestrator.clone().with_model_account(Arc::new(account.clone()))
    }

    async fn set(&self, account: &ModelAccount, tokens: Option<u64>, cost: Option<Decimal>) {
        let app = self.app(account);
        app.set_model_budget(&self.world.admin, self.tenant.workspace, tokens, cost).await.unwrap();
    }

    /// A call as a process would write it that knows nothing of budgets.
    async fn insert(
        &self,
        conn: impl sqlx::PgExecutor<'_>,
        tokens: i64,
    ) -> Result<(), sqlx::Error> {
        let sql = format!(
            "insert into assistant_calls (
                 id, workspace_id, run_id, fencing_token, ordinal, question, request_id, attempt, engine,
                 model, prompt_hash, reserved_tokens
             )
             select gen_random_uuid(), workspace_id, id, fencing_token,
                 1 + (select count(*) from assistant_calls c where c.run_id = r.id), 'compose',
                 gen_random_uuid()::text, 1, 'x', 'x', sha256(''), {tokens}
             from runs r where id = '{}'",
            self.run
        );
        sqlx::query(AssertSqlSafe(sql)).execute(conn).await.map(|_| ())
    }
}

fn constraint_of<T: std::fmt::Debug>(refused: Result<T, sqlx::Error>) -> Option<String> {
    let error = refused.unwrap_err();
    error.as_database_error().and_then(|error| error.constraint()).map(str::to_owned)
}

/// In which a month has room for one worst case of [`model_call`], 3000 tokens.
fn tight() -> ModelAccount {
    let month = Budget { tokens_max: Some(5999), cost_max: None };
    ModelAccount { prices: None, budgets: Budgets { month, ..Budgets::default() } }
}

fn in_dollars() -> ModelAccount {
    let prices: PriceTable = serde_json::from_value(json!({
        "currency": "USD",
        "models": { "test-model": { "input": "1.25", "cached_input": "0.125", "output": "10" } },
    }))
    .unwrap();
    ModelAccount { prices: Some(prices), ..ModelAccount::default() }
}

const MONTH: Result<Entry, NotOpened> = Err(NotOpened::Exhausted(Exhausted::Month));

#[sqlx::test(migrations = false)]
async fn a_workspaces_own_budget_counts_in_place_of_the_installations_and_can_be_given_back(
    pool: PgPool,
) {
    let case = Case::new(pool).await;
    let account = tight();
    case.set(&account, Some(2999), None).await;
    assert_eq!(case.open(&account, case.run).await, MONTH);
    // More than the installation allows, too.
    case.set(&account, Some(9000), None).await;
    for _ in 0..3 {
        case.open(&account, case.run).await.unwrap();
    }
    assert_eq!(case.open(&account, case.run).await, MONTH);
    case.set(&account, None, None).await;
    assert_eq!(case.open(&account, case.run).await, MONTH, "9000 of 5999 are set aside");
    let app = case.app(&account);
    let used = app.view_model_use(&case.world.admin, case.tenant.workspace, None).await.unwrap();
    assert_eq!(used.own, None);
    // Another workspace is not concerned.
    case.set(&account, Some(0), None).await;
    let south = case.world.tenant_by_day("South").await;
    let id = case.world.active(&south, draft("Monthly")).await;
    let run = case.world.carried(&south, id).await;
    case.world.book(account).open(model_call(&south, run)).await.unwrap();
}

/// Tokens for a workspace leave the installation's bound in money as it is, and money its
/// bound in tokens. The worst case of a call is 3000 tokens and 0.0125 USD.
#[sqlx::test(migrations = false)]
async fn a_bound_of_a_workspace_takes_nothing_from_the_installations_of_the_other_kind(
    pool: PgPool,
) {
    let case = Case::new(pool).await;
    let bounded = |tokens_max, cost_max: Option<&str>| {
        let month = Budget { tokens_max, cost_max: cost_max.map(|cost| cost.parse().unwrap()) };
        ModelAccount { budgets: Budgets { month, ..Budgets::default() }, ..in_dollars() }
    };
    let in_money = bounded(None, Some("0.0249"));
    case.set(&in_money, Some(1_000_000), None).await;
    case.open(&in_money, case.run).await.unwrap();
    assert_eq!(case.open(&in_money, case.run).await, MONTH, "0.0250 of 0.0249 USD");
    let in_tokens = bounded(Some(5999), None);
    case.set(&in_tokens, None, Some(Decimal::from(1000))).await;
    assert_eq!(case.open(&in_tokens, case.run).await, MONTH, "6000 of 5999 tokens");
    case.open(&bounded(Some(6000), None), case.run).await.unwrap();
}

/// The worst case of a call is 0.0125 USD, and what [`USED`] costs 0.003375.
#[sqlx::test(migrations = false)]
async fn a_budget_in_money_is_that_of_the_prices_and_held_to_the_last_digit(pool: PgPool) {
    let case = Case::new(pool).await;
    let account = in_dollars();
    case.set(&account, None, Some("0.015875".parse().unwrap())).await;
    let entry = case.open(&account, case.run).await.unwrap();
    case.world.book(account.clone()).close(entry, answered(Some(USED))).await;
    case.open(&account, case.run).await.unwrap();
    assert_eq!(case.open(&account, case.run).await, MONTH);
    // Where prices are in another currency, or in none, nobody knows what is left.
    let unpriced = ModelAccount::default();
    let unknown = Err(NotOpened::Exhausted(Exhausted::PriceUnknown));
    assert_eq!(case.open(&unpriced, case.run).await, unknown);
    let app = case.app(&unpriced);
    let (admin, id) = (&case.world.admin, case.tenant.workspace);
    let refused = app.set_model_budget(admin, id, None, Some(Decimal::ONE)).await;
    assert!(
        matches!(refused, Err(UseCaseError::Refused(Refusal::ModelBudgetPrices))),
        "{refused:?}"
    );
}

#[sqlx::test(migrations = false)]
async fn a_call_beyond_the_budget_is_refused_by_the_database_whatever_the_code_does(pool: PgPool) {
    let case = Case::new(pool).await;
    let account = ModelAccount::default();
    case.insert(&case.world.superuser, 1_000_000).await.unwrap();
    case.set(&account, Some(1_003_000), None).await;
    let refused = case.insert(&case.world.superuser, 3001).await;
    assert_eq!(constraint_of(refused).as_deref(), Some("assistant_calls_within_budget"));
    case.insert(&case.world.superuser, 3000).await.unwrap();
    // Calls without a price are beyond every budget in money.
    case.set(&in_dollars(), None, Some(Decimal::from(1000))).await;
    let refused = case.insert(&case.world.superuser, 1).await;
    assert_eq!(constraint_of(refused).as_deref(), Some("assistant_calls_within_budget"));
}

#[sqlx::test(migrations = false)]
async fn the_budget_is_set_by_administrators_of_other_workspaces_and_on_record(pool: PgPool) {
    let case = Case::new(pool).await;
    let app = &case.world.orchestrator;
    let (admin, id) = (&case.world.admin, case.tenant.workspace);
    let refused = app.set_model_budget(&case.tenant.owner, id, Some(1), None).await;
    assert!(matches!(refused, Err(UseCaseError::NotAdmin)), "{refused:?}");
    let unknown = WorkspaceId::from_uuid(Uuid::now_v7());
    let refused = app.set_model_budget(admin, unknown, Some(1), None).await;
    assert!(matches!(refused, Err(UseCaseError::NotFound)), "{refused:?}");
    sqlx::query("update users set is_admin = true where id = $1")
        .bind(case.tenant.owner.user.as_uuid())
        .execute(&case.world.superuser)
        .await
        .unwrap();
    let promoted =
        orchestrator::identity::SignedIn { user: case.tenant.owner.user, password_epoch: 0 };
    let promoted = app.actor(promoted, Some(id)).await.unwrap().unwrap();
    let refused = app.set_model_budget(&promoted, id, Some(1), None).await;
    assert!(matches!(refused, Err(UseCaseError::Refused(Refusal::OwnWorkspace))), "{refused:?}");
    for (tokens, cost) in [(Some(u64::MAX), None), (None, Some("-1")), (None, Some("0.0000001"))] {
        let cost = cost.map(|cost| cost.parse().unwrap());
        let refused = case.app(&in_dollars()).set_model_budget(admin, id, tokens, cost).await;
        assert!(
            matches!(refused, Err(UseCaseError::Refused(Refusal::ModelBudgetForm))),
            "{refused:?}"
        );
    }
    assert_eq!(count(&case.world.superuser, "select count(*) from model_budgets").await, 0);
    case.set(&ModelAccount::default(), Some(7), None).await;
    case.set(&ModelAccount::default(), Some(8), None).await;
    let entry: String = sqlx::query_scalar(
        "select (entry::jsonb -> 'detail')::text from audit_log where action = 'model_budget.set'
         order by sequence desc limit 1",
    )
    .fetch_one(&case.world.superuser)
    .await
    .unwrap();
    let entry: serde_json::Value = serde_json::from_str(&entry).unwrap();
    let tokens = |part: &str| entry[part]["tokens_max"].as_u64();
    assert_eq!((tokens("before"), tokens("after")), (Some(7), Some(8)));
    let own = app.view_model_use(admin, id, None).await.unwrap().own.unwrap();
    assert_eq!((own.budget.tokens_max, own.set_by.as_str()), (Some(8), "admin"));
}

/// Two workers, each for a run of its own, so that nothing but the lock is between them.
#[sqlx::test(migrations = false)]
async fn a_call_waits_until_the_one_before_it_of_the_workspace_is_written_down(pool: PgPool) {
    let case = Case::new(pool).await;
    let other = case.world.active(&case.tenant, draft("Second")).await;
    let other = case.world.carried(&case.tenant, other).await;
    let mut first = case.world.superuser.begin().await.unwrap();
    storage::assistant_call::lock_book(&mut first, case.tenant.workspace).await.unwrap();
    case.insert(&mut *first, 3000).await.unwrap();
    let (book, call) = (case.world.book(tight()), model_call(&case.tenant, other));
    let second = tokio::spawn(async move { book.open(call).await });
    wait_for_locks(&case.world.superuser, 1).await;
    assert!(!second.is_finished(), "a call was opened beside another one");
    first.commit().await.unwrap();
    assert_eq!(second.await.unwrap().map(to_send), MONTH);
}
