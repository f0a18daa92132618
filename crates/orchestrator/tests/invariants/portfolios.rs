//! Portfolios: the ledger is read whole at a commit or leaves nothing; figures are of the
//! pack's commit; what is stored and what the ledger says are compared before a pack is used.

use crate::world::{LEDGER, Market, PORTFOLIO, Tenant, World, count};
use domain::{
    id::PortfolioId,
    portfolio::TransactionKind,
    pricing_pack::{PackStatus, PricingPackId},
};
use orchestrator::{
    Orchestrator, Refusal, UseCaseError,
    execution::{Caller, Correlation, ExecuteRequest, ExecutionAnswer, ExecutionRefused},
    portfolio::{Read, ReadingOutcome, TransactionFilter},
    pricing::BuildError,
};
use serde_json::{Map, Value, json};
use sqlx::PgPool;
use std::fs;
use uuid::Uuid;

const DAY: &str = "2025-10-21";

struct Book {
    world: World,
    market: Market,
    tenant: Tenant,
    app: Orchestrator,
}

impl Book {
    async fn new(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        let market = Market::with_portfolio();
        let tenant = world.tenant("North", "Europe/Berlin").await;
        market.add_portfolio(&world, &tenant).await;
        let app = market.app(&world);
        Self { world, market, tenant, app }
    }

    async fn overview(&self, asof: &str) -> Result<ExecutionAnswer, ExecutionRefused> {
        let caller = Caller::from(self.tenant.viewer.clone());
        self.app.execute(&caller, request(asof), correlation()).await
    }

    async fn rows(&self, table: &str) -> i64 {
        count(&self.world.superuser, &format!("select count(*) from {table}")).await
    }

    async fn read(&self) -> Read {
        self.app.read_ledger(&self.tenant.editor).await.unwrap()
    }
}

fn portfolio() -> PortfolioId {
    PORTFOLIO.parse().unwrap()
}

fn request(asof: &str) -> ExecuteRequest {
    ExecuteRequest {
        pattern_id: "portfolio_overview".to_owned(),
        portfolio_id: Some(portfolio()),
        inputs: Map::new(),
        asof: Some(asof.parse().unwrap()),
        require_fresh: true,
    }
}

fn correlation() -> Correlation {
    Correlation { trace_id: Uuid::now_v7().simple().to_string(), request_id: Uuid::now_v7() }
}

// 100 × 262.77 + (50 × 41.30 + 800) / 1.4012 + 13,000 = 41,321.675992…, by Python's decimal.
#[sqlx::test(migrations = false)]
async fn a_portfolio_is_valued_by_the_pack_at_the_commit_that_the_pack_names(pool: PgPool) {
    let book = Book::new(pool).await;
    book.market.build(&book.app, DAY, "262.77").await;
    let answer = book.overview(DAY).await.unwrap();
    let nav = &answer.data["positions"]["nav"]["value"];
    assert_eq!(nav["currency"], "USD");
    let amount: f64 = nav["amount"].as_str().unwrap().parse().unwrap();
    assert!((amount - 41_321.675_992_006_85).abs() < 1e-6, "{nav}");
    let commit = answer.trace.ledger_commit_hash.as_deref().unwrap();
    let snapshot = book.app.portfolios(&book.tenant.viewer).await.unwrap().snapshot.unwrap();
    assert_eq!(commit, snapshot.commit.as_str());
    let sector = &answer.data["sector_allocation"]["sectors"][0];
    assert_eq!(sector["name"], "Industrials");
    assert_eq!(book.rows("executions").await, 1);
}

#[sqlx::test(migrations = false)]
async fn what_was_announced_when_a_pack_was_built_is_told_of_what_is_held(pool: PgPool) {
    let book = Book::new(pool).await;
    book.market.build(&book.app, DAY, "262.77").await;
    let caller = Caller::from(book.tenant.viewer.clone());
    let asked =
        ExecuteRequest { pattern_id: "corporate_actions_upcoming".to_owned(), ..request(DAY) };
    let answer = book.app.execute(&caller, asked, correlation()).await.unwrap();
    let [paid] = answer.data["actions"].as_array().unwrap().as_slice() else {
        panic!("{}", answer.data["actions"])
    };
    assert_eq!((&paid["symbol"], &paid["date"]), (&json!("ACME"), &json!("2025-10-26")));
    assert_eq!((&paid["days_until"], &paid["urgent"]), (&json!(5), &json!(true)));
    // 100 shares at 0.24 dollars, in a book in dollars.
    let dollars = json!({ "value": { "amount": "24", "currency": "USD" } });
    assert_eq!((&paid["income"], &paid["income_base"]), (&dollars, &dollars));
    assert_eq!((&answer.data["total_income_base"], &answer.data["untold"]), (&dollars, &json!([])));
    let panel = answer.trace.panels.iter().find(|panel| panel.id == "actions").unwrap();
    let sources: Vec<String> = panel.sources.iter().map(ToString::to_string).collect();
    assert!(sources.contains(&"provider:Sample".to_owned()), "{sources:?}");
    // What an execution was given is told with its figures.
    assert_eq!(answer.inputs, json!({ "days_ahead": 90 }));
}

