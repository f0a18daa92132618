//! An override opens one further slot of one period: for one success, with a
//! reason, audited, and whatever the code does (domain reference, section 3.4).

use crate::world::{
    Tenant, World, analyst, builtin_agents, code_of, count, draft, message_of, orchestrator,
};
use domain::{
    id::{RunId, SlotOverrideId, SpecificationId},
    slot_override::OverrideKind,
    taxonomy::Region,
    workspace::Role,
};
use orchestrator::{
    Refusal, UseCaseError,
    run::{Executed, Triggered},
};
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use storage::{slot_override::OverrideStanding, tenancy, workspace};
use tokio::task::JoinSet;

const REASON: &str = "The first report missed a correction of its source.";

struct Case {
    world: World,
    tenant: Tenant,
    id: SpecificationId,
}

impl Case {
    async fn new(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        world.read_samples().await;
        let tenant = world.tenant_by_day("North").await;
        let id = world.active(&tenant, draft("Monthly")).await;
        Self { world, tenant, id }
    }

    /// The period has its report.
    async fn reported(pool: PgPool) -> Self {
        let case = Self::new(pool).await;
        case.world.succeed(&case.tenant, case.id).await;
        case
    }

    async fn grant(&self, kind: OverrideKind) -> Result<SlotOverrideId, UseCaseError> {
        let admin = &self.world.admin;
        self.world.orchestrator.grant_override(admin, self.id, kind, REASON).await
    }

    async fn refused(&self, kind: OverrideKind) -> Refusal {
        refusal(self.grant(kind).await)
    }

    async fn standings(&self) -> Vec<OverrideStanding> {
        let viewer = &self.tenant.viewer;
        let listed = self.world.orchestrator.list_overrides(viewer, self.id).await.unwrap();
        listed.into_iter().map(|granted| granted.standing).collect()
    }

    async fn ordinal(&self, run: RunId) -> i64 {
        self.count(&format!("select slot_ordinal::bigint from runs where id = '{run}'")).await
    }

    async fn count(&self, sql: &str) -> i64 {
        count(&self.world.superuser, sql).await
    }

    async fn entries(&self, action: &str, target: SlotOverrideId) -> i64 {
        self.count(&format!(
            "select count(*) from audit_log where action = '{action}' and target = '{target}'"
        ))
        .await
    }

    /// As if the period had ended: no trigger looks.
    async fn let_it_expire(&self) {
        let past = "update slot_overrides set granted_at = now() - interval '2 hours',
                        expires_at = now() - interval '1 hour'";
        self.world.tamper(past).await;
    }
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, UseCaseError>) -> Refusal {
    match answer.unwrap_err() {
        UseCaseError::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrations = false)]
async fn an_override_gives_one_more_report_of_the_period_and_no_second_one(pool: PgPool) {
    let case = Case::reported(pool).await;
    assert_eq!(case.world.blocked(&case.tenant, case.id).await.code(), "slot_taken");
    let granted = case.grant(OverrideKind::ExtraRun).await.unwrap();
    assert!(matches!(case.standings().await[..], [OverrideStanding::Open { .. }]));

    let run = case.world.succeed(&case.tenant, case.id).await;
    assert_eq!(case.ordinal(run).await, 1);
    assert!(
        matches!(case.standings().await[..], [OverrideStanding::Used { run: by, .. }] if by == run)
    );
    for action in ["override.granted", "override.used"] {
        assert_eq!(case.entries(action, granted).await, 1, "{action}");
    }
    assert_eq!(case.world.blocked(&case.tenant, case.id).await.code(), "slot_taken");
    assert_eq!(case.count("select count(*) from artifacts").await, 2);

    // Another reason, another slot.
    case.grant(OverrideKind::ExtraRun).await.unwrap();
    let third = case.world.succeed(&case.tenant, case.id).await;
    assert_eq!(case.ordinal(third).await, 2);
}

#[sqlx::test(migrations = false)]
async fn the_regular_slot_is_used_before_one_that_was_granted(pool: PgPool) {
    let case = Case::new(pool).await;
    case.grant(OverrideKind::ExtraRun).await.unwrap();
    for ordinal in [0, 1] {
        let run = case.world.succeed(&case.tenant, case.id).await;
        assert_eq!(case.ordinal(run).await, ordinal);
    }
}

