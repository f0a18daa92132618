//! What was written once stays: the application's role has no right to change
//! it, and whoever has the right meets a trigger.

use crate::world::{Market, World, code_of, count, draft, message_of};
use domain::{id::WorkspaceId, language_model::Listed};
use orchestrator::evidence::HeldForm;
use sqlx::{AssertSqlSafe, PgPool};
use std::collections::BTreeSet;
use storage::{
    held_item::HeldFilter,
    model_listing::{self, NewListing},
    pack_event::Filter,
    setup::ActAs,
    tenancy,
};

const IMMUTABLE: [&str; 34] = [
    "artifacts",
    "assistant_answers",
    "audit_log",
    "entitlements",
    "event_citations",
    "event_decisions",
    "event_facets",
    "evidence_items",
    "executions",
    "held_decisions",
    "held_items",
    "ledger_books",
    "ledger_pins",
    "ledger_postings",
    "ledger_readings",
    "ledger_repositories",
    "ledger_snapshots",
    "model_budgets",
    "model_listings",
    "pack_events",
    "pack_readings",
    "packs",
    "portfolio_daily_values",
    "portfolios",
    "pricing_pack_prices",
    "pricing_pack_rates",
    "reconciliations",
    "run_events",
    "run_packages",
    "run_steps",
    "server_probes",
    "source_fetches",
    "source_items",
    "specification_versions",
];

/// Tables whose rows change, and the columns that the application may change.
const MUTABLE: [(&str, &[&str]); 26] = [
    // The migrator's own; the application does not even read it.
    ("_sqlx_migrations", &[]),
    ("api_tokens", &["last_used_at", "revoked_at"]),
    // How a call ended; a trigger guards that it does so once.
    (
        "assistant_calls",
        &[
            "answered_model",
            "cached_tokens",
            "cost",
            "cost_missing",
            "finished_at",
            "input_tokens",
            "outcome",
            "output_tokens",
            "reasoning_tokens",
            "response_id",
        ],
    ),
    // How it goes on; a trigger guards that it only does so forwards.
    (
        "export_jobs",
        &[
            "attempt",
            "expires_at",
            "failure",
            "file_bytes",
            "file_hash",
            "file_name",
            "finished_at",
            "media_type",
            "started_at",
            "status",
            "terms",
            "written",
        ],
    ),
    // Pieces go when their time is over, by a function alone.
    ("export_pieces", &[]),
    // Rows come and go.
    // Rows come and go.
    ("host_turns", &["asked_at", "held_until", "ticket"]),
    (
        "idempotency_keys",
        &[
            "body",
            "claim",
            "created_at",
            "expires_at",
            "headers",
            "lease_until",
            "request_hash",
            "status",
        ],
    ),
    ("memberships", &["role"]),
    // How it went; a trigger guards that it ends once.
    ("pack_builds", &["begun_at", "error", "failed_sources", "finished_at", "items", "pack_id"]),
    // What became of a slot; a trigger guards that it is decided once.
    ("planned_slots", &["decided_at", "next_try_at", "reason", "reason_code", "run_id", "state"]),
    // How a stage ended; a trigger guards that it does so once.
    ("pricing_pack_stages", &["attempts", "ended_at", "outcome"]),
    // The columns that say where a pack stands; a trigger guards the rest.
    ("pricing_packs", &["error", "fresh_at", "stage", "stages_done", "status", "updated_at"]),
    // When a provider may be asked next.
    ("provider_turns", &["next_at"]),
    // What was asked of it; a trigger guards that it only grows.
    ("provider_use", &["bytes", "requests"]),
    (
        "runs",
        &[
            "failure_detail",
            "failure_kind",
            "fencing_token",
            "finished_at",
            "handed_back",
            "lease_until",
            "started_at",
            "status",
            "waiting_for",
        ],
    ),
    (
        "schedules",
        &[
            "failures_from",
            "local_time",
            "missed",
            "month_day",
            "paused_at",
            "paused_by",
            "paused_reason",
            "planned_as",
            "planned_until",
            "set_at",
            "set_by",
            "weekday",
        ],
    ),
    // Rows come and go, as do those of `source_parts`.
    ("sessions", &["data", "expires_at", "id"]),
    ("sign_in_failures", &[]),
    // How it ended; a trigger guards that it does so once.
    ("slot_overrides", &["lapsed_at", "used_by_run"]),
    // Rows are added alone.
    ("source_addresses", &[]),
    ("source_parts", &[]),
    // What an administrator decides, and how the readings went.
    (
        "sources",
        &[
            "country",
            "covers_links",
            "covers_regions",
            "due_at",
            "enabled",
            "etag",
            "failures",
            "interval_minutes",
            "kind",
            "language",
            "last_entries",
            "last_error",
            "last_modified",
            "last_status",
            "limits",
            "name",
            "polyurethane_only",
            "provider",
            "publisher",
            "selectors",
            "succeeded_at",
            "terms",
            "tier",
            "tried_at",
            "url",
        ],
    ),
    (
        "specifications",
        &[
            "active_version_id",
            "draft",
            "draft_saved_at",
            "draft_saved_by",
            "name",
            "paused_by_admin",
            "state",
            "state_reason",
            "submitted_at",
            "submitted_by",
            "submitted_version_id",
        ],
    ),
    ("users", &["password_epoch", "password_hash"]),
    // How it ended; a trigger guards that it does so once.
    ("workspace_licences", &["withdrawn_at", "withdrawn_by"]),
    ("workspaces", &["name", "reads_ledger", "time_zone"]),
];

