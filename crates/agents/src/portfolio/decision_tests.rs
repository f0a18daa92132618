//! What capabilities for decisions say of a book: losses worth realising, limits of a policy,
//! the window of a period. Numbers are computed by hand from the formulas of the domain
//! reference, sections 9 and 10.

use super::tests::{Days, answer_of, ask, book, market, pack, transaction};
use domain::portfolio::{Book, BookTransaction, LotMovement, TransactionKind};
use executor::capability::FaultKind;
use serde_json::{Value, json};
use std::sync::Arc;

fn cad(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "CAD" })
}

/// 100 ACME of 10 dollars at 1.30, which cost 6 dollars at 1.36 now: 1,300 became 816.
fn in_loss() -> Days {
    Days { packs: vec![pack("2024-03-06", "6", "1.36")], book: Arc::new(book()) }
}

fn bought(date: &str, units: i64, price: i64) -> BookTransaction {
    let lots = vec![LotMovement {
        symbol: "ACME".parse().unwrap(),
        units: units.into(),
        acquired: date.parse().unwrap(),
        unit_cost: price.into(),
        label: None,
        price: None,
    }];
    let cost = (-units * price).to_string();
    BookTransaction { lots, ..transaction(date, TransactionKind::Buy, "USD", &cost) }
}

fn with(transactions: impl IntoIterator<Item = BookTransaction>) -> Days {
    let mut changed: Book = book();
    changed.transactions.extend(transactions);
    Days { book: Arc::new(changed), ..in_loss() }
}

fn harvest(min_loss: &str, avoid: bool) -> Value {
    json!({ "min_loss": min_loss, "tax_rate": 0.32, "wash_sales": true, "avoid_wash_sales": avoid })
}

