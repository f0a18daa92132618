//! The crate against figures that numpy and scipy computed; see `oracle/README.md`.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

use analytics::attribution::{
    AttributedDay, ContributionDay, Part, PositionDay, contributions, currency_attribution,
};
use analytics::metrics::{Inputs, Metrics, compute};
use analytics::performance::{NavHistory, ReturnSeries, Valuation};
use analytics::risk::{Confidence, RiskHolding, decompose, herfindahl};
use analytics::series::{Dated, Series};
use domain::measure::{Available, Fraction};
use domain::money::Amount;
use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Relative to the figure where it is larger than one.
const TOLERANCE: f64 = 1e-9;

#[derive(Deserialize)]
struct Fixtures {
    books: Vec<Book>,
    risks: Vec<Risk>,
    attributions: Vec<Attribution>,
}

#[derive(Deserialize)]
struct Book {
    dates: Vec<Date>,
    nav_cents: Vec<i64>,
    flow_cents: Vec<i64>,
    benchmark: Vec<f64>,
    risk_free: f64,
    target: f64,
    figures: BTreeMap<String, Option<f64>>,
    tails: Vec<Tail>,
}

#[derive(Deserialize)]
struct Tail {
    confidence: f64,
    value_at_risk: f64,
    conditional_value_at_risk: f64,
    parametric_value_at_risk: f64,
}

#[derive(Deserialize)]
struct Risk {
    weights: Vec<f64>,
    returns: Vec<Vec<f64>>,
    volatility: f64,
    contributions: Vec<f64>,
    diversification_ratio: f64,
    herfindahl: f64,
}

#[derive(Deserialize)]
struct Attribution {
    weights: Vec<Vec<f64>>,
    local: Vec<Vec<f64>>,
    fx: Vec<Vec<f64>>,
    measured: Vec<f64>,
    total: f64,
    linked_local: Vec<f64>,
    linked_fx: Vec<f64>,
    linked_interaction: Vec<f64>,
    linked_base: Vec<f64>,
}

fn fixtures() -> Fixtures {
    serde_json::from_str(include_str!("oracle/fixtures.json")).unwrap()
}

#[track_caller]
fn check(what: &str, found: f64, expected: f64) {
    let tolerance = TOLERANCE * expected.abs().max(1.0);
    assert!((found - expected).abs() <= tolerance, "{what}: found {found}, expected {expected}");
}

fn fraction(value: f64) -> Fraction {
    Fraction::new(value).unwrap()
}

fn history(book: &Book) -> NavHistory {
    let cents = |cents: i64| Amount::new(Decimal::new(cents, 2));
    let rows = book.dates.iter().zip(&book.nav_cents).zip(&book.flow_cents);
    let points = rows.map(|((date, nav), flow)| Dated {
        date: *date,
        value: Valuation { nav: cents(*nav), flow: cents(*flow) },
    });
    Series::new(points.collect()).unwrap()
}

fn metrics(book: &Book, confidence: f64) -> Metrics {
    let points = book.dates[1..].iter().zip(&book.benchmark);
    let points = points.map(|(date, value)| Dated { date: *date, value: fraction(*value) });
    let benchmark =
        ReturnSeries::new(book.dates[0], Series::new(points.collect()).unwrap()).unwrap();
    compute(&Inputs {
        history: &history(book),
        window: book.dates.len(),
        benchmark: Some(&benchmark),
        risk_free: Some(fraction(book.risk_free)),
        target: fraction(book.target),
        confidence: Confidence::new(fraction(confidence)).unwrap(),
    })
    .unwrap()
}

#[test]
fn returns_and_risk_of_a_book_are_those_of_numpy() {
    let books = fixtures().books;
    assert_eq!(books.len(), 4);
    for book in &books {
        let found = metrics(book, 0.95);
        let fractions = [
            ("time_weighted_return", &found.time_weighted_return),
            ("annualised_return", &found.annualised_return),
            ("money_weighted_return", &found.money_weighted_return),
            ("volatility", &found.volatility),
            ("alpha", &found.alpha),
            ("tracking_error", &found.tracking_error),
        ];
        let plain = |of: &Available<f64>| of.value().copied();
        let mut figures: Vec<(&str, Option<f64>)> =
            fractions.map(|(name, figure)| (name, figure.value().map(|one| one.get()))).into();
        figures.extend([
            ("sharpe_ratio", plain(&found.sharpe_ratio)),
            ("sortino_ratio", plain(&found.sortino_ratio)),
            ("beta", plain(&found.beta)),
            ("correlation", plain(&found.correlation)),
            ("information_ratio", plain(&found.information_ratio)),
            ("maximum_drawdown", found.maximum_drawdown.value().map(|one| one.depth.get())),
        ]);
        assert_eq!(figures.len(), book.figures.len());
        for (name, figure) in figures {
            let expected = book.figures[name];
            assert_eq!(figure.is_some(), expected.is_some(), "{name}");
            if let (Some(figure), Some(expected)) = (figure, expected) {
                check(name, figure, expected);
            }
        }
    }
}

