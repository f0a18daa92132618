//! A pack by vendors is stored like any other, with who gave each figure; one that lacks a
//! figure says what each vendor answered, and no key is kept.

use crate::world::{Market, World, builtin_agents, count};
use axum::{Router, http::Uri};
use domain::pricing_pack::{PackStatus, PricingPolicy};
use harvest::quote::{OwnPace, QuoteBounds, VendorAccess, Vendors};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use orchestrator::pricing::{
    BuildError, BuildRequest, Built, Listings, ListingsError, Market as Prices, Night, Nightly,
    NightlyError,
};
use sqlx::PgPool;
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

const DAY: Date = jiff::civil::date(2025, 10, 21);
const KEY: &str = "0123456789abcdef0123456789abcdef";

const LISTINGS: &str = r#"{"schema": 1, "policy": "CLOSE_USD",
    "securities": [
        {"symbol": "ACME", "exchange": "XNAS", "currency": "USD",
         "quotes": [{"provider": "FMP"}, {"provider": "Polygon"}]},
        {"symbol": "MAPL", "exchange": "XTSE", "currency": "CAD",
         "quotes": [{"provider": "FMP", "as": "MAPL.TO"}]}],
    "fx": [{"from": "USD", "to": "CAD", "providers": ["FRED"]}]}"#;

/// All three vendors; FMP refuses ACME, and MAPL unless it is `known`.
async fn vendors(known: bool) -> Vendors {
    let reply = move |uri: Uri| async move {
        let path = uri.to_string();
        let answer = if path.contains("symbol=MAPL.TO") && known {
            r#"[{"symbol": "MAPL.TO", "date": "2025-10-21", "adjClose": 41.30}]"#
        } else if path.contains("/ticker/ACME/") {
            r#"{"status": "OK", "ticker": "ACME", "adjusted": false,
                "results": [{"c": 262.77, "t": 1761019200000}]}"#
        } else if path.contains("DEXCAUS") {
            r#"{"observations": [{"date": "2025-10-20", "value": "1.4012"}]}"#
        } else {
            return Err(axum::http::StatusCode::PAYMENT_REQUIRED);
        };
        Ok(answer)
    };
    asked_at(Router::new().fallback(reply)).await
}

/// All three vendors as `router` plays them.
async fn asked_at(router: Router) -> Vendors {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let access = ["FMP", "Polygon", "FRED"].map(|provider| VendorAccess {
        provider: provider.parse().unwrap(),
        key: KEY.to_owned().into(),
        base: Some(base.clone()),
    });
    let pace = Arc::new(OwnPace::new(Duration::ZERO));
    Vendors::new(QuoteBounds::default(), access.into(), pace, || Timestamp::UNIX_EPOCH).unwrap()
}

async fn request(world: &World, market: &Market, known: bool) -> BuildRequest {
    let listings = Listings::read(&listings(market)).await.unwrap();
    let app = &world.orchestrator;
    let quoted = app.quoted_market(&listings, DAY, &vendors(known).await).await.unwrap();
    BuildRequest {
        date: DAY,
        market: Prices::Quoted(Box::new(quoted)),
        ledger: Some(market.ledger()),
        accept_stale: Vec::new(),
        restates: None,
    }
}

fn listings(market: &Market) -> PathBuf {
    let path = market.ledger().join("../listings.json");
    std::fs::write(&path, LISTINGS).unwrap();
    path
}

#[sqlx::test(migrations = false)]
async fn a_pack_by_vendors_keeps_who_gave_each_figure_and_is_built_once(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    let request = request(&world, &market, true).await;
    let app = &world.orchestrator;
    let Built::New(pack) = app.build_pricing_pack(&request).await.unwrap() else { panic!() };
    for (what, expected) in [
        (
            "from pricing_pack_prices where source = 'Polygon' and symbol = 'ACME' and close = 262.77",
            1,
        ),
        ("from pricing_pack_prices where source = 'FMP' and symbol = 'MAPL' and close = 41.30", 1),
        ("from pricing_pack_rates where source = 'FRED' and as_of = '2025-10-20T16:00:00Z'", 1),
        ("from pricing_packs where not sample and status = 'fresh'", 1),
    ] {
        assert_eq!(
            count(&world.superuser, &format!("select count(*) {what}")).await,
            expected,
            "{what}"
        );
    }
    let again = app.build_pricing_pack(&request).await.unwrap();
    assert_eq!(again, Built::Unchanged(pack));
}

