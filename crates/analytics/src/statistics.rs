//! Statistics of plain numbers. Sample statistics divide by n - 1. What needs more
//! numbers than there are is none; minimum counts of the field are the callers'.

use statrs::distribution::{ContinuousCDF, Normal};

/// Daily deviations of returns below this count as none: what is left when equal
/// numbers are subtracted in binary. A hundred-millionth of a basis point.
pub const NEGLIGIBLE_DEVIATION: f64 = 1e-12;

pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / count(values.len()))
}

pub fn sample_deviation(values: &[f64]) -> Option<f64> {
    sample_covariance(values, values).map(f64::sqrt)
}

/// None for fewer than two pairs. Both are of one length.
pub fn sample_covariance(first: &[f64], second: &[f64]) -> Option<f64> {
    debug_assert_eq!(first.len(), second.len());
    if first.len() < 2 {
        return None;
    }
    let (middle_first, middle_second) = (mean(first)?, mean(second)?);
    let products = first.iter().zip(second).map(|(a, b)| (a - middle_first) * (b - middle_second));
    Some(products.sum::<f64>() / count(first.len() - 1))
}

/// The quantile at `probability` (0 to 1) of values in ascending order, linear between
/// the two nearest: place (n - 1) p. Source: Hyndman & Fan 1996, definition 7.
pub fn quantile(ascending: &[f64], probability: f64) -> Option<f64> {
    let last = ascending.len().checked_sub(1)?;
    let place = snapped(count(last) * probability);
    let below = place.floor();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between zero and the last place"
    )]
    let at = (below as usize).min(last);
    let above = ascending[(at + 1).min(last)];
    Some(ascending[at] + (above - ascending[at]) * (place - below))
}

/// 100 × (1 - 0.9) is 9.999999999999998 in binary; a quantile there would lie below
/// the tenth value instead of at it, and lose it from the tail.
fn snapped(place: f64) -> f64 {
    let whole = place.round();
    if (place - whole).abs() < 1e-9 { whole } else { place }
}

/// The standard normal quantile; `probability` strictly between 0 and 1.
pub fn normal_quantile(probability: f64) -> f64 {
    Normal::standard().inverse_cdf(probability)
}

#[expect(clippy::cast_precision_loss, reason = "counts of observations are far below 2^53")]
pub const fn count(of: usize) -> f64 {
    of as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{close, tail_points};

    // Domain reference, section 14.
    const R: [f64; 5] = [0.01, -0.02, 0.015, 0.005, -0.01];

    #[test]
    fn deviations_divide_by_one_less_than_the_count() {
        close(sample_deviation(&R).unwrap(), 0.014_577_379_7, 5e-11);
        // Dividing by the count itself would give 0.206978 a year.
        close(sample_deviation(&R).unwrap() * 252_f64.sqrt(), 0.231_408_729, 5e-10);
        assert_eq!(sample_deviation(&[0.1]), None);
        assert_eq!(mean(&[]), None);
    }

    #[test]
    fn a_quantile_lies_linearly_between_its_neighbours() {
        close(quantile(&tail_points(), 0.05).unwrap(), -0.045_05, 1e-12);
        assert_eq!(quantile(&[7.0], 0.3), Some(7.0));
        assert_eq!(quantile(&[1.0, 2.0], 1.0), Some(2.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn a_quantile_that_falls_on_a_value_is_that_value() {
        let values: Vec<f64> = (0..101).map(|at| f64::from(at) / 7.0).collect();
        assert_eq!(quantile(&values, 1.0 - 0.9), Some(values[10]));
        assert_eq!(quantile(&values, 1.0 - 0.7), Some(values[30]));
    }

    // National Institute of Standards and Technology, table of the normal distribution.
    #[test]
    fn normal_quantiles_are_those_of_the_tables() {
        close(normal_quantile(0.95), 1.644_853_626_951_472, 1e-12);
        close(normal_quantile(0.01), -2.326_347_874_040_841, 1e-12);
        close(normal_quantile(0.5), 0.0, 1e-15);
    }
}
