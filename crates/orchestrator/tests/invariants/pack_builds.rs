//! Packs of evidence that administrators ask for: one at a time, on record, with what came of
//! each, and a standing that says why and since when.

use crate::world::{World, code_of, count, project};
use orchestrator::{Refusal, UseCaseError, evidence::PackStatus};
use sqlx::PgPool;
use storage::{
    pack_build::{BuildState, Built, PackBuild},
    pack_event::Filter,
};

const JOBS: &str =
    "select count(*) from graphile_worker.jobs where task_identifier = 'build_evidence_pack'";

async fn newest(world: &World) -> PackBuild {
    world.orchestrator.newest_pack_build(&world.admin).await.unwrap().unwrap()
}

/// What the worker does with the job.
async fn build(world: &World, folder: &str) -> Result<Built, String> {
    let id = newest(world).await.id;
    world.orchestrator.build_requested_pack(id, &project(folder)).await.unwrap().unwrap()
}

async fn standing(world: &World) -> (PackStatus, bool) {
    let found = world.orchestrator.browse_evidence(&world.admin, &Filter::default(), 1).await;
    let standing = match found.unwrap() {
        Some(found) => found.standing,
        None => world.orchestrator.standing_without_pack(&world.admin).await.unwrap(),
    };
    assert!(standing.reason.ends_with('.'), "{standing:?}");
    (standing.status, standing.since.is_some())
}

#[sqlx::test(migrations = false)]
async fn a_pack_that_was_asked_for_is_built_once_and_what_came_of_it_is_on_record(pool: PgPool) {
    let world = World::new(pool).await;
    let tenant = world.tenant_by_day("North").await;
    let app = &world.orchestrator;
    assert_eq!(standing(&world).await, (PackStatus::Warming, false));
    let refused = app.request_pack(&tenant.owner).await;
    assert!(matches!(refused, Err(UseCaseError::NotAdmin)), "{refused:?}");
    let refused = app.newest_pack_build(&tenant.owner).await;
    assert!(matches!(refused, Err(UseCaseError::NotAdmin)), "{refused:?}");
    assert_eq!(count(&world.superuser, JOBS).await, 0);

    app.request_pack(&world.admin).await.unwrap();
    assert_eq!(count(&world.superuser, JOBS).await, 1);
    assert_eq!(newest(&world).await.state, BuildState::Queued);
    assert_eq!(standing(&world).await, (PackStatus::Warming, true));
    let again = app.request_pack(&world.admin).await;
    assert!(matches!(again, Err(UseCaseError::Refused(Refusal::PackBuilding))), "{again:?}");
    assert_eq!(count(&world.superuser, JOBS).await, 1);

    let built = build(&world, "samples/feeds").await.unwrap();
    assert!(built.items > 0);
    let BuildState::Sealed { is_new, items, failed_sources, .. } = newest(&world).await.state
    else {
        panic!("{:?}", newest(&world).await)
    };
    assert_eq!((is_new, items, failed_sources), (true, built.items, 0));
    assert_eq!(standing(&world).await, (PackStatus::Fresh, true));
    // The job that comes a second time, as after a lost worker, does nothing.
    let id = newest(&world).await.id;
    let twice = app.build_requested_pack(id, &project("samples/feeds")).await.unwrap();
    assert!(twice.is_none());

    // The same contents give the same pack, and the result says so.
    app.request_pack(&world.admin).await.unwrap();
    build(&world, "samples/feeds").await.unwrap();
    let state = newest(&world).await.state;
    assert!(matches!(state, BuildState::Sealed { is_new: false, .. }), "{state:?}");
    for (action, entries) in [("pack.build_requested", 2), ("pack.built", 2), ("pack.read", 2)] {
        let log = sqlx::query_scalar::<_, i64>(
            "select count(*) from audit_log where entry::jsonb ->> 'action' = $1",
        );
        let log = log.bind(action).fetch_one(&world.superuser).await.unwrap();
        assert_eq!(log, entries, "{action}");
    }
    let asked =
        "select count(*) from audit_log where entry::jsonb ->> 'action' = 'pack.build_requested'
                 and entry::jsonb ->> 'actor' is not null";
    assert_eq!(count(&world.superuser, asked).await, 2);
}

