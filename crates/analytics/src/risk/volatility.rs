use super::enough;
use crate::TRADING_DAYS;
use crate::performance::{ReturnSeries, annualised_return};
use crate::statistics::{NEGLIGIBLE_DEVIATION, count, sample_deviation};
use domain::measure::{Fraction, Reason};

pub const VOLATILITY_OBSERVATIONS_MIN: usize = 20;
/// A sample deviation divides by one less than there are values.
pub(super) const DEVIATION_OBSERVATIONS_MIN: usize = 2;

/// Annual volatility as a fraction: the sample deviation of daily returns × √252.
/// Zero where all returns are the same.
///
/// # Errors
/// [`Reason::TooFewObservations`] for fewer than 20 returns.
pub fn volatility(series: &ReturnSeries) -> Result<Fraction, Reason> {
    enough(series, VOLATILITY_OBSERVATIONS_MIN)?;
    Ok(Fraction::new(annual_deviation(&series.plain())?)?)
}

/// Sharpe ratio, a plain number: (annual return - risk-free rate) / volatility, all
/// over the window of the series. `risk_free`: a fraction a year.
///
/// # Errors
/// Those of the annual return and the volatility; [`Reason::NoVariation`].
pub fn sharpe_ratio(series: &ReturnSeries, risk_free: Fraction) -> Result<f64, Reason> {
    let volatility = volatility(series)?.get();
    excess_over(annualised_return(series)?, risk_free, volatility, Reason::NoVariation)
}

/// Annual downside deviation as a fraction: √252 times the root of the mean of
/// min(r - target / 252, 0)² over **all** returns. `target`: a fraction a year.
///
/// # Errors
/// [`Reason::TooFewObservations`] for fewer than 20 returns, as for the volatility.
pub fn downside_deviation(series: &ReturnSeries, target: Fraction) -> Result<Fraction, Reason> {
    enough(series, VOLATILITY_OBSERVATIONS_MIN)?;
    Ok(Fraction::new(annual_shortfall(&series.plain(), target.get() / TRADING_DAYS))?)
}

/// Sortino ratio, a plain number: (annual return - target) / downside deviation.
///
/// # Errors
/// Those of the annual return and the deviation; [`Reason::NoShortfall`].
pub fn sortino_ratio(series: &ReturnSeries, target: Fraction) -> Result<f64, Reason> {
    let deviation = downside_deviation(series, target)?.get();
    excess_over(annualised_return(series)?, target, deviation, Reason::NoShortfall)
}

fn excess_over(
    annual: Fraction,
    threshold: Fraction,
    deviation: f64,
    if_none: Reason,
) -> Result<f64, Reason> {
    let ratio = (annual.get() - threshold.get()) / deviation;
    if deviation > 0.0 && ratio.is_finite() { Ok(ratio) } else { Err(if_none) }
}

/// Deviations that stem from binary fractions count as none.
///
/// # Errors
/// [`Reason::TooFewObservations`] for fewer than two returns, which have no deviation.
pub(super) fn annual_deviation(returns: &[f64]) -> Result<f64, Reason> {
    let found = returns.len();
    let too_few = Reason::TooFewObservations { needed: DEVIATION_OBSERVATIONS_MIN, found };
    let daily = sample_deviation(returns).ok_or(too_few)?;
    Ok(if daily < NEGLIGIBLE_DEVIATION { 0.0 } else { daily * TRADING_DAYS.sqrt() })
}

fn annual_shortfall(returns: &[f64], target_daily: f64) -> f64 {
    let squares = returns.iter().map(|r| (r - target_daily).min(0.0).powi(2)).sum::<f64>();
    let daily = (squares / count(returns.len())).sqrt();
    if daily < NEGLIGIBLE_DEVIATION { 0.0 } else { daily * TRADING_DAYS.sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{close, fraction, returns};

    const R: [f64; 5] = [0.01, -0.02, 0.015, 0.005, -0.01];

    // Domain reference, section 14.
    #[test]
    fn deviations_are_those_of_the_reference() {
        close(annual_deviation(&R).unwrap(), 0.231_408_729, 5e-10);
        let needed = DEVIATION_OBSERVATIONS_MIN;
        let none = Err(Reason::TooFewObservations { needed, found: 1 });
        assert_eq!(
            annual_deviation(&R[..1]),
            none,
            "one return has none, and not a deviation of zero"
        );
        close(annual_shortfall(&R, 0.0), 0.158_745, 5e-7);
        close(annual_shortfall(&R, 0.0) / 252_f64.sqrt(), 0.01, 1e-15);
    }

    #[test]
    fn nineteen_returns_have_no_volatility_and_twenty_have() {
        let few = Reason::TooFewObservations { needed: 20, found: 19 };
        assert_eq!(volatility(&returns(&[0.01; 19])), Err(few.clone()));
        assert_eq!(downside_deviation(&returns(&[0.01; 19]), Fraction::ZERO), Err(few));
        let twenty = [R, R, R, R].concat();
        // The same squares, divided by 19 instead of 4 / 20.
        let expected = 0.231_408_729 * (4.0 * 4.0 / 19.0_f64).sqrt();
        close(volatility(&returns(&twenty)).unwrap().get(), expected, 5e-10);
    }

    // Domain reference, section 14: (.12 - .04) / .16 = .5.
    #[test]
    fn a_ratio_is_the_excess_over_the_deviation() {
        let (annual, rate) = (fraction(0.12), fraction(0.04));
        let ratio = excess_over(annual, rate, 0.16, Reason::NoVariation).unwrap();
        close(ratio, 0.5, 1e-15);
    }

    #[test]
    fn a_constant_return_has_no_sharpe_ratio() {
        // Subtracting the mean leaves about 1e-19, which would give a ratio of 1e17.
        let constant = returns(&[0.001; 300]);
        close(volatility(&constant).unwrap().get(), 0.0, 0.0);
        assert_eq!(sharpe_ratio(&constant, Fraction::ZERO), Err(Reason::NoVariation));
        assert_eq!(sortino_ratio(&constant, Fraction::ZERO), Err(Reason::NoShortfall));
        assert!(sortino_ratio(&constant, fraction(0.5)).is_ok());
    }

    #[test]
    fn ratios_need_a_year_like_the_annual_return() {
        let short = returns(&[R, R, R, R].concat());
        let refused = Reason::TooShortForAYear { observations: 20, days: 20 };
        assert_eq!(sharpe_ratio(&short, Fraction::ZERO), Err(refused.clone()));
        assert_eq!(sortino_ratio(&short, Fraction::ZERO), Err(refused));
    }
}
