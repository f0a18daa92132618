//! What is announced of positions and what it means for them, by hand: 100 ACME in a book in
//! Canadian dollars, a dollar at 1.36.

use super::tests::{Days, answer_of, ask, market};
use domain::pricing_pack::{
    AnnouncedDividend, AnnouncedOf, AnnouncedSplit, Announcements, PricingPack, ProviderId, Told,
};
use executor::capability::FaultKind;
use serde_json::{Value, json};
use std::sync::Arc;

fn dividend(ex_date: &str, currency: Option<&str>) -> AnnouncedDividend {
    AnnouncedDividend {
        ex_date: ex_date.parse().unwrap(),
        pay_date: Some("2024-04-02".parse().unwrap()),
        amount: "0.24".parse().unwrap(),
        currency: currency.map(|currency| currency.parse().unwrap()),
    }
}

fn split(date: &str) -> AnnouncedSplit {
    let (from, to) = ("1".parse().unwrap(), "4".parse().unwrap());
    AnnouncedSplit { date: date.parse().unwrap(), from, to }
}

fn by_sample<T>(rows: Vec<T>) -> Told<T> {
    Told::By { provider: ProviderId::sample(), rows }
}

/// A market of 2024-03-06 in which this is announced of ACME.
fn announced(dividends: Told<AnnouncedDividend>, splits: Told<AnnouncedSplit>) -> Days {
    let of = AnnouncedOf {
        symbol: "ACME".parse().unwrap(),
        exchange: "XNAS".parse().unwrap(),
        dividends,
        splits,
    };
    with(Some(Announcements::new(vec![of])))
}

fn with(announced: Option<Announcements>) -> Days {
    let mut days = market();
    let last = days.packs.pop().unwrap();
    days.packs.push(Arc::new(PricingPack { announced, ..PricingPack::clone(&last) }));
    days
}

async fn positions(days: &Days) -> Value {
    let days = Days { packs: days.packs.clone(), book: Arc::clone(&days.book) };
    answer_of(days, "ledger.positions", json!({})).await["positions"].clone()
}

async fn upcoming(days: Days, days_ahead: u32) -> Value {
    let positions = positions(&days).await;
    let args = json!({ "positions": positions, "days_ahead": days_ahead });
    answer_of(days, "corporate_actions.upcoming", args).await
}

async fn impact(dividends: Vec<AnnouncedDividend>, splits: Vec<AnnouncedSplit>) -> Value {
    let days = || announced(by_sample(dividends.clone()), by_sample(splits.clone()));
    let positions = positions(&days()).await;
    let told = upcoming(days(), 90).await;
    let args =
        json!({ "actions": told["actions"], "untold": told["untold"], "positions": positions });
    answer_of(days(), "corporate_actions.impact", args).await
}

