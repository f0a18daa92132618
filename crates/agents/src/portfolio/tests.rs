use super::agent;
use crate::market::{BookFuture, Books, Market, PackFuture, PastFuture, PricingPacks};
use domain::{
    execution::RightsProfile,
    hash::ContentHash,
    id::{PortfolioId, WorkspaceId},
    portfolio::{
        Book, BookTransaction, CashMovement, LotMovement, PortfolioName, Security, TransactionKind,
    },
    pricing_pack::{
        ClosingPrice, ExchangeRate, PackContent, PackSources, PriceSource, PricingPack,
        PricingPackId, RateSource,
    },
};
use executor::{
    capability::{Call, Fault, FaultKind, Output},
    context::Context,
    lineage::Lineages,
};
use jiff::civil::Date;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Packs of consecutive days, the last of which is asked for; one book.
pub struct Days {
    pub packs: Vec<Arc<PricingPack>>,
    pub book: Arc<Book>,
}

impl PricingPacks for Days {
    fn load<'a>(&'a self, id: &'a PricingPackId) -> PackFuture<'a> {
        let found = self.packs.iter().find(|pack| pack.id == *id).cloned();
        Box::pin(async move { Ok(found) })
    }

    fn load_before<'a>(&'a self, id: &'a PricingPackId, days: usize) -> PastFuture<'a> {
        let at = self.packs.iter().position(|pack| pack.id == *id).unwrap();
        let past = self.packs[at.saturating_sub(days)..at].to_vec();
        Box::pin(async move { Ok(past) })
    }
}

impl Books for Days {
    fn load_book<'a>(&'a self, _: WorkspaceId, _: PortfolioId, commit: &'a str) -> BookFuture<'a> {
        let found = (commit == COMMIT).then(|| Arc::clone(&self.book));
        Box::pin(async move { Ok(found) })
    }
}

pub fn pack(date: &str, acme: &str, dollar: &str) -> Arc<PricingPack> {
    let (symbol, exchange) = ("ACME".parse().unwrap(), "XNAS".parse().unwrap());
    let price = ClosingPrice {
        symbol,
        exchange,
        currency: "USD".parse().unwrap(),
        close: acme.parse().unwrap(),
    };
    let rate = ExchangeRate {
        from: "USD".parse().unwrap(),
        to: "CAD".parse().unwrap(),
        rate: dollar.parse().unwrap(),
        as_of: format!("{date}T00:00:00Z").parse().unwrap(),
    };
    let day: Date = date.parse().unwrap();
    let sources = PackSources {
        schema: PackSources::SCHEMA,
        sample: true,
        prices: vec![PriceSource {
            symbol: price.symbol.clone(),
            exchange: price.exchange.clone(),
            source: "Sample".parse().unwrap(),
            as_of: day,
        }],
        fx: vec![RateSource {
            from: rate.from.clone(),
            to: rate.to.clone(),
            source: "Sample".parse().unwrap(),
        }],
        stale_accepted: Vec::new(),
    };
    let policy = "CLOSE_USD".parse().unwrap();
    let content = PackContent::new(day, policy, vec![price], vec![rate]).unwrap();
    let hash = ContentHash::of_json(&content).unwrap();
    let id = PricingPackId::new(day, content.policy(), 1, hash).unwrap();
    let ledger_commit = COMMIT.parse().unwrap();
    Arc::new(PricingPack { id, ledger_commit, content, sources, announced: None })
}

pub fn transaction(
    date: &str,
    kind: TransactionKind,
    currency: &str,
    amount: &str,
) -> BookTransaction {
    BookTransaction {
        date: date.parse().unwrap(),
        kind,
        narration: None,
        file: "main.beancount".to_owned(),
        line: 7,
        trade_rate: Some("1.30".parse().unwrap()),
        dividend: None,
        split: None,
        settles: None,
        lots: Vec::new(),
        cash: vec![CashMovement {
            currency: currency.parse().unwrap(),
            amount: amount.parse().unwrap(),
        }],
        receivable: Vec::new(),
        fees: Vec::new(),
    }
}

