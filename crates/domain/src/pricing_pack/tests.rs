use super::*;
use crate::hash::{ContentHash, canonical_json};
use jiff::civil::Date;
use rust_decimal::Decimal;

/// domain/portfolio.md section 14, golden value "Pack hash".
const GOLDEN: &str = r#"{"base":"CAD","date":"2025-10-21","fx":[["USD","CAD","1.4012","2025-10-21T15:00:00Z"]],"policy":"WM4PM_CAD","prices":[["ACME","XNAS","USD","262.77"],["MAPL","XTSE","CAD","41.30"]],"schema":1}"#;
const GOLDEN_HASH: &str = "e4e74beeb7f916350a9adad4519cfd171cc2f257744925f67aaad7a5c7d12c9e";

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// `ACME XNAS USD 262.77`, a line each.
fn prices(text: &str) -> Vec<ClosingPrice> {
    text.lines()
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [symbol, exchange, currency, close] = words[..] else { panic!("{line}") };
            ClosingPrice {
                symbol: symbol.parse().unwrap(),
                exchange: exchange.parse().unwrap(),
                currency: currency.parse().unwrap(),
                close: close.parse().unwrap(),
            }
        })
        .collect()
}

/// `USD CAD 1.4012`, a line each, of 15:00 UTC on the pack's date.
fn rates(text: &str) -> Vec<ExchangeRate> {
    text.lines()
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [from, to, rate] = words[..] else { panic!("{line}") };
            ExchangeRate {
                from: from.parse().unwrap(),
                to: to.parse().unwrap(),
                rate: rate.parse().unwrap(),
                as_of: "2025-10-21T15:00:00Z".parse().unwrap(),
            }
        })
        .collect()
}

fn content(policy: &str, price_lines: &str, rate_lines: &str) -> Result<PackContent, ContentError> {
    let policy = policy.parse().unwrap();
    PackContent::new(date("2025-10-21"), policy, prices(price_lines), rates(rate_lines))
}

