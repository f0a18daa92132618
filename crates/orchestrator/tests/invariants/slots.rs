//! One live run of a specification, one success a period: whatever the code
//! does, however many ask, whichever zone or cadence comes after.

use crate::world::{World, builtin_agents, code_of, count, draft, message_of, orchestrator};
use domain::{
    hash::ContentHash,
    id::{ArtifactId, RunId, SpecificationId},
};
use orchestrator::run::{BlockReason, Executed, Triggered};
use sqlx::{AssertSqlSafe, PgPool};
use storage::{
    Transaction,
    artifact::{self, NewArtifact},
    run::{self, Lease},
    tenancy,
};
use tokio::task::JoinSet;
use uuid::Uuid;

#[sqlx::test(migrations = false)]
async fn two_hundred_concurrent_triggers_in_two_processes_give_one_run_and_one_report(
    pool: PgPool,
) {
    const TRIGGERS: usize = 200;
    let world = World::new(pool).await;
    world.read_samples().await;
    let tenant = world.tenant_by_day("North").await;
    let id = world.active(&tenant, draft("Monthly")).await;
    let mut processes = Vec::new();
    for _ in 0..2 {
        processes.push(orchestrator(&world.superuser, builtin_agents(), 10).await);
    }

    let mut triggers = JoinSet::new();
    for at in 0..TRIGGERS {
        let (process, editor) = (processes[at % 2].clone(), tenant.editor.clone());
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
    let jobs = "select count(*) from graphile_worker._private_jobs";
    assert_eq!(count(&world.superuser, jobs).await, 1);

    let mut workers = JoinSet::new();
    for process in processes {
        workers.spawn(async move { process.execute_run(tenant.workspace, run).await.unwrap() });
    }
    assert!(workers.join_all().await.contains(&Executed::Final));
    for (what, sql) in [
        ("runs", "select count(*) from runs"),
        ("reports", "select count(*) from artifacts"),
        ("entries", "select count(*) from audit_log where action = 'run.succeeded'"),
        ("triggers", "select count(*) from audit_log where action = 'run.triggered'"),
    ] {
        assert_eq!(count(&world.superuser, sql).await, 1, "{what}");
    }
    assert_eq!(world.status(run).await, "succeeded");
}

#[sqlx::test(migrations = false)]
async fn a_second_trigger_is_told_the_period_its_completion_and_the_next_eligible_moment(
    pool: PgPool,
) {
    let world = World::new(pool).await;
    world.read_samples().await;
    let tenant = world.tenant_by_day("North").await;
    let mut weekly = draft("Weekly");
    weekly.cadence = "weekly".to_owned();
    let id = world.active(&tenant, weekly).await;
    world.succeed(&tenant, id).await;

    // The sentence of the domain reference, section 3.8, as Postgres words it.
    let expected: String = sqlx::query_scalar(
        "select format('The weekly report for %s was completed on %s (%s). Next eligible: %s (%s).',
             to_char(r.claimed_at at time zone w.time_zone, 'IYYY-\"W\"IW'),
             to_char(r.finished_at at time zone w.time_zone, 'YYYY-MM-DD HH24:MI'), w.time_zone,
             to_char(date_trunc('week', r.claimed_at at time zone w.time_zone) + interval '7 days',
                 'FMDay YYYY-MM-DD HH24:MI'), w.time_zone)
         from runs r join workspaces w on w.id = r.workspace_id",
    )
    .fetch_one(&world.superuser)
    .await
    .unwrap();
    let reason = world.blocked(&tenant, id).await;
    assert_eq!(reason.code(), "slot_taken");
    assert_eq!(reason.message(), expected);
    let audited = "select count(*) from audit_log
        where action = 'run.blocked' and entry::jsonb -> 'detail' ->> 'code' = 'slot_taken'";
    assert_eq!(count(&world.superuser, audited).await, 1);
    assert_eq!(count(&world.superuser, "select count(*) from runs").await, 1);
}

#[sqlx::test(migrations = false)]
async fn the_indexes_refuse_a_second_live_or_succeeded_run_without_the_codes_help(pool: PgPool) {
    let world = World::new(pool).await;
    world.read_samples().await;
    let tenant = world.tenant_by_day("North").await;
    let id = world.active(&tenant, draft("Monthly")).await;
    let first = world.trigger(&tenant, id).await;
    let app = world.orchestrator.pool();
    let begin = || async { tenancy::begin_workspace(app, tenant.workspace).await.unwrap() };

    let same_slot = copy_run(&mut begin().await, first, "period_key", "queued").await;
    assert_eq!(code_of(same_slot), "23505");
    let same_slot = copy_run(&mut begin().await, first, "period_key", "succeeded").await;
    assert!(message_of(same_slot).contains("runs_slot_key"));
    let other_period = copy_run(&mut begin().await, first, "'2001-01'", "queued").await;
    assert!(message_of(other_period).contains("runs_one_live_key"));

    world.orchestrator.execute_run(tenant.workspace, first).await.unwrap();
    let after_success = copy_run(&mut begin().await, first, "period_key", "queued").await;
    assert!(message_of(after_success).contains("runs_slot_key"));
    // The check can tell: the next period's slot is free.
    copy_run(&mut begin().await, first, "'2001-01'", "queued").await.unwrap();
}

