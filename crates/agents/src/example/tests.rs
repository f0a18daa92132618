use super::agent;
use crate::market::{NoPacks, PackFuture, PastFuture, PricingPacks};
use domain::{
    execution::RightsProfile,
    hash::ContentHash,
    id::WorkspaceId,
    pricing_pack::{
        ClosingPrice, ExchangeRate, PackContent, PackSources, PriceSource, PricingPack,
        PricingPackId, RateSource,
    },
};
use executor::{
    capability::{Call, Fault, FaultKind, Output},
    context::Context,
    lineage::{Lineages, Step},
    pattern::Plan,
    runtime::Registry,
};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

struct OnePack(Arc<PricingPack>);

impl PricingPacks for OnePack {
    fn load<'a>(&'a self, id: &'a PricingPackId) -> PackFuture<'a> {
        let found = (self.0.id == *id).then(|| self.0.clone());
        Box::pin(async move { Ok(found) })
    }

    fn load_before<'a>(&'a self, _: &'a PricingPackId, _: usize) -> PastFuture<'a> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// The pack of domain/portfolio.md section 14 under another policy, with two more
/// currencies: GBP converts through the euro, CHF not at all.
fn pack() -> PricingPack {
    let date = "2025-10-21".parse().unwrap();
    let price = |text: &str| {
        let words: Vec<&str> = text.split(' ').collect();
        ClosingPrice {
            symbol: words[0].parse().unwrap(),
            exchange: words[1].parse().unwrap(),
            currency: words[2].parse().unwrap(),
            close: words[3].parse().unwrap(),
        }
    };
    let rate = |from: &str, to: &str, rate: &str| ExchangeRate {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
        rate: rate.parse().unwrap(),
        as_of: "2025-10-21T15:00:00Z".parse().unwrap(),
    };
    let prices = ["ACME XNAS USD 262.77", "MAPL XTSE CAD 41.30", "OAKS XLON GBP 9.415"].map(price);
    let rates =
        [rate("USD", "CAD", "1.4012"), rate("EUR", "GBP", "0.8"), rate("EUR", "CAD", "1.5")];
    let content =
        PackContent::new(date, "CLOSE_CAD".parse().unwrap(), prices.into(), rates.into()).unwrap();
    let sources = PackSources {
        schema: PackSources::SCHEMA,
        sample: true,
        prices: content
            .prices()
            .iter()
            .map(|price| PriceSource {
                symbol: price.symbol.clone(),
                exchange: price.exchange.clone(),
                source: "Sample".parse().unwrap(),
                as_of: date,
            })
            .collect(),
        fx: content
            .quoted_rates()
            .iter()
            .map(|rate| RateSource {
                from: rate.from.clone(),
                to: rate.to.clone(),
                source: "Sample".parse().unwrap(),
            })
            .collect(),
        stale_accepted: vec![],
    };
    let hash = ContentHash::of_json(&content).unwrap();
    PricingPack {
        id: PricingPackId::new(date, content.policy(), 1, hash).unwrap(),
        ledger_commit: "0123456789abcdef0123456789abcdef01234567".parse().unwrap(),
        content,
        sources,
        announced: None,
    }
}

fn context(pack: Option<PricingPackId>) -> Context {
    Context {
        pricing_pack: pack,
        ledger_commit: None,
        trace_id: "0".repeat(32),
        request_id: Uuid::nil(),
        user: None,
        workspace: WorkspaceId::from_uuid(Uuid::nil()),
        portfolio: None,
        base_currency: Some("CAD".to_owned()),
        benchmark: None,
        asof: "2025-10-21".parse().unwrap(),
        timestamp: "2025-10-21T20:00:00Z".parse().unwrap(),
        rights_profile: RightsProfile::Production,
        require_fresh: true,
        stale: false,
        governed: None,
    }
}

async fn call_in(
    context: Context,
    name: &str,
    args: Value,
    lineage: Lineages,
) -> Result<Output<Value>, Fault> {
    let agent = agent(Arc::new(OnePack(Arc::new(pack()))));
    let capability = agent.capabilities.iter().find(|owned| owned.name.as_str() == name).unwrap();
    capability
        .call(
            args,
            Call { context: Arc::new(context), lineage: Arc::new(lineage), call_id: Uuid::nil() },
        )
        .await
}

async fn call(name: &str, args: Value) -> Result<Output<Value>, Fault> {
    call_in(context(Some(pack().id)), name, args, Lineages::default()).await
}

fn sources(lineages: &Lineages, path: &[Step]) -> Vec<String> {
    let all = lineages.at(path).everything();
    all.sources.iter().map(|source| source.name.to_string()).collect()
}

#[tokio::test]
async fn prices_are_those_of_the_pack_and_what_it_lacks_is_named() {
    let given =
        call("example.closing_prices", json!({ "symbols": ["MAPL", "ZED"] })).await.unwrap();
    assert_eq!(
        given.value,
        json!({
            "rows": [{
                "symbol": "MAPL", "exchange": "XTSE", "currency": "CAD", "close": "41.30",
                "asof": "2025-10-21", "source": "Sample",
            }],
            "missing": [{ "symbol": "ZED", "reason": "The pack of 2025-10-21 holds no price of ZED." }],
        })
    );
    let everything = call("example.closing_prices", json!({ "symbols": null })).await.unwrap();
    assert_eq!(everything.value["rows"].as_array().unwrap().len(), 3);
    assert_eq!(everything.value["missing"], json!([]));
}

#[tokio::test]
async fn each_cell_comes_from_the_pack_and_from_its_provider() {
    let given = call("example.closing_prices", json!({})).await.unwrap();
    let cell = ["rows".into(), 1.into(), "close".into()];
    assert_eq!(
        sources(&given.lineage, &cell),
        [format!("pack:{}", pack().id), "provider:Sample".into()]
    );
    let warnings = given.lineage.at(&cell).everything().warnings;
    assert_eq!(warnings.into_iter().collect::<Vec<_>>(), ["Sample data, not market data."]);
}

// By hand: 100 x 1.4012; 100/1.4012 rounded to ten decimals; 100/.8 x 1.5.
#[tokio::test]
async fn an_amount_is_converted_by_the_packs_rates() {
    for (args, amount, kind) in [
        (json!({ "amount": "100", "from": "USD" }), "140.12", "quoted"),
        (json!({ "amount": 100, "from": "CAD", "to": "USD" }), "71.3673993720", "inverse"),
        (json!({ "amount": 100.0, "from": "GBP", "to": null }), "187.5", "derived"),
        (json!({ "amount": "0.1", "from": "CAD" }), "0.1", "identity"),
    ] {
        let given = call("example.convert", args.clone()).await.unwrap().value;
        let found: rust_decimal::Decimal = given["amount"].as_str().unwrap().parse().unwrap();
        assert_eq!(found, amount.parse().unwrap(), "{args}");
        assert_eq!(given["rate"]["kind"], kind, "{args}");
        assert_eq!(given["reason"], Value::Null);
    }
}

#[tokio::test]
async fn an_amount_without_a_rate_is_null_with_its_reason() {
    let given = call("example.convert", json!({ "amount": "100", "from": "CHF" })).await.unwrap();
    assert_eq!(
        given.value,
        json!({
            "amount": null, "currency": "CAD", "rate": null,
            "reason": "The pack has no rate from CHF to CAD: neither received, nor inverse, nor through EUR.",
        })
    );
}

// By hand: 262.77 x 1.4012 = 368.193324; 9.415/.8 x 1.5 = 17.653125; with 41.30: 427.146449.
#[tokio::test]
async fn a_basket_adds_up_by_currency_and_in_the_base_currency() {
    let prices = call("example.closing_prices", json!({})).await.unwrap();
    let args = json!({ "rows": prices.value["rows"], "missing": prices.value["missing"] });
    let context = context(Some(pack().id));
    let given = call_in(context, "example.basket", args, prices.lineage).await.unwrap();
    assert_eq!(given.value["count"], 3);
    assert_eq!(given.value["total_base"], "427.146449");
    assert_eq!(given.value["totals"][2]["total_base"], "368.193324");
    assert_eq!(given.value["base_currency"], "CAD");
    let cell = ["totals".into(), 1.into(), "total_base".into()];
    assert_eq!(sources(&given.lineage, &cell).last().unwrap(), "provider:Sample");
}

#[tokio::test]
async fn a_basket_with_something_unpriced_or_unconverted_has_no_total() {
    let prices =
        call("example.closing_prices", json!({ "symbols": ["ACME", "ZED"] })).await.unwrap();
    let args = json!({ "rows": prices.value["rows"], "missing": prices.value["missing"] });
    let unpriced = call("example.basket", args).await.unwrap().value;
    assert_eq!(unpriced["total_base"], Value::Null);
    assert_eq!(unpriced["reason"], "There is no total, because there is no price of ZED.");
    assert_eq!(unpriced["unpriced"], json!(["ZED"]));

    let row = json!({
        "symbol": "ALPN", "exchange": "XSWX", "currency": "CHF", "close": "118.60",
        "asof": "2025-10-21", "source": "Sample",
    });
    let unconverted = call("example.basket", json!({ "rows": [row] })).await.unwrap().value;
    assert_eq!(unconverted["total_base"], Value::Null);
    assert_eq!(unconverted["totals"][0]["total"], "118.6");
    let reason = unconverted["reason"].as_str().unwrap();
    assert!(reason.starts_with("The pack has no rate from CHF to CAD"), "{reason}");
}

#[tokio::test]
async fn without_a_pack_there_is_no_price() {
    let refused =
        call_in(context(None), "example.closing_prices", json!({}), Lineages::default()).await;
    assert_eq!(refused.unwrap_err().kind, FaultKind::MissingData);
    let other = "PP_2025-10-20_CLOSE_CAD_v1_0123456789ab".parse().unwrap();
    let refused =
        call_in(context(Some(other)), "example.closing_prices", json!({}), Lineages::default())
            .await;
    assert_eq!(refused.unwrap_err().kind, FaultKind::MissingData);
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_the_callers_fault() {
    for (name, args) in [
        ("example.closing_prices", json!({ "symbols": ["not a symbol"] })),
        ("example.closing_prices", json!({ "symbol": "ACME" })),
        ("example.convert", json!({ "amount": "many", "from": "USD" })),
        ("example.convert", json!({ "amount": true, "from": "USD" })),
        ("example.basket", json!({})),
    ] {
        let refused = call(name, args.clone()).await.unwrap_err();
        assert_eq!(refused.kind, FaultKind::InvalidInput, "{name} {args}");
    }
}

#[test]
fn the_example_pattern_passes_every_check() {
    let registry = Registry::new(vec![agent(Arc::new(NoPacks))]).unwrap();
    let text = include_str!("../../../../patterns/example_prices.json");
    let plan = Plan::parse("example_prices.json", text, &registry);
    let plan = plan.unwrap_or_else(|faults| panic!("{faults}"));
    let after: Vec<&[usize]> = plan.steps.iter().map(|step| &*step.after).collect();
    // Prices and conversion need nothing of each other.
    assert_eq!(after, [&[][..], &[], &[0]]);
    assert!(plan.steps[2].condition.is_some());
    assert_eq!(plan.warnings, Vec::<String>::new());
}
