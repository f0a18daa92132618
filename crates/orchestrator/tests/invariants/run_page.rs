//! What the page of a run says while the run is on its way.

use crate::world::{Tenant, World, draft, wait_for_locks};
use domain::{
    id::RunId,
    run::{RunStatus, Stage},
};
use orchestrator::run::{RunView, StageState};
use sqlx::PgPool;

struct Case {
    world: World,
    tenant: Tenant,
    run: RunId,
}

impl Case {
    async fn queued(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        world.read_samples().await;
        let tenant = world.tenant_by_day("North").await;
        let id = world.active(&tenant, draft("Monthly")).await;
        let run = world.trigger(&tenant, id).await;
        Self { world, tenant, run }
    }

    async fn view(&self) -> RunView {
        self.world.orchestrator.view_run(&self.tenant.viewer, self.run).await.unwrap()
    }

    /// As a worker has it that takes the run.
    async fn take(&self, conn: impl sqlx::PgExecutor<'_>) {
        sqlx::query(
            "update runs set status = 'running', started_at = now(), fencing_token = 1,
                 lease_until = now() + interval '1 hour'
             where id = $1",
        )
        .bind(self.run.as_uuid())
        .execute(conn)
        .await
        .unwrap();
    }
}

fn live(view: &RunView) -> Vec<Stage> {
    let live = view.stages.iter().filter(|stage| stage.state == StageState::Live);
    live.map(|stage| stage.stage).collect()
}

#[sqlx::test(migrations = false)]
async fn a_step_runs_only_while_a_worker_carries_the_run(pool: PgPool) {
    let case = Case::queued(pool).await;
    let view = case.view().await;
    assert_eq!((view.row.status, live(&view)), (RunStatus::Queued, vec![]));
    case.take(&case.world.superuser).await;
    let view = case.view().await;
    assert_eq!((view.row.status, live(&view)), (RunStatus::Running, vec![Stage::AssemblePackage]));
}

/// Else a reader who has the event would be told no more until the next one.
#[sqlx::test(migrations = false)]
async fn what_is_told_with_an_event_is_no_older_than_the_event(pool: PgPool) {
    let case = Case::queued(pool).await;
    let superuser = case.world.superuser.clone();
    let mut taking = superuser.begin().await.unwrap();
    sqlx::query("lock table run_events in access exclusive mode")
        .execute(&mut *taking)
        .await
        .unwrap();
    let looking = {
        let (app, viewer) = (case.world.orchestrator.clone(), case.tenant.viewer.clone());
        let run = case.run;
        tokio::spawn(async move { app.view_run(&viewer, run).await.unwrap() })
    };
    wait_for_locks(&superuser, 1).await;
    case.take(&mut *taking).await;
    sqlx::query(
        "insert into run_events (run_id, workspace_id, kind, message)
         select id, workspace_id, 'started', 'A worker took it.' from runs",
    )
    .execute(&mut *taking)
    .await
    .unwrap();
    taking.commit().await.unwrap();
    let view = looking.await.unwrap();
    let newest: i64 =
        sqlx::query_scalar("select max(id) from run_events").fetch_one(&superuser).await.unwrap();
    let is_told = view.last_event == newest;
    assert_eq!(view.row.status == RunStatus::Running, is_told, "{view:?}");
}

/// Else the page would lead to the report, and then load itself anew under the reader.
#[sqlx::test(migrations = false)]
async fn a_run_that_is_shown_as_running_has_no_report_yet(pool: PgPool) {
    let case = Case::queued(pool).await;
    let (app, superuser) = (case.world.orchestrator.clone(), case.world.superuser.clone());
    app.execute_run(case.tenant.workspace, case.run).await.unwrap();
    let unsealed = [
        "update artifacts set run_id = id",
        "update runs set status = 'running', finished_at = null,
             lease_until = now() + interval '1 hour'",
    ];
    for sql in unsealed {
        case.world.tamper(sql).await;
    }
    let mut sealing = superuser.begin().await.unwrap();
    for sql in ["set local session_replication_role = replica", "lock table artifacts"] {
        sqlx::query(sql).execute(&mut *sealing).await.unwrap();
    }
    let (viewer, run) = (case.tenant.viewer.clone(), case.run);
    let looking = tokio::spawn(async move { app.view_run(&viewer, run).await.unwrap() });
    wait_for_locks(&superuser, 1).await;
    for sql in [
        "update artifacts set run_id = (select id from runs)",
        "update runs set status = 'succeeded', finished_at = now()",
    ] {
        sqlx::query(sql).execute(&mut *sealing).await.unwrap();
    }
    sealing.commit().await.unwrap();
    let view = looking.await.unwrap();
    assert_eq!((view.row.status, view.seal.is_some()), (RunStatus::Running, false));
    let view = case.view().await;
    assert_eq!((view.row.status, view.seal.is_some()), (RunStatus::Succeeded, true));
}