#[sqlx::test(migrations = false)]
async fn a_run_that_fails_leaves_the_override_for_the_next_one(pool: PgPool) {
    let case = Case::reported(pool).await;
    let granted = case.grant(OverrideKind::ExtraRun).await.unwrap();
    let widening = analyst(|mut written| {
        written.value["coverage"]["quiet_regions"] = json!([Region::China]);
        Ok(written)
    });
    let widening = case.world.process(widening).await;
    let failed = case.world.trigger(&case.tenant, case.id).await;
    assert!(
        matches!(case.standings().await[..], [OverrideStanding::Running { run }] if run == failed)
    );
    widening.execute_run(case.tenant.workspace, failed).await.unwrap();
    assert_eq!(case.world.status(failed).await, "failed");
    assert_eq!(case.ordinal(failed).await, 1);

    assert!(matches!(case.standings().await[..], [OverrideStanding::Open { .. }]));
    assert_eq!(case.entries("override.used", granted).await, 0);
    let run = case.world.succeed(&case.tenant, case.id).await;
    assert_eq!(case.ordinal(run).await, 1);
    assert_eq!(case.entries("override.used", granted).await, 1);
}

#[sqlx::test(migrations = false)]
async fn an_override_ends_with_its_period_and_the_log_says_so_once(pool: PgPool) {
    let case = Case::reported(pool).await;
    let granted = case.grant(OverrideKind::ExtraRun).await.unwrap();
    let ends = "select count(*) from slot_overrides o
                join runs r on r.period_key = o.period_key and r.period_ends_at = o.expires_at";
    assert_eq!(case.count(ends).await, 1);
    assert_eq!(case.world.orchestrator.expire_overrides().await.unwrap(), 0);

    case.let_it_expire().await;
    assert_eq!(case.world.blocked(&case.tenant, case.id).await.code(), "slot_taken");
    assert!(matches!(case.standings().await[..], [OverrideStanding::Expired { .. }]));
    for expected in [1, 0] {
        assert_eq!(case.world.orchestrator.expire_overrides().await.unwrap(), expected);
        assert_eq!(case.entries("override.expired", granted).await, 1);
    }
}

#[sqlx::test(migrations = false)]
async fn an_override_serves_no_other_period_than_its_own(pool: PgPool) {
    let case = Case::reported(pool).await;
    case.grant(OverrideKind::ExtraRun).await.unwrap();
    case.world.tamper("update slot_overrides set period_key = '2999-01'").await;
    assert_eq!(case.world.blocked(&case.tenant, case.id).await.code(), "slot_taken");
}

#[sqlx::test(migrations = false)]
async fn a_run_that_began_in_time_may_succeed_after_its_period(pool: PgPool) {
    let case = Case::reported(pool).await;
    let granted = case.grant(OverrideKind::ExtraRun).await.unwrap();
    let run = case.world.trigger(&case.tenant, case.id).await;
    case.let_it_expire().await;
    assert_eq!(case.world.orchestrator.expire_overrides().await.unwrap(), 0);
    let executed = case.world.orchestrator.execute_run(case.tenant.workspace, run).await.unwrap();
    assert_eq!((executed, case.world.status(run).await.as_str()), (Executed::Final, "succeeded"));
    assert_eq!(case.entries("override.used", granted).await, 1);
}

#[sqlx::test(migrations = false)]
async fn fifty_concurrent_triggers_of_one_override_give_one_run(pool: PgPool) {
    const TRIGGERS: usize = 50;
    let case = Case::reported(pool).await;
    case.grant(OverrideKind::ExtraRun).await.unwrap();
    let process = orchestrator(&case.world.superuser, builtin_agents(), 10).await;
    let mut triggers = JoinSet::new();
    for _ in 0..TRIGGERS {
        let (process, editor, id) = (process.clone(), case.tenant.editor.clone(), case.id);
        triggers.spawn(async move { process.trigger_run(&editor, id).await.unwrap() });
    }
    let answers = triggers.join_all().await;
    let started: Vec<RunId> = answers
        .iter()
        .filter_map(|answer| if let Triggered::Started(run) = answer { Some(*run) } else { None })
        .collect();
    let [run] = started[..] else { panic!("{} runs were started", started.len()) };
    let same = answers.iter().filter(|answer| **answer == Triggered::AlreadyLive(run)).count();
    assert_eq!(same, TRIGGERS - 1);
    assert_eq!(case.count("select count(*) from runs where slot_ordinal > 0").await, 1);
}

