//! A build goes through its stages in the nightly order. Each is on record as it was entered
//! and ended, and a build that lost its process goes on with the one that it was in.

use crate::world::{Market, Tenant, World, count, message_of};
use domain::{
    id::PortfolioId,
    pricing_pack::{BuildStage, PackStatus, PricingPackId, PricingPolicy},
};
use orchestrator::{
    Orchestrator,
    execution::{Caller, Correlation, ExecuteRequest},
    pricing::{BuildError, Built, StageRow},
};
use serde_json::Map;
use sqlx::PgPool;
use storage::{pricing_pack, tenancy};
use uuid::Uuid;

const DAY: &str = "2025-10-21";

struct Book {
    world: World,
    market: Market,
    tenant: Tenant,
    portfolio: PortfolioId,
    app: Orchestrator,
}

impl Book {
    async fn new(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        let market = Market::with_portfolio();
        let tenant = world.tenant("North", "Europe/Berlin").await;
        let portfolio = market.add_portfolio(&world, &tenant).await;
        let app = market.app(&world);
        Self { world, market, tenant, portfolio, app }
    }

    async fn stages(&self, pack: &PricingPackId) -> Vec<StageRow> {
        let mut tx = tenancy::begin_global(self.app.pool()).await.unwrap();
        pricing_pack::load_stages(&mut tx, pack).await.unwrap()
    }