#[tokio::test]
async fn what_is_announced_of_positions_is_listed_by_date_with_how_soon_it_comes() {
    let dividends = vec![dividend("2024-03-13", Some("USD")), dividend("2024-06-12", Some("USD"))];
    let days = || announced(by_sample(dividends.clone()), by_sample(vec![split("2024-03-14")]));
    let told = upcoming(days(), 90).await;
    let actions = told["actions"].as_array().unwrap();
    let rows: Vec<_> = actions
        .iter()
        .map(|row| {
            (row["kind"].as_str().unwrap(), row["days_until"].as_i64().unwrap(), &row["urgent"])
        })
        .collect();
    // Urgent is what comes within seven days; the second dividend is further ahead than asked.
    assert_eq!(rows, [("dividend", 7, &json!(true)), ("split", 8, &json!(false))]);
    assert_eq!((&actions[0]["amount"], &actions[0]["currency"]), (&json!("0.24"), &json!("USD")));
    assert_eq!(actions[1]["ratio"], "4:1");
    assert_eq!(actions[0]["provider"], "Sample");
    assert_eq!((&told["until"], &told["untold"]), (&json!("2024-06-04"), &json!([])));
    assert_eq!(upcoming(days(), 98).await["actions"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_dividend_is_worth_what_the_position_gets_by_the_packs_rate() {
    let impact = impact(vec![dividend("2024-03-13", Some("USD"))], vec![split("2024-03-20")]).await;
    let [paid, split] = impact["rows"].as_array().unwrap().as_slice() else { panic!("{impact}") };
    // 100 x .24 = 24 dollars, at 1.36 are 32.64: domain reference, section 14.
    assert_eq!(paid["income"], json!({ "value": { "amount": "24", "currency": "USD" } }));
    assert_eq!(paid["income_base"], json!({ "value": { "amount": "32.64", "currency": "CAD" } }));
    assert_eq!((&paid["quantity_after"], &paid["pay_date"]), (&Value::Null, &json!("2024-04-02")));
    // 100 become 400, and pay nothing.
    assert_eq!((&split["quantity_after"], &split["income"]), (&json!("400"), &Value::Null));
    let total = &impact["total_income_base"];
    assert_eq!(*total, json!({ "value": { "amount": "32.64", "currency": "CAD" } }));
}

#[tokio::test]
async fn a_dividend_without_an_amount_in_the_base_currency_leaves_no_total() {
    for (currency, reason) in [
        (None, "the provider does not say in which currency it is paid"),
        (Some("NOK"), "the pack has no rate from NOK to CAD"),
    ] {
        let paid = vec![dividend("2024-03-13", Some("USD")), dividend("2024-03-14", currency)];
        let impact = impact(paid, Vec::new()).await;
        assert_eq!(impact["total_income_base"]["value"], Value::Null);
        assert_eq!(impact["total_income_base"]["reason"]["text"], reason);
        assert_eq!(impact["rows"][0]["income_base"]["value"]["amount"], "32.64");
        assert_eq!(impact["rows"][1]["income_base"]["reason"]["text"], reason);
    }
    // Nothing announced pays nothing, which is known.
    let nothing = impact(Vec::new(), Vec::new()).await;
    assert_eq!(nothing["total_income_base"]["value"]["amount"], "0");
}

#[tokio::test]
async fn what_nobody_told_is_named_with_what_each_provider_said() {
    let reason = "FMP: its plan does not include this".to_owned();
    let days = announced(Told::Nobody { reason: reason.clone() }, by_sample(Vec::new()));
    let told = upcoming(days, 90).await;
    assert_eq!(told["actions"], json!([]));
    assert_eq!(
        told["untold"],
        json!([{ "symbol": "ACME", "what": "dividends", "reason": reason }])
    );
    // What is not known is not zero.
    let days = with(None);
    let args =
        json!({ "actions": [], "untold": told["untold"], "positions": positions(&days).await });
    let impact = answer_of(days, "corporate_actions.impact", args).await;
    assert_eq!(
        impact["total_income_base"]["reason"]["text"],
        "no provider tells the dividends of ACME"
    );
    for nobody_asked in [None, Some(Announcements::new(Vec::new()))] {
        let told = upcoming(with(nobody_asked), 90).await;
        assert_eq!(told["untold"][0]["what"], "both");
        assert_eq!(told["untold"][0]["reason"], "nobody was asked when these prices were fetched");
    }
}

#[tokio::test]
async fn what_is_announced_names_its_provider_as_a_source() {
    let days =
        || announced(by_sample(vec![dividend("2024-03-13", Some("USD"))]), by_sample(Vec::new()));
    let args = json!({ "positions": positions(&days()).await });
    let output = ask(days(), true, "corporate_actions.upcoming", args.clone()).await.unwrap();
    let sources: Vec<String> =
        output.lineage.whole.sources.iter().map(|source| source.name.to_string()).collect();
    assert!(sources.iter().any(|name| name == "provider:Sample"), "{sources:?}");
    let mut too_far = args;
    too_far["days_ahead"] = json!(367);
    let refused = ask(days(), true, "corporate_actions.upcoming", too_far).await.unwrap_err();
    assert_eq!(refused.kind, FaultKind::InvalidInput);
}
