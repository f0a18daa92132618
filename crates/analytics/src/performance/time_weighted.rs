use super::ReturnSeries;
use crate::CALENDAR_DAYS;
use domain::measure::{Fraction, Reason};

/// An annual figure needs either this many daily returns …
pub const ANNUALISE_FROM_RETURNS: usize = 250;
/// … or this many calendar days.
pub const ANNUALISE_FROM_DAYS: i32 = 365;

/// Time-weighted return over the series as a fraction: the product of 1 + r, less 1.
/// -1 is a total loss; below it the book ended in debt.
///
/// # Errors
/// [`Reason::TooFewObservations`] without a return.
pub fn time_weighted_return(series: &ReturnSeries) -> Result<Fraction, Reason> {
    if series.is_empty() {
        return Err(Reason::TooFewObservations { needed: 1, found: 0 });
    }
    let growth: f64 = series.returns().values().map(|r| 1.0 + r.get()).product();
    Ok(Fraction::new(growth - 1.0)?)
}

/// The time-weighted return as a fraction a year: (1 + TWR)^(365 / days) - 1.
///
/// # Errors
/// [`Reason::TooShortForAYear`] for fewer than 250 returns over fewer than 365 days;
/// [`Reason::TotalLoss`] where the book ended in debt, which no rate describes.
pub fn annualised_return(series: &ReturnSeries) -> Result<Fraction, Reason> {
    let total = time_weighted_return(series)?.get();
    let (observations, days) = (series.len(), series.days());
    if observations < ANNUALISE_FROM_RETURNS && days < ANNUALISE_FROM_DAYS {
        return Err(Reason::TooShortForAYear { observations, days });
    }
    if total < -1.0 {
        return Err(Reason::TotalLoss);
    }
    Ok(Fraction::new((1.0 + total).powf(CALENDAR_DAYS / f64::from(days)) - 1.0)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{OPENED, close, fraction, returns};
    use crate::series::{Dated, Series};
    use jiff::ToSpan;

    fn over(days: i64, total: f64) -> ReturnSeries {
        let point = Dated { date: OPENED + days.days(), value: fraction(total) };
        ReturnSeries::new(OPENED, Series::new(vec![point]).unwrap()).unwrap()
    }

    // Domain reference, section 14.
    #[test]
    fn twenty_one_per_cent_in_730_days_are_ten_a_year() {
        close(annualised_return(&over(730, 0.21)).unwrap().get(), 0.10, 1e-12);
    }

    // Domain reference, section 14.
    #[test]
    fn five_returns_have_a_product_and_no_annual_rate() {
        let five = returns(&[0.01, -0.02, 0.015, 0.005, -0.01]);
        close(time_weighted_return(&five).unwrap().get(), -0.000_426_467, 5e-10);
        let short = Reason::TooShortForAYear { observations: 5, days: 5 };
        assert_eq!(annualised_return(&five), Err(short));
    }

    #[test]
    fn an_annual_rate_needs_250_returns_or_365_days() {
        assert!(annualised_return(&over(365, 0.05)).is_ok());
        assert!(annualised_return(&over(364, 0.05)).is_err());
        assert!(annualised_return(&returns(&[0.001; 250])).is_ok());
        assert!(annualised_return(&returns(&[0.001; 249])).is_err());
    }

    #[test]
    fn a_total_loss_is_minus_one_a_year_and_debt_has_no_rate() {
        close(annualised_return(&over(730, -1.0)).unwrap().get(), -1.0, 0.0);
        assert_eq!(annualised_return(&over(730, -1.2)), Err(Reason::TotalLoss));
    }

    #[test]
    fn no_return_is_no_return_of_zero() {
        let none = returns(&[]);
        assert!(matches!(time_weighted_return(&none), Err(Reason::TooFewObservations { .. })));
    }
}