    /// Enters a stage as a build does, and ends it unless its process is to be lost in it.
    async fn enter(&self, pack: &PricingPackId, stage: BuildStage, ends: bool) {
        let mut tx = tenancy::begin_global(self.app.pool()).await.unwrap();
        pricing_pack::enter_stage(&mut tx, pack, stage).await.unwrap();
        if ends {
            pricing_pack::end_stage(&mut tx, pack, stage, "Done before.").await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn build_again(&self) -> Result<Built, BuildError> {
        self.app.build_pricing_pack(&self.market.request(DAY, "262.77")).await
    }
}

#[sqlx::test(migrations = false)]
async fn a_build_goes_through_every_stage_and_says_what_each_did(pool: PgPool) {
    let book = Book::new(pool).await;
    let pack = book.market.build(&book.app, DAY, "262.77").await;
    let stages = book.stages(&pack).await;
    let told: Vec<(&str, &str)> = stages
        .iter()
        .map(|row| (row.stage.id(), row.outcome.as_deref().unwrap_or("not ended")))
        .collect();
    assert_eq!(
        told,
        [
            ("build_pack", "Prices and rates stored: 2 and 1."),
            ("reconcile_ledger", "Portfolios that agree: 1."),
            ("compute_daily_metrics", "Portfolios valued: 1."),
            ("prewarm_overviews", "Overviews computed: 1."),
            ("mark_pack_fresh", "The gate is open."),
        ]
    );
    assert!(stages.windows(2).all(|pair| pair[0].ended_at <= Some(pair[1].entered_at)));
    let view = book.app.view_pricing_pack(&book.tenant.viewer, &pack).await.unwrap();
    assert_eq!((view.row.stages_done, view.row.stages_total, view.stages), (5, 5, stages));
}

#[sqlx::test(migrations = false)]
async fn the_first_reader_after_a_build_finds_the_overview_computed(pool: PgPool) {
    let book = Book::new(pool).await;
    book.market.build(&book.app, DAY, "262.77").await;
    let request = ExecuteRequest {
        pattern_id: "portfolio_overview".to_owned(),
        portfolio_id: Some(book.portfolio),
        inputs: Map::new(),
        asof: None,
        require_fresh: true,
    };
    let correlation =
        Correlation { trace_id: Uuid::now_v7().simple().to_string(), request_id: Uuid::now_v7() };
    let caller = Caller::from(book.tenant.viewer.clone());
    let answer = book.app.execute(&caller, request, correlation).await.unwrap();
    assert_eq!(answer.trace.cache.misses, 0, "{:?}", answer.trace.cache);
    assert!(answer.trace.cache.hits >= 8, "{:?}", answer.trace.cache);
}

#[sqlx::test(migrations = false)]
async fn lists_of_portfolios_have_the_value_and_what_was_earned_since_the_pack_before(
    pool: PgPool,
) {
    let book = Book::new(pool).await;
    assert!(book.app.newest_values(&book.tenant.viewer).await.unwrap().is_none());
    book.market.build(&book.app, "2025-10-20", "260.00").await;
    let first = book.app.newest_values(&book.tenant.viewer).await.unwrap().unwrap();
    let worth = first.values[0].worth.clone().unwrap();
    assert_eq!(worth.since, None, "there is no pack before it");
    let second = book.market.build(&book.app, DAY, "262.77").await;
    let newest = book.app.newest_values(&book.tenant.viewer).await.unwrap().unwrap();
    assert_eq!((&newest.pack, newest.values.len()), (&second, 1));
    // 100 × 262.77 + (50 × 41.30 + 800) / 1.4012 + 13,000, by Python's decimal; and 100 shares
    // that cost 2.77 more than the day before.
    let worth = newest.values[0].worth.clone().unwrap();
    assert_eq!(worth.nav.round_dp(6).to_string(), "41321.675992");
    let since = worth.since.unwrap();
    assert_eq!((since.flow.to_string(), since.earned.to_string()), ("0".into(), "277".into()));
    // 277 / 41,044.675992…
    assert_eq!(since.earned_fraction.unwrap().round_dp(9).to_string(), "0.006748744");
    assert_eq!(newest.screen.terms.attributions[0].text, "Sample data, not market data");

    // Another workspace sees none of it.
    let other = book.world.tenant("South", "Europe/Berlin").await;
    assert!(book.app.newest_values(&other.viewer).await.unwrap().is_none());
}

#[sqlx::test(migrations = false)]
async fn a_build_that_lost_its_process_goes_on_with_the_stage_that_it_was_in(pool: PgPool) {
    let book = Book::new(pool).await;
    let lost = book.market.begin(&book.app, DAY, "262.77").await;
    book.enter(&lost, BuildStage::ReconcileLedger, true).await;
    book.enter(&lost, BuildStage::ComputeDailyMetrics, false).await;
    let health = book.app.pack_health(&PricingPolicy::usual()).await.unwrap();
    let progress = health.progress.unwrap();
    assert_eq!(
        (progress.progress.stage, progress.progress.done, progress.stages.len()),
        (BuildStage::ComputeDailyMetrics, 2, 3)
    );

    assert_eq!(book.build_again().await.unwrap(), Built::Resumed(lost.clone()));
    let stages = book.stages(&lost).await;
    let attempts: Vec<u32> = stages.iter().map(|row| row.attempts).collect();
    assert_eq!(attempts, [1, 1, 2, 1, 1]);
    // What had ended was not done again: nobody compared the books.
    assert_eq!(stages[1].outcome.as_deref(), Some("Done before."));
    let compared = "select count(*) from reconciliations";
    assert_eq!(count(&book.world.superuser, compared).await, 0);
    let health = book.app.pack_health(&PricingPolicy::usual()).await.unwrap();
    assert!(health.is_fresh && health.prewarm_done);
}

#[sqlx::test(migrations = false)]
async fn what_was_left_by_a_build_of_other_stages_is_given_up(pool: PgPool) {
    let book = Book::new(pool).await;
    let left = book.market.begin(&book.app, DAY, "262.77").await;
    book.world.tamper("update pricing_packs set stages_total = 2").await;
    let Built::New(next) = book.build_again().await.unwrap() else { panic!("resumed") };
    assert_eq!(next.name().version, 2);
    let mut tx = tenancy::begin_global(book.app.pool()).await.unwrap();
    let left = pricing_pack::load(&mut tx, &left).await.unwrap().unwrap();
    assert_eq!(left.status, PackStatus::Failed);
}

#[sqlx::test(migrations = false)]
async fn no_stage_begins_before_the_one_before_it_has_ended_and_none_ends_twice(pool: PgPool) {
    let book = Book::new(pool).await;
    let pack = book.market.begin(&book.app, DAY, "262.77").await;
    let refused = |sql: &'static str| {
        let superuser = book.world.superuser.clone();
        async move { message_of(sqlx::query(sql).execute(&superuser).await) }
    };
    let early = "insert into pricing_pack_stages (pack_id, stage)
                 select id, 'compute_daily_metrics' from pricing_packs";
    let message = refused(early).await;
    assert!(message.ends_with("before reconcile_ledger has ended"), "{message}");
    let again = "update pricing_pack_stages set outcome = 'Otherwise.'";
    let message = refused(again).await;
    assert_eq!(message, format!("stage build_pack of pricing pack {pack} is over"));

    book.app.finish_pricing_pack(&pack).await.unwrap();
    let mut tx = tenancy::begin_global(book.app.pool()).await.unwrap();
    let late = pricing_pack::enter_stage(&mut tx, &pack, BuildStage::PrewarmOverviews).await;
    assert!(late.is_err(), "{late:?}");
}

#[sqlx::test(migrations = false)]
async fn a_build_that_fails_says_in_which_stage_it_stopped(pool: PgPool) {
    let book = Book::new(pool).await;
    book.world
        .tamper("update ledger_postings set units = units + 1 where commodity = 'ACME'")
        .await;
    let failed = book.build_again().await.unwrap_err();
    let BuildError::NotReconciled { pack, .. } = failed else { panic!("{failed}") };
    let view = book.app.view_pricing_pack(&book.tenant.viewer, &pack).await.unwrap();
    assert_eq!(view.row.stage, BuildStage::ReconcileLedger);
    let last = view.stages.last().unwrap();
    assert_eq!((last.stage, last.ended_at), (BuildStage::ReconcileLedger, None));
    // A failed pack has no values for lists.
    let values = "select count(*) from portfolio_daily_values";
    assert_eq!(count(&book.world.superuser, values).await, 0);
}