#[tokio::test]
async fn a_lot_in_loss_saves_its_share_of_tax_less_the_cost_of_the_sale() {
    let losses = answer_of(in_loss(), "tax.identify_losses", harvest("100", true)).await;
    let row = &losses["rows"][0];
    assert_eq!(
        (&row["basis"], &row["value"], &row["loss"]),
        (&cad("1300"), &cad("816"), &cad("484"))
    );
    let benefit = answer_of(in_loss(), "tax.benefit", harvest("100", true)).await;
    let row = &benefit["rows"][0];
    // 484 x .32; 5 + 816 x .0015
    assert_eq!((&row["tax_saved"], &row["cost"]), (&cad("154.88"), &cad("6.224")));
    assert_eq!(row["benefit"], cad("148.656"));
    let ranked = answer_of(in_loss(), "tax.rank_opportunities", harvest("100", true)).await;
    assert_eq!(ranked["opportunities"][0]["rank"], 1);
    assert_eq!(ranked["total_benefit"], cad("148.656"));
    assert_eq!((&ranked["blocked"], &ranked["unpriced"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn a_loss_below_the_least_is_none_and_one_that_costs_more_than_it_saves_is_no_opportunity() {
    let small = answer_of(in_loss(), "tax.rank_opportunities", harvest("484.01", true)).await;
    assert_eq!((&small["opportunities"], &small["without_benefit"]), (&json!([]), &json!(0)));
    let args = json!({ "min_loss": 100, "tax_rate": 0.01 });
    let dear = answer_of(in_loss(), "tax.rank_opportunities", args).await;
    // 4.84 is less than 6.224.
    assert_eq!((&dear["opportunities"], &dear["without_benefit"]), (&json!([]), &json!(1)));
    assert_eq!(dear["total_benefit"], cad("0"));
}

#[tokio::test]
async fn purchases_within_thirty_days_on_both_sides_disallow_their_share() {
    // The first lot is of 1 March. 40 were bought on the 4th, 10 are dated ahead.
    let days = || with([bought("2024-03-04", 40, 6), bought("2024-04-05", 10, 6)]);
    let checks = answer_of(days(), "tax.wash_sale_check", harvest("100", true)).await;
    let row = &checks["rows"][0];
    assert_eq!((&row["replaced"], &row["clear"]), (&json!("50"), &json!(false)));
    assert_eq!(row["disallowed_loss"], cad("242"));
    let ranked = answer_of(days(), "tax.rank_opportunities", harvest("100", true)).await;
    assert_eq!(ranked["opportunities"], json!([]));
    assert_eq!(ranked["blocked"][0]["loss"], cad("484"));
    let counted = answer_of(days(), "tax.rank_opportunities", harvest("100", false)).await;
    // 242 x .32 - 6.224
    assert_eq!(counted["opportunities"][0]["benefit"], cad("71.216"));
    // The rule is one of the United States.
    let args = json!({ "min_loss": 100, "tax_rate": 0.32, "avoid_wash_sales": true });
    let elsewhere = answer_of(days(), "tax.rank_opportunities", args).await;
    assert_eq!(elsewhere["opportunities"][0]["benefit"], cad("148.656"));
    // 31 days ahead of the 6th of March.
    let later = with([bought("2024-04-06", 10, 6)]);
    let clear = answer_of(later, "tax.wash_sale_check", harvest("100", true)).await;
    assert_eq!(clear["rows"][0]["clear"], true);
}

#[tokio::test]
async fn a_security_without_a_price_has_no_losses_and_is_named() {
    let mut changed = book();
    changed.securities.values_mut().next().unwrap().exchange = "XPAR".parse().unwrap();
    let days = Days { book: Arc::new(changed), ..in_loss() };
    let ranked = answer_of(days, "tax.rank_opportunities", harvest("100", true)).await;
    assert_eq!(ranked["opportunities"], json!([]));
    assert_eq!(ranked["unpriced"][0]["symbol"], "ACME");
    assert_eq!(ranked["unpriced"][0]["reason"], "the pack has no price for ACME in USD");
}

#[tokio::test]
async fn a_least_loss_of_nothing_and_a_rate_above_one_are_refused() {
    for args in [
        json!({ "min_loss": 0, "tax_rate": 0.32 }),
        json!({ "min_loss": 100, "tax_rate": 32 }),
        json!({ "min_loss": 100, "tax_rate": -0.1 }),
    ] {
        let refused = ask(in_loss(), true, "tax.benefit", args.clone()).await.unwrap_err();
        assert_eq!(refused.kind, FaultKind::InvalidInput, "{args}");
    }
}

fn rows_of<'a>(report: &'a Value, constraint: &str) -> Vec<&'a Value> {
    let rows = report["rows"].as_array().unwrap();
    rows.iter().filter(|row| row["constraint"] == constraint).collect()
}

// Worth 2,540: ACME, of industrials, 2,040 of it, and 500 in cash.
#[tokio::test]
async fn limits_of_a_policy_say_what_is_over_them_in_money() {
    let report = answer_of(market(), "optimizer.constraint_report", json!({})).await;
    let position = rows_of(&report, "position_max")[0];
    // 2,040 - .2 x 2,540
    assert_eq!(position["excess"]["value"], cad("1532"));
    assert_eq!(position["meets"]["value"], false);
    let sector = rows_of(&report, "sector_max")[0];
    // 2,040 - .3 x 2,540
    assert_eq!(
        (&sector["subject"], &sector["excess"]["value"]),
        (&json!("Industrials"), &cad("1278"))
    );
    assert_eq!(rows_of(&report, "position_min")[0]["meets"]["value"], true);
    assert_eq!((&report["broken"], &report["meets"]["value"]), (&json!(2), &json!(false)));
    assert!(rows_of(&report, "cash_min").is_empty(), "nobody asked for cash");
    // What is furthest from its limit stands first.
    assert_eq!(report["rows"][0]["constraint"], "position_max");
    for (policy, excess) in [
        ("quality_focused", "1786"),
        ("aggressive_growth", "1659"),
        ("conservative_income", "1836.8"),
    ] {
        let args = json!({ "policy": policy });
        let report = answer_of(market(), "optimizer.constraint_report", args).await;
        assert_eq!(rows_of(&report, "position_max")[0]["excess"]["value"], cad(excess), "{policy}");
    }
}

#[tokio::test]
async fn a_limit_holds_to_the_last_cent_and_cash_has_a_least() {
    // 2,000 and 500 of 2,500: exactly four fifths and one.
    let mut days = market();
    days.packs = vec![pack("2024-03-06", "16", "1.25")];
    let args = json!({ "position_max": 0.8, "sector_max": 1, "cash_min": 0.2 });
    let report = answer_of(days, "optimizer.constraint_report", args).await;
    assert_eq!((&report["broken"], &report["meets"]["value"]), (&json!(0), &json!(true)));
    let mut days = market();
    days.packs = vec![pack("2024-03-06", "16.01", "1.25")];
    let args = json!({ "position_max": 0.8, "sector_max": 1, "cash_min": 0.2 });
    let report = answer_of(days, "optimizer.constraint_report", args).await;
    assert_eq!(report["broken"], 2);
    // 2,001.25 - .8 x 2,501.25; 500 - .2 x 2,501.25
    assert_eq!(rows_of(&report, "position_max")[0]["excess"]["value"], cad("0.25"));
    assert_eq!(rows_of(&report, "cash_min")[0]["excess"]["value"], cad("-0.25"));
    let args = json!({ "cash_min": 20 });
    let refused = ask(market(), true, "optimizer.constraint_report", args).await.unwrap_err();
    assert_eq!(refused.kind, FaultKind::InvalidInput);
}

#[tokio::test]
async fn without_a_value_of_everything_no_limit_is_said_to_hold() {
    let mut days = market();
    let mut changed = book();
    changed.securities.values_mut().next().unwrap().exchange = "XPAR".parse().unwrap();
    days.book = Arc::new(changed);
    let report = answer_of(days, "optimizer.constraint_report", json!({})).await;
    assert_eq!((&report["meets"]["value"], &report["broken"]), (&Value::Null, &json!(0)));
    assert_eq!(rows_of(&report, "position_max")[0]["meets"]["value"], Value::Null);
}

#[tokio::test]
async fn a_period_is_the_window_from_the_last_value_before_it() {
    let days = || Days {
        packs: ["2023-12-28", "2023-12-29", "2024-01-02", "2024-02-29", "2024-03-05", "2024-03-06"]
            .map(|day| pack(day, "10", "1.30"))
            .into(),
        book: Arc::new(book()),
    };
    let of = async |args| {
        let range = answer_of(days(), "portfolio.report_range", args).await;
        let text = |key: &str| range[key].as_str().map(ToOwned::to_owned);
        (text("from").unwrap(), text("opened"), range["lookback_days"].as_u64().unwrap())
    };
    let expected = |from: &str, opened: Option<&str>, days| {
        (from.to_owned(), opened.map(ToOwned::to_owned), days)
    };
    // Returns of 5 and 6 March.
    assert_eq!(of(json!({ "range": "mtd" })).await, expected("2024-03-01", Some("2024-02-29"), 2));
    assert_eq!(of(json!({ "range": "ytd" })).await, expected("2024-01-01", Some("2023-12-29"), 4));
    assert_eq!(
        of(json!({ "range": "custom", "from": "2023-12-28" })).await,
        expected("2023-12-28", None, 5)
    );
    let args = json!({ "range": "custom" });
    let refused = ask(days(), true, "portfolio.report_range", args).await.unwrap_err();
    assert_eq!(refused.kind, FaultKind::InvalidInput);
}