/// A world in which every table holds a row.
async fn full_world(pool: PgPool) -> (World, WorkspaceId) {
    let world = World::new(pool).await;
    world.entered_source().await;
    world.read_samples().await;
    decide_on_evidence(&world).await;
    world.orchestrator.request_pack(&world.admin).await.unwrap();
    let tenant = world.tenant_by_day("North").await;
    let market = Market::with_portfolio();
    market.add_portfolio(&world, &tenant).await;
    let pack = market.build(&market.app(&world), "2025-10-21", "262.77").await;
    market.pin(&world, &tenant, &pack).await;
    let id = world.active(&tenant, draft("Monthly")).await;
    world
        .orchestrator
        .set_model_budget(&world.admin, tenant.workspace, Some(9999), None)
        .await
        .unwrap();
    world.succeed_with_a_call(&tenant, id).await;
    list_a_model(&world).await;
    world.execute(&tenant.viewer, "2025-10-21").await.unwrap();
    (world, tenant.workspace)
}

/// Drops the item that is held, and makes one of two events.
async fn decide_on_evidence(world: &World) {
    let app = &world.orchestrator;
    let reason = "Long enough a reason".to_owned();
    let held = app.held_items(&world.admin, &HeldFilter::default(), 1).await.unwrap();
    let form = HeldForm { decision: "dropped".into(), date: String::new(), reason };
    app.decide_held(&world.admin, held.rows[0].id, &form).await.unwrap();
    let found = app.browse_evidence(&world.admin, &Filter::default(), 1).await.unwrap().unwrap();
    let (one, other) = (&found.events[0].id, &found.events[1].id);
    app.merge_events(&world.admin, one, other, &form.reason).await.unwrap();
}

async fn list_a_model(world: &World) {
    let listed = NewListing {
        server: "https://example.com/v1",
        model: "test-model",
        listing: Listed::Listed,
        shutdown_on: None,
        reason: None,
    };
    let mut tx = tenancy::begin_platform(world.orchestrator.pool()).await.unwrap();
    model_listing::insert(&mut tx, &listed).await.unwrap();
    tx.commit().await.unwrap();
}

fn changes(table: &str) -> [String; 3] {
    // Any column will do; the table's first is not generated.
    let column = match table {
        "artifacts" | "packs" | "portfolios" | "specification_versions" => "id",
        "assistant_answers" => "call_id",
        "source_fetches" | "source_items" => "source_id",
        "held_decisions" | "held_items" => "item_id",
        "event_decisions" => "kind",
        "audit_log" => "chain",
        "ledger_books" | "ledger_pins" | "ledger_postings" | "ledger_readings"
        | "ledger_snapshots" => "ledger_commit",
        "ledger_repositories" => "address",
        "entitlements" => "seats",
        "model_budgets" => "tokens_max",
        "model_listings" => "model",
        "executions" => "pattern_id",
        "event_citations"
        | "event_facets"
        | "evidence_items"
        | "pack_events"
        | "pack_readings"
        | "portfolio_daily_values"
        | "pricing_pack_prices"
        | "pricing_pack_rates"
        | "reconciliations" => "pack_id",
        _ => "run_id",
    };
    [
        format!("update {table} set {column} = {column}"),
        format!("delete from {table}"),
        format!("truncate {table} cascade"),
    ]
}

