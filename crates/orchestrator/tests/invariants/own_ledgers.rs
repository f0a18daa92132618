//! Repositories of workspaces' own: an owner names one that the operator allows, its commits
//! are read whole or not at all, and what is in it or wrong with it concerns nobody else.

use crate::world::{LEDGER, Market, PORTFOLIO, Tenant, World, count, git};
use domain::{execution::FaultKind, id::PortfolioId, pricing_pack::PackStatus};
use orchestrator::{
    Orchestrator, Refusal, UseCaseError,
    execution::{Caller, Correlation, ExecuteRequest, ExecutionAnswer, ExecutionRefused},
    portfolio::{LedgerRepositories, Read, ReadingOutcome, TransactionFilter},
};
use serde_json::Map;
use sqlx::PgPool;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use storage::{ledger_repository, tenancy};
use tempfile::TempDir;
use uuid::Uuid;

const DAY: &str = "2025-10-21";
const NEXT: &str = "2025-10-22";

/// The operator's ledger has no portfolio; two workspaces have repositories of their own.
struct Desk {
    world: World,
    market: Market,
    folder: TempDir,
    north: Tenant,
    south: Tenant,
    app: Orchestrator,
}

fn allowed(folder: &Path) -> LedgerRepositories {
    let hosts = BTreeSet::from(["git.example.org".to_owned()]);
    LedgerRepositories::new(folder.join("copies"), Some(folder.join("local")), hosts)
}

impl Desk {
    async fn new(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        let market = Market::new();
        let folder = tempfile::tempdir().unwrap();
        let north = world.tenant("North", "Europe/Berlin").await;
        let south = world.tenant("South", "Europe/Berlin").await;
        let app = market.app(&world).with_repositories(Some(allowed(folder.path())));
        Self { world, market, folder, north, south, app }
    }

    fn repository(&self, tenant: &Tenant) -> PathBuf {
        self.folder.path().join("local").join(tenant.workspace.to_string()).join("ledger")
    }

    /// Commits a main file in the tenant's repository, which is made for the first.
    fn commit(&self, tenant: &Tenant, text: &str) {
        let repository = self.repository(tenant);
        if !repository.exists() {
            fs::create_dir_all(&repository).unwrap();
            git(&repository, &["init", "--quiet"]);
        }
        fs::write(repository.join("main.beancount"), text).unwrap();
        git(&repository, &["add", "."]);
        git(&repository, &["commit", "--quiet", "--message", "Change"]);
    }

    async fn read(&self, tenant: &Tenant) -> Read {
        self.app.read_ledger(&tenant.editor).await.unwrap()
    }

    /// Commits, names, reads, adds the portfolio.
    async fn connect(&self, tenant: &Tenant, text: &str) {
        self.commit(tenant, text);
        self.app.set_ledger_repository(&tenant.owner, "ledger").await.unwrap();
        let read = self.read(tenant).await;
        assert!(matches!(read, Read::Stored(_)), "{read:?}");
        self.app.add_portfolio(&tenant.editor, portfolio(), "Main book").await.unwrap();
    }

    async fn overview(
        &self,
        tenant: &Tenant,
        asof: &str,
    ) -> Result<ExecutionAnswer, ExecutionRefused> {
        let request = ExecuteRequest {
            pattern_id: "portfolio_overview".to_owned(),
            portfolio_id: Some(portfolio()),
            inputs: Map::new(),
            asof: Some(asof.parse().unwrap()),
            require_fresh: true,
        };
        self.app.execute(&Caller::from(tenant.viewer.clone()), request, correlation()).await
    }
}

fn portfolio() -> PortfolioId {
    PORTFOLIO.parse().unwrap()
}

fn correlation() -> Correlation {
    Correlation { trace_id: Uuid::now_v7().simple().to_string(), request_id: Uuid::now_v7() }
}

/// [`LEDGER`] with so many dollars more.
fn richer(dollars: u32) -> String {
    format!(
        "{LEDGER}\n2025-03-01 * \"Deposit\"\n  Assets:Portfolio:Main:Cash:USD  {dollars}.00 USD\n  \
         Equity:Contributions\n"
    )
}

