//! Runs are not lost, not stuck and not in each other's way: the sweeper, the
//! deadline, the bound on attempts, cancellation, and the order between
//! workspaces.

use crate::world::{Calls, Hold, Tenant, World, count, counted, draft, held};
use domain::id::RunId;
use orchestrator::{
    Refusal, UseCaseError,
    run::{Executed, RunLimits, Swept},
};
use sqlx::PgPool;
use std::time::Duration;
use storage::{run::queue, tenancy};

/// Longer than anything here takes on a busy machine, shorter than a lease.
const SOON: Duration = Duration::from_secs(10);

async fn queued(pool: PgPool) -> (World, Tenant, RunId) {
    let world = World::new(pool).await;
    world.read_samples().await;
    let tenant = world.tenant_by_day("North").await;
    let id = world.active(&tenant, draft("Monthly")).await;
    let run = world.trigger(&tenant, id).await;
    (world, tenant, run)
}

async fn execute_sql(world: &World, sql: &'static str) {
    sqlx::raw_sql(sql).execute(&world.superuser).await.unwrap();
}

async fn failure(world: &World) -> (String, String) {
    let sql = "select failure_kind, failure_detail ->> 'message' from runs";
    sqlx::query_as(sql).fetch_one(&world.superuser).await.unwrap()
}

#[sqlx::test(migrations = false)]
async fn a_cancellation_reaches_the_step_that_is_being_carried(pool: PgPool) {
    let (world, tenant, run) = queued(pool).await;
    let hold = Hold::at("assistant.compose_report");
    // The lease is far longer than the test: only the word itself can reach it.
    let limits = RunLimits { lease_s: 300, ..RunLimits::default() };
    let process = world.process(held(&hold, &Calls::default())).await.with_limits(limits);
    let hearing = process.clone();
    let hears = tokio::spawn(async move { hearing.hear_cancellations().await });
    let workspace = tenant.workspace;
    let carried = tokio::spawn(async move { process.execute_run(workspace, run).await });
    hold.arrived().await;
    world.orchestrator.cancel_run(&tenant.editor, run).await.unwrap();
    let ended = tokio::time::timeout(SOON, carried).await.expect("the step is given up");
    assert_eq!(ended.unwrap().unwrap(), Executed::Final);
    hears.abort();

    assert_eq!(world.status(run).await, "cancelled");
    let cancelled = "select count(*) from audit_log where action = 'run.cancelled'";
    assert_eq!(count(&world.superuser, cancelled).await, 1);
    assert_eq!(count(&world.superuser, "select count(*) from artifacts").await, 0);
    // The slot is free again.
    let specification = sqlx::query_scalar("select specification_id from runs");
    let specification = specification.fetch_one(&world.superuser).await.unwrap();
    let again = domain::id::SpecificationId::from_uuid(specification);
    assert_ne!(world.trigger(&tenant, again).await, run);
}

/// A run in the midst of `step` in a process whose leases outlast any test, and which
/// is asked to stop.
async fn stopping(pool: PgPool, step: &'static str, ends: bool) {
    let (world, tenant, run) = queued(pool).await;
    let (hold, calls) = (Hold::at(step), Calls::default());
    let limits = RunLimits { lease_s: 300, ..RunLimits::default() };
    let process = world.process(held(&hold, &calls)).await.with_limits(limits);
    let (workspace, stopped) = (tenant.workspace, process.clone());
    let carried = tokio::spawn(async move { process.execute_run(workspace, run).await });
    hold.arrived().await;
    stopped.stop_runs();
    if ends {
        hold.release();
    }
    let ended = tokio::time::timeout(SOON, carried).await.expect("the run is handed back");
    assert_eq!(ended.unwrap().unwrap(), Executed::HandedBack);

    let due = "select count(*) from graphile_worker.jobs where run_at <= now()";
    assert_eq!(count(&world.superuser, due).await, 1);
    let second = world.process(counted(&calls)).await.with_limits(limits);
    assert_eq!(second.execute_run(workspace, run).await.unwrap(), Executed::Final);
    assert_eq!(world.status(run).await, "succeeded");
    for known in ["evidence.select", "assistant.compose_report", "reports.render"] {
        let ids = calls.ids(known);
        let expected = if known == step && !ends { 2 } else { 1 };
        assert_eq!(ids.len(), expected, "{known}");
        assert!(ids.iter().all(|id| *id == ids[0]), "{known}: {ids:?}");
    }
    // It was no failed attempt.
    let attempts = "select fencing_token - handed_back from runs";
    assert_eq!(count(&world.superuser, attempts).await, 1);
}

