//! One workspace never sees another's rows, and cannot learn that they exist.

use crate::world::{Market, Tenant, World, code_of, count, draft, entitlement, licence, origin};
use domain::{
    access::Right,
    hash::ContentHash,
    id::{
        ApiTokenId, ExecutionId, ExportJobId, PortfolioId, RunId, SpecificationId, UserId,
        WorkspaceId, WorkspaceLicenceId,
    },
    pricing_pack::PricingPackId,
    schedule::{Schedule, ScheduleDraft},
    slot_override::OverrideKind,
    workspace::Role,
};
use orchestrator::{
    UseCaseError,
    execution::{Caller, Correlation},
    export::Subject,
    idempotency::Keyed,
    identity::{SignedIn, TokenRequest},
    portfolio::TransactionFilter,
    rights::Format,
    run::Executed,
};
use sqlx::{AssertSqlSafe, PgPool, error::DatabaseError};
use std::{collections::BTreeSet, fmt::Debug, fs, path::Path};
use storage::{
    Transaction,
    export_record::ExportFilter,
    idempotency::{KeyedRequest, StoredAnswer},
    run::history::HistoryFilter,
    tenancy,
};
use uuid::Uuid;

/// Two workspaces that have done everything there is to do.
struct Two {
    world: World,
    here: Tenant,
    there: Tenant,
    /// Of the other workspace.
    specification: SpecificationId,
    run: RunId,
    token: ApiTokenId,
    execution: ExecutionId,
    export: ExportJobId,
    portfolio: PortfolioId,
    pack: PricingPackId,
}

impl Two {
    async fn new(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        world.read_samples().await;
        let here = world.tenant_by_day("Here").await;
        let there = world.tenant_by_day("There").await;
        let own = world.active(&here, draft("Monthly")).await;
        let own_run = world.succeed_with_a_call(&here, own).await;
        let specification = world.active(&there, draft("Monthly")).await;
        let run = world.succeed_with_a_call(&there, specification).await;
        for id in [own, specification] {
            let granted = world.orchestrator.grant_override(
                &world.admin,
                id,
                OverrideKind::ExtraRun,
                "Long enough a reason",
            );
            granted.await.unwrap();
        }
        for (tenant, id) in [(&here, own), (&there, specification)] {
            world.orchestrator.set_schedule(&tenant.editor, id, &schedule()).await.unwrap();
            let budget = world.orchestrator.set_model_budget(
                &world.admin,
                tenant.workspace,
                Some(1_000_000),
                None,
            );
            budget.await.unwrap();
        }
        for tenant in [&here, &there] {
            let app = &world.orchestrator;
            app.record_licence(&world.admin, tenant.workspace, &licence()).await.unwrap();
        }
        act_by_program(&world, &here).await;
        let token = act_by_program(&world, &there).await;
        let market = Market::with_portfolio();
        for tenant in [&here, &there] {
            market.add_portfolio(&world, tenant).await;
        }
        let pack = market.build(&market.app(&world), "2025-10-21", "262.77").await;
        for tenant in [&here, &there] {
            market.pin(&world, tenant, &pack).await;
        }
        let portfolio = PortfolioId::from_uuid(Uuid::now_v7());
        sqlx::query("insert into portfolios (workspace_id, id, name, base_currency) values ($1, $2, 'Theirs', 'USD')")
            .bind(there.workspace.as_uuid())
            .bind(portfolio.as_uuid())
            .execute(&world.superuser)
            .await
            .unwrap();
        world.execute(&here.viewer, "2025-10-21").await.unwrap();
        world.made_export(&here, own_run, Format::Json).await;
        let export = world.made_export(&there, run, Format::Json).await;
        let execution = world.execute(&there.viewer, "2025-10-21").await.unwrap().execution;
        Self { world, here, there, specification, run, token, execution, export, portfolio, pack }
    }

