//! The session store: what it keeps, for how long, and that its table is of no
//! use to a reader.

use crate::world::{World, count};
use serde_json::json;
use sqlx::PgPool;
use std::collections::HashMap;
use storage::session::PgSessionStore;
use time::{Duration, OffsetDateTime};
use tower_sessions_core::{
    SessionStore,
    session::{Id, Record},
};

fn record(id: i128, expiry_date: OffsetDateTime) -> Record {
    Record {
        id: Id(id),
        data: HashMap::from([("user".to_owned(), json!("somebody"))]),
        expiry_date,
    }
}

/// To the microsecond, which is what Postgres keeps.
async fn now(world: &World) -> OffsetDateTime {
    sqlx::query_scalar("select now()").fetch_one(&world.superuser).await.unwrap()
}

#[sqlx::test(migrations = false)]
async fn a_session_is_created_loaded_saved_and_deleted(pool: PgPool) {
    let world = World::new(pool).await;
    let store = PgSessionStore::new(world.orchestrator.pool().clone());
    let later = now(&world).await + Duration::hours(1);
    let mut session = record(7, later);
    assert!(store.load(&session.id).await.unwrap().is_none());
    store.create(&mut session).await.unwrap();
    assert_eq!(store.load(&session.id).await.unwrap(), Some(session.clone()));

    session.data.insert("workspace".to_owned(), json!("north"));
    session.expiry_date = later + Duration::hours(1);
    store.save(&session).await.unwrap();
    assert_eq!(store.load(&session.id).await.unwrap(), Some(session.clone()));

    store.delete(&session.id).await.unwrap();
    assert!(store.load(&session.id).await.unwrap().is_none());
    // A request that was under way does not bring it back.
    store.save(&session).await.unwrap();
    assert!(store.load(&session.id).await.unwrap().is_none());
}

#[sqlx::test(migrations = false)]
async fn a_new_session_never_takes_over_another_ones_id(pool: PgPool) {
    let world = World::new(pool).await;
    let store = PgSessionStore::new(world.orchestrator.pool().clone());
    let later = now(&world).await + Duration::hours(1);
    let mut first = record(7, later);
    store.create(&mut first).await.unwrap();
    let mut second = record(7, later);
    second.data.insert("user".to_owned(), json!("somebody else"));
    store.create(&mut second).await.unwrap();
    assert_ne!(second.id, first.id);
    assert_eq!(store.load(&first.id).await.unwrap(), Some(first));
    assert_eq!(store.load(&second.id).await.unwrap(), Some(second));
}

#[sqlx::test(migrations = false)]
async fn an_expired_session_is_not_loaded_and_is_deleted_in_time(pool: PgPool) {
    let world = World::new(pool).await;
    let store = PgSessionStore::new(world.orchestrator.pool().clone());
    let now = now(&world).await;
    let mut expired = record(7, now - Duration::seconds(1));
    let mut valid = record(8, now + Duration::hours(1));
    store.create(&mut expired).await.unwrap();
    store.create(&mut valid).await.unwrap();
    assert!(store.load(&expired.id).await.unwrap().is_none());
    assert_eq!(store.delete_expired().await.unwrap(), 1);
    assert_eq!(store.load(&valid.id).await.unwrap(), Some(valid));
}

#[sqlx::test(migrations = false)]
async fn the_table_never_holds_the_cookies_value(pool: PgPool) {
    let world = World::new(pool).await;
    let store = PgSessionStore::new(world.orchestrator.pool().clone());
    let mut session = record(i128::MAX / 3, now(&world).await + Duration::hours(1));
    store.create(&mut session).await.unwrap();
    let row: String = sqlx::query_scalar("select s::text from sessions s")
        .fetch_one(&world.superuser)
        .await
        .unwrap();
    // As the cookie spells it, as a number, and as its bytes.
    let bytes = hex::encode(session.id.0.to_le_bytes());
    for value in [session.id.to_string(), session.id.0.to_string(), bytes] {
        assert!(!row.contains(&value), "{row} holds {value}");
    }
    // Nor is its row found by what a reader of the table could send.
    let key: String =
        sqlx::query_scalar("select id from sessions").fetch_one(&world.superuser).await.unwrap();
    assert!(key.parse::<Id>().is_err(), "{key} is the form of a cookie");
    assert_eq!(count(&world.superuser, "select count(*) from sessions").await, 1);
}