fn nav(answer: &ExecutionAnswer) -> f64 {
    answer.data["positions"]["nav"]["value"]["amount"].as_str().unwrap().parse().unwrap()
}

#[sqlx::test(migrations = false)]
async fn each_workspace_is_valued_at_the_commit_of_its_own_repository(pool: PgPool) {
    let desk = Desk::new(pool).await;
    desk.connect(&desk.north, LEDGER).await;
    desk.connect(&desk.south, &richer(999)).await;
    let pack = desk.market.build(&desk.app, DAY, "262.77").await;
    let north = desk.overview(&desk.north, DAY).await.unwrap();
    let south = desk.overview(&desk.south, DAY).await.unwrap();
    // As by the operator's ledger, in portfolios.rs.
    assert!((nav(&north) - 41_321.675_992_006_85).abs() < 1e-6, "{}", nav(&north));
    assert!((nav(&south) - nav(&north) - 999.0).abs() < 1e-6, "{}", nav(&south));
    for (tenant, answer) in [(&desk.north, &north), (&desk.south, &south)] {
        let head = git(&desk.repository(tenant), &["rev-parse", "HEAD"]);
        assert_eq!(answer.trace.ledger_commit_hash.as_deref(), Some(head.as_str()));
        let sources = &answer.trace.sources;
        let ledger = format!("ledger:{}", &head[..8]);
        assert!(sources.iter().any(|source| source.as_str() == ledger), "{sources:?}");
        let made = desk.app.reconciliation_for(&tenant.viewer, portfolio(), &pack).await.unwrap();
        let made = made.unwrap();
        assert_eq!(
            (made.commit.as_str(), made.differences),
            (head.as_str(), serde_json::json!([]))
        );
        let filter = TransactionFilter { security: None, kind: None, page: 1 };
        let booked = desk.app.transactions(&tenant.viewer, portfolio(), &filter).await.unwrap();
        assert_eq!(booked.unwrap().commit.as_str(), head);
    }
}

#[sqlx::test(migrations = false)]
async fn a_workspace_that_comes_after_the_prices_has_figures_by_them(pool: PgPool) {
    let desk = Desk::new(pool).await;
    desk.market.build(&desk.app, DAY, "262.77").await;
    desk.connect(&desk.north, LEDGER).await;
    assert!(nav(&desk.overview(&desk.north, DAY).await.unwrap()) > 0.0);
}

#[sqlx::test(migrations = false)]
async fn an_old_day_gives_the_old_bytes_after_newer_commits_of_the_own_repository(pool: PgPool) {
    let desk = Desk::new(pool).await;
    desk.connect(&desk.north, LEDGER).await;
    desk.market.build(&desk.app, DAY, "262.77").await;
    let before = desk.overview(&desk.north, DAY).await.unwrap();
    desk.commit(&desk.north, &richer(999));
    assert!(matches!(desk.read(&desk.north).await, Read::Stored(_)));
    assert!(matches!(desk.read(&desk.north).await, Read::Unchanged(_)));
    let again = desk.overview(&desk.north, DAY).await.unwrap();
    assert_eq!(again.data, before.data);
    desk.market.build(&desk.app, NEXT, "262.77").await;
    let newer = desk.overview(&desk.north, NEXT).await.unwrap();
    assert!((nav(&newer) - nav(&before) - 999.0).abs() < 1e-6, "{}", nav(&newer));
    let caller = Caller::from(desk.north.viewer.clone());
    let replay = desk.app.replay(&caller, before.execution, correlation()).await.unwrap();
    assert!(replay.identical, "{:?}", replay.diff);
}

