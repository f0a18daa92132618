//! A run whose worker died, or was believed dead, is finished by another: no
//! finished step happens twice, and only who holds the lease writes.

use crate::world::{Calls, Hold, Tenant, World, count, counted, draft, held};
use domain::{hash::ContentHash, id::RunId};
use orchestrator::{
    Orchestrator, UseCaseError,
    run::{Executed, RunLimits},
};
use sqlx::PgPool;
use std::time::Duration;
use storage::{journal, run, tenancy};
use tokio::task::JoinHandle;

/// The pattern's steps in their order.
const STEPS: [&str; 4] =
    ["evidence.select", "assistant.compose_report", "reports.validate_document", "reports.render"];

struct Interrupted {
    world: World,
    tenant: Tenant,
    run: RunId,
    /// Of both workers together.
    calls: Calls,
    hold: Hold,
    first: Option<JoinHandle<Result<Executed, UseCaseError>>>,
}

impl Interrupted {
    /// A run whose first worker is in the midst of a step.
    async fn in_step(pool: PgPool, step: &'static str) -> Self {
        let world = World::new(pool).await;
        world.read_samples().await;
        let tenant = world.tenant_by_day("North").await;
        let id = world.active(&tenant, draft("Monthly")).await;
        let run = world.trigger(&tenant, id).await;
        let (calls, hold) = (Calls::default(), Hold::at(step));
        let process = world.process(held(&hold, &calls)).await;
        let workspace = tenant.workspace;
        let first = Some(tokio::spawn(async move { process.execute_run(workspace, run).await }));
        hold.arrived().await;
        Self { world, tenant, run, calls, hold, first }
    }

    async fn second(&self) -> Orchestrator {
        self.world.process(counted(&self.calls)).await
    }

    async fn execute(&self, process: &Orchestrator) -> Executed {
        process.execute_run(self.tenant.workspace, self.run).await.unwrap()
    }

    /// Lets the first worker go on, to its end.
    async fn let_the_first_end(&mut self) -> Executed {
        self.hold.release();
        self.first.take().unwrap().await.unwrap().unwrap()
    }

    async fn package_hash(&self) -> ContentHash {
        let pool = self.world.orchestrator.pool();
        let mut tx = tenancy::begin_workspace(pool, self.tenant.workspace).await.unwrap();
        journal::load_package_hash(&mut tx, self.run).await.unwrap().unwrap()
    }

    /// Everything a worker writes, to see that nothing is added to it.
    async fn written(&self) -> Vec<i64> {
        let mut rows = Vec::new();
        for table in ["run_packages", "run_steps", "run_events", "artifacts", "audit_log"] {
            let sql = format!("select count(*) from {table}");
            rows.push(count(&self.world.superuser, &sql).await);
        }
        rows
    }

    async fn succeeded_once(&self) {
        assert_eq!(self.world.status(self.run).await, "succeeded");
        for sql in [
            "select count(*) from artifacts",
            "select count(*) from audit_log where action = 'run.succeeded'",
            "select count(*) from run_events where kind = 'succeeded'",
        ] {
            assert_eq!(count(&self.world.superuser, sql).await, 1, "{sql}");
        }
    }
}

/// The worker dies in its call of the `at`th step, counted from 0.
async fn check_death(pool: PgPool, at: usize) {
    let interrupted = Interrupted::in_step(pool, STEPS[at]).await;
    interrupted.first.as_ref().unwrap().abort();
    let package_hash = interrupted.package_hash().await;
    interrupted.world.let_the_lease_run_out(interrupted.run).await;
    let second = interrupted.second().await;
    assert_eq!(interrupted.execute(&second).await, Executed::Final);

    interrupted.succeeded_once().await;
    assert_eq!(interrupted.package_hash().await, package_hash);
    for (position, step) in STEPS.into_iter().enumerate() {
        // Only the step that was interrupted happens again.
        let expected = if position == at { 2 } else { 1 };
        let ids = interrupted.calls.ids(step);
        assert_eq!(ids.len(), expected, "{step}");
        // Whoever is paid for calls can tell that it is the same one.
        assert!(ids.iter().all(|id| *id == ids[0]), "{step}: {ids:?}");
    }
    let resumed = "select count(*) from run_events where kind = 'resumed'";
    assert_eq!(count(&interrupted.world.superuser, resumed).await, 1);
}

#[sqlx::test(migrations = false)]
async fn a_worker_that_dies_after_the_package_is_followed_by_one_that_uses_it(pool: PgPool) {
    check_death(pool, 0).await;
}

#[sqlx::test(migrations = false)]
async fn a_worker_that_dies_after_the_selection_does_not_have_it_repeated(pool: PgPool) {
    check_death(pool, 1).await;
}

