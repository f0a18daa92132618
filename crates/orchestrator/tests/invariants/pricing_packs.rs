//! What a pricing pack holds is written once; where it stands moves along its legal
//! edges; one pack at a time is live for a date and policy.

use crate::world::{Market, World, code_of, count, message_of};
use agents::market::{PacksUnavailable, PricingPacks};
use domain::{
    pricing_pack::{PackStatus, PricingPackId, PricingPolicy},
    workspace::Role,
};
use orchestrator::{
    UseCaseError,
    pricing::{Backfilled, BuildError, Built, Corrections, Gate, PackState, StoredPacks, gate},
};
use sqlx::{AssertSqlSafe, PgPool};
use storage::{pricing_pack, tenancy};

const DAY: &str = "2025-10-21";

async fn state_on(world: &World, date: &str) -> Option<PackState> {
    let policy = PricingPolicy::usual();
    world.orchestrator.pack_state(&policy, date.parse().unwrap()).await.unwrap()
}

/// What the gate says to an editor for the pack of `date`.
async fn gate_on(world: &World, date: &str, require_fresh: bool) -> Gate {
    gate(state_on(world, date).await.as_ref(), require_fresh, Role::Editor)
}

async fn status(world: &World, pack: &PricingPackId) -> PackStatus {
    let mut tx = tenancy::begin_global(world.orchestrator.pool()).await.unwrap();
    pricing_pack::load(&mut tx, pack).await.unwrap().unwrap().status
}

#[sqlx::test(migrations = false)]
async fn the_gate_is_closed_while_a_pack_is_built_and_opens_when_it_is_fresh(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    assert_eq!(gate_on(&world, DAY, true).await, Gate::NotFound);

    let pack = market.begin(&world.orchestrator, DAY, "262.77").await;
    let Gate::Warming(closed) = gate_on(&world, DAY, true).await else { panic!() };
    assert_eq!((&closed.pack, closed.status), (&pack, PackStatus::Warming));
    assert_eq!((closed.progress.done, closed.progress.total), (1, 5));
    assert_eq!(closed.last_fresh, None);
    // Fewer than three builds: a quarter of an hour from its start.
    assert!((890..=900).contains(&closed.retry_after_s), "{}", closed.retry_after_s);
    assert_eq!(gate_on(&world, DAY, false).await, Gate::OpenStale);

    world.orchestrator.finish_pricing_pack(&pack).await.unwrap();
    assert_eq!(gate_on(&world, DAY, true).await, Gate::Open);
    let entries = "select count(*) from audit_log where action like 'pricing_pack.%'";
    assert_eq!(count(&world.superuser, entries).await, 2);
    let again = world.orchestrator.finish_pricing_pack(&pack).await;
    assert!(matches!(again, Err(BuildError::Step(_))), "{again:?}");
}

#[sqlx::test(migrations = false)]
async fn a_date_finds_the_last_pack_on_or_before_it(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    let friday = market.build(&world.orchestrator, "2025-10-17", "260.00").await;
    let monday = market.build(&world.orchestrator, "2025-10-20", "261.00").await;
    for (date, expected) in [
        ("2025-10-16", None),
        ("2025-10-17", Some(&friday)),
        ("2025-10-19", Some(&friday)),
        ("2025-10-20", Some(&monday)),
        ("2025-12-31", Some(&monday)),
    ] {
        let found = state_on(&world, date).await.map(|state| state.pack.id);
        assert_eq!(found.as_ref(), expected, "{date}");
    }
    // A pack of another policy is no answer.
    let other: PricingPolicy = "CLOSE_EUR".parse().unwrap();
    let found = world.orchestrator.pack_state(&other, DAY.parse().unwrap()).await.unwrap();
    assert_eq!(found, None);

    let tuesday = market.begin(&world.orchestrator, DAY, "262.77").await;
    let Gate::Warming(closed) = gate_on(&world, DAY, true).await else { panic!() };
    assert_eq!(closed.pack, tuesday);
    assert_eq!(closed.last_fresh.map(|last| last.pack_id), Some(monday));
}

