use super::enough;
use crate::performance::ReturnSeries;
use crate::statistics::{mean, normal_quantile, quantile, sample_deviation};
use domain::measure::{Fraction, Reason};

pub const TAIL_OBSERVATIONS_MIN: usize = 30;

/// How sure a loss is to stay within its bound: 0.95 leaves the worst five per cent
/// of days beyond it. Strictly between 0.5 and 1, so that the tail is the bad one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Confidence(f64);

#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("a confidence lies between 0.5 and 1, both excluded, and not at {0}")]
pub struct InvalidConfidence(pub f64);

impl Confidence {
    /// 95 %.
    pub const USUAL: Self = Self(0.95);

    pub fn new(of: Fraction) -> Result<Self, InvalidConfidence> {
        let value = of.get();
        if value > 0.5 && value < 1.0 { Ok(Self(value)) } else { Err(InvalidConfidence(value)) }
    }

    pub fn get(self) -> Fraction {
        Fraction::new(self.0).unwrap_or(Fraction::ONE)
    }

    fn tail(self) -> f64 {
        1.0 - self.0
    }
}

/// Historical value at risk over one day, as a fraction: minus the quantile of the
/// returns at 1 - confidence. Positive is a loss.
///
/// # Errors
/// [`Reason::TooFewObservations`] for fewer than 30 returns.
pub fn value_at_risk(series: &ReturnSeries, confidence: Confidence) -> Result<Fraction, Reason> {
    let (_, bound) = worst(series, confidence)?;
    Ok(Fraction::new(-bound)?)
}

/// Conditional value at risk (expected shortfall): minus the mean of the returns at or
/// below that quantile. Positive is a loss, and never less than the value at risk.
pub fn conditional_value_at_risk(
    series: &ReturnSeries,
    confidence: Confidence,
) -> Result<Fraction, Reason> {
    let (ascending, bound) = worst(series, confidence)?;
    let beyond = ascending.partition_point(|value| *value <= bound);
    // The least return is never above a quantile, so that the tail is never empty.
    let mean = mean(&ascending[..beyond]).ok_or(Reason::OutOfRange)?;
    Ok(Fraction::new(-mean)?)
}

/// Value at risk over one day as if returns were normal: -(mean + z deviation), z the
/// normal quantile at 1 - confidence. Positive is a loss.
pub fn parametric_value_at_risk(
    series: &ReturnSeries,
    confidence: Confidence,
) -> Result<Fraction, Reason> {
    enough(series, TAIL_OBSERVATIONS_MIN)?;
    let returns = series.plain();
    let few = Reason::TooFewObservations { needed: TAIL_OBSERVATIONS_MIN, found: returns.len() };
    let moments = mean(&returns).zip(sample_deviation(&returns));
    let (mean, deviation) = moments.ok_or(few)?;
    Ok(Fraction::new(-(mean + normal_quantile(confidence.tail()) * deviation))?)
}

/// A one-day figure scaled by √days: right for independent returns of one and the same
/// distribution without drift, and to be labelled as scaling wherever it is shown.
pub fn scaled_to_horizon(one_day: Fraction, days: u16) -> Result<Fraction, Reason> {
    Ok(Fraction::new(one_day.get() * f64::from(days).sqrt())?)
}

/// The returns in ascending order, and the quantile.
fn worst(series: &ReturnSeries, confidence: Confidence) -> Result<(Vec<f64>, f64), Reason> {
    enough(series, TAIL_OBSERVATIONS_MIN)?;
    let mut ascending = series.plain();
    ascending.sort_unstable_by(f64::total_cmp);
    let bound = quantile(&ascending, confidence.tail()).ok_or(Reason::OutOfRange)?;
    Ok((ascending, bound))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{close, fraction, returns, tail_points};

    fn confidence(value: f64) -> Confidence {
        Confidence::new(fraction(value)).unwrap()
    }

    // Domain reference, section 14.
    #[test]
    fn tail_figures_are_those_of_the_reference() {
        let points = returns(&tail_points());
        let at = confidence(0.95);
        close(value_at_risk(&points, at).unwrap().get(), 0.045_05, 1e-12);
        close(conditional_value_at_risk(&points, at).unwrap().get(), 0.048, 1e-12);
        close(parametric_value_at_risk(&points, at).unwrap().get(), 0.048_220, 5e-7);
    }

    #[test]
    fn the_tail_is_the_bad_one() {
        // One loss among gains: all of the tail is the loss, none of it the gains.
        let mut values = vec![0.01; 39];
        values.push(-0.2);
        let series = returns(&values);
        let found = conditional_value_at_risk(&series, confidence(0.98)).unwrap();
        close(found.get(), 0.2, 1e-15);
        assert!(value_at_risk(&returns(&[0.01; 30]), confidence(0.95)).unwrap().get() < 0.0);
    }

    #[test]
    fn a_return_at_the_quantile_belongs_to_the_tail() {
        // 101 returns at 0.9: the quantile is the eleventh, which binary 1 - 0.9 would miss.
        let values: Vec<f64> = (0..101).map(|at| f64::from(at) / 1000.0 - 0.05).collect();
        let series = returns(&values);
        close(value_at_risk(&series, confidence(0.9)).unwrap().get(), 0.04, 1e-15);
        // The mean of -0.050 to -0.040.
        let found = conditional_value_at_risk(&series, confidence(0.9)).unwrap();
        close(found.get(), 0.045, 1e-12);
    }

    #[test]
    fn tail_figures_need_thirty_returns_and_a_confidence_above_one_half() {
        let few = Reason::TooFewObservations { needed: 30, found: 29 };
        let series = returns(&[0.01; 29]);
        for figure in [value_at_risk, conditional_value_at_risk, parametric_value_at_risk] {
            assert_eq!(figure(&series, confidence(0.95)), Err(few.clone()));
        }
        for bad in [0.0, 0.05, 0.5, 1.0, 95.0] {
            assert!(Confidence::new(fraction(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_longer_horizon_is_scaled_by_its_root() {
        close(scaled_to_horizon(fraction(0.02), 25).unwrap().get(), 0.1, 1e-15);
    }
}
