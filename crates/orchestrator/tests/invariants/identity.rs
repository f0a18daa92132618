//! Signing in: one answer to every failure, limits that count across processes,
//! and sessions that die with the password.

use crate::world::{World, builtin_agents, count};
use domain::{
    hash::ContentHash,
    id::{UserId, WorkspaceId},
    workspace::Role,
};
use orchestrator::{
    Orchestrator, Refusal, UseCaseError,
    identity::{NewAccount, PasswordProblem, SignInRefused, SignedIn},
};
use sqlx::PgPool;

const PASSWORD: &str = "correct horse battery";
const ADDRESS: &str = "192.0.2.1";

/// Somebody with a password.
async fn register(app: &Orchestrator, email: &str) -> UserId {
    let account =
        NewAccount { email, name: "Ada", password: PASSWORD.into(), is_admin: false, joins: None };
    app.add_account(account).await.unwrap()
}

async fn sign_in(
    app: &Orchestrator,
    email: &str,
    password: &str,
    address: &str,
) -> Result<SignedIn, SignInRefused> {
    app.sign_in(email, password.to_owned(), address).await
}

/// Failures that happened before, without waiting for their hashes.
async fn insert_failures(world: &World, email: &str, address: &str, failures: i32) {
    sqlx::query(
        "insert into sign_in_failures (account, address)
         select $1, $2 from generate_series(1, $3)",
    )
    .bind(ContentHash::of_bytes(email.as_bytes()).as_bytes())
    .bind(address)
    .bind(failures)
    .execute(&world.superuser)
    .await
    .unwrap();
}