#[sqlx::test(migrations = false)]
async fn of_those_who_ask_for_a_pack_at_once_one_is_first(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let ask = || app.request_pack(&world.admin);
    let (one, two, three) = tokio::join!(ask(), ask(), ask());
    let accepted = [one, two, three].iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(accepted, 1);
    assert_eq!(count(&world.superuser, JOBS).await, 1);
    // The schema says so, whatever the code does.
    let second = sqlx::query("insert into pack_builds (requested_by) select id from users limit 1")
        .execute(&world.superuser)
        .await;
    assert_eq!(code_of(second), "23505");
}

#[sqlx::test(migrations = false)]
async fn a_build_that_fails_says_why_and_the_pack_of_before_stands(pool: PgPool) {
    let world = World::new(pool).await;
    let tenant = world.tenant_by_day("North").await;
    let app = &world.orchestrator;
    world.read_samples().await;
    app.request_pack(&world.admin).await.unwrap();
    let error = build(&world, "patterns").await.err().unwrap();
    assert!(error.starts_with("the sources could not be read"), "{error}");
    let BuildState::Failed { error: told, .. } = newest(&world).await.state else { panic!() };
    assert_eq!(told, error);
    let failures =
        "select count(*) from audit_log where entry::jsonb ->> 'action' = 'pack.build_failed'";
    assert_eq!(count(&world.superuser, failures).await, 1);

    let all = Filter::default();
    let shown = app.browse_evidence(&world.admin, &all, 1).await.unwrap().unwrap().standing;
    assert_eq!(shown.status, PackStatus::Error);
    assert!(shown.since.is_some() && shown.error.is_some());
    assert!(shown.reason.contains("The pack of before stands."), "{}", shown.reason);
    // Readers are told that it failed; which file it was is for administrators.
    let shown = app.browse_evidence(&tenant.viewer, &all, 1).await.unwrap().unwrap().standing;
    assert_eq!((shown.status, shown.error), (PackStatus::Error, None));

    // What is final stays so.
    let changed = sqlx::query("update pack_builds set error = 'another'").execute(&world.superuser);
    assert_eq!(code_of(changed.await), "23001");
    app.request_pack(&world.admin).await.unwrap();
    build(&world, "samples/feeds").await.unwrap();
    assert_eq!(standing(&world).await.0, PackStatus::Fresh);
}

#[sqlx::test(migrations = false)]
async fn a_build_that_no_worker_finishes_is_given_up_and_stands_in_nobodys_way(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    app.request_pack(&world.admin).await.unwrap();
    let lost = newest(&world).await.id;
    world.tamper("update pack_builds set requested_at = now() - interval '16 minutes'").await;
    app.request_pack(&world.admin).await.unwrap();
    assert_ne!(newest(&world).await.id, lost);
    let given_up = "select count(*) from pack_builds where error like 'No worker finished it%'";
    assert_eq!(count(&world.superuser, given_up).await, 1);
    // The worker that comes back does not build what was given up.
    let late = app.build_requested_pack(lost, &project("samples/feeds")).await.unwrap();
    assert!(late.is_none());
    assert_eq!(newest(&world).await.state, BuildState::Queued);
}

#[sqlx::test(migrations = false)]
async fn the_page_of_a_pack_says_how_it_stands_and_one_that_was_superseded_since_when(
    pool: PgPool,
) {
    let world = World::new(pool).await;
    let (hash, _) = world.read_pack().await;
    let page = world.orchestrator.view_pack(&world.admin, hash).await.unwrap();
    assert_eq!(page.standing.status, PackStatus::Fresh);
    world.entered_source().await;
    let (newer, _) = world.read_pack().await;
    assert_ne!(newer, hash);
    let page = world.orchestrator.view_pack(&world.admin, hash).await.unwrap();
    assert_eq!(page.standing.status, PackStatus::Superseded);
    let since = page.standing.since.unwrap();
    let page = world.orchestrator.view_pack(&world.admin, newer).await.unwrap();
    assert_eq!((page.standing.status, page.standing.since), (PackStatus::Fresh, Some(since)));
}