#[sqlx::test(migrations = false)]
async fn a_worker_that_dies_after_the_analyst_does_not_have_it_asked_again(pool: PgPool) {
    check_death(pool, 2).await;
}

#[sqlx::test(migrations = false)]
async fn a_worker_that_dies_before_the_seal_leaves_the_sealing_to_another(pool: PgPool) {
    check_death(pool, 3).await;
}

#[sqlx::test(migrations = false)]
async fn a_run_is_held_for_the_length_of_its_lease(pool: PgPool) {
    let mut interrupted = Interrupted::in_step(pool, STEPS[1]).await;
    let second = interrupted.second().await;
    let before = interrupted.written().await;
    assert_eq!(interrupted.execute(&second).await, Executed::HeldElsewhere);
    assert_eq!(interrupted.written().await, before);
    assert_eq!(interrupted.let_the_first_end().await, Executed::Final);
}

/// The first worker comes back when another holds the run or has ended it.
async fn check_return(pool: PgPool, at: usize, second_ends: bool) {
    let mut interrupted = Interrupted::in_step(pool, STEPS[at]).await;
    interrupted.world.let_the_lease_run_out(interrupted.run).await;
    if second_ends {
        let second = interrupted.second().await;
        assert_eq!(interrupted.execute(&second).await, Executed::Final);
    } else {
        interrupted.take_over().await;
    }
    let before = interrupted.written().await;
    assert_eq!(interrupted.let_the_first_end().await, Executed::HeldElsewhere);
    assert_eq!(interrupted.written().await, before);
    if second_ends {
        interrupted.succeeded_once().await;
    } else {
        assert_eq!(interrupted.world.status(interrupted.run).await, "running");
    }
}

impl Interrupted {
    /// Another worker takes the lease, and is in the midst of something.
    async fn take_over(&self) {
        let pool = self.world.orchestrator.pool();
        let mut tx = tenancy::begin_workspace(pool, self.tenant.workspace).await.unwrap();
        let lease = run::take_lease(&mut tx, self.tenant.workspace, self.run, 60).await.unwrap();
        assert_eq!(lease.unwrap().token, 2);
        tx.commit().await.unwrap();
    }
}

#[sqlx::test(migrations = false)]
async fn a_worker_that_lost_its_lease_journals_nothing(pool: PgPool) {
    check_return(pool, 1, false).await;
}

#[sqlx::test(migrations = false)]
async fn a_worker_that_lost_its_lease_seals_nothing(pool: PgPool) {
    check_return(pool, 3, false).await;
}

#[sqlx::test(migrations = false)]
async fn a_worker_that_comes_back_after_the_end_adds_no_second_report(pool: PgPool) {
    check_return(pool, 3, true).await;
}

#[sqlx::test(migrations = false)]
async fn a_worker_that_waits_for_an_agent_notices_that_it_lost_its_lease(pool: PgPool) {
    let world = World::new(pool).await;
    world.read_samples().await;
    let tenant = world.tenant_by_day("North").await;
    let id = world.active(&tenant, draft("Monthly")).await;
    let run = world.trigger(&tenant, id).await;
    let hold = Hold::at(STEPS[1]);
    let limits = RunLimits { lease_s: 4, ..RunLimits::default() };
    let process = world.process(held(&hold, &Calls::default())).await.with_limits(limits);
    let workspace = tenant.workspace;
    let first = tokio::spawn(async move { process.execute_run(workspace, run).await });
    hold.arrived().await;
    // Renewed in time, a lease of four seconds outlasts six.
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(!first.is_finished());
    let again = world.orchestrator.execute_run(workspace, run).await.unwrap();
    assert_eq!(again, Executed::HeldElsewhere);
    // Another takes it, between two beats of the first.
    sqlx::query("update runs set fencing_token = 2 where id = $1")
        .bind(run.as_uuid())
        .execute(&world.superuser)
        .await
        .unwrap();
    // The agent never answers; the next beat tells.
    let ended = tokio::time::timeout(Duration::from_secs(10), first).await.unwrap();
    assert_eq!(ended.unwrap().unwrap(), Executed::HeldElsewhere);
}

#[sqlx::test(migrations = false)]
async fn executing_a_finished_run_again_changes_nothing(pool: PgPool) {
    let mut interrupted = Interrupted::in_step(pool, STEPS[0]).await;
    assert_eq!(interrupted.let_the_first_end().await, Executed::Final);
    let before = interrupted.written().await;
    let second = interrupted.second().await;
    assert_eq!(interrupted.execute(&second).await, Executed::Final);
    assert_eq!(interrupted.written().await, before);
    assert!(STEPS.into_iter().all(|step| interrupted.calls.of(step) == 1));
}