    async fn begin(&self, tenant: &Tenant) -> Transaction {
        tenancy::begin_workspace(self.world.orchestrator.pool(), tenant.workspace).await.unwrap()
    }
}

fn schedule() -> ScheduleDraft {
    Schedule::default().into()
}

/// Leaves a token and the answer to a request that may come twice.
async fn act_by_program(world: &World, tenant: &Tenant) -> ApiTokenId {
    let app = &world.orchestrator;
    let scopes = Right::of(Role::Viewer);
    let asked = TokenRequest { name: "Nightly".into(), scopes, days: 1 };
    let token = app.create_api_token(&tenant.owner, asked).await.unwrap();
    let request = KeyedRequest {
        workspace: tenant.workspace,
        user: tenant.owner.user,
        key: "1".into(),
        hash: ContentHash::of_bytes(b""),
    };
    let Keyed::First(claim) = app.keyed(request).await.unwrap() else { panic!("a key is taken") };
    let answer = StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
    claim.answer(&answer).await.unwrap();
    token.id
}

/// Each table with the column that holds its tenant, by the catalogue.
async fn tenant_tables(pool: &PgPool) -> Vec<(String, &'static str)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
           and a.attname = 'workspace_id' and not a.attisdropped
         order by 1",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert!(tables.len() >= 10, "{tables:?}");
    let mut tables: Vec<_> = tables.into_iter().map(|table| (table, "workspace_id")).collect();
    tables.push(("workspaces".to_owned(), "id"));
    tables
}

async fn rows_of(tx: &mut Transaction, table: &str, tenant: &str, of: WorkspaceId) -> i64 {
    let sql = format!("select count(*) from {table} where {tenant} = $1");
    sqlx::query_scalar(AssertSqlSafe(sql)).bind(of.as_uuid()).fetch_one(&mut **tx).await.unwrap()
}

#[sqlx::test(migrations = false)]
async fn no_tenant_sees_no_row_and_each_tenant_sees_its_own_only(pool: PgPool) {
    let two = Two::new(pool).await;
    for (table, tenant) in tenant_tables(&two.world.superuser).await {
        let mut nobody = tenancy::begin_global(two.world.orchestrator.pool()).await.unwrap();
        let mut here = two.begin(&two.here).await;
        for of in [two.here.workspace, two.there.workspace] {
            assert_eq!(rows_of(&mut nobody, &table, tenant, of).await, 0, "{table}");
        }
        assert_eq!(rows_of(&mut here, &table, tenant, two.there.workspace).await, 0, "{table}");
        // There is something to be seen.
        assert!(rows_of(&mut here, &table, tenant, two.here.workspace).await > 0, "{table}");
    }
}

#[sqlx::test(migrations = false)]
async fn row_level_security_is_forced_on_every_table_of_a_tenant(pool: PgPool) {
    let world = World::new(pool).await;
    for (table, _) in tenant_tables(&world.superuser).await {
        let forced = format!(
            "select count(*) from pg_class
             where oid = '{table}'::regclass and relrowsecurity and relforcerowsecurity"
        );
        assert_eq!(count(&world.superuser, &forced).await, 1, "{table}");
    }
}