#[sqlx::test(migrations = false)]
async fn a_run_in_a_slot_that_was_not_granted_is_refused_by_the_database(pool: PgPool) {
    let case = Case::reported(pool).await;
    let insert = |ordinal: i32, key: &str| {
        format!(
            "insert into runs (id, workspace_id, specification_id, specification_version_id,
                 period, period_key, period_starts_at, period_ends_at, slot_ordinal, window_from,
                 window_to, triggered_by)
             select gen_random_uuid(), workspace_id, specification_id, specification_version_id,
                 period, {key}, period_starts_at, period_ends_at, {ordinal}, window_from,
                 window_to, triggered_by
             from runs"
        )
    };
    let attempt = async |sql: String| {
        // Not even a superuser.
        let mut tx = case.world.superuser.begin().await.unwrap();
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await
    };
    for ordinal in [1, -1] {
        let refused = attempt(insert(ordinal, "period_key")).await;
        assert!(message_of(refused).ends_with("was not granted"), "{ordinal}");
    }
    case.grant(OverrideKind::ExtraRun).await.unwrap();
    assert_eq!(code_of(attempt(insert(2, "period_key")).await), "23001");
    assert_eq!(code_of(attempt(insert(1, "'2001-01'")).await), "23001");
    // The check can tell.
    attempt(insert(1, "period_key")).await.unwrap();
    case.let_it_expire().await;
    assert_eq!(code_of(attempt(insert(1, "period_key")).await), "23001");
}

