use super::{
    figures::{in_currency, of},
    history::{Past, WindowArgs},
};
use analytics::{metrics::Metrics, risk::Drawdown};
use domain::{
    measure::{Available, Fraction, Reason},
    money::Money,
};
use executor::capability::Output;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Debug, Serialize, JsonSchema)]
pub struct Window {
    /// The day of the value that the first return starts from.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub opened: Option<Date>,
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub closed: Option<Date>,
    /// Daily returns.
    pub observations: usize,
}

impl Window {
    fn of(metrics: &Result<Metrics, Reason>) -> Self {
        match metrics {
            Ok(metrics) => Self {
                opened: Some(metrics.opened),
                closed: Some(metrics.closed),
                observations: metrics.observations,
            },
            Err(_) => Self { opened: None, closed: None, observations: 0 },
        }
    }

    fn words(&self) -> String {
        format!("{} daily returns.", self.observations)
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct PeriodReturn {
    #[serde(flatten)]
    pub window: Window,
    pub time_weighted_return: Available<Fraction>,
    /// A fraction a year, from 250 returns or 365 days on.
    pub annualised_return: Available<Fraction>,
}

pub fn time_weighted(_: &WindowArgs, past: &Past<'_>) -> Output<PeriodReturn> {
    let metrics = past.metrics();
    let window = Window::of(metrics);
    let summary = window.words();
    let value = PeriodReturn {
        window,
        time_weighted_return: of(metrics, |one| one.time_weighted_return.clone()),
        annualised_return: of(metrics, |one| one.annualised_return.clone()),
    };
    past.output(value, summary)
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct OwnersReturn {
    #[serde(flatten)]
    pub window: Window,
    /// A fraction a year; the opening value is paid, the end value received.
    pub money_weighted_return: Available<Fraction>,
}

pub fn money_weighted(_: &WindowArgs, past: &Past<'_>) -> Output<OwnersReturn> {
    let metrics = past.metrics();
    let window = Window::of(metrics);
    let summary = window.words();
    let value = OwnersReturn {
        window,
        money_weighted_return: of(metrics, |one| one.money_weighted_return.clone()),
    };
    past.output(value, summary)
}

/// Fractions unless said otherwise.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RiskFigures {
    #[serde(flatten)]
    pub window: Window,
    /// A year.
    pub volatility: Available<Fraction>,
    /// The deepest fall of the return index; zero or below.
    pub maximum_drawdown: Available<Fraction>,
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub drawdown_peak: Option<Date>,
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub drawdown_trough: Option<Date>,
    /// Of a day, at 95 %; positive is a loss.
    pub value_at_risk: Available<Fraction>,
    pub conditional_value_at_risk: Available<Fraction>,
    pub parametric_value_at_risk: Available<Fraction>,
    /// A plain number.
    pub sharpe_ratio: Available<f64>,
    /// A plain number, against a target of zero.
    pub sortino_ratio: Available<f64>,
    /// A plain number.
    pub beta: Available<f64>,
    pub tracking_error: Available<Fraction>,
}

pub fn risk(_: &WindowArgs, past: &Past<'_>) -> Output<RiskFigures> {
    let metrics = past.metrics();
    let window = Window::of(metrics);
    let summary = window.words();
    let span = metrics.as_ref().ok().and_then(|one| one.maximum_drawdown.value()?.span);
    let value = RiskFigures {
        window,
        volatility: of(metrics, |one| one.volatility.clone()),
        maximum_drawdown: of(metrics, |one| depth(&one.maximum_drawdown)),
        drawdown_peak: span.map(|span| span.peak),
        drawdown_trough: span.map(|span| span.trough),
        value_at_risk: of(metrics, |one| one.value_at_risk.clone()),
        conditional_value_at_risk: of(metrics, |one| one.conditional_value_at_risk.clone()),
        parametric_value_at_risk: of(metrics, |one| one.parametric_value_at_risk.clone()),
        sharpe_ratio: of(metrics, |one| one.sharpe_ratio.clone()),
        sortino_ratio: of(metrics, |one| one.sortino_ratio.clone()),
        beta: of(metrics, |one| one.beta.clone()),
        tracking_error: of(metrics, |one| one.tracking_error.clone()),
    };
    past.output(value, summary)
}

pub fn depth(drawdown: &Available<Drawdown>) -> Available<Fraction> {
    super::figures::mapped(drawdown, |drawdown| drawdown.depth)
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct RewardForRisk {
    #[serde(flatten)]
    pub window: Window,
    /// A plain number.
    pub sharpe_ratio: Available<f64>,
}

pub fn sharpe(_: &WindowArgs, past: &Past<'_>) -> Output<RewardForRisk> {
    let metrics = past.metrics();
    let window = Window::of(metrics);
    let summary = window.words();
    let sharpe_ratio = of(metrics, |one| one.sharpe_ratio.clone());
    past.output(RewardForRisk { window, sharpe_ratio }, summary)
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct DayChange {
    /// What the day earned, flows aside.
    pub change: Available<Money>,
    /// Over the value of the day before.
    pub change_fraction: Available<Fraction>,
}

pub fn day_change(_: &WindowArgs, past: &Past<'_>) -> Output<DayChange> {
    let days = past.days().and_then(|days| match days {
        [.., before, after] => Ok((before, after)),
        _ => Err(Reason::TooFewObservations { needed: 2, found: days.len() }),
    });
    let earned = days.and_then(|(before, after)| {
        let earned = after.earned_since(before)?;
        let over = earned.ratio(before.nav).ok_or(Reason::NoValue)?;
        Ok((earned, Fraction::new(over)?))
    });
    let value = DayChange {
        change: of(&earned, |(earned, _)| {
            Available::Value(in_currency(*earned, past.ground.base()))
        }),
        change_fraction: of(&earned, |(_, over)| Available::Value(*over)),
    };
    past.output(value, format!("{} against the day before.", past.ground.day()))
}
