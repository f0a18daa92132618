//! A request that comes twice under one key is answered once.

use crate::world::{World, count};
use domain::{
    hash::ContentHash,
    id::{UserId, WorkspaceId},
};
use orchestrator::idempotency::{Claim, Keyed};
use sqlx::PgPool;
use storage::idempotency::{KeyedRequest, StoredAnswer};

fn request(workspace: WorkspaceId, user: UserId, body: &str) -> KeyedRequest {
    KeyedRequest {
        workspace,
        user,
        key: "order 7".into(),
        hash: ContentHash::of_bytes(body.as_bytes()),
    }
}

fn answer(body: &str) -> StoredAnswer {
    let headers = vec![("x-pack-id".to_owned(), "PP_2026-11-20".to_owned())];
    StoredAnswer { status: 200, headers, body: body.into() }
}

fn first(keyed: Keyed) -> Claim {
    match keyed {
        Keyed::First(claim) => claim,
        other => panic!("the key is not free: {other:?}"),
    }
}

#[sqlx::test(migrations = false)]
async fn the_same_request_gets_the_same_answer_and_another_one_a_conflict(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let tenant = world.tenant("North", "Europe/Berlin").await;
    let ask = async |body: &str| {
        app.keyed(request(tenant.workspace, tenant.editor.user, body)).await.unwrap()
    };
    let claim = first(ask("a").await);
    assert!(matches!(ask("a").await, Keyed::Running));
    assert!(matches!(ask("b").await, Keyed::Conflict));
    claim.answer(&answer("{\"nav\":\"1\"}")).await.unwrap();
    let Keyed::Answered(kept) = ask("a").await else { panic!("the answer is not kept") };
    assert_eq!(kept, answer("{\"nav\":\"1\"}"));
    assert!(matches!(ask("b").await, Keyed::Conflict));
}

#[sqlx::test(migrations = false)]
async fn of_many_at_once_exactly_one_answers(pool: PgPool) {
    const AT_ONCE: usize = 24;
    let world = World::new(pool).await;
    let tenant = world.tenant("North", "Europe/Berlin").await;
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..AT_ONCE {
        let app = world.orchestrator.clone();
        let request = request(tenant.workspace, tenant.editor.user, "a");
        asking.spawn(async move { app.keyed(request).await.unwrap() });
    }
    let met = asking.join_all().await;
    assert_eq!(met.iter().filter(|keyed| matches!(keyed, Keyed::First(_))).count(), 1);
    assert_eq!(met.iter().filter(|keyed| matches!(keyed, Keyed::Running)).count(), AT_ONCE - 1);
}

#[sqlx::test(migrations = false)]
async fn keys_of_two_people_or_two_workspaces_do_not_meet(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let here = world.tenant("Here", "Europe/Berlin").await;
    let there = world.tenant("There", "Europe/Berlin").await;
    for (workspace, user) in [
        (here.workspace, here.editor.user),
        (here.workspace, here.owner.user),
        (there.workspace, here.editor.user),
        (there.workspace, there.editor.user),
    ] {
        let claim = first(app.keyed(request(workspace, user, &user.to_string())).await.unwrap());
        claim.answer(&answer(&user.to_string())).await.unwrap();
    }
    assert_eq!(count(&world.superuser, "select count(*) from idempotency_keys").await, 4);
}

#[sqlx::test(migrations = false)]
async fn a_request_that_dies_frees_its_key(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let tenant = world.tenant("North", "Europe/Berlin").await;
    let ask = async |body: &str| {
        app.keyed(request(tenant.workspace, tenant.editor.user, body)).await.unwrap()
    };
    // The client hangs up: the claim is dropped, and soon anything may come.
    drop(first(ask("a").await));
    while count(&world.superuser, "select count(*) from idempotency_keys").await > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    // The process is killed: nothing is dropped, and the lease runs out.
    let killed = first(ask("b").await);
    assert!(matches!(ask("b").await, Keyed::Running));
    sqlx::query("update idempotency_keys set lease_until = now()")
        .execute(&world.superuser)
        .await
        .unwrap();
    let second = first(ask("b").await);
    // What was believed dead answers late, and changes nothing.
    killed.answer(&answer("late")).await.unwrap();
    assert!(matches!(ask("b").await, Keyed::Running));
    second.answer(&answer("in time")).await.unwrap();
    let Keyed::Answered(kept) = ask("b").await else { panic!("the answer is not kept") };
    assert_eq!(kept.body, "in time");
}

#[sqlx::test(migrations = false)]
async fn an_answer_is_kept_for_a_day_and_then_removed(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let tenant = world.tenant("North", "Europe/Berlin").await;
    let ask = || request(tenant.workspace, tenant.editor.user, "a");
    first(app.keyed(ask()).await.unwrap()).answer(&answer("a")).await.unwrap();
    let kept = "select count(*) from idempotency_keys
        where expires_at between now() + interval '23 hours 59 minutes' and now() + interval '24 hours'";
    assert_eq!(count(&world.superuser, kept).await, 1);
    assert_eq!(app.forget_expired_answers().await.unwrap(), 0);
    sqlx::query("update idempotency_keys set expires_at = now()")
        .execute(&world.superuser)
        .await
        .unwrap();
    // Free again, even before the housekeeping comes.
    first(app.keyed(ask()).await.unwrap()).answer(&answer("a")).await.unwrap();
    sqlx::query("update idempotency_keys set expires_at = now()")
        .execute(&world.superuser)
        .await
        .unwrap();
    assert_eq!(app.forget_expired_answers().await.unwrap(), 1);
}