#[sqlx::test(migrations = false)]
async fn an_unknown_address_and_a_wrong_password_are_one_answer(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    register(app, "ada@test.example").await;
    let mut answers = Vec::new();
    for (email, password) in [
        ("ada@test.example", "wrong"),
        ("nobody@test.example", "wrong"),
        ("nobody@test.example", PASSWORD),
        ("not an address", ""),
        ("ada@test.example", &"x".repeat(2000)),
    ] {
        let refused = sign_in(app, email, password, ADDRESS).await.unwrap_err();
        assert!(matches!(refused, SignInRefused::Credentials), "{refused:?}");
        answers.push(refused.to_string());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    for sql in [
        "select count(*) from sign_in_failures",
        "select count(*) from audit_log where action = 'session.sign_in_failed'",
    ] {
        assert_eq!(count(&world.superuser, sql).await, 5, "{sql}");
    }
    // Neither table nor log holds an address that was tried.
    let told = "select count(*) from sign_in_failures f, audit_log l
        where f::text || l.entry like '%nobody%' or f::text || l.entry like '%ada@%'";
    assert_eq!(count(&world.superuser, told).await, 0);
}

#[sqlx::test(migrations = false)]
async fn the_right_password_signs_in_whatever_the_spelling_of_the_address(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let user = register(app, "Ada@Test.example").await;
    let session = sign_in(app, "  ADA@test.EXAMPLE ", PASSWORD, ADDRESS).await.unwrap();
    assert_eq!(session, SignedIn { user, password_epoch: 0 });
    let actor = app.actor(session, None).await.unwrap().unwrap();
    assert_eq!((actor.user, actor.email.as_str()), (user, "ada@test.example"));
    let taken = NewAccount {
        email: "ADA@test.example",
        name: "Another",
        password: PASSWORD.into(),
        is_admin: true,
        joins: None,
    };
    let refused = app.add_account(taken).await.unwrap_err();
    assert!(matches!(refused, UseCaseError::Refused(Refusal::AddressTaken)), "{refused:?}");
}

#[sqlx::test(migrations = false)]
async fn ten_failures_limit_an_account_and_nobody_else(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    register(app, "ada@test.example").await;
    register(app, "bob@test.example").await;
    insert_failures(&world, "ada@test.example", ADDRESS, 9).await;
    // The tenth, and the limit follows whoever asks from wherever.
    let tenth = sign_in(app, "ada@test.example", "wrong", ADDRESS).await.unwrap_err();
    assert!(matches!(tenth, SignInRefused::Credentials), "{tenth:?}");
    for address in [ADDRESS, "198.51.100.7"] {
        let limited = sign_in(app, "ada@test.example", PASSWORD, address).await.unwrap_err();
        let SignInRefused::RateLimited { retry_after_s } = limited else { panic!("{limited:?}") };
        // A quarter of an hour after the oldest of them.
        assert!((890..=900).contains(&retry_after_s), "{retry_after_s}");
    }
    let other_process = world.process(builtin_agents()).await;
    assert!(sign_in(&other_process, "ada@test.example", PASSWORD, ADDRESS).await.is_err());
    sign_in(app, "bob@test.example", PASSWORD, "198.51.100.7").await.unwrap();

    sqlx::query("update sign_in_failures set failed_at = failed_at - interval '901 seconds'")
        .execute(&world.superuser)
        .await
        .unwrap();
    sign_in(app, "ada@test.example", PASSWORD, ADDRESS).await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn guesses_at_the_same_moment_are_counted_like_guesses_one_after_the_other(pool: PgPool) {
    const GUESSES: usize = 30;
    let world = World::new(pool).await;
    register(&world.orchestrator, "ada@test.example").await;
    let mut guesses = tokio::task::JoinSet::new();
    for at in 0..GUESSES {
        let app = world.orchestrator.clone();
        guesses.spawn(async move {
            sign_in(&app, "ada@test.example", &format!("guess {at}"), ADDRESS).await.unwrap_err()
        });
    }
    let answers = guesses.join_all().await;
    let tried = answers.iter().filter(|answer| matches!(answer, SignInRefused::Credentials));
    assert_eq!(tried.count(), 10);
}

#[sqlx::test(migrations = false)]
async fn fifty_failures_limit_an_address_whatever_the_accounts(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    register(app, "ada@test.example").await;
    for at in 0..49 {
        insert_failures(&world, &format!("guess{at}@test.example"), ADDRESS, 1).await;
    }
    let fiftieth = sign_in(app, "guess@test.example", "wrong", ADDRESS).await.unwrap_err();
    assert!(matches!(fiftieth, SignInRefused::Credentials), "{fiftieth:?}");
    let limited = sign_in(app, "ada@test.example", PASSWORD, ADDRESS).await.unwrap_err();
    assert!(matches!(limited, SignInRefused::RateLimited { .. }), "{limited:?}");
    sign_in(app, "ada@test.example", PASSWORD, "198.51.100.7").await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn a_success_forgives_the_failures_of_its_account(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    register(app, "ada@test.example").await;
    insert_failures(&world, "ada@test.example", ADDRESS, 9).await;
    insert_failures(&world, "bob@test.example", ADDRESS, 3).await;
    sign_in(app, "ada@test.example", PASSWORD, ADDRESS).await.unwrap();
    assert_eq!(count(&world.superuser, "select count(*) from sign_in_failures").await, 3);
}

#[sqlx::test(migrations = false)]
async fn a_change_of_password_ends_every_session_there_was(pool: PgPool) {
    const NEW: &str = "a longer and better one";
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    register(app, "ada@test.example").await;
    let old = sign_in(app, "ada@test.example", PASSWORD, ADDRESS).await.unwrap();
    let actor = app.actor(old, None).await.unwrap().unwrap();
    for (current, new, problem) in [
        ("wrong password", NEW, PasswordProblem::CurrentIsWrong),
        (PASSWORD, "elevenchars", PasswordProblem::TooShort),
        (PASSWORD, &"x".repeat(201), PasswordProblem::TooLong),
        (PASSWORD, PASSWORD, PasswordProblem::Unchanged),
    ] {
        let refused = app.change_password(&actor, current.into(), new.into(), ADDRESS).await;
        assert_eq!(refused.unwrap(), Err(problem));
    }
    assert!(app.actor(old, None).await.unwrap().is_some());

    let changed = app.change_password(&actor, PASSWORD.into(), NEW.into(), ADDRESS).await;
    let renewed = changed.unwrap().unwrap();
    assert!(app.actor(old, None).await.unwrap().is_none());
    assert!(app.actor(renewed, None).await.unwrap().is_some());
    assert!(sign_in(app, "ada@test.example", PASSWORD, ADDRESS).await.is_err());
    assert_eq!(sign_in(app, "ada@test.example", NEW, ADDRESS).await.unwrap(), renewed);
}

#[sqlx::test(migrations = false)]
async fn passwords_are_kept_as_argon2id_hashes_above_the_floor_only(pool: PgPool) {
    let world = World::new(pool).await;
    register(&world.orchestrator, "ada@test.example").await;
    let hash: String =
        sqlx::query_scalar("select password_hash from users where email = 'ada@test.example'")
            .fetch_one(&world.superuser)
            .await
            .unwrap();
    // OWASP's floor for argon2id: 19 MiB, two passes, one lane.
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    for stored in ["plain", "$2b$12$abcdefghijklmnopqrstuv", "$argon2i$v=19$m=19456,t=2,p=1$a$b"] {
        let refused = sqlx::query("update users set password_hash = $1")
            .bind(stored)
            .execute(&world.superuser)
            .await;
        assert!(crate::world::message_of(refused).contains("users_password_is_argon2id"));
    }
}

#[sqlx::test(migrations = false)]
async fn the_role_and_the_workspaces_are_those_of_now_not_of_the_session(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let tenant = world.tenant("North", "Europe/Berlin").await;
    let session = SignedIn { user: tenant.owner.user, password_epoch: 0 };
    let role = async |chosen: Option<WorkspaceId>| {
        app.actor(session, chosen).await.unwrap().unwrap().membership.map(|found| found.role)
    };
    assert_eq!(role(Some(tenant.workspace)).await, Some(Role::Owner));
    sqlx::query("update memberships set role = 'viewer' where user_id = $1")
        .bind(tenant.owner.user.as_uuid())
        .execute(&world.superuser)
        .await
        .unwrap();
    assert_eq!(role(Some(tenant.workspace)).await, Some(Role::Viewer));
    sqlx::query("delete from memberships where user_id = $1")
        .bind(tenant.owner.user.as_uuid())
        .execute(&world.superuser)
        .await
        .unwrap();
    assert_eq!(role(Some(tenant.workspace)).await, None);
}
