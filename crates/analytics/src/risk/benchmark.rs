use super::VOLATILITY_OBSERVATIONS_MIN;
use super::volatility::{DEVIATION_OBSERVATIONS_MIN, annual_deviation};
use crate::performance::{ReturnSeries, annualised_return};
use crate::statistics::{NEGLIGIBLE_DEVIATION, sample_covariance, sample_deviation};
use domain::measure::{Fraction, Reason};
use jiff::civil::Date;

pub const BETA_OBSERVATIONS_MIN: usize = 30;

/// A portfolio beside its benchmark, both in the portfolio's currency, over the time
/// that both cover. Returns are paired by date; a date that only one of them has is
/// left out and counted.
#[derive(Clone, Debug)]
pub struct Paired {
    portfolio: ReturnSeries,
    benchmark: ReturnSeries,
    pairs: (Vec<f64>, Vec<f64>),
    unmatched: usize,
}

impl Paired {
    pub fn new(portfolio: &ReturnSeries, benchmark: &ReturnSeries) -> Self {
        let opened = portfolio.opened().max(benchmark.opened());
        let closed = portfolio.closed().min(benchmark.closed());
        let (ours, theirs) = (portfolio.within(opened, closed), benchmark.within(opened, closed));
        let pairs: (Vec<f64>, Vec<f64>) =
            ours.returns().join(theirs.returns()).values().map(|(a, b)| (a.get(), b.get())).unzip();
        let late = [portfolio, benchmark].iter().filter(|one| !has_value_on(one, opened)).count();
        let unmatched = ours.len() + theirs.len() - 2 * pairs.0.len() + late;
        Self { portfolio: ours, benchmark: theirs, pairs, unmatched }
    }

    /// Dates with both returns.
    pub fn observations(&self) -> usize {
        self.pairs.0.len()
    }

    /// Dates within the common time on which only one of them has a value.
    pub const fn unmatched(&self) -> usize {
        self.unmatched
    }

    /// Sensitivity to the benchmark: cov(portfolio, benchmark) / var(benchmark), both
    /// over n - 1. A plain number.
    ///
    /// # Errors
    /// [`Reason::TooFewObservations`] for fewer than 30 pairs; [`Reason::NoVariation`]
    /// of the benchmark.
    pub fn beta(&self) -> Result<f64, Reason> {
        self.enough(BETA_OBSERVATIONS_MIN)?;
        beta(&self.pairs.0, &self.pairs.1)
    }

    /// Correlation, -1 to 1; errors as for [`Self::beta`], of either series.
    pub fn correlation(&self) -> Result<f64, Reason> {
        self.enough(BETA_OBSERVATIONS_MIN)?;
        correlation(&self.pairs.0, &self.pairs.1)
    }

    /// Jensen's alpha as a fraction a year: Rp - rf - beta (Rb - rf), of annual returns.
    ///
    /// # Errors
    /// Those of beta and of both annual returns; [`Reason::UnmatchedDates`], because a
    /// product over some of the days is no return of the period.
    pub fn alpha(&self, risk_free: Fraction) -> Result<Fraction, Reason> {
        let (ours, theirs) = self.annual()?;
        let excess = theirs.get() - risk_free.get();
        Ok(Fraction::new(ours.get() - risk_free.get() - self.beta()? * excess)?)
    }

    /// Annual tracking error as a fraction: deviation of the daily differences × √252.
    ///
    /// # Errors
    /// [`Reason::TooFewObservations`] for fewer than 20 pairs, as for a volatility.
    pub fn tracking_error(&self) -> Result<Fraction, Reason> {
        self.enough(VOLATILITY_OBSERVATIONS_MIN)?;
        Ok(Fraction::new(tracking_error(&self.pairs.0, &self.pairs.1)?)?)
    }

    /// Information ratio, a plain number: annual active return / tracking error.
    ///
    /// # Errors
    /// Those of the tracking error and of both annual returns; [`Reason::UnmatchedDates`];
    /// [`Reason::NoVariation`] where the portfolio never differed from its benchmark.
    pub fn information_ratio(&self) -> Result<f64, Reason> {
        let (ours, theirs) = self.annual()?;
        information_ratio(ours.get() - theirs.get(), self.tracking_error()?.get())
    }

    fn annual(&self) -> Result<(Fraction, Fraction), Reason> {
        if self.unmatched > 0 {
            return Err(Reason::UnmatchedDates { dates: self.unmatched });
        }
        Ok((annualised_return(&self.portfolio)?, annualised_return(&self.benchmark)?))
    }

    fn enough(&self, needed: usize) -> Result<(), Reason> {
        let found = self.observations();
        if found < needed { Err(Reason::TooFewObservations { needed, found }) } else { Ok(()) }
    }
}

fn has_value_on(series: &ReturnSeries, date: Date) -> bool {
    let dates = series.returns().points();
    series.opened() == date || dates.binary_search_by_key(&date, |point| point.date).is_ok()
}

fn beta(portfolio: &[f64], benchmark: &[f64]) -> Result<f64, Reason> {
    let deviation = varying(benchmark)?;
    let together = sample_covariance(portfolio, benchmark).ok_or(Reason::NoVariation)?;
    Ok(together / deviation.powi(2))
}

fn correlation(portfolio: &[f64], benchmark: &[f64]) -> Result<f64, Reason> {
    let deviations = varying(portfolio)? * varying(benchmark)?;
    let together = sample_covariance(portfolio, benchmark).ok_or(Reason::NoVariation)?;
    Ok((together / deviations).clamp(-1.0, 1.0))
}

