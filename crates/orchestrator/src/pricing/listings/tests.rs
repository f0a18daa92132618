use super::*;
use axum::{Router, http::Uri};
use domain::pricing_pack::Told;
use domain::pricing_pack::gaps;
use harvest::quote::{OwnPace, QuoteBounds, VendorAccess};
use std::{sync::Arc, time::Duration};

const DATE: Date = jiff::civil::date(2025, 10, 21);

const LISTINGS: &str = r#"{"schema": 1, "policy": "CLOSE_USD",
    "securities": [
        {"symbol": "ACME", "exchange": "XNAS", "currency": "USD",
         "quotes": [{"provider": "FMP"}, {"provider": "Polygon"}]},
        {"symbol": "BRCH", "exchange": "XNYS", "currency": "USD",
         "quotes": [{"provider": "FMP"}, {"provider": "Polygon"}]},
        {"symbol": "MAPL", "exchange": "XTSE", "currency": "CAD",
         "quotes": [{"provider": "FMP", "as": "MAPL.TO"}]}],
    "fx": [{"from": "USD", "to": "CAD", "providers": ["FRED"]}]}"#;

fn parse(text: &str) -> Result<Listings, ListingsError> {
    Listings::parse(Path::new("listings.json"), text)
}

/// A server that is all three vendors; what a path has no answer for is answered by 404.
async fn vendors(answer: fn(&str) -> Option<&'static str>) -> Vendors {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let reply = move |uri: Uri| async move {
        answer(&uri.to_string()).ok_or(axum::http::StatusCode::NOT_FOUND)
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(reply)).await });
    let access = ["FMP", "Polygon", "FRED"].map(|provider| VendorAccess {
        provider: provider.parse().unwrap(),
        key: "0123456789abcdef".to_owned().into(),
        base: Some(base.clone()),
    });
    let pace = Arc::new(OwnPace::new(Duration::ZERO));
    Vendors::new(QuoteBounds::default(), access.into(), pace, || Timestamp::UNIX_EPOCH).unwrap()
}

fn missing(market: &MarketDay) -> Vec<String> {
    let gaps = gaps(&market.content, &market.sources, &market.needed);
    gaps.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn quotes_become_a_market_in_which_each_figure_has_its_provider_and_its_day() {
    let vendors = vendors(|path| {
        // FMP has nothing newer than Monday of BRCH; Polygon has its Tuesday.
        Some(match path {
            _ if path.contains("symbol=ACME") => {
                r#"[{"symbol": "ACME", "date": "2025-10-21", "adjClose": 262.77}]"#
            }
            _ if path.contains("symbol=BRCH") => {
                r#"[{"symbol": "BRCH", "date": "2025-10-20", "adjClose": 47.10}]"#
            }
            _ if path.contains("symbol=MAPL.TO") => {
                r#"[{"symbol": "MAPL.TO", "date": "2025-10-20", "adjClose": 41.30}]"#
            }
            _ if path.contains("/ticker/BRCH/") => {
                r#"{"status": "OK", "ticker": "BRCH", "adjusted": false,
                    "results": [{"c": 47.15, "t": 1761019200000}]}"#
            }
            _ if path.contains("DEXCAUS") => {
                r#"{"observations": [{"date": "2025-10-21", "value": "1.4012"}]}"#
            }
            _ => return None,
        })
    })
    .await;
    let market = parse(LISTINGS).unwrap().ask(&vendors, DATE).await.unwrap();
    assert_eq!(missing(&market), [""; 0]);
    assert!(!market.sources.sample);
    let prices = market.content.prices().iter().zip(&market.sources.prices);
    let prices: Vec<String> = prices
        .map(|(price, of)| {
            format!("{} {} {} {}", price.symbol, price.close.as_str(), of.source, of.as_of)
        })
        .collect();
    assert_eq!(
        prices,
        [
            "ACME 262.77 FMP 2025-10-21",
            "BRCH 47.15 Polygon 2025-10-21",
            "MAPL 41.30 FMP 2025-10-20",
        ]
    );
    let [rate] = market.content.quoted_rates() else { panic!("one rate") };
    assert_eq!(
        (rate.rate.as_str(), rate.as_of.to_string().as_str()),
        ("1.4012", "2025-10-21T16:00:00Z")
    );
    assert_eq!(market.sources.fx[0].source.as_str(), "FRED");
}

