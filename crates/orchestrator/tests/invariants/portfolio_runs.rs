//! Governed reports of the portfolio desk: one for each period, made of the prices and the
//! ledger that its package names, checked rule by rule, sealed, and made again to the byte.

use crate::world::{self, Market, PORTFOLIO, Tenant, World, count};
use domain::{
    id::{RunId, SpecificationId},
    pricing_pack::PricingPackId,
    specification::{Desk, Field, PortfolioPanel, SpecificationDraft},
};
use jiff::civil::Weekday;
use orchestrator::{
    Orchestrator, UseCaseError,
    pricing::Built,
    run::{BlockReason, Executed, Triggered},
    specification::Saved,
};
use reports::portfolio::PortfolioReport;
use sqlx::PgPool;
use std::sync::Arc;
use storage::{specification, tenancy};

pub struct Desks {
    pub world: World,
    pub market: Market,
    pub tenant: Tenant,
    pub app: Orchestrator,
    /// The last weekday by the clock of the workspace.
    pub day: String,
}

impl Desks {
    pub async fn new(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        let market = Market::with_portfolio();
        let tenant = world.tenant_by_day("North").await;
        market.add_portfolio(&world, &tenant).await;
        let app = market.app(&world);
        let zone = tenant.editor.membership.as_ref().unwrap().time_zone.clone();
        let mut day = app.now().await.unwrap().in_tz(&zone).unwrap().date();
        while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            day = day.yesterday().unwrap();
        }
        Self { world, market, tenant, app, day: day.to_string() }
    }

    pub async fn active(&self, draft: SpecificationDraft) -> SpecificationId {
        let (editor, admin) = (&self.tenant.editor, &self.world.admin);
        let (id, saved) = self.app.create_specification(editor, draft, "").await.unwrap();
        assert_eq!(saved, Saved::Version { number: 1 });
        self.app.submit_specification(editor, id).await.unwrap();
        self.app.activate_specification(admin, id).await.unwrap();
        id
    }

    async fn trigger(&self, id: SpecificationId) -> Triggered {
        self.app.trigger_run(&self.tenant.editor, id).await.unwrap()
    }

    pub async fn succeed(&self, id: SpecificationId) -> RunId {
        let Triggered::Started(run) = self.trigger(id).await else { panic!("no run was started") };
        let executed = self.app.execute_run(self.tenant.workspace, run).await.unwrap();
        assert_eq!(executed, Executed::Final);
        assert_eq!(self.world.status(run).await, "succeeded", "{:?}", self.failure(run).await);
        run
    }

    pub async fn report(&self, run: RunId) -> PortfolioReport {
        let sealed = self.app.portfolio_report(&self.tenant.viewer, run).await.unwrap();
        sealed.expect("a run of the portfolio desk").report
    }

    async fn failure(
        &self,
        run: RunId,
    ) -> Option<(Option<domain::run::Stage>, String, Vec<String>)> {
        self.app.view_run(&self.tenant.viewer, run).await.unwrap().failure()
    }
}

pub fn draft(name: &str) -> SpecificationDraft {
    SpecificationDraft {
        name: name.to_owned(),
        portfolio: PORTFOLIO.to_owned(),
        cadence: "daily".to_owned(),
        window: "month".to_owned(),
        ..SpecificationDraft::blank_portfolio()
    }
}

#[sqlx::test(migrations = false)]
async fn a_portfolio_is_reported_once_a_period_and_made_again_to_the_byte(pool: PgPool) {
    let desks = Desks::new(pool).await;
    let specification = desks.active(draft("Daily book")).await;
    let pack = desks.market.build(&desks.app, &desks.day, "262.77").await;
    let run = desks.succeed(specification).await;

    let report = desks.report(run).await;
    assert_eq!((report.desk, &report.pricing_pack_id), (Desk::Portfolio, &pack));
    let topics: Vec<PortfolioPanel> = report.sections.iter().map(|one| one.topic).collect();
    assert_eq!(topics, PortfolioPanel::ALL);
    // 100 × 262.77 + (50 × 41.30 + 800) / 1.4012 + 13,000, by Python's decimal.
    let value = report.panels().find(|panel| panel.panel.id == "value").unwrap();
    let nav = value.panel.data["nav"]["value"]["amount"].as_str().unwrap().parse::<f64>().unwrap();
    assert!((nav - 41_321.675_992_006_85).abs() < 1e-6, "{nav}");
    for panel in report.panels() {
        assert!(
            panel.sources.iter().any(|source| source.as_str().starts_with("ledger:")),
            "{} names its ledger",
            panel.panel.id
        );
    }
    let sealed = desks.app.portfolio_report(&desks.tenant.viewer, run).await.unwrap();
    let html = sealed.unwrap().html;
    for expected in ["Portfolio desk", "Sample data", pack.as_str(), "Not available, because"] {
        assert!(html.contains(expected), "{expected}");
    }

    let Triggered::Blocked(BlockReason::SlotTaken { .. }) = desks.trigger(specification).await
    else {
        panic!("the period had a second report")
    };
    let record = desks.app.run_record(run).await.unwrap();
    // Later prices change nothing of a sealed report.
    let mut restated = desks.market.request(&desks.day, "250.00");
    restated.restates = Some("The exchange corrected the close.".to_owned());
    let Built::New(_) = desks.app.build_pricing_pack(&restated).await.unwrap() else { panic!() };
    let plan = Arc::clone(desks.app.report_plan(Desk::Portfolio));
    let replayed = record.replay(&plan, desks.app.market()).await.unwrap();
    assert!(replayed.is_same(), "{replayed:?}");
}