fn tracking_error(portfolio: &[f64], benchmark: &[f64]) -> Result<f64, Reason> {
    let active: Vec<f64> = portfolio.iter().zip(benchmark).map(|(ours, b)| ours - b).collect();
    annual_deviation(&active)
}

fn information_ratio(active_annual: f64, tracking_error: f64) -> Result<f64, Reason> {
    let ratio = active_annual / tracking_error;
    if ratio.is_finite() { Ok(ratio) } else { Err(Reason::NoVariation) }
}

fn varying(values: &[f64]) -> Result<f64, Reason> {
    let found = values.len();
    let too_few = Reason::TooFewObservations { needed: DEVIATION_OBSERVATIONS_MIN, found };
    let deviation = sample_deviation(values).ok_or(too_few)?;
    if deviation < NEGLIGIBLE_DEVIATION { Err(Reason::NoVariation) } else { Ok(deviation) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{close, day, fraction, returns};
    use crate::series::{Dated, Series};

    const R: [f64; 5] = [0.01, -0.02, 0.015, 0.005, -0.01];
    const B: [f64; 5] = [0.008, -0.015, 0.01, 0.004, -0.012];

    // Domain reference, section 14. Mixed divisors would give a beta of .985294.
    #[test]
    fn beta_correlation_and_tracking_error_are_those_of_the_reference() {
        close(beta(&R, &B).unwrap(), 1.231_618, 5e-7);
        close(correlation(&R, &B).unwrap(), 0.985_294, 5e-7);
        // By hand: squared deviations of 54e-6 from a mean difference of .001, over 4, times
        // 252. The reference prints .058326656, a digit short of √.003402 = .0583266663.
        close(tracking_error(&R, &B).unwrap(), 0.003_402_f64.sqrt(), 1e-15);
        close(information_ratio(0.03, 0.05).unwrap(), 0.6, 1e-15);
    }

    /// A year and a half; the benchmark does a tenth less on each day.
    fn long() -> (ReturnSeries, ReturnSeries) {
        let ours: Vec<f64> = R.iter().cycle().take(550).copied().collect();
        let theirs: Vec<f64> = ours.iter().map(|r| r / 1.1).collect();
        (returns(&ours), returns(&theirs))
    }

    #[test]
    fn alpha_is_what_beta_does_not_explain() {
        let (ours, theirs) = long();
        let pair = Paired::new(&ours, &theirs);
        close(pair.beta().unwrap(), 1.1, 1e-12);
        let (a, b) = (annualised_return(&ours).unwrap(), annualised_return(&theirs).unwrap());
        let expected = a.get() - 0.04 - 1.1 * (b.get() - 0.04);
        close(pair.alpha(fraction(0.04)).unwrap().get(), expected, 1e-12);
    }

    #[test]
    fn a_shift_of_one_day_changes_the_figures_and_is_no_match_by_place() {
        let ours = returns(&R.iter().cycle().take(60).copied().collect::<Vec<_>>());
        let points: Vec<_> = ours.returns().points()[1..]
            .iter()
            .map(|point| Dated { date: point.date, value: point.value })
            .collect();
        let theirs = ReturnSeries::new(day(1), Series::new(points).unwrap()).unwrap();
        let pair = Paired::new(&ours, &theirs);
        assert_eq!((pair.observations(), pair.unmatched()), (59, 0));
        close(pair.beta().unwrap(), 1.0, 1e-12);
        assert_eq!(pair.information_ratio().unwrap_err().code(), "too_short_for_a_year");
    }

    #[test]
    fn a_date_of_one_series_only_leaves_no_alpha_and_is_counted() {
        let (ours, theirs) = long();
        let mut points = theirs.returns().points().to_vec();
        points.remove(100);
        let gap = ReturnSeries::new(theirs.opened(), Series::new(points).unwrap()).unwrap();
        let pair = Paired::new(&ours, &gap);
        assert_eq!((pair.observations(), pair.unmatched()), (549, 1));
        close(pair.beta().unwrap(), 1.1, 1e-12);
        let refused = Err(Reason::UnmatchedDates { dates: 1 });
        assert_eq!(pair.alpha(Fraction::ZERO), refused);
        assert!(pair.information_ratio().is_err());
    }

    #[test]
    fn figures_against_a_benchmark_have_their_minimum() {
        let pair = |n: usize| {
            let ours: Vec<f64> = R.iter().cycle().take(n).copied().collect();
            let theirs: Vec<f64> = B.iter().cycle().take(n).copied().collect();
            Paired::new(&returns(&ours), &returns(&theirs))
        };
        assert!(pair(29).beta().is_err() && pair(30).beta().is_ok());
        assert!(pair(29).correlation().is_err() && pair(30).correlation().is_ok());
        assert!(pair(19).tracking_error().is_err() && pair(20).tracking_error().is_ok());
    }

    #[test]
    fn a_benchmark_that_stands_still_gives_no_beta() {
        let (ours, _) = long();
        let pair = Paired::new(&ours, &returns(&[0.001; 550]));
        assert_eq!(pair.beta(), Err(Reason::NoVariation));
        assert_eq!(pair.correlation(), Err(Reason::NoVariation));
        let itself = Paired::new(&ours, &ours);
        assert_eq!(itself.information_ratio(), Err(Reason::NoVariation));
    }
}