/// 100 ACME at 10 dollars, a dollar at 1.30, and 500 Canadian dollars: a book in CAD.
pub fn book() -> Book {
    let security = Security {
        exchange: "XNAS".parse().unwrap(),
        currency: "USD".parse().unwrap(),
        name: Some("Acme".to_owned()),
        kind: None,
        sector: Some("Industrials".to_owned()),
        country: None,
        isin: None,
    };
    let lots = vec![LotMovement {
        symbol: "ACME".parse().unwrap(),
        units: 100.into(),
        acquired: "2024-03-01".parse().unwrap(),
        unit_cost: 10.into(),
        label: None,
        price: None,
    }];
    Book {
        schema: Book::SCHEMA,
        name: PortfolioName("Main".to_owned()),
        base: "CAD".parse().unwrap(),
        securities: [("ACME".parse().unwrap(), security)].into(),
        transactions: vec![
            transaction("2024-03-01", TransactionKind::Deposit, "CAD", "500"),
            transaction("2024-03-01", TransactionKind::Deposit, "USD", "1000"),
            BookTransaction {
                lots,
                ..transaction("2024-03-01", TransactionKind::Buy, "USD", "-1000")
            },
        ],
    }
}

pub fn market() -> Days {
    let packs = vec![
        pack("2024-03-04", "10", "1.30"),
        pack("2024-03-05", "12", "1.30"),
        pack("2024-03-06", "15", "1.36"),
    ];
    Days { packs, book: Arc::new(book()) }
}

pub async fn ask(
    days: Days,
    portfolio: bool,
    name: &str,
    args: Value,
) -> Result<Output<Value>, Fault> {
    let last = days.packs.last().unwrap();
    let context = Context {
        pricing_pack: Some(last.id.clone()),
        ledger_commit: Some(last.ledger_commit.to_string()),
        trace_id: "0".repeat(32),
        request_id: Uuid::nil(),
        user: None,
        workspace: WorkspaceId::from_uuid(Uuid::from_u128(1)),
        portfolio: portfolio.then(|| PortfolioId::from_uuid(Uuid::from_u128(2))),
        base_currency: Some("CAD".to_owned()),
        benchmark: None,
        asof: last.content.date(),
        timestamp: "2024-03-06T22:00:00Z".parse().unwrap(),
        rights_profile: RightsProfile::Production,
        require_fresh: true,
        stale: false,
        governed: None,
    };
    let call = Call {
        context: Arc::new(context),
        lineage: Arc::new(Lineages::default()),
        call_id: Uuid::nil(),
    };
    let market: Arc<dyn Market> = Arc::new(days);
    let agent = agent(&market);
    let capability = agent.capabilities.iter().find(|one| one.name.as_str() == name).unwrap();
    capability.call(args, call).await
}

async fn answer(name: &str, args: Value) -> Value {
    answer_of(market(), name, args).await
}

pub async fn answer_of(days: Days, name: &str, args: Value) -> Value {
    ask(days, true, name, args).await.unwrap().value
}

fn cad(amount: &str) -> Value {
    json!({ "value": { "amount": amount, "currency": "CAD" } })
}

// Domain reference, section 14: 740 = price 680 + FX 60; 1,500 dollars at 1.36 are 2,040.
#[tokio::test]
async fn positions_are_valued_by_the_pack_with_money_weights_and_gains() {
    let book = answer("portfolio.get_valued_positions", json!({})).await;
    assert_eq!(book["nav"], cad("2540"));
    let position = &book["positions"][0];
    assert_eq!(position["value"], cad("2040"));
    assert_eq!(position["unrealised"], cad("740"));
    assert_eq!(position["unrealised_price"], cad("680"));
    assert_eq!(position["unrealised_fx"], cad("60"));
    assert_eq!(book["cash"][0]["amount"], json!({ "amount": "500", "currency": "CAD" }));
    let weights =
        [&position["weight"], &book["cash_weight"]].map(|one| one["value"].as_f64().unwrap());
    assert!(
        (weights[0] - 2040.0 / 2540.0).abs() < 1e-15
            && (weights[0] + weights[1] - 1.0).abs() < 1e-15
    );
    assert_eq!(book["unpriced"], json!([]));
}

#[tokio::test]
async fn the_pack_is_applied_to_the_positions_that_a_step_gave() {
    let ledger = answer("ledger.positions", json!({})).await;
    let given = json!({ "positions": ledger["positions"], "cash": ledger["cash"] });
    let applied = answer("pricing.apply_pack", given).await;
    assert_eq!(applied, answer("portfolio.get_valued_positions", json!({})).await);
}

#[tokio::test]
async fn a_security_without_a_price_is_named_and_leaves_no_total() {
    let mut days = market();
    let mut book = book();
    book.securities.values_mut().next().unwrap().exchange = "XPAR".parse().unwrap();
    days.book = Arc::new(book);
    let book = ask(days, true, "portfolio.get_valued_positions", json!({})).await.unwrap().value;
    assert_eq!(book["nav"]["value"], Value::Null);
    assert_eq!(book["nav"]["reason"]["text"], "the pack has no price for ACME");
    assert_eq!(book["unpriced"][0]["symbol"], "ACME");
    assert_eq!(book["positions"][0]["weight"]["value"], Value::Null);
}