#[sqlx::test(migrations = false)]
async fn what_was_granted_stays_and_ends_once_whatever_the_code_does(pool: PgPool) {
    let case = Case::reported(pool).await;
    case.grant(OverrideKind::ExtraRun).await.unwrap();
    let attempt = async |sql: &'static str| {
        let mut tx = case.world.superuser.begin().await.unwrap();
        sqlx::query(sql).execute(&mut *tx).await
    };
    for sql in [
        "update slot_overrides set reason = 'Another reason altogether.'",
        "update slot_overrides set expires_at = expires_at + interval '1 day'",
        "update slot_overrides set slot_ordinal = 7",
        // By the report in the regular slot.
        "update slot_overrides set used_by_run = (select id from runs)",
        "update slot_overrides set lapsed_at = now()",
        "delete from slot_overrides",
        "truncate slot_overrides",
    ] {
        assert_eq!(code_of(attempt(sql).await), "23001", "{sql}");
    }
    case.world.succeed(&case.tenant, case.id).await;
    let again = attempt("update slot_overrides set used_by_run = null").await;
    assert!(message_of(again).ends_with("has ended"));
    for reason in ["Too short", &"x".repeat(501)] {
        let sql = format!(
            "insert into slot_overrides
             select gen_random_uuid(), workspace_id, specification_id, period_key, 9, kind,
                 '{reason}', granted_by, now(), expires_at
             from slot_overrides"
        );
        let refused = sqlx::query(AssertSqlSafe(sql)).execute(&case.world.superuser).await;
        assert!(message_of(refused).contains("slot_overrides_reason_length"), "{reason}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_success_that_leaves_its_override_unused_cannot_be_committed(pool: PgPool) {
    let case = Case::reported(pool).await;
    case.grant(OverrideKind::ExtraRun).await.unwrap();
    let run = case.world.trigger(&case.tenant, case.id).await;
    let mut tx = case.world.superuser.begin().await.unwrap();
    sqlx::query("alter table runs disable trigger require_seal_of_success")
        .execute(&mut *tx)
        .await
        .unwrap();
    sqlx::query("update runs set status = 'succeeded', finished_at = now() where id = $1")
        .bind(run.as_uuid())
        .execute(&mut *tx)
        .await
        .unwrap();
    let expected = format!("run {run} cannot succeed without using up its override");
    assert_eq!(message_of(tx.commit().await), expected);
}

#[sqlx::test(migrations = false)]
async fn only_an_administrator_without_a_part_in_the_workspace_grants_one(pool: PgPool) {
    let case = Case::reported(pool).await;
    let app = &case.world.orchestrator;
    for member in [&case.tenant.viewer, &case.tenant.editor, &case.tenant.owner] {
        let answer = app.grant_override(member, case.id, OverrideKind::ExtraRun, REASON).await;
        assert!(matches!(answer, Err(UseCaseError::NotAdmin)), "{answer:?}");
    }
    let workspace = case.tenant.workspace;
    let mut tx = tenancy::begin_workspace(app.pool(), workspace).await.unwrap();
    let admin = case.world.admin.user;
    workspace::insert_member(&mut tx, workspace, admin, Role::Viewer).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(case.refused(OverrideKind::ExtraRun).await, Refusal::OwnWorkspace);
    let page = app.view_overrides(&case.world.admin, case.id).await.unwrap();
    assert_eq!(page.obstacle, Some(Refusal::OwnWorkspace));
    assert_eq!(case.count("select count(*) from slot_overrides").await, 0);
}

#[sqlx::test(migrations = false)]
async fn a_reason_is_given_in_ten_to_five_hundred_characters(pool: PgPool) {
    let case = Case::reported(pool).await;
    let (app, admin) = (&case.world.orchestrator, &case.world.admin);
    // Nine with spaces around them; characters, not bytes.
    for reason in ["", "   ninechars   ", &"ö".repeat(501)] {
        let answer = app.grant_override(admin, case.id, OverrideKind::ExtraRun, reason).await;
        assert_eq!(refusal(answer), Refusal::ReasonLength, "{reason}");
    }
    let longest = "ö".repeat(500);
    app.grant_override(admin, case.id, OverrideKind::ExtraRun, &longest).await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn there_is_one_override_at_a_time_and_none_without_a_version_in_force(pool: PgPool) {
    let case = Case::new(pool).await;
    let app = &case.world.orchestrator;
    assert_eq!(case.refused(OverrideKind::SlotReset).await, Refusal::NothingToReset);
    case.grant(OverrideKind::ExtraRun).await.unwrap();
    assert_eq!(case.refused(OverrideKind::ExtraRun).await, Refusal::OverrideOpen);
    let page = app.view_overrides(&case.world.admin, case.id).await.unwrap();
    assert_eq!((page.obstacle, page.overrides.len()), (Some(Refusal::OverrideOpen), 1));

    let (written, _) =
        app.create_specification(&case.tenant.editor, draft("Draft"), "").await.unwrap();
    let answer =
        app.grant_override(&case.world.admin, written, OverrideKind::ExtraRun, REASON).await;
    assert_eq!(refusal(answer), Refusal::WrongState);
    app.cancel_specification(&case.tenant.owner, case.id, REASON).await.unwrap();
    assert_eq!(case.refused(OverrideKind::ExtraRun).await, Refusal::WrongState);
}

#[sqlx::test(migrations = false)]
async fn a_reset_run_is_not_told_of_the_reports_whose_place_it_takes(pool: PgPool) {
    let case = Case::reported(pool).await;
    for (kind, earlier) in [(OverrideKind::ExtraRun, 1), (OverrideKind::SlotReset, 0)] {
        case.grant(kind).await.unwrap();
        let run = case.world.succeed(&case.tenant, case.id).await;
        let named = format!(
            "select jsonb_array_length(document::jsonb -> 'previous_runs')::bigint
             from run_packages where run_id = '{run}'"
        );
        assert_eq!(case.count(&named).await, earlier, "{kind}");
    }
}

#[sqlx::test(migrations = false)]
async fn an_extra_report_takes_no_regular_slot_away(pool: PgPool) {
    let case = Case::reported(pool).await;
    case.grant(OverrideKind::ExtraRun).await.unwrap();
    case.world.succeed(&case.tenant, case.id).await;
    // As if the regular report were of an earlier period.
    case.world
        .tamper(
            "update runs set period_key = '2001-01', period_ends_at = '2001-02-01Z',
                 period_starts_at = '2001-01-01Z',
                 period = period || '{\"key\": \"2001-01\", \"ends_at\": \"2001-02-01T00:00:00Z\"}'
             where slot_ordinal = 0",
        )
        .await;
    let run = case.world.trigger(&case.tenant, case.id).await;
    assert_eq!(case.ordinal(run).await, 0);
}