#[test]
fn tails_are_those_of_numpy_also_where_a_quantile_falls_on_a_return() {
    for book in &fixtures().books {
        for tail in &book.tails {
            let found = metrics(book, tail.confidence);
            let value = |of: &Available<Fraction>| of.value().unwrap().get();
            check("value at risk", value(&found.value_at_risk), tail.value_at_risk);
            let conditional = value(&found.conditional_value_at_risk);
            check("conditional", conditional, tail.conditional_value_at_risk);
            let parametric = value(&found.parametric_value_at_risk);
            check("parametric", parametric, tail.parametric_value_at_risk);
        }
    }
}

#[test]
fn risk_contributions_are_those_of_numpy() {
    let opened: Date = "2021-01-04".parse().unwrap();
    for risk in &fixtures().risks {
        let holdings: Vec<RiskHolding> = risk
            .weights
            .iter()
            .zip(&risk.returns)
            .enumerate()
            .map(|(at, (weight, column))| {
                let dates = (1_i64..).map(|day| opened + day.days());
                let points = dates.zip(column);
                let points = points.map(|(date, r)| Dated { date, value: fraction(*r) });
                RiskHolding {
                    symbol: format!("A{at}").parse().unwrap(),
                    weight: fraction(*weight),
                    returns: Series::new(points.collect()).unwrap(),
                }
            })
            .collect();
        let found = decompose(&holdings).unwrap();
        check("volatility", found.volatility.get(), risk.volatility);
        check("diversification", found.diversification_ratio, risk.diversification_ratio);
        for (share, expected) in found.holdings.iter().zip(&risk.contributions) {
            check("contribution", share.contribution.get(), *expected);
        }
        let concentration = herfindahl(holdings.iter().map(|one| one.weight)).unwrap();
        check("herfindahl", concentration.get(), risk.herfindahl);
    }
}

const CURRENCIES: [&str; 4] = ["CAD", "CHF", "EUR", "USD"];

#[test]
fn linked_parts_are_those_of_numpy() {
    for one in &fixtures().attributions {
        let found = currency_attribution(&attributed(one)).unwrap();
        check("total", found.measured.get(), one.total);
        check("residual", found.residual.get(), 0.0);
        assert!(found.reconciles());
        for (at, parts) in found.by_currency.values().enumerate() {
            check("local", parts.local.get(), one.linked_local[at]);
            check("fx", parts.fx.get(), one.linked_fx[at]);
            check("interaction", parts.interaction.get(), one.linked_interaction[at]);
        }
        let found = contributions(&contributed(one)).unwrap();
        for (at, part) in found.by_key.values().enumerate() {
            check("contribution", part.get(), one.linked_base[at]);
        }
    }
}

fn attributed(one: &Attribution) -> Vec<AttributedDay> {
    let day = |at: usize| {
        let places = 0..one.weights[at].len();
        let positions = places.map(|place| PositionDay {
            currency: CURRENCIES[place].parse().unwrap(),
            weight: fraction(one.weights[at][place]),
            local: fraction(one.local[at][place]),
            fx: fraction(one.fx[at][place]),
        });
        AttributedDay { positions: positions.collect(), measured: fraction(one.measured[at]) }
    };
    (0..one.measured.len()).map(day).collect()
}

fn contributed(one: &Attribution) -> Vec<ContributionDay<usize>> {
    let day = |at: usize| {
        let places = 0..one.weights[at].len();
        let parts = places.map(|place| Part {
            key: place,
            weight: fraction(one.weights[at][place]),
            base_return: fraction((1.0 + one.local[at][place]) * (1.0 + one.fx[at][place]) - 1.0),
        });
        ContributionDay { parts: parts.collect(), measured: fraction(one.measured[at]) }
    };
    (0..one.measured.len()).map(day).collect()
}