#[sqlx::test(migrations = false)]
async fn a_restated_pack_is_superseded_and_no_longer_found(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    let app = &world.orchestrator;
    let first = market.build(app, DAY, "262.77").await;

    let same = app.build_pricing_pack(&market.request(DAY, "262.77")).await.unwrap();
    assert_eq!(same, Built::Unchanged(first.clone()));
    let mut request = market.request(DAY, "262.78");
    let unasked = app.build_pricing_pack(&request).await;
    assert!(matches!(unasked, Err(BuildError::NeedsReason(_))), "{unasked:?}");

    request.restates = Some("The exchange corrected the close.".to_owned());
    let Built::New(second) = app.build_pricing_pack(&request).await.unwrap() else { panic!() };
    assert_eq!(second.name().version, 2);
    assert_eq!(status(&world, &first).await, PackStatus::Superseded);
    let found = state_on(&world, DAY).await.unwrap().pack;
    assert_eq!((found.id, found.supersedes), (second.clone(), Some(first)));

    // A correction that fails half-way leaves the date without a pack: what it
    // corrects is known to be wrong.
    let mut request = market.request(DAY, "262.79");
    request.restates = Some("And once more.".to_owned());
    let Built::New(third) = app.begin_pricing_pack(&request).await.unwrap() else { panic!() };
    let mut tx = tenancy::begin_global(app.pool()).await.unwrap();
    assert!(pricing_pack::fail(&mut tx, &third, "The build stopped.").await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(status(&world, &second).await, PackStatus::Superseded);
    let Gate::Failed(closed) = gate_on(&world, DAY, true).await else { panic!() };
    assert_eq!((closed.pack, closed.last_fresh), (third, None));
}

#[sqlx::test(migrations = false)]
async fn a_pack_with_gaps_fails_with_all_of_them_and_takes_no_good_packs_place(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    let app = &world.orchestrator;
    let incomplete = app.build_pricing_pack(&market.request(DAY, "")).await;
    let Err(BuildError::Incomplete { pack, missing }) = incomplete else {
        panic!("{incomplete:?}")
    };
    assert_eq!(missing.len(), 1);
    let Gate::Failed(closed) = gate_on(&world, DAY, false).await else { panic!() };
    assert_eq!((&closed.pack, closed.error.as_str()), (&pack, "ACME on XNAS has no price"));

    let good = market.build(app, DAY, "262.77").await;
    assert_eq!(good.name().version, 2);
    let mut request = market.request(DAY, "");
    request.restates = Some("A correction that is not whole.".to_owned());
    let refused = app.build_pricing_pack(&request).await;
    assert!(matches!(refused, Err(BuildError::Incomplete { .. })), "{refused:?}");
    assert_eq!(state_on(&world, DAY).await.unwrap().pack.id, good);
    assert_eq!(gate_on(&world, DAY, true).await, Gate::Open);
}

#[sqlx::test(migrations = false)]
async fn of_two_builds_of_one_date_one_wins(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    let app = &world.orchestrator;
    let request = market.request(DAY, "262.77");
    let (one, other) =
        tokio::join!(app.begin_pricing_pack(&request), app.begin_pricing_pack(&request));
    let won = [&one, &other].into_iter().filter(|built| built.is_ok()).count();
    assert_eq!(won, 1, "{one:?} {other:?}");
    let live =
        "select count(*) from pricing_packs where status in ('building', 'warming', 'fresh')";
    assert_eq!(count(&world.superuser, live).await, 1);

    let late = app.begin_pricing_pack(&request).await;
    assert!(matches!(late, Err(BuildError::UnderWay(_))), "{late:?}");
}

#[sqlx::test(migrations = false)]
async fn the_schema_itself_allows_one_live_pack_of_a_date_and_policy(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    let pack = market.begin(&world.orchestrator, DAY, "262.77").await;
    let mut tx = tenancy::begin_global(world.orchestrator.pool()).await.unwrap();
    let mut twin = pricing_pack::load_whole(&mut tx, &pack).await.unwrap().unwrap();
    let name = pack.name();
    twin.id = format!("PP_{}_{}_v2_{}", name.date, name.policy, name.hash).parse().unwrap();
    let refused = pricing_pack::insert(&mut tx, &twin, None).await.unwrap_err();
    assert!(refused.is_refused_by(pricing_pack::ONE_LIVE), "{refused:?}");
}

#[sqlx::test(migrations = false)]
async fn a_build_that_lost_its_process_is_swept_by_the_next(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    let lost = market.begin(&world.orchestrator, DAY, "262.77").await;
    sqlx::query("update pricing_packs set updated_at = now() - interval '16 minutes'")
        .execute(&world.superuser)
        .await
        .unwrap();
    let next = market.build(&world.orchestrator, DAY, "262.77").await;
    assert_eq!(next.name().version, 2);
    assert_eq!(status(&world, &lost).await, PackStatus::Failed);
}

#[sqlx::test(migrations = false)]
async fn a_build_that_lost_its_process_is_resumed_by_one_of_the_same_values(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    let app = &world.orchestrator;
    let lost = market.begin(app, DAY, "262.77").await;
    let resumed = app.build_pricing_pack(&market.request(DAY, "262.77")).await.unwrap();
    assert_eq!(resumed, Built::Resumed(lost.clone()));
    assert_eq!(status(&world, &lost).await, PackStatus::Fresh);
    assert_eq!(count(&world.superuser, "select count(*) from pricing_packs").await, 1);

    // One of other values gives it up. A correction that was given up corrects nothing, so
    // that the next one takes the place of what was shown.
    let correction = |close: &str| {
        let mut request = market.request(DAY, close);
        request.restates = Some("The exchange corrected the close.".to_owned());
        request
    };
    let Built::New(given_up) = app.begin_pricing_pack(&correction("262.78")).await.unwrap() else {
        panic!()
    };
    let Built::New(second) = app.build_pricing_pack(&correction("262.79")).await.unwrap() else {
        panic!()
    };
    assert_eq!(status(&world, &given_up).await, PackStatus::Failed);
    let found = state_on(&world, DAY).await.unwrap().pack;
    assert_eq!((found.id, found.supersedes), (second, Some(lost)));
}

#[sqlx::test(migrations = false)]
async fn one_process_at_a_time_builds_the_prices_of_a_day(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    let app = &world.orchestrator;
    let mut other = tenancy::begin_global(app.pool()).await.unwrap();
    assert!(pricing_pack::take_building(&mut other, DAY.parse().unwrap()).await.unwrap());
    let refused = app.build_pricing_pack(&market.request(DAY, "262.77")).await;
    assert!(matches!(refused, Err(BuildError::Busy(_))), "{refused:?}");
    assert_eq!(count(&world.superuser, "select count(*) from pricing_packs").await, 0);
    market.build(app, "2025-10-22", "262.77").await;
    // Dropped, it would be rolled back some time later.
    other.commit().await.unwrap();
    market.build(app, DAY, "262.77").await;
}

#[sqlx::test(migrations = false)]
async fn a_restatement_says_what_it_changed_and_what_that_moves(pool: PgPool) {
    let world = World::new(pool).await;
    let market = Market::with_portfolio();
    let tenant = world.tenant("North", "Europe/Berlin").await;
    market.add_portfolio(&world, &tenant).await;
    let app = market.app(&world);
    let first = market.build(&app, DAY, "262.77").await;
    let of_first = app.corrections(&tenant.viewer, &first).await.unwrap();
    assert_eq!(of_first, Corrections::default());
    let none = app.restatement(&tenant.viewer, &first).await;
    assert!(matches!(none, Err(UseCaseError::NotFound)), "{none:?}");

    let mut request = market.request(DAY, "250.00");
    request.restates = Some("The exchange corrected the close.".to_owned());
    let Built::New(second) = app.begin_pricing_pack(&request).await.unwrap() else { panic!() };
    // While the correction is prepared, what was shown is said to be wrong already.
    let of_first = app.corrections(&tenant.viewer, &first).await.unwrap().restated.unwrap();
    assert_eq!((&of_first.by.id, of_first.by.status), (&second, PackStatus::Warming));
    assert_eq!(of_first.reason.as_deref(), Some("The exchange corrected the close."));
    app.finish_pricing_pack(&second).await.unwrap();
    assert!(app.corrections(&tenant.viewer, &second).await.unwrap().corrects);

    let found = app.restatement(&tenant.viewer, &second).await.unwrap();
    assert_eq!((&found.before.id, &found.after.id), (&first, &second));
    let changed: Vec<_> = found.changes.prices.iter().map(|price| price.symbol.as_str()).collect();
    assert_eq!((changed, found.changes.rates.len()), (vec!["ACME"], 0));
    // 100 shares, each 12.77 dollars less.
    let moved = found.portfolios[0].moved().unwrap();
    assert_eq!((moved.amount, moved.currency.as_str()), ((-1277).into(), "USD"));

    let other = app
        .view_pricing_pack(
            &tenant.viewer,
            &"PP_2025-10-21_CLOSE_EUR_v1_0123456789ab".parse().unwrap(),
        )
        .await;
    assert!(matches!(other, Err(UseCaseError::NotFound)), "{other:?}");
    let page = app.pack_page(&tenant.viewer, 9).await.unwrap();
    assert_eq!((page.packs, page.page, page.rows.len()), (2, 1, 2));
}

#[sqlx::test(migrations = false)]
async fn nobody_changes_what_a_pack_holds(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    let pack = market.build(&world.orchestrator, DAY, "262.77").await;
    for (sql, message) in [
        (
            "update pricing_packs set ledger_commit = repeat('0', 40)",
            format!("the content of pricing pack {pack} is immutable"),
        ),
        (
            "update pricing_packs set content = content || ' '",
            format!("the content of pricing pack {pack} is immutable"),
        ),
        ("delete from pricing_packs", "pricing_packs is immutable: delete is refused".to_owned()),
        (
            "truncate pricing_packs cascade",
            "pricing_packs is immutable: truncate is refused".to_owned(),
        ),
        (
            "insert into pricing_pack_prices
             select pack_id, 'LATE', exchange, currency, close, as_of, source
             from pricing_pack_prices limit 1",
            format!("pricing pack {pack} is not being built: it takes no late value"),
        ),
    ] {
        let mut tx = tenancy::begin_global(world.orchestrator.pool()).await.unwrap();
        let refused = sqlx::query(sql).execute(&mut *tx).await;
        let expected = if sql.starts_with("insert") { "23001" } else { "42501" };
        assert_eq!(code_of(refused), expected, "{sql}");
        let refused = sqlx::query(sql).execute(&world.superuser).await;
        assert_eq!(message_of(refused), message, "{sql}");
    }
}

#[sqlx::test(migrations = false)]
async fn the_status_moves_along_its_legal_edges_only(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    let app = &world.orchestrator;
    let warming = market.begin(app, "2025-10-20", "1").await;
    let fresh = market.build(app, "2025-10-21", "2").await;
    let superseded = market.build(app, "2025-10-22", "3").await;
    let mut request = market.request("2025-10-22", "4");
    request.restates = Some("Corrected.".to_owned());
    app.build_pricing_pack(&request).await.unwrap();
    let failed = app.build_pricing_pack(&market.request("2025-10-23", "")).await;
    let Err(BuildError::Incomplete { pack: failed, .. }) = failed else { panic!("{failed:?}") };
    for (pack, from) in [
        (warming, PackStatus::Warming),
        (fresh, PackStatus::Fresh),
        (superseded, PackStatus::Superseded),
        (failed, PackStatus::Failed),
    ] {
        assert_eq!(status(&world, &pack).await, from);
        for to in PackStatus::ALL.iter().filter(|to| **to != from) {
            let moved = try_to_move(&world, &pack, *to).await;
            let allowed = moved.is_ok();
            assert_eq!(allowed, from.may_become(*to), "{from} to {to}: {moved:?}");
            if !allowed {
                let refusal = format!("is {} and cannot become {}", from.id(), to.id());
                let message = message_of(moved);
                assert!(message.contains(&refusal), "{message}");
            }
        }
    }
}

/// With everything else as the new status asks for; undone again.
async fn try_to_move(
    world: &World,
    pack: &PricingPackId,
    to: PackStatus,
) -> Result<(), sqlx::Error> {
    let fresh_at = match to {
        PackStatus::Fresh | PackStatus::Superseded => "coalesce(fresh_at, now())",
        _ => "null",
    };
    let error = if to == PackStatus::Failed { "'broken'" } else { "null" };
    let sql = format!(
        "update pricing_packs set status = '{}', stages_done = stages_total, fresh_at = {fresh_at}, error = {error}
         where id = '{pack}'",
        to.id()
    );
    let mut tx = world.superuser.begin().await.unwrap();
    sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await.map(drop)
}

#[sqlx::test(migrations = false)]
async fn a_pack_is_read_whole_once_and_never_when_its_seal_is_broken(pool: PgPool) {
    let (world, market) = (World::new(pool).await, Market::new());
    let pack = market.build(&world.orchestrator, DAY, "262.77").await;
    let packs = StoredPacks::new(world.orchestrator.pool().clone());
    let absent = "PP_2025-10-20_CLOSE_USD_v1_0123456789ab".parse().unwrap();
    assert_eq!(packs.load(&absent).await, Ok(None));
    let read = packs.load(&pack).await.unwrap().unwrap();
    assert_eq!(read.content.prices().len(), 2);
    assert_eq!(read.id, pack);

    sqlx::query("alter table pricing_packs drop constraint pricing_packs_content_hash_matches")
        .execute(&world.superuser)
        .await
        .unwrap();
    world.tamper("update pricing_packs set content = replace(content, '262.77', '999.99')").await;
    assert_eq!(packs.load(&pack).await, Ok(Some(read)), "what was read stays");
    let afresh = StoredPacks::new(world.orchestrator.pool().clone());
    assert_eq!(afresh.load(&pack).await, Err(PacksUnavailable));
}

#[sqlx::test(migrations = false)]
async fn days_gone_by_are_built_once_and_stay_as_they_are(pool: PgPool) {
    let world = World::new(pool).await;
    let market = Market::new();
    let app = &world.orchestrator;
    let standing = market.build(app, "2025-10-21", "262.77").await;
    let days = [("2025-10-20", "261.00"), ("2025-10-21", "9.99"), ("2025-10-22", "263.00")];
    let built = app.backfill_pricing_packs(&market.past(&days)).await.unwrap();
    assert_eq!(built, Backfilled { built: 2, kept: 1 });
    let statuses = "select count(*) from pricing_packs where status = 'fresh' and version = 1 \
                    and stages_done = stages_total and fresh_at >= build_started_at";
    assert_eq!(count(&world.superuser, statuses).await, 3);
    let prices = "select count(*) from pricing_pack_prices where close = 9.99";
    assert_eq!(count(&world.superuser, prices).await, 0);
    assert_eq!(state_on(&world, "2025-10-21").await.unwrap().pack.id, standing);
    let again = app.backfill_pricing_packs(&market.past(&days)).await.unwrap();
    assert_eq!(again, Backfilled { built: 0, kept: 3 });
}

#[sqlx::test(migrations = false)]
async fn one_day_that_lacks_a_value_leaves_none_of_the_days_built(pool: PgPool) {
    let world = World::new(pool).await;
    let market = Market::new();
    let days = [("2025-10-20", "261.00"), ("2025-10-21", "")];
    let refused = world.orchestrator.backfill_pricing_packs(&market.past(&days)).await.unwrap_err();
    let BuildError::Incomplete { pack, missing } = refused else { panic!("{refused}") };
    assert_eq!(pack.date().to_string(), "2025-10-21");
    assert_eq!(missing[0].to_string(), "ACME on XNAS has no price");
    assert_eq!(count(&world.superuser, "select count(*) from pricing_packs").await, 0);
}
