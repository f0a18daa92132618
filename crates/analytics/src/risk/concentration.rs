use domain::measure::{Fraction, Reason};

/// Herfindahl-Hirschman index, the sum of squared weights as a fraction: 1 for one
/// holding, 1 / n for n equal ones. Weights in any order, cash among them.
///
/// # Errors
/// [`Reason::TooFewObservations`] without a weight.
pub fn herfindahl(weights: impl IntoIterator<Item = Fraction>) -> Result<Fraction, Reason> {
    let squares = weights.into_iter().map(|weight| weight.get().powi(2));
    let sum = squares.reduce(|sum, square| sum + square);
    Ok(Fraction::new(sum.ok_or(Reason::TooFewObservations { needed: 1, found: 0 })?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{close, fraction};

    // Domain reference, section 14.
    #[test]
    fn the_index_is_the_sum_of_squared_weights() {
        let weights = [0.4, 0.3, 0.2, 0.1].map(fraction);
        close(herfindahl(weights).unwrap().get(), 0.30, 1e-15);
        close(herfindahl([Fraction::ONE]).unwrap().get(), 1.0, 0.0);
        assert!(herfindahl([]).is_err());
    }
}
