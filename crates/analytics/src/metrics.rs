//! All figures of one book over one window, each with its value or its reason.

use crate::performance::{
    NavHistory, ReturnSeries, annualised_return, chain, money_weighted_return_of,
    time_weighted_return, whole,
};
use crate::risk::{
    Confidence, Drawdown, Paired, conditional_value_at_risk, maximum_drawdown,
    parametric_value_at_risk, sharpe_ratio, sortino_ratio, value_at_risk, volatility,
};
use crate::series::Series;
use domain::measure::{Available, Fraction, Reason};
use jiff::civil::Date;

/// What the figures are computed from.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    pub history: &'a NavHistory,
    /// The window counts this many daily returns back from the last.
    pub window: usize,
    /// In the portfolio's currency.
    pub benchmark: Option<&'a ReturnSeries>,
    /// A fraction a year, as of the last date.
    pub risk_free: Option<Fraction>,
    /// For the Sortino ratio; a fraction a year.
    pub target: Fraction,
    pub confidence: Confidence,
}

/// The figures; fractions unless said otherwise. Units, signs and minimum counts stand
/// at the functions of the same names.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics {
    pub opened: Date,
    pub closed: Date,
    /// Number of daily returns in the window.
    pub observations: usize,
    pub time_weighted_return: Available<Fraction>,
    pub annualised_return: Available<Fraction>,
    pub money_weighted_return: Available<Fraction>,
    pub volatility: Available<Fraction>,
    /// A plain number.
    pub sharpe_ratio: Available<f64>,
    /// A plain number.
    pub sortino_ratio: Available<f64>,
    pub maximum_drawdown: Available<Drawdown>,
    /// A plain number.
    pub beta: Available<f64>,
    /// -1 to 1.
    pub correlation: Available<f64>,
    pub alpha: Available<Fraction>,
    pub tracking_error: Available<Fraction>,
    /// A plain number.
    pub information_ratio: Available<f64>,
    pub value_at_risk: Available<Fraction>,
    pub conditional_value_at_risk: Available<Fraction>,
    pub parametric_value_at_risk: Available<Fraction>,
}

/// # Errors
/// Where there is no chain of returns at all: the book never had a value above zero,
/// or its chain broke and began anew. The sub-periods then have figures of their own.
pub fn compute(inputs: &Inputs<'_>) -> Result<Metrics, Reason> {
    let periods = chain(inputs.history)?;
    let returns = whole(&periods)?.returns.trailing(inputs.window);
    Ok(of_returns(&returns, inputs))
}

fn of_returns(returns: &ReturnSeries, inputs: &Inputs<'_>) -> Metrics {
    let confidence = inputs.confidence;
    let risk_free = inputs.risk_free.ok_or(Reason::NoRiskFreeRate);
    let paired = inputs.benchmark.map(|one| Paired::new(returns, one)).ok_or(Reason::NoBenchmark);
    let paired = paired.as_ref().map_err(Clone::clone);
    Metrics {
        opened: returns.opened(),
        closed: returns.closed(),
        observations: returns.len(),
        time_weighted_return: time_weighted_return(returns).into(),
        annualised_return: annualised_return(returns).into(),
        money_weighted_return: money_weighted_return_of(&from(inputs.history, returns.opened()))
            .into(),
        volatility: volatility(returns).into(),
        sharpe_ratio: risk_free.clone().and_then(|rate| sharpe_ratio(returns, rate)).into(),
        sortino_ratio: sortino_ratio(returns, inputs.target).into(),
        maximum_drawdown: maximum_drawdown(returns).into(),
        beta: paired.clone().and_then(Paired::beta).into(),
        correlation: paired.clone().and_then(Paired::correlation).into(),
        alpha: paired.clone().and_then(|pair| pair.alpha(risk_free?)).into(),
        tracking_error: paired.clone().and_then(Paired::tracking_error).into(),
        information_ratio: paired.and_then(Paired::information_ratio).into(),
        value_at_risk: value_at_risk(returns, confidence).into(),
        conditional_value_at_risk: conditional_value_at_risk(returns, confidence).into(),
        parametric_value_at_risk: parametric_value_at_risk(returns, confidence).into(),
    }
}

