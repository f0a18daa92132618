//! Calls of a language model are on record before they are sent, and keep to every
//! budget, whoever makes them.

use crate::world::{
    Tenant, USED, World, answered, count, draft, in_new_words, message_of, model_call, to_send,
    wait_for_locks,
};
use agents::assistant::{Answer, Book, CallEnd, Entry, Found, Kept, NewCall, NotOpened, Opened};
use domain::{
    hash::ContentHash,
    id::RunId,
    language_model::{Budget, Budgets, CostMissing, Exhausted, PriceTable, Question, Tokens},
};
use orchestrator::{
    UseCaseError,
    assistant::{CallBook, ModelAccount},
};
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use tokio::task::JoinSet;

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

    fn call(&self) -> NewCall {
        model_call(&self.tenant, self.run)
    }

    async fn open(&self, account: &ModelAccount) -> Result<Entry, NotOpened> {
        let call = in_new_words(self.call());
        self.world.book(account.clone()).open(call).await.map(to_send)
    }

    async fn close(&self, account: &ModelAccount, entry: Entry, end: CallEnd) {
        self.world.book(account.clone()).close(entry, end).await;
    }

    /// A call that is answered with [`USED`].
    async fn answered(&self, account: &ModelAccount) {
        let entry = self.open(account).await.unwrap();
        self.close(account, entry, answered(Some(USED))).await;
    }

    async fn calls(&self) -> i64 {
        count(&self.world.superuser, "select count(*) from assistant_calls").await
    }

    async fn text(&self, column: &str) -> String {
        let sql = format!("select ({column})::text from assistant_calls order by ordinal desc");
        let first: Option<String> =
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.world.superuser).await.unwrap();
        first.unwrap_or_default()
    }
}

/// [`model_call`] sets aside 3000 tokens, and uses 1500.
fn tokens_of_run(max: u64) -> ModelAccount {
    let run = Budget { tokens_max: Some(max), cost_max: None };
    ModelAccount { prices: None, budgets: Budgets { run, ..Budgets::default() } }
}

fn tokens_of_month(max: u64) -> ModelAccount {
    let month = Budget { tokens_max: Some(max), cost_max: None };
    ModelAccount { prices: None, budgets: Budgets { month, ..Budgets::default() } }
}

/// Input 1.25, from the cache 0.125, output 10 for a million: the worst case of
/// [`model_call`] is 2000 × 1.25 + 1000 × 10 = 12 500 for a million, 0.0125; [`USED`]
/// is 200 × 1.25 + 1000 × 0.125 + 300 × 10 = 3375, 0.003375.
fn prices(model: &str) -> PriceTable {
    serde_json::from_value(json!({
        "currency": "USD",
        "models": { model: { "input": "1.25", "cached_input": "0.125", "output": "10" } },
    }))
    .unwrap()
}

fn money_of_month(model: &str, max: &str) -> ModelAccount {
    let month = Budget { tokens_max: None, cost_max: Some(max.parse().unwrap()) };
    let budgets = Budgets { month, ..Budgets::default() };
    ModelAccount { prices: Some(prices(model)), budgets }
}

fn exhausted<T>(bound: Exhausted) -> Result<T, NotOpened> {
    Err(NotOpened::Exhausted(bound))
}

#[sqlx::test(migrations = false)]
async fn only_the_worker_that_carries_a_run_calls_for_it(pool: PgPool) {
    let case = Case::new(pool).await;
    let book = case.world.book(ModelAccount::default());
    let stale = NewCall { hold: 0, ..case.call() };
    assert_eq!(book.open(stale).await, Err(NotOpened::Unavailable));
    assert_eq!(case.calls().await, 0);
    book.open(case.call()).await.unwrap();
    case.world.let_the_lease_run_out(case.run).await;
    case.world.orchestrator.execute_run(case.tenant.workspace, case.run).await.unwrap();
    for hold in [1, 2] {
        // The run is over.
        let late = NewCall { hold, ..case.call() };
        assert_eq!(book.open(late).await, Err(NotOpened::Unavailable));
    }
    assert_eq!(case.calls().await, 1);
}