#[sqlx::test(migrations = false)]
async fn a_process_that_stops_keeps_the_step_that_ends_and_hands_the_run_back(pool: PgPool) {
    stopping(pool, "assistant.compose_report", true).await;
}

#[sqlx::test(migrations = false)]
async fn a_process_that_stops_gives_up_a_step_that_takes_long_and_hands_the_run_back(pool: PgPool) {
    stopping(pool, "assistant.compose_report", false).await;
}

#[sqlx::test(migrations = false)]
async fn a_process_that_stops_takes_no_run(pool: PgPool) {
    let (world, tenant, run) = queued(pool).await;
    world.orchestrator.stop_runs();
    let executed = world.orchestrator.execute_run(tenant.workspace, run).await.unwrap();
    assert_eq!(executed, Executed::HandedBack);
    assert_eq!(world.status(run).await, "queued");
}

#[sqlx::test(migrations = false)]
async fn a_run_that_has_ended_is_not_cancelled(pool: PgPool) {
    let (world, tenant, run) = queued(pool).await;
    let executed = world.orchestrator.execute_run(tenant.workspace, run).await.unwrap();
    assert_eq!(executed, Executed::Final);
    let refused = world.orchestrator.cancel_run(&tenant.editor, run).await;
    assert!(matches!(refused, Err(UseCaseError::Refused(Refusal::RunEnded))), "{refused:?}");
    assert_eq!(world.status(run).await, "succeeded");
}

#[sqlx::test(migrations = false)]
async fn a_run_without_a_job_is_queued_again_by_the_sweeper(pool: PgPool) {
    let (world, tenant, run) = queued(pool).await;
    let jobs =
        "select count(*) from graphile_worker.jobs where key = 'run:' || (select id from runs)";
    let app = &world.orchestrator;
    assert_eq!(app.sweep_runs().await.unwrap(), Swept::default(), "it has its job");
    execute_sql(&world, "delete from graphile_worker._private_jobs").await;
    assert_eq!(app.sweep_runs().await.unwrap(), Swept { queued_again: 1, overdue: 0 });
    assert_eq!(count(&world.superuser, jobs).await, 1);
    // The same with a run whose worker died after it took the lease.
    let hold = Hold::at("evidence.select");
    let process = world.process(held(&hold, &Calls::default())).await;
    let workspace = tenant.workspace;
    let first = tokio::spawn(async move { process.execute_run(workspace, run).await });
    hold.arrived().await;
    first.abort();
    execute_sql(&world, "delete from graphile_worker._private_jobs").await;
    assert_eq!(app.sweep_runs().await.unwrap(), Swept::default(), "its lease lasts");
    execute_sql(&world, "update runs set lease_until = now() - interval '1 second'").await;
    assert_eq!(app.sweep_runs().await.unwrap(), Swept { queued_again: 1, overdue: 0 });
    // A job that the queue has put off for an hour is brought forward.
    execute_sql(
        &world,
        "update graphile_worker._private_jobs set run_at = now() + interval '1 hour'",
    )
    .await;
    assert_eq!(app.sweep_runs().await.unwrap(), Swept { queued_again: 1, overdue: 0 });
    let due = "select count(*) from graphile_worker.jobs where run_at <= now()";
    assert_eq!(count(&world.superuser, due).await, 1);
    assert_eq!(app.execute_run(workspace, run).await.unwrap(), Executed::Final);
    assert_eq!(world.status(run).await, "succeeded");
}