/// The valuations of a window: from its opening value on.
fn from(history: &NavHistory, opened: Date) -> NavHistory {
    let points = history.points();
    let first = points.partition_point(|point| point.date < opened);
    Series::ascending(points[first..].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{base, close, day, fraction, returns};
    use crate::performance::Valuation;
    use crate::series::Dated;

    /// 100 a day more than the day before; a deposit of 1,000 on the tenth day.
    fn history(days: usize) -> NavHistory {
        let points = (0..days).map(|at| {
            let deposited = if at >= 10 { 1000 } else { 0 };
            let value = Valuation {
                nav: base(10_000 + 100 * i64::try_from(at).unwrap() + deposited),
                flow: base(if at == 10 { 1000 } else { 0 }),
            };
            Dated { date: day(at), value }
        });
        Series::new(points.collect()).unwrap()
    }

    fn inputs(history: &NavHistory) -> Inputs<'_> {
        Inputs {
            history,
            window: 252,
            benchmark: None,
            risk_free: None,
            target: Fraction::ZERO,
            confidence: Confidence::new(fraction(0.95)).unwrap(),
        }
    }

    #[test]
    fn each_missing_figure_says_why_and_hides_none_of_the_others() {
        let history = history(26);
        let found = compute(&inputs(&history)).unwrap();
        assert_eq!(found.observations, 25);
        assert!(found.time_weighted_return.value().is_some());
        assert!(found.volatility.value().is_some());
        let code = |reason: Option<&Reason>| reason.unwrap().code();
        assert_eq!(code(found.sharpe_ratio.reason()), "no_risk_free_rate");
        assert_eq!(code(found.annualised_return.reason()), "too_short_for_a_year");
        assert_eq!(code(found.beta.reason()), "no_benchmark");
        assert_eq!(code(found.value_at_risk.reason()), "too_few_observations");
    }

    #[test]
    fn a_window_opens_on_the_value_before_its_first_return_for_every_figure() {
        let history = history(300);
        let found = compute(&Inputs { window: 252, ..inputs(&history) }).unwrap();
        assert_eq!((found.observations, found.opened), (252, day(47)));
        // Without a flow in the window both returns are the growth of the value:
        // 15,700 on day 47, 40,900 on day 299.
        let growth: f64 = 40_900.0 / 15_700.0;
        close(found.time_weighted_return.value().unwrap().get(), growth - 1.0, 1e-12);
        let annual = growth.powf(365.0 / 252.0) - 1.0;
        close(found.annualised_return.value().unwrap().get(), annual, 1e-12);
        close(found.money_weighted_return.value().unwrap().get(), annual, 1e-9);
    }

    #[test]
    fn a_book_is_its_own_benchmark_with_beta_one_and_no_alpha() {
        let history = history(400);
        let periods = chain(&history).unwrap();
        let own = periods[0].returns.clone();
        let all = Inputs {
            window: 400,
            benchmark: Some(&own),
            risk_free: Some(fraction(0.04)),
            ..inputs(&history)
        };
        let found = compute(&all).unwrap();
        close(*found.beta.value().unwrap(), 1.0, 1e-12);
        close(found.alpha.value().unwrap().get(), 0.0, 1e-12);
        close(found.tracking_error.value().unwrap().get(), 0.0, 0.0);
        assert_eq!(found.information_ratio.reason(), Some(&Reason::NoVariation));
        let short = returns(&[0.01; 10]);
        let unlike = compute(&Inputs { benchmark: Some(&short), ..all }).unwrap();
        assert_eq!(unlike.beta.reason().unwrap().code(), "too_few_observations");
    }

    #[test]
    fn a_book_without_value_has_no_figures() {
        let empty = Series::new(vec![]).unwrap();
        assert!(compute(&inputs(&empty)).is_err());
    }
}