/// Copies a row of the other workspace as it is, except for what makes it new.
async fn insert_copy(tx: &mut Transaction, table: &str, row: &str) -> Result<(), sqlx::Error> {
    let columns: String = sqlx::query_scalar(
        "select string_agg(quote_ident(attname), ', ') from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and attgenerated = '' and not attisdropped",
    )
    .bind(table)
    .fetch_one(&mut **tx)
    .await?;
    let sql = format!(
        "insert into {table} ({columns}) overriding system value
         select {columns} from jsonb_populate_record(null::{table}, $1::jsonb)"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(row).execute(&mut **tx).await.map(|_| ())
}

/// A row of the other workspace. An entry of the log is one that the chain's own
/// guard lets pass: the next of its chain for whoever `sees` the chain, else a first.
async fn row_of(two: &Two, table: &str, tenant: &str, sees: bool) -> String {
    let order = if table == "audit_log" { "order by sequence desc" } else { "" };
    let sql =
        format!("select to_jsonb(t)::text from {table} t where {tenant} = $1 {order} limit 1");
    let row: String = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(two.there.workspace.as_uuid())
        .fetch_one(&two.world.superuser)
        .await
        .unwrap();
    let mut row: serde_json::Value = serde_json::from_str(&row).unwrap();
    if table == "audit_log" {
        let nothing = format!("\\x{}", "00".repeat(32)).into();
        row["previous_hash"] = if sees { row["hash"].take() } else { nothing };
        row["sequence"] = if sees { row["sequence"].as_i64().unwrap() + 1 } else { 1 }.into();
    }
    row.to_string()
}

#[sqlx::test(migrations = false)]
async fn nobody_writes_a_row_for_another_workspace(pool: PgPool) {
    let two = Two::new(pool).await;
    let app = two.world.orchestrator.pool();
    for (table, tenant) in tenant_tables(&two.world.superuser).await {
        let as_whom = [
            (two.begin(&two.here).await, false),
            (tenancy::begin_global(app).await.unwrap(), false),
            (tenancy::begin_platform(app).await.unwrap(), true),
            (tenancy::begin_member(app, two.there.owner.user).await.unwrap(), false),
        ];
        for (mut tx, sees) in as_whom {
            let row = row_of(&two, &table, tenant, sees).await;
            let refused = insert_copy(&mut tx, &table, &row).await;
            assert_eq!(code_of(refused), "42501", "{table}");
        }
        // Its own workspace gets further, to whatever else forbids a copy.
        let mut there = two.begin(&two.there).await;
        let row = row_of(&two, &table, tenant, true).await;
        if let Err(error) = insert_copy(&mut there, &table, &row).await {
            let code = error.as_database_error().and_then(DatabaseError::code);
            assert_ne!(code.as_deref(), Some("42501"), "{table}: {error}");
        }
    }
}

#[sqlx::test(migrations = false)]
async fn a_transaction_that_reads_all_workspaces_changes_none(pool: PgPool) {
    let two = Two::new(pool).await;
    let app = two.world.orchestrator.pool();
    for sql in [
        "update runs set status = status",
        "update specifications set name = 'taken over'",
        "update workspaces set name = 'taken over'",
        "update memberships set role = 'owner'",
    ] {
        let mut tx = tenancy::begin_platform(app).await.unwrap();
        assert!(count_in(&mut tx, "select count(*) from runs").await > 1);
        let changed = sqlx::query(sql).execute(&mut *tx).await.unwrap();
        assert_eq!(changed.rows_affected(), 0, "{sql}");
    }
}

async fn count_in(tx: &mut Transaction, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&mut **tx).await.unwrap()
}

#[sqlx::test(migrations = false)]
async fn a_setting_does_not_outlive_its_transaction(pool: PgPool) {
    let two = Two::new(pool).await;
    let app =
        crate::world::connect(&two.world.superuser, storage::setup::ActAs::Application, 1).await;
    for begin in 0..3 {
        let tx = match begin {
            0 => tenancy::begin_workspace(&app, two.here.workspace).await,
            1 => tenancy::begin_platform(&app).await,
            _ => tenancy::begin_member(&app, two.here.owner.user).await,
        };
        tx.unwrap().commit().await.unwrap();
        // The pool has one connection, so this is the same.
        for table in ["runs", "workspaces", "memberships"] {
            assert_eq!(count(&app, &format!("select count(*) from {table}")).await, 0, "{table}");
        }
    }
}

