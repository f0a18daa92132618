//! A queue that is full takes no more: per workspace and in all, whichever server asks.

use crate::world::{Tenant, World, builtin_agents, count, draft, orchestrator};
use domain::id::SpecificationId;
use orchestrator::{
    Orchestrator,
    run::{BlockReason, Executed, QueueFull, Readiness, RunLimits, Triggered},
};
use sqlx::{AssertSqlSafe, PgPool};
use std::time::Duration;
use storage::{
    run::queue::{Bounds, Room, take_room},
    tenancy,
};
use tokio::task::JoinSet;

const QUEUED: &str = "select count(*) from runs where status = 'queued'";

async fn world(pool: PgPool) -> World {
    let world = World::new(pool).await;
    world.read_samples().await;
    world
}

fn bounded(app: &Orchestrator, workspace_queued_max: u16, queued_max: u32) -> Orchestrator {
    let limits = RunLimits { workspace_queued_max, queued_max, ..RunLimits::default() };
    app.clone().with_limits(limits)
}

async fn check_blocked(app: &Orchestrator, tenant: &Tenant, id: SpecificationId, full: QueueFull) {
    let reason = BlockReason::QueueFull(full);
    let answer = app.trigger_run(&tenant.editor, id).await.unwrap();
    assert_eq!(answer, Triggered::Blocked(reason.clone()));
    // The pages say the same before anybody tries.
    let view = app.view_specification(&tenant.viewer, id).await.unwrap();
    assert_eq!(view.readiness, Readiness::Blocked(reason));
}

async fn audited(world: &World, code: &str) -> i64 {
    let entries = format!(
        "select count(*) from audit_log
         where action = 'run.blocked' and entry::jsonb -> 'detail' ->> 'code' = '{code}'"
    );
    count(&world.superuser, &entries).await
}

#[sqlx::test(migrations = false)]
async fn a_workspace_with_a_full_queue_is_blocked_and_others_are_not(pool: PgPool) {
    let world = world(pool).await;
    let [north, south] = [world.tenant_by_day("North").await, world.tenant_by_day("South").await];
    let app = bounded(&world.orchestrator, 1, 100);
    let first = world.active(&north, draft("First")).await;
    let second = world.active(&north, draft("Second")).await;
    let Triggered::Started(run) = app.trigger_run(&north.editor, first).await.unwrap() else {
        panic!("there is room for one");
    };
    check_blocked(&app, &north, second, QueueFull::OfWorkspace { queued_max: 1 }).await;
    assert_eq!(audited(&world, "workspace_queue_full").await, 1);
    assert_eq!(count(&world.superuser, "select count(*) from runs").await, 1);
    let elsewhere = world.active(&south, draft("Elsewhere")).await;
    let answer = app.trigger_run(&south.editor, elsewhere).await.unwrap();
    assert!(matches!(answer, Triggered::Started(_)), "{answer:?}");
    // A run that is carried does not wait any more.
    assert_eq!(app.execute_run(north.workspace, run).await.unwrap(), Executed::Final);
    let answer = app.trigger_run(&north.editor, second).await.unwrap();
    assert!(matches!(answer, Triggered::Started(_)), "{answer:?}");
}

#[sqlx::test(migrations = false)]
async fn a_full_queue_of_all_blocks_every_workspace(pool: PgPool) {
    let world = world(pool).await;
    let [north, south] = [world.tenant_by_day("North").await, world.tenant_by_day("South").await];
    let app = bounded(&world.orchestrator, 100, 1);
    let first = world.active(&north, draft("First")).await;
    app.trigger_run(&north.editor, first).await.unwrap();
    let elsewhere = world.active(&south, draft("Elsewhere")).await;
    check_blocked(&app, &south, elsewhere, QueueFull::OfAll).await;
    assert_eq!(audited(&world, "queue_full").await, 1);
    assert_eq!(count(&world.superuser, QUEUED).await, 1);
}