#[sqlx::test(migrations = false)]
async fn only_what_was_ordered_is_computed_and_reported(pool: PgPool) {
    let desks = Desks::new(pool).await;
    let panels = vec!["value".to_owned(), "holdings".to_owned()];
    let specification = desks.active(SpecificationDraft { panels, ..draft("Short") }).await;
    desks.market.build(&desks.app, &desks.day, "262.77").await;
    let run = desks.succeed(specification).await;
    let report = desks.report(run).await;
    let topics: Vec<PortfolioPanel> = report.sections.iter().map(|one| one.topic).collect();
    assert_eq!(topics, [PortfolioPanel::Value, PortfolioPanel::Holdings]);
    let computed =
        "select count(*) from run_steps where step in ('twr', 'risk', 'history', 'booked')
                    and result <> 'null'";
    assert_eq!(count(&desks.world.superuser, computed).await, 0);
}

#[sqlx::test(migrations = false)]
async fn a_closed_gate_keeps_a_run_from_beginning_and_takes_no_slot(pool: PgPool) {
    let desks = Desks::new(pool).await;
    let specification = desks.active(draft("Gated")).await;
    let reason = |triggered| match triggered {
        Triggered::Blocked(BlockReason::GateClosed { reason }) => reason,
        other => panic!("the gate was open: {other:?}"),
    };
    assert!(reason(desks.trigger(specification).await).contains("no pricing pack has been built"));
    desks.market.build(&desks.app, "2025-10-21", "262.77").await;
    assert!(reason(desks.trigger(specification).await).contains("more than five trading days"));
    let pack: PricingPackId = desks.market.begin(&desks.app, &desks.day, "262.77").await;
    assert!(reason(desks.trigger(specification).await).contains("still being prepared"));
    assert_eq!(count(&desks.world.superuser, "select count(*) from runs").await, 0);

    desks.app.finish_pricing_pack(&pack).await.unwrap();
    desks.succeed(specification).await;
}

/// Claimed while prices were fresh, restated before a worker came: the run waits, and takes
/// the corrected prices.
#[sqlx::test(migrations = false)]
async fn a_run_that_was_claimed_waits_behind_a_restatement(pool: PgPool) {
    let desks = Desks::new(pool).await;
    let specification = desks.active(draft("Waiting")).await;
    desks.market.build(&desks.app, &desks.day, "262.77").await;
    let Triggered::Started(run) = desks.trigger(specification).await else { panic!() };
    let mut request = desks.market.request(&desks.day, "250.00");
    request.restates = Some("The exchange corrected the close.".to_owned());
    let Built::New(second) = desks.app.begin_pricing_pack(&request).await.unwrap() else {
        panic!()
    };
    let waiting = desks.app.execute_run(desks.tenant.workspace, run).await.unwrap();
    assert_eq!(waiting, Executed::Waiting);
    desks.app.finish_pricing_pack(&second).await.unwrap();
    let executed = desks.app.execute_run(desks.tenant.workspace, run).await.unwrap();
    assert_eq!(executed, Executed::Final);
    let report = desks.report(run).await;
    assert_eq!(report.pricing_pack_id, second);
}

#[sqlx::test(migrations = false)]
async fn a_portfolio_of_another_workspace_cannot_be_ordered(pool: PgPool) {
    let desks = Desks::new(pool).await;
    let other = desks.world.tenant("South", "Europe/Berlin").await;
    let (id, saved) =
        desks.app.create_specification(&other.editor, draft("Theirs"), "").await.unwrap();
    let Saved::Draft { errors } = saved else { panic!("{saved:?}") };
    assert_eq!(errors[0].field, Field::Portfolio);
    let refused = desks.app.submit_specification(&other.editor, id).await;
    assert!(refused.is_err(), "{refused:?}");
}

#[sqlx::test(migrations = false)]
async fn a_report_of_one_desk_is_none_of_the_others(pool: PgPool) {
    let desks = Desks::new(pool).await;
    let specification = desks.active(draft("Daily book")).await;
    desks.market.build(&desks.app, &desks.day, "262.77").await;
    let run = desks.succeed(specification).await;
    let other = desks.app.shown_report(&desks.tenant.viewer, run).await;
    assert!(matches!(other, Err(UseCaseError::NotFound)), "{other:?}");
    let verified = storage::verify::verify(&desks.world.superuser).await;
    let verified = verified.unwrap();
    assert!(verified.discrepancies.is_empty(), "{:?}", verified.discrepancies);
}

/// Of the two desks the reports of one alone are written by somebody, who may retire.
#[sqlx::test(migrations = false)]
async fn a_report_that_is_computed_is_none_that_a_language_model_writes(pool: PgPool) {
    let desks = Desks::new(pool).await;
    desks.active(draft("Computed")).await;
    let written = desks.active(world::draft("Written")).await;
    let mut tx = tenancy::begin_platform(&desks.world.superuser).await.unwrap();
    let (rows, count) = specification::load_written(&mut tx, 10).await.unwrap();
    let found: Vec<_> = rows.iter().map(|row| row.id).collect();
    assert_eq!((found, count), (vec![written], 1));
}