/// Every public use case that takes the id of something a workspace owns, asked
/// for by a member of another one. The answers are compared as they print.
const COMPARED: [&str; 40] = [
    "add_portfolio",
    "cancel_specification",
    "cancel_run",
    "cited_event",
    "clone_specification",
    "compare_versions",
    "download_execution",
    "download_report",
    "execute_run",
    "execution",
    "fetch_export",
    "instruction_of_run",
    "list_overrides",
    "make_export",
    "override_of_run",
    "pause_schedule",
    "pause_specification",
    "portfolio",
    "portfolio_report",
    "reconciliation_for",
    "replay",
    "resume_schedule",
    "resume_specification",
    "revoke_api_token",
    "run_events_after",
    "run_funnel",
    "save_specification",
    "set_schedule",
    "shown_execution",
    "shown_report",
    "submit_specification",
    "transactions",
    "trigger_run",
    "view_export",
    "view_report",
    "view_run",
    "view_schedule",
    "view_specification",
    // Of the chosen workspace; the last one filters the asker's own.
    "actor",
    "history",
];

/// For the platform's administrators or the command line, who see every id.
const ACROSS_WORKSPACES: [&str; 24] = [
    "activate_specification",
    "add_account",
    "add_portfolio_to",
    "connect_ledger",
    "export_record",
    "grant_entitlement",
    "grant_override",
    "has_portfolios",
    // Tells the process of ids that it holds streams of; each was admitted when it began.
    "hear_events",
    // Told by the caller's own membership.
    "pricing_policy",
    "read_ledger_of",
    "reconcile_portfolios",
    "record_licence",
    "return_specification",
    // Of the command line.
    "run_record",
    "seed_entitlement",
    "set_model_budget",
    "view_model_use",
    "view_overrides",
    "view_submission",
    "view_workspace",
    "what_if",
    "withdraw_licence",
    "workspace_licences",
];