#[sqlx::test(migrations = false)]
async fn a_job_that_the_queue_will_not_offer_again_is_forgotten_and_no_other(pool: PgPool) {
    let (world, tenant, run) = queued(pool).await;
    let app = &world.orchestrator;
    assert_eq!(app.forget_spent_jobs().await.unwrap(), 0, "its job is still to come");
    // The worker that held the job died; the run got another one, and the queue has
    // taken the first from its dead worker.
    execute_sql(
        &world,
        "update graphile_worker._private_jobs set locked_at = now(), locked_by = 'dead'",
    )
    .await;
    let mut tx = tenancy::begin_workspace(app.pool(), tenant.workspace).await.unwrap();
    queue::enqueue(&mut tx, tenant.workspace, run).await.unwrap();
    tx.commit().await.unwrap();
    execute_sql(&world, "select graphile_worker.force_unlock_workers(array['dead'])").await;
    let jobs = "select count(*) from graphile_worker.jobs";
    assert_eq!(count(&world.superuser, jobs).await, 2);
    assert_eq!(app.forget_spent_jobs().await.unwrap(), 1);
    assert_eq!(count(&world.superuser, jobs).await, 1);
    assert_eq!(app.sweep_runs().await.unwrap(), Swept::default(), "the run has its job");
}

#[sqlx::test(migrations = false)]
async fn a_run_that_is_overdue_fails_and_frees_its_slot(pool: PgPool) {
    let (world, tenant, run) = queued(pool).await;
    execute_sql(&world, "update runs set claimed_at = claimed_at - interval '31 minutes'").await;
    let app = &world.orchestrator;
    assert_eq!(app.sweep_runs().await.unwrap(), Swept { queued_again: 0, overdue: 1 });
    assert_eq!(world.status(run).await, "failed");
    let message = "The run did not begin within 30 minutes of its trigger.";
    assert_eq!(failure(&world).await, ("timeout".to_owned(), message.to_owned()));
    // Its job finds it final.
    assert_eq!(app.execute_run(tenant.workspace, run).await.unwrap(), Executed::Final);
    assert_eq!(app.sweep_runs().await.unwrap(), Swept::default());
}

#[sqlx::test(migrations = false)]
async fn a_run_that_does_not_end_in_time_is_ended_by_its_own_worker(pool: PgPool) {
    let (world, tenant, run) = queued(pool).await;
    let hold = Hold::at("assistant.compose_report");
    let limits = RunLimits { run_s: 4, ..RunLimits::default() };
    let process = world.process(held(&hold, &Calls::default())).await.with_limits(limits);
    let carried = process.execute_run(tenant.workspace, run);
    let executed = tokio::time::timeout(SOON, carried).await.expect("the deadline ends it");
    assert_eq!(executed.unwrap(), Executed::Final);
    let message = "The run was not done within 4 seconds of its trigger.";
    assert_eq!(failure(&world).await, ("timeout".to_owned(), message.to_owned()));
}

#[sqlx::test(migrations = false)]
async fn a_run_that_no_worker_survives_is_given_up_after_ten_attempts(pool: PgPool) {
    let (world, tenant, run) = queued(pool).await;
    // As ten workers that died would leave it.
    execute_sql(
        &world,
        "update runs set status = 'running', started_at = now(), fencing_token = 10,
             lease_until = now() - interval '1 second'",
    )
    .await;
    let executed = world.orchestrator.execute_run(tenant.workspace, run).await.unwrap();
    assert_eq!(executed, Executed::Final);
    let message = "The run was taken up 10 times, and each time it was interrupted.";
    assert_eq!(failure(&world).await, ("lease_lost".to_owned(), message.to_owned()));
}

#[sqlx::test(migrations = false)]
async fn no_more_runs_of_a_workspace_are_carried_at_once_than_it_may_have(pool: PgPool) {
    let (world, north, first) = queued(pool).await;
    let id = world.active(&north, draft("Second")).await;
    let second = world.trigger(&north, id).await;
    let south = world.tenant_by_day("South").await;
    let id = world.active(&south, draft("Third")).await;
    let third = world.trigger(&south, id).await;

    let hold = Hold::at("evidence.select");
    let limits = RunLimits { workspace_runs_max: 1, ..RunLimits::default() };
    let process = world.process(held(&hold, &Calls::default())).await.with_limits(limits);
    let workspace = north.workspace;
    let holding = tokio::spawn(async move { process.execute_run(workspace, first).await });
    hold.arrived().await;
    let bounded = world.orchestrator.clone().with_limits(limits);
    assert_eq!(bounded.execute_run(workspace, second).await.unwrap(), Executed::Waiting);
    assert_eq!(world.status(second).await, "queued");
    assert_eq!(bounded.execute_run(south.workspace, third).await.unwrap(), Executed::Final);
    assert_eq!(world.status(third).await, "succeeded");
    hold.release();
    assert_eq!(holding.await.unwrap().unwrap(), Executed::Final);
    assert_eq!(bounded.execute_run(workspace, second).await.unwrap(), Executed::Final);
    assert_eq!(world.status(second).await, "succeeded");
}