#[sqlx::test(migrations = false)]
async fn what_is_executed_to_be_shown_is_the_same_and_is_not_kept(pool: PgPool) {
    let book = Book::new(pool).await;
    book.market.build(&book.app, DAY, "262.77").await;
    let kept = book.overview(DAY).await.unwrap();
    let caller = Caller::from(book.tenant.viewer.clone());
    let (shown, terms) =
        book.app.execute_to_show(&caller, request(DAY), correlation()).await.unwrap();
    // Whose data it shows is said with it.
    assert_eq!(terms.attributions[0].text, "Sample data, not market data");
    assert_eq!(shown.data, kept.data);
    assert_eq!(book.rows("executions").await, 1);
    book.market.begin(&book.app, "2025-10-22", "263.00").await;
    let closed = book.app.execute_to_show(&caller, request("2025-10-22"), correlation()).await;
    assert!(matches!(closed, Err(ExecutionRefused::PackWarming(_))), "{closed:?}");
    assert_eq!(book.rows("executions").await, 1);
}

#[sqlx::test(migrations = false)]
async fn another_workspaces_portfolio_answers_like_one_that_nobody_has(pool: PgPool) {
    let book = Book::new(pool).await;
    book.market.build(&book.app, DAY, "262.77").await;
    let other = book.world.tenant("South", "Europe/Berlin").await;
    let caller = Caller::from(other.owner.clone());
    for id in [portfolio(), PortfolioId::from_uuid(Uuid::now_v7())] {
        let asked = ExecuteRequest { portfolio_id: Some(id), ..request(DAY) };
        let refused = book.app.execute(&caller, asked, correlation()).await;
        assert!(matches!(refused, Err(ExecutionRefused::PortfolioNotFound)), "{refused:?}");
        let hidden = book.app.portfolio(&other.owner, id).await;
        assert!(matches!(hidden, Err(UseCaseError::NotFound)), "{hidden:?}");
        let filter = TransactionFilter { security: None, kind: None, page: 1 };
        let hidden = book.app.transactions(&other.owner, id, &filter).await;
        assert!(matches!(hidden, Err(UseCaseError::NotFound)), "{hidden:?}");
    }
    let refused = book.app.read_ledger(&other.owner).await.unwrap_err();
    assert!(matches!(refused, UseCaseError::Refused(Refusal::NoLedger)), "{refused}");
    let refused = book.app.add_portfolio(&other.owner, portfolio(), "Taken").await.unwrap_err();
    assert!(matches!(refused, UseCaseError::Refused(Refusal::NotInLedger)), "{refused}");
}