#[sqlx::test(migrations = false)]
async fn what_is_wrong_with_one_workspaces_ledger_keeps_prices_from_that_workspace_alone(
    pool: PgPool,
) {
    let desk = Desk::new(pool).await;
    desk.connect(&desk.north, LEDGER).await;
    desk.connect(&desk.south, LEDGER).await;
    desk.world
        .tamper(
            "update ledger_postings set units = units + 1 where commodity = 'ACME'
             and workspace_id = (select id from workspaces where name = 'North')",
        )
        .await;
    let pack = desk.market.build(&desk.app, DAY, "262.77").await;
    let packs = desk.app.pricing_packs(None, 10).await.unwrap();
    assert_eq!(packs.iter().find(|row| row.id == pack).unwrap().status, PackStatus::Fresh);
    assert!(desk.overview(&desk.south, DAY).await.is_ok());
    let refused = desk.overview(&desk.north, DAY).await;
    let Err(ExecutionRefused::Failed(failed)) = refused else { panic!("{refused:?}") };
    assert_eq!(failed.kind, FaultKind::MissingData);
}

#[sqlx::test(migrations = false)]
async fn faults_of_an_own_ledger_are_told_to_its_workspace_with_file_line_and_text(pool: PgPool) {
    let desk = Desk::new(pool).await;
    desk.connect(&desk.north, LEDGER).await;
    desk.commit(&desk.north, &format!("{LEDGER}\ninclude \"gone.beancount\"\n"));
    let Read::Refused(faults) = desk.read(&desk.north).await else { panic!("it was read") };
    assert_eq!(faults[0].file, "main.beancount");
    assert_eq!(faults[0].line, u32::try_from(LEDGER.lines().count() + 2).unwrap());
    assert_eq!(faults[0].text, "include \"gone.beancount\"");
    let page = desk.app.portfolios(&desk.north.viewer).await.unwrap();
    assert_eq!(page.last_reading.unwrap().faults, faults);
    let other = desk.app.portfolios(&desk.south.viewer).await.unwrap();
    assert!(other.last_reading.is_none() && other.repository.is_none() && !other.reads_ledger);
    // What was read before goes on holding.
    desk.market.build(&desk.app, DAY, "262.77").await;
    assert!(desk.overview(&desk.north, DAY).await.is_ok());
}

#[sqlx::test(migrations = false)]
async fn a_workspace_reaches_no_repository_in_another_ones_folder(pool: PgPool) {
    let desk = Desk::new(pool).await;
    desk.connect(&desk.north, LEDGER).await;
    let theirs = desk.north.workspace;
    for address in [format!("../{theirs}/ledger"), format!("/srv/{theirs}/ledger")] {
        let refused = desk.app.set_ledger_repository(&desk.south.owner, &address).await;
        let refused = refused.unwrap_err();
        assert!(matches!(refused, UseCaseError::Refused(Refusal::LedgerAddress)), "{refused}");
    }
    for name in ["ledger".to_owned(), format!("{theirs}/ledger")] {
        desk.app.set_ledger_repository(&desk.south.owner, &name).await.unwrap();
        let read = desk.read(&desk.south).await;
        let problem = "There is no repository of this name on the server.".to_owned();
        assert_eq!(read, Read::Unreadable(problem), "{name}");
    }
    let last = desk.app.portfolios(&desk.south.viewer).await.unwrap().last_reading.unwrap();
    assert_eq!(last.outcome, ReadingOutcome::Unreadable);
    let added = desk.app.add_portfolio(&desk.south.editor, portfolio(), "Theirs").await;
    assert!(matches!(added, Err(UseCaseError::Refused(Refusal::NotInLedger))), "{added:?}");
}

/// Else a workspace that knew an id could have the operator's ledger read for itself.
#[sqlx::test(migrations = false)]
async fn who_takes_the_own_repository_away_is_read_nothing_of_the_operators_ledger(pool: PgPool) {
    let desk = Desk::new(pool).await;
    desk.market.commit("main.beancount", &richer(12_345));
    desk.connect(&desk.north, LEDGER).await;
    desk.app.remove_ledger_repository(&desk.north.owner).await.unwrap();
    desk.market.build(&desk.app, DAY, "262.77").await;
    assert_eq!(count(&desk.world.superuser, "select count(*) from ledger_snapshots").await, 1);
    let refused = desk.overview(&desk.north, DAY).await;
    let Err(ExecutionRefused::Failed(failed)) = refused else { panic!("{refused:?}") };
    assert_eq!(failed.kind, FaultKind::MissingData);
}