#[sqlx::test(migrations = false)]
async fn the_application_may_not_change_delete_or_empty_what_is_written_once(pool: PgPool) {
    let (world, workspace) = full_world(pool).await;
    for table in IMMUTABLE {
        for sql in changes(table) {
            let mut tx =
                tenancy::begin_workspace(world.orchestrator.pool(), workspace).await.unwrap();
            let refused = sqlx::query(AssertSqlSafe(sql.as_str())).execute(&mut *tx).await;
            assert_eq!(code_of(refused), "42501", "{sql}");
        }
    }
}

#[sqlx::test(migrations = false)]
async fn a_superuser_who_changes_what_is_written_once_meets_the_trigger(pool: PgPool) {
    let (world, _) = full_world(pool).await;
    for table in IMMUTABLE {
        let rows = format!("select count(*) from {table}");
        assert!(count(&world.superuser, &rows).await > 0, "{table} is empty");
        for sql in changes(table) {
            let operation = sql.split_once(' ').unwrap().0;
            let refused = sqlx::query(AssertSqlSafe(sql.as_str())).execute(&world.superuser).await;
            let expected = format!("{table} is immutable: {operation} is refused");
            assert_eq!(message_of(refused), expected, "{sql}");
        }
    }
}

#[sqlx::test(migrations = false)]
async fn every_table_is_named_here_as_written_once_or_as_changing(pool: PgPool) {
    let world = World::new(pool).await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'm', 'f')",
    )
    .fetch_all(&world.superuser)
    .await
    .unwrap();
    let named: BTreeSet<&str> =
        IMMUTABLE.into_iter().chain(MUTABLE.map(|(table, _)| table)).collect();
    assert_eq!(tables.iter().map(String::as_str).collect::<BTreeSet<_>>(), named);
}

#[sqlx::test(migrations = false)]
async fn the_application_may_change_the_columns_named_here_and_no_others(pool: PgPool) {
    let world = World::new(pool).await;
    let granted: Vec<(String, String)> = sqlx::query_as(
        "select c.relname::text, a.attname::text
         from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
           and a.attnum > 0 and not a.attisdropped
           and has_column_privilege('observatory_app', c.oid, a.attnum, 'update')",
    )
    .fetch_all(&world.superuser)
    .await
    .unwrap();
    let named: BTreeSet<(String, String)> = MUTABLE
        .into_iter()
        .flat_map(|(table, columns)| {
            columns.iter().map(move |column| (table.to_owned(), (*column).to_owned()))
        })
        .collect();
    assert_eq!(granted.into_iter().collect::<BTreeSet<_>>(), named);

    let removable: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class
         where relnamespace = 'public'::regnamespace and relkind = 'r'
           and has_table_privilege('observatory_app', oid, 'delete, truncate, trigger, references')
         order by 1",
    )
    .fetch_all(&world.superuser)
    .await
    .unwrap();
    // Of the planned slots those that are still ahead; a trigger guards the decided ones.
    assert_eq!(
        removable,
        [
            "host_turns",
            "idempotency_keys",
            "planned_slots",
            "sessions",
            "sign_in_failures",
            "source_parts"
        ]
    );
}

#[sqlx::test(migrations = false)]
async fn the_application_owns_nothing_and_the_verifier_writes_nothing(pool: PgPool) {
    let (world, _) = full_world(pool).await;
    let owned = "select count(*) from pg_class c join pg_roles r on r.oid = c.relowner
                 where r.rolname in ('observatory_app', 'observatory_verifier')";
    assert_eq!(count(&world.superuser, owned).await, 0);
    let verifier = crate::world::connect(&world.superuser, ActAs::Verifier, 1).await;
    for table in IMMUTABLE.into_iter().chain(MUTABLE.map(|(table, _)| table)) {
        let write = format!("insert into {table} default values");
        let refused = sqlx::query(AssertSqlSafe(write)).execute(&verifier).await;
        assert_eq!(code_of(refused), "42501", "{table}");
    }
}