#[sqlx::test(migrations = false)]
async fn a_broken_ledger_names_its_lines_and_leaves_nothing_behind(pool: PgPool) {
    let book = Book::new(pool).await;
    let before = (book.rows("ledger_snapshots").await, book.rows("ledger_postings").await);
    let posting = "  Assets:Portfolio:Main:Cash:USD  1.00 USD\n";
    for (what, more, expected) in [
        ("syntax", "\n2025-02-01 * \"open\n".to_owned(), ""),
        (
            "unbalanced",
            format!("\n2025-02-01 * \"Off\"\n{posting}  Equity:Contributions  -2.00 USD\n"),
            "",
        ),
        (
            "unknown commodity",
            "\n2025-02-01 * \"What\"\n  Equity:Contributions  1 WHAT\n  Equity:Contributions  -1 WHAT\n"
                .to_owned(),
            "WHAT is declared by no commodity directive",
        ),
        (
            "more sold than held",
            "\n2025-02-01 * \"Sell\"\n  Assets:Portfolio:Main:ACME  -101 ACME {} @ 1 USD\n  \
             Assets:Portfolio:Main:Cash:USD\n"
                .to_owned(),
            "",
        ),
        ("no trade-fx", "\n2025-02-01 * \"Buy\"\n  Assets:Portfolio:Main:MAPL  1 MAPL {1 CAD}\n  Assets:Portfolio:Main:Cash:CAD\n".to_owned(), "needs “trade-fx”"),
        ("include outside", "\ninclude \"../../outside.beancount\"\n".to_owned(), "within the repository"),
        ("include circle", "\ninclude \"main.beancount\"\n".to_owned(), "circle"),
        ("include missing", "\ninclude \"gone.beancount\"\n".to_owned(), "there is no file gone.beancount"),
    ] {
        book.market.commit("main.beancount", &format!("{LEDGER}{more}"));
        let Read::Refused(faults) = book.read().await else { panic!("{what} was taken") };
        assert!(faults.iter().all(|fault| fault.file == "main.beancount" && fault.line > 1), "{what}: {faults:?}");
        assert!(faults.iter().any(|fault| fault.message.contains(expected)), "{what}: {faults:?}");
        let after = (book.rows("ledger_snapshots").await, book.rows("ledger_postings").await);
        assert_eq!(after, before, "{what} left something behind");
        let page = book.app.portfolios(&book.tenant.viewer).await.unwrap();
        let last = page.last_reading.unwrap();
        assert_eq!((last.outcome, last.faults), (ReadingOutcome::Refused, faults), "{what}");
    }
    book.market.commit("main.beancount", LEDGER);
    assert!(matches!(book.read().await, Read::Stored(_)), "mended");
}

#[sqlx::test(migrations = false)]
async fn what_cannot_be_read_says_why_without_telling_where_it_lies(pool: PgPool) {
    let book = Book::new(pool).await;
    fs::write(book.market.ledger().join("main.beancount"), "; not committed\n").unwrap();
    let Read::Unreadable(problem) = book.read().await else { panic!("it was read") };
    assert_eq!(problem, "The ledger has changes that are not committed: main.beancount.");
    let nowhere = book.app.clone().with_ledger(Some(&book.market.ledger().join("none")));
    let read = nowhere.read_ledger(&book.tenant.editor).await.unwrap();
    assert_eq!(read, Read::Unreadable("The ledger's folder is not there.".to_owned()));
    let unset = book.app.clone().with_ledger(None);
    let Read::Unreadable(problem) = unset.read_ledger(&book.tenant.editor).await.unwrap() else {
        panic!()
    };
    assert!(problem.contains("LEDGER_PATH is not set"), "{problem}");
}

#[sqlx::test(migrations = false)]
async fn a_link_out_of_the_repository_is_its_text_and_not_what_it_points_to(pool: PgPool) {
    let book = Book::new(pool).await;
    let secret = tempfile::tempdir().unwrap();
    let outside = secret.path().join("secret");
    fs::write(&outside, "2025-01-01 open Assets:Secret\n").unwrap();
    std::os::unix::fs::symlink(&outside, book.market.ledger().join("linked.beancount")).unwrap();
    let main = format!("{LEDGER}\ninclude \"linked.beancount\"\n");
    book.market.commit("main.beancount", &main);
    let Read::Refused(faults) = book.read().await else { panic!("it was followed") };
    assert!(faults.iter().all(|fault| fault.file == "linked.beancount"), "{faults:?}");
    assert!(!format!("{faults:?}").contains("Assets:Secret"), "{faults:?}");
}

#[sqlx::test(migrations = false)]
async fn an_old_day_gives_the_old_bytes_after_newer_packs_and_commits(pool: PgPool) {
    let book = Book::new(pool).await;
    book.market.build(&book.app, "2025-10-20", "260.00").await;
    book.market.build(&book.app, DAY, "262.77").await;
    let before = book.overview(DAY).await.unwrap();
    let points = before.data["nav_series"].as_array().unwrap();
    assert_eq!(points.len(), 2, "{points:?}");

    let deposit = "\n2025-03-01 * \"Deposit\"\n  Assets:Portfolio:Main:Cash:USD  999.00 USD\n  Equity:Contributions\n";
    book.market.commit("main.beancount", &format!("{LEDGER}{deposit}"));
    assert!(matches!(book.read().await, Read::Stored(_)));
    book.market.build(&book.app, "2025-10-22", "270.00").await;
    // Prices of a day before that come late: they were not there when the pack was built.
    book.market.build(&book.app, "2025-10-17", "258.00").await;
    let again = book.overview(DAY).await.unwrap();
    assert_eq!(again.data, before.data);
    let newer = book.overview("2025-10-22").await.unwrap();
    assert_ne!(newer.trace.ledger_commit_hash, before.trace.ledger_commit_hash);
    assert_eq!(newer.data["nav_series"].as_array().unwrap().len(), 3);
    let caller = Caller::from(book.tenant.viewer.clone());
    let replay = book.app.replay(&caller, before.execution, correlation()).await.unwrap();
    assert!(replay.identical, "{:?}", replay.diff);
}

