//! All figures of 1,000 portfolios over ten years of trading days each, against a
//! benchmark.

use analytics::metrics::{Inputs, compute};
use analytics::performance::{NavHistory, ReturnSeries, Valuation, chain};
use analytics::risk::Confidence;
use analytics::series::{Dated, Series};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use domain::measure::Fraction;
use domain::money::Amount;
use jiff::{ToSpan, civil::date};
use rust_decimal::Decimal;
use std::hint::black_box;

const PORTFOLIOS: u64 = 1_000;
const OBSERVATIONS: usize = 2_520;

/// A walk of the generator of Lehmer (MINSTD), so that every run has the same numbers;
/// a deposit every quarter.
fn history(seed: u64) -> NavHistory {
    let mut state = seed * 7_919 + 1;
    let mut nav: i64 = 100_000_000;
    let points = (0..=OBSERVATIONS).map(|at| {
        state = state * 48_271 % 2_147_483_647;
        let move_bp = i64::try_from(state % 401).expect("below 401") - 198;
        nav += nav / 10_000 * move_bp;
        let flow = if at % 63 == 0 { 1_000_000 } else { 0 };
        nav += flow;
        let day = i64::try_from(at).expect("a few thousand days");
        // A little over ten years of calendar days.
        let date = date(2015, 1, 2) + (day * 365 / 252).days();
        let value = Valuation {
            nav: Amount::new(Decimal::new(nav, 2)),
            flow: Amount::new(Decimal::new(flow, 2)),
        };
        Dated { date, value }
    });
    Series::new(points.collect()).expect("days ascend")
}

fn returns(history: &NavHistory) -> ReturnSeries {
    chain(history).expect("small numbers").remove(0).returns
}

fn metrics(c: &mut Criterion) {
    let histories: Vec<NavHistory> = (1..=PORTFOLIOS).map(history).collect();
    let benchmark = returns(&history(0));
    let confidence = Fraction::new(0.95).expect("finite");
    let inputs = |history| Inputs {
        history,
        window: OBSERVATIONS,
        benchmark: Some(&benchmark),
        risk_free: Some(Fraction::ZERO),
        target: Fraction::ZERO,
        confidence: Confidence::new(confidence).expect("above one half"),
    };
    let one = compute(&inputs(&histories[0])).expect("the walk stays above zero");
    assert!(one.money_weighted_return.value().is_some() && one.alpha.value().is_some());

    let mut group = c.benchmark_group("metrics");
    group.sample_size(10).throughput(Throughput::Elements(PORTFOLIOS));
    group.bench_function("1000 portfolios of 2520 returns", |b| {
        b.iter(|| {
            for history in &histories {
                black_box(compute(&inputs(history)).is_ok());
            }
        });
    });
    group.finish();
}

criterion_group!(benches, metrics);
criterion_main!(benches);
