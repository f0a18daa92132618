//! What licences allow of providers is kept to by every process together and over restarts:
//! their pace, their requests of a day, their bandwidth of a month.

use crate::world::{World, code_of, count, message_of};
use domain::pricing_pack::ProviderId;
use harvest::quote::{Allowances, QuoteError};
use orchestrator::{Orchestrator, rights::Registry};
use sqlx::PgPool;
use std::{sync::Arc, time::Duration};

const PATIENCE: Duration = Duration::from_secs(65);

fn provider(id: &str) -> ProviderId {
    id.parse().unwrap()
}

/// One more process: its clients share nothing with another's but the database and the registry.
fn process(world: &World) -> Arc<dyn Allowances> {
    world.orchestrator.clone().allowances()
}

async fn book(allowances: &dyn Allowances, id: &str) -> Result<Duration, QuoteError> {
    allowances.book(&provider(id), PATIENCE).await
}

#[sqlx::test(migrations = false)]
async fn processes_share_the_pace_of_a_licence_and_so_does_one_that_begins_later(pool: PgPool) {
    let world = World::new(pool).await;
    let (one, other) = (process(&world), process(&world));
    assert_eq!(book(&*one, "FRED").await.unwrap(), Duration::ZERO);
    // 60 a minute: a second between two requests, whoever makes them.
    let mut waits = vec![
        book(&*other, "FRED").await.unwrap(),
        book(&*one, "FRED").await.unwrap(),
        book(&*process(&world), "FRED").await.unwrap(),
    ];
    waits.sort();
    for (wait, seconds) in waits.iter().zip([1, 2, 3]) {
        let at_most = Duration::from_secs(seconds);
        assert!(*wait <= at_most && *wait + Duration::from_millis(900) > at_most, "{waits:?}");
    }
    // Another vendor's turn is its own.
    assert_eq!(book(&*one, "FMP").await.unwrap(), Duration::ZERO);
    assert_eq!(count(&world.superuser, "select sum(requests)::bigint from provider_use").await, 5);
}

#[sqlx::test(migrations = false)]
async fn a_vendor_that_asks_to_be_left_alone_is_left_alone_by_all(pool: PgPool) {
    let world = World::new(pool).await;
    let (one, other) = (process(&world), process(&world));
    book(&*one, "FMP").await.unwrap();
    one.settle(&provider("FMP"), 0, Duration::from_hours(1)).await;
    for allowances in [one, other, process(&world)] {
        let refused = book(&*allowances, "FMP").await;
        let Err(QuoteError::LeftAlone(wait)) = refused else { panic!("{refused:?}") };
        assert!(wait > Duration::from_mins(59), "{wait:?}");
    }
    // Whoever is not asked uses nothing.
    assert_eq!(count(&world.superuser, "select requests from provider_use").await, 1);
}

#[sqlx::test(migrations = false)]
async fn the_requests_of_a_day_are_used_up_for_all_until_the_next(pool: PgPool) {
    let world = World::new(pool).await;
    let allowances = process(&world);
    book(&*allowances, "NewsAPI").await.unwrap();
    world.tamper("update provider_use set requests = 99").await;
    book(&*allowances, "NewsAPI").await.unwrap();
    let used_up = book(&*process(&world), "NewsAPI").await;
    assert!(matches!(used_up, Err(QuoteError::UsedUpToday(100))), "{used_up:?}");
    world.tamper("update provider_use set day = day - 1").await;
    book(&*allowances, "NewsAPI").await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn the_bandwidth_of_a_month_is_used_up_for_all_until_the_next(pool: PgPool) {
    let world = World::new(pool).await;
    let allowances = process(&world);
    book(&*allowances, "FMP").await.unwrap();
    // 95 % of 50 GB, but for one answer.
    let most = 47_499_000_000_usize;
    allowances.settle(&provider("FMP"), most, Duration::ZERO).await;
    book(&*allowances, "FMP").await.unwrap();
    allowances.settle(&provider("FMP"), 1_000_000, Duration::ZERO).await;
    let used_up = book(&*process(&world), "FMP").await;
    assert!(matches!(used_up, Err(QuoteError::UsedUpThisMonth(50))), "{used_up:?}");
    let told = used_up.unwrap_err().to_string();
    assert!(told.contains("50 GB a month") && told.contains("what is stored"), "{told}");
    // Administrators see why.
    let seen = world.orchestrator.provider_use(&world.admin).await.unwrap();
    let fmp = seen.iter().find(|one| one.provider.as_str() == "FMP").unwrap();
    assert_eq!((fmp.used.requests_today, fmp.used.bytes_this_month), (2, 47_500_000_000));
    assert!(fmp.used_up.as_ref().unwrap().contains("50 GB a month"), "{fmp:?}");
    // A licence without a limit goes on.
    book(&*allowances, "Polygon").await.unwrap();
    world.tamper("update provider_use set day = (day - interval '1 month')::date").await;
    book(&*allowances, "FMP").await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn who_is_not_in_the_registry_is_not_asked_and_a_reload_changes_what_is_allowed(
    pool: PgPool,
) {
    let world = World::new(pool).await;
    let allowances = process(&world);
    let unlisted = book(&*allowances, "Reuters").await;
    assert!(matches!(unlisted, Err(QuoteError::Unlisted)), "{unlisted:?}");
    book(&*allowances, "FMP").await.unwrap();
    with_rate(&world.orchestrator, "rpm: 120", "rpm: 1");
    // Booked at the old pace, the one after it at the new one.
    let first = book(&*allowances, "FMP").await.unwrap();
    let second = book(&*allowances, "FMP").await.unwrap();
    assert!(second > first + Duration::from_secs(50), "{first:?} {second:?}");
    let third = book(&*allowances, "FMP").await;
    assert!(matches!(third, Err(QuoteError::LeftAlone(_))), "{third:?}");
}

fn with_rate(app: &Orchestrator, from: &str, to: &str) {
    let text = include_str!("../../../../.ops/RIGHTS_REGISTRY.yaml");
    assert!(text.contains(from));
    app.reload_rights(Registry::parse("RIGHTS_REGISTRY.yaml", &text.replace(from, to)).unwrap());
}

#[sqlx::test(migrations = false)]
async fn what_was_used_is_not_forgotten(pool: PgPool) {
    let world = World::new(pool).await;
    let allowances = process(&world);
    book(&*allowances, "FMP").await.unwrap();
    allowances.settle(&provider("FMP"), 1_000, Duration::ZERO).await;
    let fewer = "update provider_use set bytes = 0";
    let app = world.orchestrator.pool();
    assert_eq!(code_of(sqlx::query(fewer).execute(app).await), "23001");
    let message = message_of(sqlx::query(fewer).execute(&world.superuser).await);
    assert!(message.ends_with("only grows"), "{message}");
    assert_eq!(code_of(sqlx::query("delete from provider_use").execute(app).await), "42501");
}