#[sqlx::test(migrations = false)]
async fn no_more_runs_are_carried_at_once_than_all_processes_together_may(pool: PgPool) {
    let (world, north, first) = queued(pool).await;
    let south = world.tenant_by_day("South").await;
    let id = world.active(&south, draft("Second")).await;
    let second = world.trigger(&south, id).await;

    let hold = Hold::at("evidence.select");
    let limits = RunLimits { runs_max: 1, ..RunLimits::default() };
    let process = world.process(held(&hold, &Calls::default())).await.with_limits(limits);
    let holding = tokio::spawn(async move { process.execute_run(north.workspace, first).await });
    hold.arrived().await;
    let bounded = world.orchestrator.clone().with_limits(limits);
    assert_eq!(bounded.execute_run(south.workspace, second).await.unwrap(), Executed::Waiting);
    let waits: String = sqlx::query_scalar("select waiting_for from runs where id = $1")
        .bind(second.as_uuid())
        .fetch_one(&world.superuser)
        .await
        .unwrap();
    assert!(waits.contains("the service"), "{waits}");
    hold.release();
    assert_eq!(holding.await.unwrap().unwrap(), Executed::Final);
    assert_eq!(bounded.execute_run(south.workspace, second).await.unwrap(), Executed::Final);
    assert_eq!(world.status(second).await, "succeeded");
}

/// The room that others took and did not commit is seen by nobody, so taking it waits.
#[sqlx::test(migrations = false)]
async fn room_for_one_more_run_is_taken_by_one_of_many_at_once(pool: PgPool) {
    let (world, north, first) = queued(pool).await;
    let mut runs = vec![(north.workspace, first)];
    for name in ["South", "East", "West"] {
        let tenant = world.tenant_by_day(name).await;
        let id = world.active(&tenant, draft(name)).await;
        runs.push((tenant.workspace, world.trigger(&tenant, id).await));
    }
    let hold = Hold::at("evidence.select");
    let limits = RunLimits { runs_max: 1, ..RunLimits::default() };
    let mut taking = tokio::task::JoinSet::new();
    for (workspace, run) in runs {
        let process = world.process(held(&hold, &Calls::default())).await.with_limits(limits);
        taking.spawn(async move { process.execute_run(workspace, run).await.unwrap() });
    }
    for _ in 0..3 {
        assert_eq!(taking.join_next().await.unwrap().unwrap(), Executed::Waiting);
    }
    hold.arrived().await;
    hold.release();
    assert_eq!(taking.join_next().await.unwrap().unwrap(), Executed::Final);
}

#[sqlx::test(migrations = false)]
async fn a_workspace_that_queues_many_runs_is_carried_in_turn_with_the_others(pool: PgPool) {
    let world = World::new(pool).await;
    world.read_samples().await;
    let [north, south] = [world.tenant_by_day("North").await, world.tenant_by_day("South").await];
    for (tenant, names) in
        [(&north, ["North 1", "North 2", "North 3"].as_slice()), (&south, &["South 1", "South 2"])]
    {
        for name in names {
            let id = world.active(tenant, draft(name)).await;
            world.trigger(tenant, id).await;
        }
    }
    let order: Vec<String> = sqlx::query_scalar(
        "select v.document ->> 'name' from graphile_worker.jobs j
         join runs r on j.key = 'run:' || r.id
         join specification_versions v on v.id = r.specification_version_id
         order by j.priority, j.run_at, j.id",
    )
    .fetch_all(&world.superuser)
    .await
    .unwrap();
    assert_eq!(order, ["North 1", "South 1", "North 2", "South 2", "North 3"]);
}