/// A run like `like` for the period that the SQL `key` gives, not committed.
async fn copy_run(
    tx: &mut Transaction,
    like: RunId,
    key: &str,
    status: &str,
) -> Result<(), sqlx::Error> {
    let finished = if status == "succeeded" { "now()" } else { "null" };
    let sql = format!(
        "insert into runs (id, workspace_id, specification_id, specification_version_id, period,
             period_key, period_starts_at, period_ends_at, window_from, window_to, status,
             triggered_by, finished_at)
         select gen_random_uuid(), workspace_id, specification_id, specification_version_id, period,
             {key}, period_starts_at, period_ends_at, window_from, window_to, '{status}',
             triggered_by, {finished}
         from runs where id = $1"
    );
    let copied = sqlx::query(AssertSqlSafe(sql)).bind(like.as_uuid()).execute(&mut **tx).await?;
    assert_eq!(copied.rows_affected(), 1);
    Ok(())
}

#[sqlx::test(migrations = false)]
async fn success_without_report_and_audit_entry_cannot_be_committed_and_an_end_is_final(
    pool: PgPool,
) {
    let world = World::new(pool).await;
    world.read_samples().await;
    let tenant = world.tenant_by_day("North").await;
    let id = world.active(&tenant, draft("Monthly")).await;
    let run = world.trigger(&tenant, id).await;

    let mut tx =
        tenancy::begin_workspace(world.orchestrator.pool(), tenant.workspace).await.unwrap();
    set_status(&mut tx, run, "succeeded").await.unwrap();
    let refusal = message_of(tx.commit().await);
    assert_eq!(refusal, format!("run {run} cannot succeed without an artifact"));

    let mut tx =
        tenancy::begin_workspace(world.orchestrator.pool(), tenant.workspace).await.unwrap();
    let row = run::load(&mut tx, run).await.unwrap().unwrap();
    let hash = ContentHash::of_bytes(b"");
    let unaudited = NewArtifact {
        id: ArtifactId::from_uuid(Uuid::now_v7()),
        specification: id,
        version: row.version,
        period_key: row.period.key.as_str(),
        title: "Unaudited",
        document: "{}",
        html: "",
        package_hash: hash,
        pack_hash: hash,
    };
    let lease = Lease { workspace: tenant.workspace, run, token: 0 };
    artifact::insert(&mut tx, lease, &unaudited).await.unwrap();
    set_status(&mut tx, run, "succeeded").await.unwrap();
    let refusal = message_of(tx.commit().await);
    assert_eq!(refusal, format!("run {run} cannot succeed without its audit entry"));
    assert_eq!(world.status(run).await, "queued");

    world.orchestrator.execute_run(tenant.workspace, run).await.unwrap();
    for later in ["queued", "running", "failed", "cancelled"] {
        // Not even a superuser.
        let mut tx = world.superuser.begin().await.unwrap();
        let refusal = message_of(set_status(&mut tx, run, later).await);
        assert_eq!(refusal, format!("run {run} is succeeded, which is final"));
    }
}

async fn set_status(
    tx: &mut storage::PgConnection,
    run: RunId,
    status: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("update runs set status = $2, finished_at = now() where id = $1")
        .bind(run.as_uuid())
        .bind(status)
        .execute(tx)
        .await
        .map(|updated| assert_eq!(updated.rows_affected(), 1))
}