fn rate(content: &PackContent, from: &str, to: &str) -> Result<(Decimal, RateKind), MissingRate> {
    let rate = content.rate(&from.parse().unwrap(), &to.parse().unwrap())?;
    Ok((rate.value, rate.kind))
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn the_published_pack_has_its_published_hash_and_name_whatever_the_order_of_reading() {
    let lines = "MAPL XTSE CAD 41.30\nACME XNAS USD 262.77";
    let pack = content("WM4PM_CAD", lines, "USD CAD 1.4012").unwrap();
    assert_eq!(canonical_json(&pack).unwrap(), GOLDEN);
    let hash = ContentHash::of_json(&pack).unwrap();
    assert_eq!(hash.to_string(), GOLDEN_HASH);
    let id = PricingPackId::new(pack.date(), pack.policy(), 1, hash).unwrap();
    assert_eq!(id.as_str(), "PP_2025-10-21_WM4PM_CAD_v1_e4e74beeb7f9");
}

#[test]
fn a_pack_reads_back_what_it_writes() {
    let pack: PackContent = serde_json::from_str(GOLDEN).unwrap();
    assert_eq!(canonical_json(&pack).unwrap(), GOLDEN);
}

#[test]
fn a_document_that_breaks_a_rule_is_no_pack() {
    for (from, to) in [
        ("\"schema\":1", "\"schema\":2"),
        ("\"base\":\"CAD\"", "\"base\":\"USD\""),
        ("\"41.30\"", "\"0\""),
        ("\"41.30\"", "41.30"),
        ("[\"MAPL\",\"XTSE\"", "[\"ACME\",\"XNAS\""),
        ("[\"USD\",\"CAD\"", "[\"CAD\",\"CAD\""),
        ("2025-10-21T15:00:00Z", "2025-10-23T15:00:00Z"),
        ("\"schema\":1", "\"schema\":1,\"note\":\"\""),
    ] {
        let changed = GOLDEN.replace(from, to);
        assert_ne!(changed, GOLDEN);
        assert!(serde_json::from_str::<PackContent>(&changed).is_err(), "{from} -> {to}");
    }
}

#[test]
fn two_values_for_one_thing_are_refused() {
    let twins = content("CLOSE_USD", "ACME XNAS USD 1\nACME XNAS USD 2", "");
    assert!(matches!(twins, Err(ContentError::TwoPrices { .. })), "{twins:?}");
    let twins = content("CLOSE_USD", "", "EUR USD 1.1\nEUR USD 1.2");
    assert!(matches!(twins, Err(ContentError::TwoRates { .. })), "{twins:?}");
}

// By hand: 1/1.25 = 0.8; GBP->EUR->USD with EUR->GBP .8 and EUR->USD 1.1: 1.25 x 1.1 = 1.375.
#[test]
fn a_rate_is_received_or_inverse_or_made_through_the_pivot() {
    let pack = content("CLOSE_USD", "", "EUR GBP 0.8\nEUR USD 1.1\nEUR CHF 1.25").unwrap();
    assert_eq!(rate(&pack, "EUR", "USD"), Ok((decimal("1.1"), RateKind::Quoted)));
    assert_eq!(rate(&pack, "CHF", "EUR"), Ok((decimal("0.8"), RateKind::Inverse)));
    assert_eq!(rate(&pack, "GBP", "USD"), Ok((decimal("1.375"), RateKind::Derived)));
    assert_eq!(rate(&pack, "JPY", "JPY"), Ok((Decimal::ONE, RateKind::Identity)));
}

#[test]
fn a_received_rate_wins_over_its_inverse_and_over_a_cross_rate() {
    let pack =
        content("CLOSE_USD", "", "EUR GBP 0.8\nEUR USD 1.1\nGBP USD 1.4\nUSD GBP 0.7").unwrap();
    assert_eq!(rate(&pack, "GBP", "USD"), Ok((decimal("1.4"), RateKind::Quoted)));
}

#[test]
fn a_rate_that_cannot_be_had_is_missing_with_its_reason() {
    let pack = content("CLOSE_USD", "", "EUR GBP 0.8\nCAD USD 0.7").unwrap();
    for (from, to) in [("JPY", "USD"), ("GBP", "USD"), ("EUR", "USD"), ("USD", "EUR")] {
        let missing = rate(&pack, from, to).unwrap_err();
        assert_eq!(
            missing.to_string(),
            format!(
                "the pack has no rate from {from} to {to}: neither received, nor inverse, nor through EUR"
            )
        );
    }
}

#[test]
fn a_derived_rate_is_as_old_as_the_older_of_its_two() {
    let mut two = rates("EUR GBP 0.8\nEUR USD 1.1");
    two[0].as_of = "2025-10-20T15:00:00Z".parse().unwrap();
    let pack =
        PackContent::new(date("2025-10-21"), "CLOSE_USD".parse().unwrap(), vec![], two).unwrap();
    let derived = pack.rate(&"GBP".parse().unwrap(), &"USD".parse().unwrap()).unwrap();
    assert_eq!(derived.as_of, Some("2025-10-20T15:00:00Z".parse().unwrap()));
    assert_eq!(derived.quotes.len(), 2);
}

fn sources_of(pack: &PackContent, as_of: &str) -> PackSources {
    let of_price = |price: &ClosingPrice| PriceSource {
        symbol: price.symbol.clone(),
        exchange: price.exchange.clone(),
        source: "Sample".parse().unwrap(),
        as_of: date(as_of),
    };
    PackSources {
        schema: PackSources::SCHEMA,
        sample: true,
        prices: pack.prices().iter().map(of_price).collect(),
        fx: vec![],
        stale_accepted: vec![],
    }
}

#[test]
fn everything_that_is_missing_is_listed_at_once_with_its_reason_where_one_is_known() {
    let pack = content("CLOSE_USD", "ACME XNAS USD 1\nHOCH XETR EUR 2", "").unwrap();
    let security = |symbol: &str, exchange: &str| {
        (symbol.parse::<Symbol>().unwrap(), exchange.parse::<Exchange>().unwrap())
    };
    let needed = Needed {
        securities: [security("ACME", "XNAS"), security("ACME", "XETR"), security("ZED", "XNAS")]
            .into(),
        currencies: ["USD", "CAD"].map(|currency| currency.parse().unwrap()).into(),
        unpriced: [(security("ZED", "XNAS"), "FMP: it does not know ZED".to_owned())].into(),
        unrated: [(
            ("EUR".parse().unwrap(), "GBP".parse().unwrap()),
            "FRED: no key of it is set".to_owned(),
        )]
        .into(),
    };
    let found: Vec<String> = gaps(&pack, &sources_of(&pack, "2025-10-21"), &needed)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        found,
        [
            "ACME on XETR has no price",
            "ZED on XNAS has no price (FMP: it does not know ZED)",
            "there is no rate from CAD to USD",
            "there is no rate from EUR to USD (EUR to GBP: FRED: no key of it is set)",
        ]
    );
}

// 2025-10-21 is a Tuesday: five trading days before it is Tuesday the 14th.
#[test]
fn a_close_of_six_trading_days_ago_is_stale_unless_it_was_accepted() {
    let pack = content("CLOSE_USD", "ACME XNAS USD 1", "").unwrap();
    let found = |as_of: &str, accepted: &[&str]| {
        let mut sources = sources_of(&pack, as_of);
        sources.stale_accepted = accepted.iter().map(|symbol| symbol.parse().unwrap()).collect();
        gaps(&pack, &sources, &Needed::default()).len()
    };
    assert_eq!(found("2025-10-21", &[]), 0);
    assert_eq!(found("2025-10-14", &[]), 0);
    assert_eq!(found("2025-10-13", &[]), 1);
    assert_eq!(found("2025-10-13", &["ACME"]), 0);
    assert_eq!(found("2025-10-22", &["ACME"]), 1, "a close of tomorrow");
}