#[tokio::test]
async fn what_no_provider_has_is_a_gap_with_what_each_of_them_said() {
    let vendors = vendors(|path| {
        if path.contains("symbol=ACME") {
            Some(r#"{"Error Message": "Invalid API KEY."}"#)
        } else if path.contains("symbol=MAPL.TO") {
            Some(r#"[{"symbol": "MAPL.TO", "date": "2025-10-22", "adjClose": 41.30}]"#)
        } else if path.contains("DEXCAUS") {
            // More than five trading days old.
            Some(r#"{"observations": [{"date": "2025-10-10", "value": "1.4012"}]}"#)
        } else {
            None
        }
    })
    .await;
    let market = parse(LISTINGS).unwrap().ask(&vendors, DATE).await.unwrap();
    let unknown = "it does not know {}, or has no value of it of the last two weeks";
    let unknown = |symbol: &str| unknown.replace("{}", symbol);
    assert_eq!(
        missing(&market),
        [
            format!(
                "ACME on XNAS has no price (FMP: it refuses the key; Polygon: {})",
                unknown("ACME")
            ),
            format!(
                "BRCH on XNYS has no price (FMP: {}; Polygon: {})",
                unknown("BRCH"),
                unknown("BRCH")
            ),
            "MAPL on XTSE has no price (FMP: it has only values of 2025-10-22 and later)".to_owned(),
            "there is no rate from CAD to USD (USD to CAD: FRED: its newest rate is of 2025-10-10, \
             more than 5 trading days old)"
                .to_owned(),
        ]
    );
}

#[tokio::test]
async fn announcements_are_those_of_the_first_provider_that_tells_them() {
    let vendors = vendors(|path| {
        Some(match path {
            _ if path.starts_with("/stable/dividends?symbol=ACME") => {
                r#"[{"symbol": "ACME", "date": "2025-11-07", "paymentDate": "2025-11-14", "dividend": 0.26},
                    {"symbol": "ACME", "date": "2025-08-08", "paymentDate": "2025-08-15", "dividend": 0.123456789012}]"#
            }
            _ if path.starts_with("/stable/dividends?symbol=MAPL.TO") => {
                r#"[{"symbol": "MAPL.TO", "date": "2025-12-01", "paymentDate": "", "dividend": 0.5}]"#
            }
            _ if path.starts_with("/v3/reference/splits?ticker=BRCH") => {
                r#"{"status": "OK", "results": [
                    {"ticker": "BRCH", "execution_date": "2025-11-03", "split_from": 1, "split_to": 4}]}"#
            }
            _ if path.starts_with("/v3/reference/") => r#"{"status": "OK", "results": []}"#,
            _ => return None,
        })
    })
    .await;
    let announced = parse(LISTINGS).unwrap().ask_announced(&vendors, DATE).await;
    let [acme, brch, mapl] = announced.securities.as_slice() else { panic!("{announced:?}") };
    let Told::By { provider, rows } = &acme.dividends else { panic!("{acme:?}") };
    let row = &rows[0];
    assert_eq!((provider.as_str(), rows.len(), row.amount.as_str()), ("FMP", 1, "0.26"));
    // FMP names no currency; in the United States it is that of the listing, elsewhere it may
    // be any.
    assert_eq!(row.currency.as_ref().map(Currency::as_str), Some("USD"));
    let Told::By { rows, .. } = &mapl.dividends else { panic!("{mapl:?}") };
    assert_eq!((rows[0].currency.as_ref(), rows[0].pay_date), (None, None));
    let Told::By { provider, rows } = &brch.splits else { panic!("{brch:?}") };
    assert_eq!((provider.as_str(), rows[0].to.as_str()), ("Polygon", "4"));
    let Told::Nobody { reason } = &mapl.splits else { panic!("{mapl:?}") };
    assert!(reason.starts_with("FMP: it does not know MAPL.TO"), "{reason}");
}

#[test]
fn listings_that_cannot_be_right_are_refused_before_anybody_is_asked() {
    let with = |from: &str, to: &str| {
        let text = LISTINGS.replace(from, to);
        assert_ne!(text, LISTINGS, "{from}");
        parse(&text).unwrap_err().to_string()
    };
    let cases = [
        ("CLOSE_USD", "WM4PM_USD", "not WM4PM_USD"),
        ("\"BRCH\", \"exchange\": \"XNYS\"", "\"ACME\", \"exchange\": \"XNAS\"", "listed twice"),
        (", \"as\": \"MAPL.TO\"", "", "without the name that FMP has for it"),
        ("\"FMP\", \"as\": \"MAPL.TO\"", "\"Polygon\", \"as\": \"MAPL.TO\"", "United States alone"),
        ("\"XTSE\", \"currency\": \"CAD\"", "\"XLON\", \"currency\": \"GBP\"", "in pence"),
        ("[{\"provider\": \"FMP\", \"as\": \"MAPL.TO\"}]", "[]", "without a provider"),
        ("[\"FRED\"]", "[]", "without a provider"),
        ("[\"FRED\"]", "[\"FMP\"]", "FMP cannot be asked for the rate from USD to CAD"),
        ("\"to\": \"CAD\"", "\"to\": \"PLN\"", "FRED cannot be asked for the rate from USD to PLN"),
        ("{\"provider\": \"FMP\"}", "{\"provider\": \"Reuters\"}", "Reuters cannot be asked"),
        ("\"schema\": 1", "\"schema\": 2", "schema 2"),
        ("\"fx\"", "\"rates\"", "holds no listings"),
    ];
    for (from, to, expected) in cases {
        let said = with(from, to);
        assert!(said.contains(expected), "{to}: {said}");
    }
}

#[test]
fn a_day_has_closes_an_hour_after_new_york_has_closed() {
    let over = |at: &str| is_over(DATE, at.parse().unwrap());
    assert!(!over("2025-10-21T20:59:59Z"));
    assert!(over("2025-10-21T21:00:00Z"));
    // 00:05 in Berlin, when packs of the day before are built.
    assert!(over("2025-10-21T22:05:00Z"));
}