#[sqlx::test(migrations = false)]
async fn anothers_id_is_answered_exactly_like_one_that_does_not_exist(pool: PgPool) {
    let two = Two::new(pool).await;
    let app = &two.world.orchestrator;
    let owner = &two.here.owner;
    let entries = "select count(*) from audit_log";
    let before = count(&two.world.superuser, entries).await;
    let mut compared = BTreeSet::new();

    let unknown = Uuid::now_v7();
    // The same call with the other workspace's id and with an unknown one.
    macro_rules! compare {
        ($name:ident, $id:ident: $kind:ident = $foreign:expr, $call:expr) => {{
            let foreign = {
                let $id = $foreign;
                format!("{:?}", $call.await)
            };
            let nothing = {
                let $id = $kind::from_uuid(unknown);
                format!("{:?}", $call.await)
            };
            assert_eq!(foreign, nothing, stringify!($name));
            compared.insert(stringify!($name));
            foreign
        }};
    }
    macro_rules! not_found {
        ($name:ident($($before:expr),*; $kind:ident; $($after:expr),*)) => {{
            let foreign = not_found!(@ $kind);
            let answer = compare!($name, id: $kind = foreign, app.$name($($before,)* id, $($after),*));
            assert_eq!(answer, "Err(NotFound)", stringify!($name));
        }};
        (@ SpecificationId) => { two.specification };
        (@ RunId) => { two.run };
        (@ ApiTokenId) => { two.token };
        (@ ExecutionId) => { two.execution };
        (@ ExportJobId) => { two.export };
        (@ PortfolioId) => { two.portfolio };
    }
    let reason = "Long enough a reason";
    not_found!(view_specification(owner; SpecificationId;));
    not_found!(compare_versions(owner; SpecificationId; None, None));
    not_found!(save_specification(owner; SpecificationId; draft("Taken"), ""));
    not_found!(clone_specification(owner; SpecificationId;));
    not_found!(submit_specification(owner; SpecificationId;));
    not_found!(pause_specification(owner; SpecificationId; reason));
    not_found!(resume_specification(owner; SpecificationId;));
    not_found!(cancel_specification(owner; SpecificationId; reason));
    not_found!(trigger_run(owner; SpecificationId;));
    not_found!(view_schedule(owner; SpecificationId;));
    not_found!(set_schedule(owner; SpecificationId; &schedule()));
    not_found!(pause_schedule(owner; SpecificationId; reason));
    not_found!(resume_schedule(owner; SpecificationId;));
    not_found!(cancel_run(owner; RunId;));
    not_found!(list_overrides(owner; SpecificationId;));
    not_found!(view_run(owner; RunId;));
    not_found!(run_events_after(owner; RunId; 0));
    not_found!(view_report(owner; RunId;));
    not_found!(portfolio_report(owner; RunId;));
    not_found!(shown_report(owner; RunId;));
    not_found!(cited_event(owner; RunId; "E-000000000000"));
    not_found!(run_funnel(owner; RunId;));
    not_found!(revoke_api_token(owner; ApiTokenId;));
    for subject in [Subject::Report(two.run), Subject::Execution(two.execution)] {
        let answer = app.export_choices(owner, subject).await;
        assert!(matches!(answer, Err(UseCaseError::NotFound)), "{answer:?}");
    }
    for format in [Format::Html, Format::Json] {
        not_found!(download_report(owner; RunId; format, &origin()));
    }
    not_found!(download_execution(owner; ExecutionId; Format::Csv, &origin()));
    not_found!(view_export(owner; ExportJobId;));
    not_found!(fetch_export(owner; ExportJobId; &origin()));
    let made = compare!(make_export, id: ExportJobId = two.export, app.make_export(two.here.workspace, id));
    assert_eq!(made, "Ok(())");
    let caller = Caller::from(owner.clone());
    not_found!(execution(&caller; ExecutionId;));
    not_found!(shown_execution(&caller; ExecutionId;));
    let correlation = || Correlation { trace_id: "1".repeat(32), request_id: Uuid::nil() };
    let replayed =
        compare!(replay, id: ExecutionId = two.execution, app.replay(&caller, id, correlation()));
    assert_eq!(replayed, "Err(UseCase(NotFound))");
    let executed =
        compare!(execute_run, id: RunId = two.run, app.execute_run(two.here.workspace, id));
    assert_eq!(executed, format!("{:?}", Ok::<_, ()>(Executed::Final)));
    not_found!(portfolio(owner; PortfolioId;));
    let filter = TransactionFilter { security: None, kind: None, page: 1 };
    not_found!(transactions(owner; PortfolioId; &filter));
    let added = compare!(add_portfolio, id: PortfolioId = two.portfolio, app.add_portfolio(owner, id, "Taken over"));
    assert_eq!(added, "Err(Refused(NotInLedger))");
    let pack = &two.pack;
    compare!(reconciliation_for, id: PortfolioId = two.portfolio, app.reconciliation_for(owner, id, pack));
    let session = SignedIn { user: owner.user, password_epoch: 0 };
    compare!(instruction_of_run, id: RunId = two.run, app.instruction_of_run(owner, id));
    compare!(override_of_run, id: RunId = two.run, app.override_of_run(owner, id));
    compare!(actor, id: WorkspaceId = two.there.workspace, app.actor(session, Some(id)));
    let only = |id| HistoryFilter { specification: Some(id), ..HistoryFilter::default() };
    let page = compare!(history, id: SpecificationId = two.specification, app.history(owner, &only(id), None));
    assert_eq!(page, "Ok(HistoryPage { rows: [], older: None })");

    assert_eq!(compared, BTreeSet::from(COMPARED));
    // Nobody's log tells that somebody asked.
    assert_eq!(count(&two.world.superuser, entries).await, before);
}