/// Eight triggers for each of three workspaces, over two servers at once. The runs that
/// wait: in all, and the most of one workspace.
async fn trigger_at_once(pool: PgPool, workspace_queued_max: u16, queued_max: u32) -> (i64, i64) {
    let world = world(pool).await;
    let mut triggers = Vec::new();
    for name in ["North", "South", "East"] {
        let tenant = world.tenant_by_day(name).await;
        for at in 0..8 {
            let id = world.active(&tenant, draft(&format!("{name} {at}"))).await;
            triggers.push((tenant.editor.clone(), id));
        }
    }
    let mut processes = Vec::new();
    for _ in 0..2 {
        let process = orchestrator(&world.superuser, builtin_agents(), 12).await;
        processes.push(bounded(&process, workspace_queued_max, queued_max));
    }
    let mut asked = JoinSet::new();
    for (at, (editor, id)) in triggers.into_iter().enumerate() {
        let process = processes[at % 2].clone();
        asked.spawn(async move { process.trigger_run(&editor, id).await.unwrap() });
    }
    let answers = asked.join_all().await;
    let started = answers.iter().filter(|answer| matches!(answer, Triggered::Started(_))).count();
    let queued = count(&world.superuser, QUEUED).await;
    assert_eq!(started, usize::try_from(queued).unwrap());
    let of_one = "select max(queued) from (
        select count(*) as queued from runs where status = 'queued' group by workspace_id) counted";
    (queued, count(&world.superuser, of_one).await)
}

#[sqlx::test(migrations = false)]
async fn triggers_at_once_in_two_processes_fill_a_workspaces_queue_and_never_more(pool: PgPool) {
    assert_eq!(trigger_at_once(pool, 4, 1_000_000).await, (12, 4));
}

#[sqlx::test(migrations = false)]
async fn triggers_at_once_in_two_processes_fill_the_queue_of_all_and_never_more(pool: PgPool) {
    assert_eq!(trigger_at_once(pool, 100, 10).await.0, 10);
}

/// Far from the bound nobody waits for anybody of another workspace; near it everybody
/// waits for what cannot be seen yet.
#[sqlx::test(migrations = false)]
async fn only_a_queue_that_is_nearly_full_makes_triggers_wait_for_each_other(pool: PgPool) {
    let world = world(pool).await;
    let [north, south] = [world.tenant_by_day("North").await, world.tenant_by_day("South").await];
    let id = world.active(&north, draft("Unseen")).await;
    let app = world.orchestrator.pool().clone();
    let far = Bounds { of_workspace: 10, in_all: 1_000_000 };
    let near = Bounds { of_workspace: 10, in_all: 1 };

    let mut unseen = tenancy::begin_workspace(&app, north.workspace).await.unwrap();
    assert_eq!(take_room(&mut unseen, north.workspace, far).await.unwrap(), Room::Free);
    queue_a_run(&mut unseen, id).await;
    let mut beside = tenancy::begin_workspace(&app, south.workspace).await.unwrap();
    let took = take_room(&mut beside, south.workspace, far);
    let took = tokio::time::timeout(Duration::from_secs(10), took).await.expect("it need not wait");
    assert_eq!(took.unwrap(), Room::Free);
    drop(beside);

    let workspace = south.workspace;
    let waiting = tokio::spawn(async move {
        let mut tx = tenancy::begin_workspace(&app, workspace).await.unwrap();
        take_room(&mut tx, workspace, near).await.unwrap()
    });
    let waits = "select count(*) from pg_stat_activity
        where wait_event = 'advisory' and datname = current_database()";
    while count(&world.superuser, waits).await == 0 {
        assert!(!waiting.is_finished(), "it took room that is taken already");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    unseen.commit().await.unwrap();
    assert_eq!(waiting.await.unwrap(), Room::QueueFull);
}

async fn queue_a_run(tx: &mut storage::PgConnection, id: SpecificationId) {
    let sql = format!(
        "insert into runs (id, workspace_id, specification_id, specification_version_id, period,
             period_key, period_starts_at, period_ends_at, window_from, window_to, triggered_by)
         select gen_random_uuid(), workspace_id, id, active_version_id, '{{}}', '2001-01',
             '2001-01-01', '2001-02-01', '2001-01-01', '2001-02-01',
             (select user_id from memberships limit 1)
         from specifications where id = '{id}'"
    );
    let queued = sqlx::query(AssertSqlSafe(sql)).execute(tx).await.unwrap();
    assert_eq!(queued.rows_affected(), 1);
}