async fn status(book: &Book, pack: &PricingPackId) -> PackStatus {
    let packs = book.app.pricing_packs(None, 10).await.unwrap();
    packs.into_iter().find(|known| known.id == *pack).unwrap().status
}

#[sqlx::test(migrations = false)]
async fn a_difference_between_ledger_and_database_keeps_the_gate_closed(pool: PgPool) {
    let book = Book::new(pool).await;
    let good = book.market.build(&book.app, DAY, "262.77").await;
    let made = book
        .app
        .reconciliation_for(&book.tenant.viewer, portfolio(), &good)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((made.differences, made.difference_bp), (json!([]), 0.into()));
    book.world
        .tamper("update ledger_postings set units = units + 1 where commodity = 'ACME'")
        .await;
    let request = book.market.request("2025-10-22", "263.00");
    let refused = book.app.build_pricing_pack(&request).await.unwrap_err();
    let BuildError::NotReconciled { pack, wrong } = refused else { panic!("{refused}") };
    assert!(wrong[0].contains("QUANTITY_MISMATCH of ACME"), "{wrong:?}");
    assert_eq!(status(&book, &pack).await, PackStatus::Failed);
    let closed = book.overview("2025-10-22").await;
    let Err(ExecutionRefused::PackFailed(failed)) = closed else { panic!("{closed:?}") };
    assert_eq!(failed.reconciliation_errors, 1);
    let made = book
        .app
        .reconciliation_for(&book.tenant.viewer, portfolio(), &pack)
        .await
        .unwrap()
        .unwrap();
    let codes: Vec<&Value> =
        made.differences.as_array().unwrap().iter().map(|one| &one["code"]).collect();
    assert_eq!(
        codes,
        ["QUANTITY_MISMATCH", "COST_MISMATCH", "VALUATION_MISMATCH", "VALUATION_MISMATCH"]
    );
}

#[sqlx::test(migrations = false)]
async fn transactions_are_paged_and_filtered_from_the_newest(pool: PgPool) {
    let book = Book::new(pool).await;
    let found = |security: Option<&str>, kind| {
        let filter = TransactionFilter {
            security: security.map(|symbol| symbol.parse().unwrap()),
            kind,
            page: 9,
        };
        let (app, viewer) = (book.app.clone(), book.tenant.viewer.clone());
        async move { app.transactions(&viewer, portfolio(), &filter).await.unwrap().unwrap() }
    };
    let all = found(None, None).await;
    assert_eq!((all.matching, all.page, all.pages), (4, 1, 1));
    assert_eq!(all.rows[0].date.to_string(), "2025-01-07");
    assert_eq!(found(Some("ACME"), None).await.matching, 1);
    assert_eq!(found(None, Some(TransactionKind::Fx)).await.matching, 1);
    assert_eq!(found(Some("ACME"), Some(TransactionKind::Fx)).await.matching, 0);
}

#[sqlx::test(migrations = false)]
async fn a_portfolio_has_a_name_of_its_own_and_is_added_once(pool: PgPool) {
    let book = Book::new(pool).await;
    let add = |name: &'static str| book.app.add_portfolio(&book.tenant.editor, portfolio(), name);
    for (name, expected) in [
        ("Again", Refusal::NotInLedger),
        ("Main book", Refusal::NotInLedger),
        ("  ", Refusal::PortfolioName),
        ("a\u{0}b", Refusal::PortfolioName),
    ] {
        let refused = add(name).await.unwrap_err();
        let is_expected = matches!(&refused, UseCaseError::Refused(found) if *found == expected);
        // A name that is taken and a portfolio that is added: whichever rule speaks first.
        let is_name = matches!(&refused, UseCaseError::Refused(Refusal::PortfolioNameTaken));
        assert!(is_expected || (name == "Main book" && is_name), "{name:?}: {refused}");
    }
    let viewer = book.app.add_portfolio(&book.tenant.viewer, portfolio(), "Mine").await;
    assert!(matches!(viewer, Err(UseCaseError::RoleTooLow { .. })), "{viewer:?}");
}
