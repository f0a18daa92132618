//! Turns of hosts among processes: one request at a time, and nobody waits for the dead.

use crate::world::{Page, Site, World, builtin_agents, count};
use harvest::ReadingBounds;
use orchestrator::evidence::CollectOutcome;
use sqlx::PgPool;
use std::time::Duration;
use storage::host_turn::{self, HostTurn};

const LONG: Duration = Duration::from_mins(1);

const FEED: &str = "<rss version=\"2.0\"><channel><title>t</title></channel></rss>";

#[sqlx::test(migrations = false)]
async fn two_processes_ask_a_host_one_thing_at_a_time(pool: PgPool) {
    let world = World::new(pool).await;
    let site = Site::start(Duration::from_millis(30)).await;
    site.put("/feed", Page::of(FEED));
    let (one, other) =
        (world.process(builtin_agents()).await, world.process(builtin_agents()).await);
    let one = site.read_by(one, ReadingBounds::DEFAULT);
    let other = site.read_by(other, ReadingBounds::DEFAULT);
    let first = world.source("First", "rss", &site.url("/feed")).await;
    let second = world.source("Second", "rss", &site.url("/feed")).await;
    let read = async |app: &orchestrator::Orchestrator, id| {
        for _ in 0..4 {
            let read = app.collect_source(id).await.unwrap();
            assert!(matches!(read, CollectOutcome::Read { .. }), "{read:?}");
        }
    };
    tokio::join!(read(&one, first), read(&other, second));
    assert_eq!(site.take_asked().len(), 8);
    assert_eq!(site.at_once_max(), 1);
}

#[sqlx::test(migrations = false)]
async fn a_turn_is_free_again_when_the_process_that_had_it_died(pool: PgPool) {
    let (world, site) = World::new(pool).await.with_site(ReadingBounds::DEFAULT).await;
    site.put("/feed", Page::of(FEED));
    let id = world.source("Feed", "rss", &site.url("/feed")).await;
    let mut died = world.orchestrator.pool().acquire().await.unwrap();
    let taken = host_turn::take(&mut died, "127.0.0.1", Duration::ZERO, Duration::from_millis(600));
    assert_eq!(taken.await.unwrap(), HostTurn::Taken { ticket: 1 });
    let read = world.orchestrator.collect_source(id).await.unwrap();
    assert!(matches!(read, CollectOutcome::Read { .. }), "{read:?}");
    let turns = "select count(*) from host_turns where ticket = 3 and held_until is null";
    assert_eq!(count(&world.superuser, turns).await, 1, "robots.txt and the feed");
}

#[sqlx::test(migrations = false)]
async fn a_turn_is_one_holder_s_until_it_is_given_back_and_the_pause_is_over(pool: PgPool) {
    let world = World::new(pool).await;
    let mut conn = world.orchestrator.pool().acquire().await.unwrap();
    let ask = async |conn: &mut _, pause, held_max| {
        host_turn::take(conn, "news.example.com", pause, held_max).await.unwrap()
    };
    let mut first = ask(&mut conn, Duration::ZERO, Duration::ZERO).await;
    assert_eq!(first, HostTurn::Taken { ticket: 1 });
    // It has run out and is another's, who loses nothing by the first one's giving it back.
    first = ask(&mut conn, Duration::ZERO, LONG).await;
    assert_eq!(first, HostTurn::Taken { ticket: 2 });
    host_turn::give_back(&mut conn, "news.example.com", 1).await.unwrap();
    let held = ask(&mut conn, Duration::ZERO, LONG).await;
    assert!(matches!(held, HostTurn::AskAgain { .. }), "{held:?}");
    host_turn::give_back(&mut conn, "news.example.com", 2).await.unwrap();
    let HostTurn::AskAgain { after } = ask(&mut conn, LONG, LONG).await else { panic!("no pause") };
    assert!(after > LONG / 2 && after <= LONG, "{after:?}");
    let free = ask(&mut conn, Duration::ZERO, LONG).await;
    assert_eq!(free, HostTurn::Taken { ticket: 3 });
    let other = host_turn::take(&mut conn, "other.example.com", LONG, LONG).await.unwrap();
    assert_eq!(other, HostTurn::Taken { ticket: 1 });
    // Hosts that nobody asks any more are forgotten.
    let old = "update host_turns set asked_at = now() - interval '2 days' where host like 'other%'";
    sqlx::query(old).execute(&world.superuser).await.unwrap();
    world.orchestrator.queue_due_sources().await.unwrap();
    assert_eq!(count(&world.superuser, "select count(*) from host_turns").await, 1);
}

#[sqlx::test(migrations = false)]
async fn who_waits_for_a_turn_waits_no_longer_than_its_reading_may_take(pool: PgPool) {
    let bounds = ReadingBounds { total: Duration::from_millis(500), ..ReadingBounds::DEFAULT };
    let (world, site) = World::new(pool).await.with_site(bounds).await;
    site.put("/feed", Page::of(FEED));
    let id = world.source("Feed", "rss", &site.url("/feed")).await;
    let mut other = world.orchestrator.pool().acquire().await.unwrap();
    host_turn::take(&mut other, "127.0.0.1", Duration::ZERO, LONG).await.unwrap();
    let outcome = world.orchestrator.collect_source(id).await.unwrap();
    let CollectOutcome::Failed { error } = outcome else { panic!("{outcome:?}") };
    assert_eq!(error, "the time of a whole reading was over");
    assert!(site.take_asked().is_empty());
}