#[sqlx::test(migrations = false)]
async fn the_application_can_change_neither_the_period_nor_the_owner_of_a_run(pool: PgPool) {
    let world = World::new(pool).await;
    world.read_samples().await;
    let tenant = world.tenant_by_day("North").await;
    let id = world.active(&tenant, draft("Monthly")).await;
    world.trigger(&tenant, id).await;
    for column in [
        "period_key",
        "period",
        "period_starts_at",
        "period_ends_at",
        "slot_ordinal",
        "claimed_at",
        "specification_id",
        "specification_version_id",
        "workspace_id",
        "triggered_by",
    ] {
        let mut tx =
            tenancy::begin_workspace(world.orchestrator.pool(), tenant.workspace).await.unwrap();
        let sql = AssertSqlSafe(format!("update runs set {column} = {column}"));
        assert_eq!(code_of(sqlx::query(sql).execute(&mut *tx).await), "42501", "{column}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_change_of_cadence_opens_no_slot_before_the_last_reports_period_ends(pool: PgPool) {
    let world = World::new(pool).await;
    world.read_samples().await;
    let tenant = world.tenant_by_day("North").await;
    let id = world.active(&tenant, draft("Monthly")).await;
    world.succeed(&tenant, id).await;
    let mut daily = draft("Monthly");
    daily.cadence = "daily".to_owned();
    world.change(&tenant, id, daily).await;
    let BlockReason::SlotTaken { period, next_eligible, .. } = world.blocked(&tenant, id).await
    else {
        panic!("another reason")
    };
    assert_eq!(period.cadence.id(), "monthly");
    assert_eq!(next_eligible, period.ends_at);
    world.end_the_last_period(id, None).await;
    world.trigger(&tenant, id).await;
}

#[sqlx::test(migrations = false)]
async fn a_change_of_zone_opens_no_slot_over_the_same_day(pool: PgPool) {
    let world = World::new(pool).await;
    world.read_samples().await;
    // 25 hours apart, so that their dates always differ.
    let (west, east) = ("Pacific/Pago_Pago", "Pacific/Kiritimati");
    for (name, from, to) in [("Eastwards", west, east), ("Westwards", east, west)] {
        let tenant = world.tenant(name, from).await;
        let mut daily = draft("Daily");
        daily.cadence = "daily".to_owned();
        let id = world.active(&tenant, daily).await;
        world.succeed(&tenant, id).await;
        sqlx::query("update workspaces set time_zone = $2 where id = $1")
            .bind(tenant.workspace.as_uuid())
            .bind(to)
            .execute(&world.superuser)
            .await
            .unwrap();
        assert_eq!(world.blocked(&tenant, id).await.code(), "slot_taken", "{name}");
    }
}

// Kiritimati's day K ends at K 10:00 UTC, when it is 23:00 of K-1 in Pago Pago.
#[sqlx::test(migrations = false)]
async fn a_key_before_that_of_the_last_report_stays_blocked_until_it_has_passed(pool: PgPool) {
    let world = World::new(pool).await;
    world.read_samples().await;
    let tenant = world.tenant_by_day("North").await;
    let mut daily = draft("Daily");
    daily.cadence = "daily".to_owned();
    let id = world.active(&tenant, daily).await;
    world.succeed(&tenant, id).await;
    world.end_the_last_period(id, Some(1)).await;
    let BlockReason::SlotTaken { next_eligible, .. } = world.blocked(&tenant, id).await else {
        panic!("another reason")
    };
    // Midnight at the end of tomorrow, the day that has its report.
    let expected: bool = sqlx::query_scalar(
        "select to_timestamp($2) = (date_trunc('day', now() at time zone time_zone)
             + interval '2 days') at time zone time_zone
         from workspaces where id = $1",
    )
    .bind(tenant.workspace.as_uuid())
    .bind(f64::from(i32::try_from(next_eligible.as_second()).unwrap()))
    .fetch_one(&world.superuser)
    .await
    .unwrap();
    assert!(expected, "{next_eligible}");
    world.end_the_last_period(id, Some(-2)).await;
    world.trigger(&tenant, id).await;
}

impl World {
    /// Moves the end of the last report's period into the past, and its day by
    /// `days`, as if the clock had gone on or the zone had been another.
    async fn end_the_last_period(&self, id: SpecificationId, days: Option<i32>) {
        let mut tx = self.superuser.begin().await.unwrap();
        sqlx::query("set local session_replication_role = replica")
            .execute(&mut *tx)
            .await
            .unwrap();
        let moved = sqlx::query(
            "with moved as (
                 select id, now() - interval '1 minute' as ends_at, coalesce(
                     to_char((period ->> 'first_day')::date + $2::integer, 'YYYY-MM-DD'), period_key
                 ) as key
                 from runs where specification_id = $1
             )
             update runs r
             set period_starts_at = least(r.period_starts_at, m.ends_at - interval '1 hour'),
                 period_ends_at = m.ends_at,
                 period_key = m.key,
                 period = r.period || jsonb_build_object(
                     'key', m.key,
                     'ends_at', to_char(m.ends_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))
             from moved m where m.id = r.id",
        )
        .bind(id.as_uuid())
        .bind(days)
        .execute(&mut *tx)
        .await
        .unwrap();
        assert_eq!(moved.rows_affected(), 1);
        tx.commit().await.unwrap();
    }
}