#[sqlx::test(migrations = false)]
async fn a_pack_that_lacks_a_figure_fails_with_what_each_vendor_answered(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    let request = request(&world, &market, false).await;
    let failed = world.orchestrator.build_pricing_pack(&request).await.unwrap_err();
    let BuildError::Incomplete { missing, .. } = &failed else { panic!("{failed}") };
    let said: Vec<String> = missing.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["MAPL on XTSE has no price (FMP: its plan does not include this)"]);
    let told =
        "select count(*) from pricing_packs where status = 'error' and error like '%its plan%'";
    assert_eq!(count(&world.superuser, told).await, 1);
    let kept = format!(
        "select count(*) from pricing_packs p, audit_log a
         where p::text like '%{KEY}%' or a::text like '%{KEY}%'"
    );
    assert_eq!(count(&world.superuser, &kept).await, 0);
}

/// A vendor of closes and rates of whatever day is asked for; none where `knows` is false.
async fn vendors_of_any_day(knows: bool) -> Vendors {
    asked_at(any_day(knows, &Arc::default())).await
}

/// The same, who know everything, and how often they were asked for figures.
async fn counted_vendors(asked: &Arc<AtomicUsize>) -> Vendors {
    asked_at(any_day(true, asked)).await
}

fn any_day(knows: bool, asked: &Arc<AtomicUsize>) -> Router {
    let asked = Arc::clone(asked);
    let reply = move |uri: Uri| async move {
        let query = uri.query().unwrap_or_default();
        let value =
            |key: &str| query.split('&').find_map(|pair| pair.strip_prefix(key)).map(str::to_owned);
        if !knows {
            return Err(axum::http::StatusCode::NOT_FOUND);
        }
        // What is announced of securities it does not know.
        if value("to=").or(value("observation_end=")).is_some() {
            asked.fetch_add(1, Ordering::SeqCst);
        }
        Ok(match (value("symbol="), value("to="), value("observation_end=")) {
            (Some(symbol), Some(day), _) => {
                format!(r#"[{{"symbol": "{symbol}", "date": "{day}", "adjClose": 41.30}}]"#)
            }
            (_, _, Some(day)) => {
                format!(r#"{{"observations": [{{"date": "{day}", "value": "1.4012"}}]}}"#)
            }
            _ => return Err(axum::http::StatusCode::NOT_FOUND),
        })
    };
    Router::new().fallback(reply)
}

#[sqlx::test(migrations = false)]
async fn the_pack_of_the_day_gone_by_is_built_once_by_itself(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    let app = market.app(&world);
    let (listings, zone) = (listings(&market), TimeZone::UTC);
    let nightly = Nightly { listings, vendors: vendors_of_any_day(true).await, zone };
    let built = app.build_due_pack(&nightly).await.unwrap();
    assert!(matches!(built, Night::Built(Built::New(_))), "{built:?}");
    assert_eq!(app.build_due_pack(&nightly).await.unwrap(), Night::Waiting);
    let fresh = "select count(*) from pricing_packs where status = 'fresh'";
    assert_eq!(count(&world.superuser, fresh).await, 1);
}

#[sqlx::test(migrations = false)]
async fn a_night_that_failed_is_tried_again_after_a_pause_and_a_lost_build_is_taken_up(
    pool: PgPool,
) {
    let (world, market) = (World::new(pool).await, Market::new());
    let app = market.app(&world);
    let (listings, zone) = (listings(&market), TimeZone::UTC);
    let empty = Nightly { listings, vendors: vendors_of_any_day(false).await, zone };
    let failed = app.build_due_pack(&empty).await;
    assert!(
        matches!(failed, Err(NightlyError::Build { source: BuildError::Incomplete { .. }, .. })),
        "{failed:?}"
    );
    let nightly = Nightly { vendors: vendors_of_any_day(true).await, ..empty };
    assert_eq!(app.build_due_pack(&nightly).await.unwrap(), Night::Waiting, "within the pause");
    world.tamper("update pricing_packs set updated_at = updated_at - interval '3 minutes'").await;
    // A build that loses its process after its first stage.
    let policy = PricingPolicy::usual();
    let date = app.pricing_packs(Some(&policy), 1).await.unwrap()[0].date;
    let listings = Listings::read(&nightly.listings).await.unwrap();
    let quoted = app.quoted_market(&listings, date, &nightly.vendors).await.unwrap();
    let request = BuildRequest {
        date,
        market: Prices::Quoted(Box::new(quoted)),
        ledger: Some(market.ledger()),
        accept_stale: Vec::new(),
        restates: None,
    };
    let Built::New(left) = app.begin_pricing_pack(&request).await.unwrap() else { panic!() };
    assert_eq!(app.build_due_pack(&nightly).await.unwrap(), Night::Waiting, "it may be moving");
    world.tamper("update pricing_packs set updated_at = updated_at - interval '3 minutes'").await;
    let taken_up = app.build_due_pack(&nightly).await.unwrap();
    assert_eq!(taken_up, Night::Built(Built::Resumed(left.clone())));
    let state = app.pack_state(&policy, date).await.unwrap().unwrap();
    assert_eq!((state.pack.id, state.pack.status), (left, PackStatus::Fresh));
}

#[sqlx::test(migrations = false)]
async fn workers_that_all_have_listings_ask_the_vendors_once(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    let asked = Arc::new(AtomicUsize::new(0));
    let nightly = |vendors| Nightly { listings: listings(&market), vendors, zone: TimeZone::UTC };
    let (one, other) =
        (nightly(counted_vendors(&asked).await), nightly(counted_vendors(&asked).await));
    let first = market.app(&world);
    let second = world.process(builtin_agents()).await.with_ledger(Some(&market.ledger()));
    let (first, second) = tokio::join!(first.build_due_pack(&one), second.build_due_pack(&other));
    let (first, second) = (first.unwrap(), second.unwrap());
    let built = [&first, &second].into_iter().filter(|night| matches!(night, Night::Built(_)));
    assert_eq!(built.count(), 1, "{first:?} {second:?}");
    // Two closes and a rate, each once.
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[sqlx::test(migrations = false)]
async fn a_build_that_was_lost_is_taken_up_without_asking_a_vendor_again(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    let app = market.app(&world);
    let asked = Arc::new(AtomicUsize::new(0));
    let listings = listings(&market);
    let vendors = counted_vendors(&asked).await;
    let nightly = Nightly { listings, vendors, zone: TimeZone::UTC };
    assert!(matches!(app.build_due_pack(&nightly).await.unwrap(), Night::Built(_)));
    // As the process left it that was lost right after the values were stored.
    world
        .tamper(
            "update pricing_packs set status = 'warming', fresh_at = null, stages_done = 1,
                 stage = 'build_pack', updated_at = updated_at - interval '3 minutes'",
        )
        .await;
    world.tamper("delete from pricing_pack_stages where stage <> 'build_pack'").await;
    let taken_up = app.build_due_pack(&nightly).await.unwrap();
    assert!(matches!(taken_up, Night::Built(Built::Resumed(_))), "{taken_up:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[sqlx::test(migrations = false)]
async fn no_vendor_is_asked_about_a_day_that_is_not_over(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    let tomorrow = world.orchestrator.now().await.unwrap().to_zoned_datetime(TimeZone::UTC);
    let tomorrow = tomorrow.date().tomorrow().unwrap();
    let listings = Listings::read(&listings(&market)).await.unwrap();
    let vendors = vendors(true).await;
    let refused = world.orchestrator.quoted_market(&listings, tomorrow, &vendors).await;
    assert!(
        matches!(refused, Err(ListingsError::DayNotOver(day)) if day == tomorrow),
        "{refused:?}"
    );
}