#[tokio::test]
async fn returns_attribution_and_history_are_of_the_packs_days() {
    // 1,800 by the first day; 2,060 and 2,540 then.
    let twr = answer("metrics.compute_twr", json!({ "lookback_days": 2 })).await;
    let total = 2540.0 / 1800.0 - 1.0;
    assert!((twr["time_weighted_return"]["value"].as_f64().unwrap() - total).abs() < 1e-12);
    assert_eq!(twr["observations"], 2);
    assert_eq!(twr["annualised_return"]["reason"]["code"], "too_short_for_a_year");
    let parts = answer("attribution.currency", json!({ "lookback_days": 2 })).await;
    let part = |name: &str| parts[name]["value"].as_f64().unwrap();
    assert!((part("local") + part("fx") + part("interaction") - total).abs() < 1e-12);
    assert_eq!(parts["reconciles"], true);
    let history = answer("portfolio.historical_nav", json!({ "lookback_days": 1 })).await;
    let dates: Vec<_> =
        history["points"].as_array().unwrap().iter().map(|one| &one["date"]).collect();
    assert_eq!(dates, ["2024-03-05", "2024-03-06"]);
    let change = answer("metrics.day_change", json!({ "lookback_days": 1 })).await;
    assert_eq!(change["change"], cad("480"));
    let risk = answer("metrics.compute_risk", json!({ "lookback_days": 2 })).await;
    assert_eq!(risk["volatility"]["reason"]["code"], "too_few_observations");
    assert_eq!(risk["sharpe_ratio"]["reason"]["code"], "no_risk_free_rate");
}

#[tokio::test]
async fn one_position_shows_its_lots_and_what_it_contributed() {
    let details = answer("position.details", json!({ "security": "ACME" })).await;
    assert_eq!(details["lots"][0]["unit_cost"], json!({ "amount": "10", "currency": "USD" }));
    let args = json!({ "security": "ACME", "lookback_days": 2 });
    let shares = answer("position.contribution", args).await;
    let share = |name: &str| shares[name]["value"].as_f64().unwrap();
    // The other 500 are in the base currency and earned nothing.
    assert!((share("contribution") - share("total")).abs() < 1e-12);
    let missing =
        ask(market(), true, "position.details", json!({ "security": "GONE" })).await.unwrap_err();
    assert_eq!((missing.kind, missing.code), (FaultKind::NotFound, Some("SECURITY_NOT_FOUND")));
}

#[tokio::test]
async fn transactions_are_listed_from_the_newest_with_their_place_in_the_ledger() {
    let all = answer("ledger.transactions", json!({ "limit": 2 })).await;
    assert_eq!((&all["total"], &all["rows"][0]["kind"]), (&json!(3), &json!("buy")));
    assert_eq!(
        (&all["rows"][0]["units"], &all["rows"][0]["place"]),
        (&json!("100"), &json!("main.beancount:7"))
    );
    let own = answer("ledger.transactions", json!({ "security": "ACME" })).await;
    assert_eq!(own["total"], 1);
}

#[tokio::test]
async fn a_ledger_that_was_not_read_at_the_commit_of_the_execution_is_missing_data() {
    let mut days = market();
    let mut last = (**days.packs.last().unwrap()).clone();
    last.ledger_commit = "f".repeat(40).parse().unwrap();
    *days.packs.last_mut().unwrap() = Arc::new(last);
    let refused = ask(days, true, "ledger.positions", json!({})).await.unwrap_err();
    assert_eq!(refused.kind, FaultKind::MissingData);
    assert!(refused.message.contains("was not read at commit ffffffff"), "{refused}");
    let without = ask(market(), false, "ledger.positions", json!({})).await.unwrap_err();
    assert_eq!(without.kind, FaultKind::MissingData);
}

#[tokio::test]
async fn every_value_says_which_ledger_pack_and_provider_it_comes_from() {
    for (name, args) in [
        ("portfolio.get_valued_positions", json!({})),
        ("portfolio.sector_allocation", json!({})),
        ("metrics.compute_twr", json!({})),
        ("position.details", json!({ "security": "ACME" })),
    ] {
        let lineage = ask(market(), true, name, args).await.unwrap().lineage.whole;
        let sources: Vec<String> = lineage.sources.iter().map(|one| one.name.to_string()).collect();
        let has = |start: &str| sources.iter().any(|one| one.starts_with(start));
        assert!(
            has("ledger:01234567") && has("pack:PP_2024-03-06") && has("provider:Sample"),
            "{name}: {sources:?}"
        );
        assert!(lineage.warnings.contains("Sample data, not market data."), "{name}");
    }
}