#[sqlx::test(migrations = false)]
async fn calls_are_numbered_by_run_and_attempts_by_request(pool: PgPool) {
    let case = Case::new(pool).await;
    let open = ModelAccount::default();
    let first = case.open(&open).await.unwrap();
    assert_eq!((first.ordinal, case.text("attempt").await), (1, "1".to_owned()));
    // Another worker, which knows nothing of the first.
    let again = case.open(&open).await.unwrap();
    assert_eq!((again.ordinal, case.text("attempt").await), (2, "2".to_owned()));
    let repair = NewCall { request_id: "repair".to_owned(), ..case.call() };
    let repair = to_send(case.world.book(open).open(repair).await.unwrap());
    assert_eq!((repair.ordinal, case.text("attempt").await), (3, "1".to_owned()));
    let fourth = NewCall { calls_max: 3, ..case.call() };
    let book = case.world.book(ModelAccount::default());
    assert_eq!(book.open(fourth).await, exhausted(Exhausted::Calls));
}

#[sqlx::test(migrations = false)]
async fn a_budget_counts_what_was_used_and_sets_aside_what_may_be(pool: PgPool) {
    let case = Case::new(pool).await;
    let account = tokens_of_run(6000);
    let first = case.open(&account).await.unwrap();
    let second = case.open(&account).await.unwrap();
    assert_eq!(case.open(&account).await, exhausted(Exhausted::Run));
    // The first used 1500 of its 3000, so 4500 are taken.
    case.close(&account, first, answered(Some(USED))).await;
    assert_eq!(case.open(&account).await, exhausted(Exhausted::Run));
    // Nothing is known of the second, so that all of it stays set aside.
    case.close(&account, second, answered(None)).await;
    assert_eq!(case.open(&account).await, exhausted(Exhausted::Run));
    case.open(&tokens_of_run(7500)).await.unwrap();
    assert_eq!(case.calls().await, 3);
}