#[sqlx::test(migrations = false)]
async fn what_is_for_administrators_answers_members_alike_whatever_the_id(pool: PgPool) {
    let two = Two::new(pool).await;
    let app = &two.world.orchestrator;
    let (owner, bought) = (&two.here.owner, entitlement());
    let refused = |answer: &dyn Debug| assert_eq!(format!("{answer:?}"), "Err(NotAdmin)");
    for id in [two.specification, SpecificationId::from_uuid(Uuid::now_v7())] {
        refused(&app.view_submission(owner, id).await);
        refused(&app.activate_specification(owner, id).await);
        refused(&app.return_specification(owner, id, "Long enough a reason").await);
        refused(&app.view_overrides(owner, id).await);
        let kind = OverrideKind::ExtraRun;
        refused(&app.grant_override(owner, id, kind, "Long enough a reason").await);
    }
    for id in [two.there.workspace, WorkspaceId::from_uuid(Uuid::now_v7())] {
        refused(&app.view_workspace(owner, id).await);
        refused(&app.view_model_use(owner, id, None).await);
        refused(&app.grant_entitlement(owner, id, &bought).await);
        refused(&app.set_model_budget(owner, id, Some(1), None).await);
        refused(&app.workspace_licences(owner, id).await);
        refused(&app.record_licence(owner, id, &licence()).await);
    }
    let (run, execution) = (two.run.as_uuid(), two.execution.as_uuid());
    for id in [run, execution, Uuid::now_v7()] {
        refused(&app.what_if(owner, id, None).await);
    }
    for chain in [two.there.workspace.as_uuid(), Uuid::now_v7()] {
        refused(&app.export_record(owner, chain, 1).await);
    }
    let id = WorkspaceLicenceId::from_uuid(Uuid::now_v7());
    refused(&app.withdraw_licence(owner, id).await);
    let everything = ExportFilter::default();
    refused(&app.export_records(owner, &everything, None).await);
    refused(&app.export_records_file(owner, &everything, &origin()).await);
    refused(&app.submissions(owner).await);
    refused(&app.workspaces(owner).await);
    refused(&app.platform_history(owner, &HistoryFilter::default(), None).await);
}

#[test]
fn every_use_case_that_takes_an_id_is_on_one_of_the_lists() {
    let mut found = BTreeSet::new();
    collect_use_cases(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let listed = COMPARED.into_iter().chain(ACROSS_WORKSPACES).map(str::to_owned).collect();
    // `history` takes its id inside a filter, `add_account` inside a struct, `what_if` one of
    // either kind and `export_record` a chain's.
    let others = ["history", "add_account", "what_if", "export_record"];
    found.extend(others.map(str::to_owned));
    assert_eq!(found, listed);
}

fn collect_use_cases(folder: &Path, found: &mut BTreeSet<String>) {
    const IDS: [&str; 8] = [
        "SpecificationId",
        "RunId",
        "WorkspaceId",
        "ApiTokenId",
        "ExecutionId",
        "ExportJobId",
        "PortfolioId",
        "WorkspaceLicenceId",
    ];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_use_cases(&path, found);
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        for function in source.split("    pub async fn ").skip(1) {
            let (name, rest) = function.split_once('(').unwrap();
            let (arguments, _) = rest.split_once(") ").unwrap();
            if arguments.contains("&self") && IDS.iter().any(|id| arguments.contains(id)) {
                found.insert(name.to_owned());
            }
        }
    }
}

#[sqlx::test(migrations = false)]
async fn somebody_without_a_workspace_finds_nothing(pool: PgPool) {
    let two = Two::new(pool).await;
    let app = &two.world.orchestrator;
    let session = SignedIn { user: two.world.admin.user, password_epoch: 0 };
    let outsider = app.actor(session, Some(two.there.workspace)).await.unwrap().unwrap();
    assert!(outsider.membership.is_none() && outsider.memberships.is_empty());
    let answer = format!("{:?}", app.view_run(&outsider, two.run).await);
    assert_eq!(answer, "Err(NotFound)");
    let gone = SignedIn { user: UserId::from_uuid(Uuid::now_v7()), password_epoch: 0 };
    assert!(app.actor(gone, None).await.unwrap().is_none());
}
