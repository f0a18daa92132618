use domain::measure::{Fraction, Reason};

/// Carino's factors, by which the parts of daily returns add up to the return over all
/// days: `k_t / k` with `k_t = ln(1 + r_t) / r_t` and `k = ln(1 + R) / R`, each 1 where its
/// return is zero. Source: Carino 1999, Combining attribution effects over time.
#[derive(Clone, Debug)]
pub struct Linking {
    factors: Vec<f64>,
    total: Fraction,
}

impl Linking {
    /// `daily`: the returns of the whole book, oldest first.
    ///
    /// # Errors
    /// [`Reason::TooFewObservations`] without a day; [`Reason::TotalLoss`] where a day
    /// lost everything, behind which nothing can be linked.
    pub fn new(daily: &[Fraction]) -> Result<Self, Reason> {
        if daily.is_empty() {
            return Err(Reason::TooFewObservations { needed: 1, found: 0 });
        }
        if daily.iter().any(|r| r.get() <= -1.0) {
            return Err(Reason::TotalLoss);
        }
        let total = daily.iter().map(|r| 1.0 + r.get()).product::<f64>() - 1.0;
        let whole = factor(total);
        let factors = daily.iter().map(|r| factor(r.get()) / whole).collect();
        Ok(Self { factors, total: Fraction::new(total)? })
    }

    /// The return over all days.
    pub const fn total(&self) -> Fraction {
        self.total
    }

    /// By how much a part of day number `day` counts in the total; days from zero.
    pub(super) fn factors(&self) -> &[f64] {
        &self.factors
    }
}

fn factor(of: f64) -> f64 {
    if of == 0.0 { 1.0 } else { of.ln_1p() / of }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{close, fraction};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn linked_daily_returns_add_up_to_their_product(
            daily in prop::collection::vec(prop_oneof![Just(0.0), -0.9..2.0_f64], 1..60),
        ) {
            let returns: Vec<_> = daily.iter().map(|r| fraction(*r)).collect();
            let linking = Linking::new(&returns).unwrap();
            let sum: f64 = daily.iter().zip(linking.factors()).map(|(r, k)| r * k).sum();
            let scale = linking.total().get().abs().max(1.0);
            prop_assert!((sum - linking.total().get()).abs() < 1e-11 * scale);
        }
    }

    #[test]
    fn days_that_cancel_out_are_linked_without_dividing_by_zero() {
        let linking = Linking::new(&[fraction(0.25), fraction(-0.2)]).unwrap();
        close(linking.total().get(), 0.0, 1e-15);
        let sum = 0.25 * linking.factors()[0] - 0.2 * linking.factors()[1];
        close(sum, 0.0, 1e-15);
    }

    #[test]
    fn a_day_that_lost_everything_cannot_be_linked() {
        assert_eq!(Linking::new(&[fraction(-1.0)]).unwrap_err(), Reason::TotalLoss);
        assert!(Linking::new(&[]).is_err());
    }
}