#[sqlx::test(migrations = false)]
async fn only_an_owner_names_a_repository_and_only_one_that_the_operator_allows(pool: PgPool) {
    let desk = Desk::new(pool).await;
    let named = |actor| desk.app.set_ledger_repository(actor, "https://git.example.org/ledger.git");
    for actor in [&desk.north.viewer, &desk.north.editor] {
        let refused = named(actor).await.unwrap_err();
        assert!(matches!(refused, UseCaseError::RoleTooLow { .. }), "{refused}");
        let refused = desk.app.remove_ledger_repository(actor).await.unwrap_err();
        assert!(matches!(refused, UseCaseError::RoleTooLow { .. }), "{refused}");
    }
    let other = "https://elsewhere.example/ledger.git";
    let refused = desk.app.set_ledger_repository(&desk.north.owner, other).await.unwrap_err();
    assert!(matches!(refused, UseCaseError::Refused(Refusal::LedgerHost)), "{refused}");
    let none = desk.app.clone().with_repositories(None);
    let refused = none.set_ledger_repository(&desk.north.owner, "ledger").await.unwrap_err();
    assert!(matches!(refused, UseCaseError::Refused(Refusal::NoRepositories)), "{refused}");
    assert_eq!(count(&desk.world.superuser, "select count(*) from ledger_repositories").await, 0);

    named(&desk.north.owner).await.unwrap();
    let page = desk.app.portfolios(&desk.north.viewer).await.unwrap();
    assert_eq!(page.repository.unwrap().address, "https://git.example.org/ledger.git");
    // The operator takes the permission away: it is not fetched any more.
    let read = none.read_ledger(&desk.north.editor).await.unwrap();
    let problem = "The operator of the server does not allow this repository any more.".to_owned();
    assert_eq!(read, Read::Unreadable(problem));

    desk.app.remove_ledger_repository(&desk.north.owner).await.unwrap();
    assert!(desk.app.portfolios(&desk.north.viewer).await.unwrap().repository.is_none());
    let refused = desk.app.read_ledger(&desk.north.editor).await.unwrap_err();
    assert!(matches!(refused, UseCaseError::Refused(Refusal::NoLedger)), "{refused}");
    let entries = "select count(*) from audit_log where action like 'ledger.repository_%'";
    assert_eq!(count(&desk.world.superuser, entries).await, 2);
}

#[sqlx::test(migrations = false)]
async fn what_a_workspace_named_and_pinned_is_not_there_for_another(pool: PgPool) {
    let desk = Desk::new(pool).await;
    desk.connect(&desk.north, LEDGER).await;
    let pack = desk.market.build(&desk.app, DAY, "262.77").await;
    let pool = desk.app.pool();
    for (tenant, expected) in [(&desk.north, true), (&desk.south, false)] {
        let mut tx = tenancy::begin_workspace(pool, tenant.workspace).await.unwrap();
        let named = ledger_repository::load(&mut tx).await.unwrap();
        let pinned = ledger_repository::load_pin(&mut tx, &pack).await.unwrap();
        assert_eq!((named.is_some(), pinned.is_some()), (expected, expected));
    }
    let mut tx = tenancy::begin_global(pool).await.unwrap();
    assert!(ledger_repository::load(&mut tx).await.unwrap().is_none());
    assert!(ledger_repository::load_pin(&mut tx, &pack).await.unwrap().is_none());
}

#[sqlx::test(migrations = false)]
async fn a_repository_is_fetched_once_at_a_time(pool: PgPool) {
    let desk = Desk::new(pool).await;
    desk.connect(&desk.north, LEDGER).await;
    let mut turn = tenancy::begin_workspace(desk.app.pool(), desk.north.workspace).await.unwrap();
    assert!(ledger_repository::take_fetching(&mut turn, desk.north.workspace).await.unwrap());
    let busy = desk.app.read_ledger(&desk.north.editor).await.unwrap_err();
    assert!(matches!(busy, UseCaseError::Refused(Refusal::LedgerBusy)), "{busy}");
    drop(turn);
    assert!(matches!(desk.read(&desk.north).await, Read::Unchanged(_)));
}