#[sqlx::test(migrations = false)]
async fn a_call_that_used_nothing_leaves_the_budget_as_it_was(pool: PgPool) {
    let case = Case::new(pool).await;
    let account = tokens_of_run(3000);
    let entry = case.open(&account).await.unwrap();
    let refused =
        CallEnd { outcome: "rate_limited", model: None, tokens: Some(Tokens::NONE), answer: None };
    case.close(&account, entry, refused).await;
    case.open(&account).await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn the_budget_of_a_month_is_the_workspaces_and_of_that_month(pool: PgPool) {
    let case = Case::new(pool).await;
    let account = tokens_of_month(4499);
    case.answered(&account).await;
    assert_eq!(case.open(&account).await, exhausted(Exhausted::Month));
    // Another run of the workspace has the same budget.
    let other = case.world.active(&case.tenant, draft("Second")).await;
    let other = case.world.carried(&case.tenant, other).await;
    let book = case.world.book(account.clone());
    let of_other = book.open(model_call(&case.tenant, other)).await;
    assert_eq!(of_other, exhausted(Exhausted::Month));
    // Another workspace has its own.
    let south = case.world.tenant_by_day("South").await;
    let id = case.world.active(&south, draft("Monthly")).await;
    let run = case.world.carried(&south, id).await;
    book.open(model_call(&south, run)).await.unwrap();
    // What was used before this month does not count.
    let earlier = "update assistant_calls
                   set sent_at = date_trunc('month', now(), 'UTC') - interval '1 second'";
    case.world.tamper(earlier).await;
    book.open(model_call(&case.tenant, other)).await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn a_budget_in_money_is_held_against_the_price_to_the_last_digit(pool: PgPool) {
    let case = Case::new(pool).await;
    // One call that was answered, and one in the worst case: 0.003375 + 0.0125.
    let short = money_of_month("test-model", "0.015874999");
    case.answered(&short).await;
    assert_eq!(case.text("cost").await, "0.003375");
    assert_eq!(case.text("reserved_cost").await, "0.0125");
    assert_eq!(case.open(&short).await, exhausted(Exhausted::Month));
    case.open(&money_of_month("test-model", "0.015875")).await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn without_a_price_a_budget_in_money_refuses_and_a_cost_says_why_it_is_missing(pool: PgPool) {
    let case = Case::new(pool).await;
    let unpriced = money_of_month("another-model", "1000");
    assert_eq!(case.open(&unpriced).await, exhausted(Exhausted::PriceUnknown));
    // A process that has neither price nor budget.
    case.answered(&ModelAccount::default()).await;
    assert_eq!(case.text("cost_missing").await, "no_price");
    // What that call cost nobody knows, so nobody knows what is left.
    let priced = money_of_month("test-model", "1000");
    assert_eq!(case.open(&priced).await, exhausted(Exhausted::PriceUnknown));
    let tokens_alone = ModelAccount { prices: Some(prices("test-model")), ..tokens_of_month(9000) };
    let entry = case.open(&tokens_alone).await.unwrap();
    case.close(&tokens_alone, entry, answered(None)).await;
    assert_eq!(case.text("cost_missing").await, "no_usage");
}

#[sqlx::test(migrations = false)]
async fn workers_that_ask_at_once_do_not_overrun_a_budget_together(pool: PgPool) {
    const WORKERS: usize = 12;
    let case = Case::new(pool).await;
    // Three worst cases and a bit.
    let account = tokens_of_month(3 * 3000 + 2999);
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let (book, call): (CallBook, _) = (case.world.book(account.clone()), case.call());
        workers.spawn(async move { book.open(call).await });
    }
    let opened = workers.join_all().await;
    let refused = exhausted(Exhausted::Month);
    assert_eq!(opened.iter().filter(|opened| opened.is_ok()).count(), 3, "{opened:?}");
    assert_eq!(opened.iter().filter(|opened| **opened == refused).count(), WORKERS - 3);
    assert_eq!(case.calls().await, 3);
}

#[sqlx::test(migrations = false)]
async fn what_was_sent_stays_as_it_was_sent_and_ends_once(pool: PgPool) {
    let case = Case::new(pool).await;
    case.answered(&ModelAccount::default()).await;
    for (sql, expected) in [
        ("update assistant_calls set reserved_tokens = 1", "stays as it was sent"),
        ("update assistant_calls set request_id = 'x'", "stays as it was sent"),
        ("update assistant_calls set cost_missing = 'no_usage'", "ends once"),
        ("update assistant_calls set outcome = 'truncated'", "ends once"),
        ("update assistant_calls set response_id = 'resp_2'", "ends once"),
        ("delete from assistant_calls", "is immutable: delete is refused"),
        ("truncate assistant_calls cascade", "is immutable: truncate is refused"),
    ] {
        let refused = sqlx::query(sql).execute(&case.world.superuser).await;
        let message = message_of(refused);
        assert!(message.contains(expected), "{sql}: {message}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_call_that_its_server_goes_on_with_is_given_to_the_next_holder_alone(pool: PgPool) {
    let case = Case::new(pool).await;
    let book = case.world.book(ModelAccount::default());
    let first = to_send(book.open(case.call()).await.unwrap());
    assert_eq!(first.resumes, None);
    book.began(&first, "resp_1").await;
    book.began(&first, "resp_2").await;
    assert_eq!(case.text("response_id").await, "resp_1", "it is named once");
    let resumed = to_send(book.open(case.call()).await.unwrap());
    assert_eq!((resumed.id, resumed.ordinal), (first.id, 1));
    assert_eq!(resumed.resumes.as_deref(), Some("resp_1"));
    assert_eq!(case.calls().await, 1, "it is the same call");
    // Another question, other words, and a worker that does not carry the run.
    for other in [
        NewCall { request_id: "repair".to_owned(), ..case.call() },
        NewCall { prompt_hash: ContentHash::of_bytes(b"other words"), ..case.call() },
        NewCall { model: "another-model".to_owned(), ..case.call() },
    ] {
        assert_eq!(to_send(book.open(other).await.unwrap()).resumes, None);
    }
    let stale = NewCall { hold: 0, ..case.call() };
    assert_eq!(book.open(stale).await, Err(NotOpened::Unavailable));
    book.close(resumed, answered(Some(USED))).await;
    let again = book.open(case.call()).await.unwrap();
    assert!(matches!(again, Opened::Answered(_)), "{again:?}");
}

#[sqlx::test(migrations = false)]
async fn what_was_answered_is_given_to_the_next_holder_for_the_same_words_alone(pool: PgPool) {
    let case = Case::new(pool).await;
    // A budget of one call, so that the second is seen not to be one.
    let book = case.world.book(tokens_of_run(3000));
    let entry = to_send(book.open(case.call()).await.unwrap());
    let said = CallEnd { answer: Some("said".to_owned()), ..answered(Some(USED)) };
    book.close(entry, said).await;
    let kept = Opened::Answered(Kept {
        ordinal: 1,
        answer: Answer { text: "said".to_owned(), model: Some("test-model-2026-11-01".to_owned()) },
        counted: true,
    });
    assert_eq!(book.open(case.call()).await, Ok(kept.clone()));
    assert_eq!(case.calls().await, 1);
    for other in [
        NewCall { request_id: "repair".to_owned(), ..case.call() },
        NewCall { prompt_hash: ContentHash::of_bytes(b"other words"), ..case.call() },
        NewCall { model: "another-model".to_owned(), ..case.call() },
        NewCall { engine: "openai-chat", ..case.call() },
    ] {
        assert_eq!(book.open(other).await, exhausted(Exhausted::Run));
    }
    let stale = NewCall { hold: 0, ..case.call() };
    assert_ne!(book.open(stale).await, Ok(kept));
}

#[sqlx::test(migrations = false)]
async fn a_probe_that_was_answered_counts_for_the_server_that_answered_it(pool: PgPool) {
    let case = Case::new(pool).await;
    let book = case.world.book(ModelAccount::default());
    let probe = || NewCall { question: Question::Probe, ..case.call() };
    let entry = to_send(book.open(probe()).await.unwrap());
    book.close(entry, answered(None)).await;
    // Nobody has said yet what was found.
    let second = to_send(book.open(probe()).await.unwrap());
    assert_eq!(second.ordinal, 2);
    let found = Found {
        workspace: case.tenant.workspace,
        run: case.run,
        hold: 1,
        server: probe().server,
        model: probe().model,
        counts_tokens: Some(false),
        asked: true,
    };
    book.found(found).await;
    let kept = book.open(probe()).await.unwrap();
    assert!(matches!(kept, Opened::Answered(Kept { ordinal: 1, counted: false, .. })), "{kept:?}");
    let elsewhere = NewCall { server: "https://other.test.example".to_owned(), ..probe() };
    assert_eq!(to_send(book.open(elsewhere).await.unwrap()).ordinal, 3);
}

#[sqlx::test(migrations = false)]
async fn what_an_answer_is_sent_back_for_is_kept_with_the_call_that_sends_it(pool: PgPool) {
    let case = Case::new(pool).await;
    let book = case.world.book(ModelAccount::default());
    let mut findings = vec!["7777 does not occur in the evidence cited.".to_owned()];
    findings.push(format!("nul \0 {}", "x".repeat(2000)));
    findings.extend((0..200).map(|number| format!("finding {number}")));
    let (question, request_id) = (Question::Repair, "repair".to_owned());
    let repair = NewCall { question, request_id, findings, ..case.call() };
    to_send(book.open(repair).await.unwrap());
    let kept = "concat_ws('|', findings[1], char_length(findings[2]), left(findings[2], 5),
                cardinality(findings), findings_count)";
    let expected = "7777 does not occur in the evidence cited.|1000|nul \u{fffd}|100|202";
    assert_eq!(case.text(kept).await, expected);
    let refused = sqlx::query("update assistant_calls set findings = null, findings_count = null");
    let message = message_of(refused.execute(&case.world.superuser).await);
    assert!(message.contains("stays as it was sent"), "{message}");
}

#[sqlx::test(migrations = false)]
async fn an_answer_is_kept_with_its_call_and_only_where_there_was_one(pool: PgPool) {
    let case = Case::new(pool).await;
    let account = ModelAccount::default();
    let insert = "insert into assistant_answers (call_id, workspace_id, answer, answer_hash)
                  select id, workspace_id, 'said', sha256('said') from assistant_calls
                  order by ordinal desc limit 1";
    let entry = case.open(&account).await.unwrap();
    let refused = sqlx::query(insert).execute(&case.world.superuser).await.unwrap_err();
    let named = refused.as_database_error().and_then(|error| error.constraint());
    assert_eq!(named, Some("assistant_answers_of_answered_call"));
    // What no text column holds, since a model may say anything.
    let said = CallEnd { answer: Some("nul \0 and half \u{fffd}".to_owned()), ..answered(None) };
    case.close(&account, entry, said).await;
    let entry = case.open(&account).await.unwrap();
    let failed = CallEnd { outcome: "truncated", model: None, tokens: None, answer: None };
    case.close(&account, entry, failed).await;
    let rows = "select count(*) from assistant_answers a join assistant_calls c on c.id = a.call_id
                where c.ordinal = 1 and a.answer = convert_to('nul ', 'UTF8') || '\\x00'
                    || convert_to(' and half ', 'UTF8') || convert_to(chr(65533), 'UTF8')";
    assert_eq!(count(&case.world.superuser, rows).await, 1);
    assert_eq!(count(&case.world.superuser, "select count(*) from assistant_answers").await, 1);
}

#[sqlx::test(migrations = false)]
async fn the_end_of_a_call_is_written_again_when_its_connection_is_lost(pool: PgPool) {
    let case = Case::new(pool).await;
    let book = case.world.book(ModelAccount::default());
    let entry = to_send(book.open(case.call()).await.unwrap());
    let superuser = &case.world.superuser;
    let mut held = superuser.begin().await.unwrap();
    sqlx::query("select from assistant_calls for update").execute(&mut *held).await.unwrap();
    let closing = tokio::spawn(async move { book.close(entry, answered(Some(USED))).await });
    wait_for_locks(superuser, 1).await;
    let lost = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock'";
    assert_eq!(count(superuser, lost).await, 1);
    held.rollback().await.unwrap();
    closing.await.unwrap();
    assert_eq!(case.text("outcome").await, "answered");
    assert_eq!(count(superuser, "select count(*) from assistant_answers").await, 1);
}

#[sqlx::test(migrations = false)]
async fn what_was_found_of_a_server_is_kept_by_the_worker_that_carries_the_run(pool: PgPool) {
    let case = Case::new(pool).await;
    let book = case.world.book(ModelAccount::default());
    let found = |hold, counts_tokens, asked| Found {
        workspace: case.tenant.workspace,
        run: case.run,
        hold,
        server: "https://models.example.com/v1".to_owned(),
        model: "test-model".to_owned(),
        counts_tokens,
        asked,
    };
    let app = &case.world.orchestrator;
    let probe = async || app.view_run(&case.tenant.viewer, case.run).await.unwrap().probe;
    book.found(found(0, Some(true), true)).await;
    assert_eq!(probe().await, None, "another worker carries the run");
    book.found(found(1, Some(true), false)).await;
    book.found(found(1, Some(false), true)).await;
    let kept = probe().await.unwrap();
    assert_eq!((kept.holds_schema, kept.counts_tokens, kept.asked), (true, Some(true), false));
    assert_eq!(kept.server, "https://models.example.com/v1");
}

#[sqlx::test(migrations = false)]
async fn the_end_of_a_call_that_cannot_be_is_refused_by_name(pool: PgPool) {
    let case = Case::new(pool).await;
    case.open(&ModelAccount::default()).await.unwrap();
    let end = "update assistant_calls set finished_at = now() + interval '1 second', outcome = 'answered'";
    for (more, constraint) in [
        ("", "assistant_calls_cost_or_reason"),
        (", cost_missing = 'no_price', input_tokens = 1", "assistant_calls_counted_whole"),
        (
            ", cost_missing = 'no_price', input_tokens = 1, cached_tokens = 2, output_tokens = 0,
             reasoning_tokens = 0",
            "assistant_calls_counted_whole",
        ),
        (", cost = 1", "assistant_calls_cost_of_tokens"),
        (", cost_missing = 'forgotten'", "assistant_calls_cost_or_reason"),
    ] {
        let sql = format!("{end}{more}");
        let refused = sqlx::query(AssertSqlSafe(sql)).execute(&case.world.superuser).await;
        let error = refused.unwrap_err();
        let named = error.as_database_error().and_then(|error| error.constraint());
        assert_eq!(named, Some(constraint), "{more}");
    }
}

#[sqlx::test(migrations = false)]
async fn members_read_the_calls_of_their_runs_and_administrators_those_of_a_month(pool: PgPool) {
    let case = Case::new(pool).await;
    let account = money_of_month("test-model", "1");
    case.answered(&account).await;
    case.open(&account).await.unwrap();
    let (app, viewer) = (&case.world.orchestrator, &case.tenant.viewer);
    let run = app.view_run(viewer, case.run).await.unwrap();
    let [first, second] = run.model_calls.try_into().unwrap();
    let end = first.end.unwrap();
    assert_eq!((end.tokens, end.cost), (Some(USED), Ok("0.003375".parse().unwrap())));
    assert_eq!((second.attempt, second.end.is_none()), (2, true));

    let app = app.clone().with_model_account(account.into());
    let (admin, id) = (&case.world.admin, case.tenant.workspace);
    let used = app.view_model_use(admin, id, None).await.unwrap();
    assert_eq!(used.month, used.current);
    assert_eq!((used.used.calls, used.used.tokens, used.used.set_aside), (2, USED, 3000));
    assert_eq!((used.used.cost.to_string(), used.used.without_cost), ("0.003375".to_owned(), 1));
    assert_eq!(used.calls.len(), 2);
    let before = app.view_model_use(admin, id, used.month.before()).await.unwrap();
    assert_eq!((before.used.calls, before.calls.len()), (0, 0));
    let refused = app.view_model_use(viewer, id, None).await;
    assert!(matches!(refused, Err(UseCaseError::NotAdmin)), "{refused:?}");
}

#[test]
fn every_reason_of_a_missing_cost_is_known_to_the_table() {
    let migration = include_str!("../../../../migrations/20261124003100_assistant_calls.sql");
    for reason in CostMissing::ALL {
        assert!(migration.contains(&format!("'{}'", reason.id())), "{reason}");
    }
}
