use super::roots::{Roots, Term, annual_rates};
use super::{NavHistory, Valuation};
use crate::CALENDAR_DAYS;
use domain::measure::{Fraction, Reason};
use domain::money::{Amount, Base};
use jiff::civil::Date;
use rust_decimal::prelude::ToPrimitive;

/// The rates among which one is looked for, as fractions a year, both excluded.
const RATE_LEAST: f64 = -0.9999;
const RATE_MOST: f64 = 10.0;

/// What the owner of a book received (+) or paid (-) on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CashFlow {
    pub date: Date,
    pub amount: Amount<Base>,
}

/// Money-weighted return (XIRR) as a fraction a year: the r for which the sum of
/// CF (1 + r)^(-days / 365) is zero. It is annual as it is and never annualised again.
/// Flows in any order, in the sign of the owner: opening value and deposits are paid,
/// withdrawals and end value received.
///
/// Accurate to 1e-9 of the rate. All rates in (-0.9999, 10) are looked for, and an
/// answer is given only where there is exactly one.
///
/// # Errors
/// [`Reason::NoSignChange`], [`Reason::NoRateInBounds`], [`Reason::SeveralRates`].
pub fn money_weighted_return(flows: &[CashFlow]) -> Result<Fraction, Reason> {
    let paid = flows.iter().any(|flow| flow.amount.is_negative());
    let received = flows.iter().any(|flow| flow.amount.is_positive());
    if !(paid && received) {
        return Err(Reason::NoSignChange);
    }
    match annual_rates(&terms(flows)?, RATE_LEAST, RATE_MOST) {
        Roots::One(rate) => Ok(Fraction::new(rate)?),
        Roots::None => Err(Reason::NoRateInBounds),
        Roots::Several => Err(Reason::SeveralRates),
    }
}

/// The money-weighted return of a book over its history: the opening value is paid,
/// each later flow changes hands on its date, the end value is received. The opening
/// value contains the first day's flow, which does not count again.
pub fn money_weighted_return_of(history: &NavHistory) -> Result<Fraction, Reason> {
    let [first, rest @ ..] = history.points() else {
        return Err(Reason::TooFewObservations { needed: 2, found: 0 });
    };
    let Some(last) = rest.last() else {
        return Err(Reason::TooFewObservations { needed: 2, found: 1 });
    };
    let mut flows = vec![CashFlow { date: first.date, amount: first.value.nav.negated() }];
    for point in rest {
        let Valuation { flow, .. } = point.value;
        flows.push(CashFlow { date: point.date, amount: flow.negated() });
    }
    flows.push(CashFlow { date: last.date, amount: last.value.nav });
    flows.retain(|flow| flow.amount != Amount::ZERO);
    money_weighted_return(&flows)
}

fn terms(flows: &[CashFlow]) -> Result<Vec<Term>, Reason> {
    let first = flows.iter().map(|flow| flow.date).min().ok_or(Reason::NoSignChange)?;
    let term = |flow: &CashFlow| {
        let years = f64::from((flow.date - first).get_days()) / CALENDAR_DAYS;
        let amount = flow.amount.value().to_f64().ok_or(Reason::OutOfRange)?;
        Ok(Term { years, amount })
    };
    flows.iter().map(term).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{base, close};
    use crate::series::{Dated, Series};
    use jiff::civil::date;

    fn flow(date: Date, amount: i64) -> CashFlow {
        CashFlow { date, amount: base(amount) }
    }

    // Domain reference, section 14.
    #[test]
    fn money_weighted_returns_are_those_of_the_reference() {
        let year = [flow(date(2023, 1, 1), -1000), flow(date(2024, 1, 1), 1100)];
        close(money_weighted_return(&year).unwrap().get(), 0.10, 1e-9);
        let three = [
            flow(date(2023, 1, 1), -10_000),
            flow(date(2023, 7, 1), -5000),
            flow(date(2024, 1, 1), 16_500),
        ];
        close(money_weighted_return(&three).unwrap().get(), 0.120_487, 5e-7);
    }

    #[test]
    fn a_history_pays_its_opening_value_and_receives_its_end() {
        let point =
            |date, nav, flow| Dated { date, value: Valuation { nav: base(nav), flow: base(flow) } };
        let history = Series::new(vec![
            // The first deposit is the opening value; it is not paid twice.
            point(date(2023, 1, 1), 10_000, 10_000),
            point(date(2023, 7, 1), 15_250, 5000),
            point(date(2024, 1, 1), 16_500, 0),
        ]);
        let found = money_weighted_return_of(&history.unwrap()).unwrap();
        close(found.get(), 0.120_487, 5e-7);
    }

    #[test]
    fn money_that_is_all_withdrawn_on_the_last_day_is_received_once() {
        let point =
            |date, nav, flow| Dated { date, value: Valuation { nav: base(nav), flow: base(flow) } };
        let history = Series::new(vec![
            point(date(2023, 1, 1), 1000, 1000),
            point(date(2024, 1, 1), 0, -1100),
        ]);
        close(money_weighted_return_of(&history.unwrap()).unwrap().get(), 0.10, 1e-9);
    }

    #[test]
    fn flows_of_one_sign_have_no_rate() {
        let paid = [flow(date(2023, 1, 1), -1000), flow(date(2024, 1, 1), -1)];
        assert_eq!(money_weighted_return(&paid), Err(Reason::NoSignChange));
        assert_eq!(money_weighted_return(&[]), Err(Reason::NoSignChange));
    }

    #[test]
    fn flows_of_one_day_have_no_rate_and_several_rates_are_not_answered_with_one() {
        let same_day = [flow(date(2023, 1, 1), -1000), flow(date(2023, 1, 1), 1100)];
        assert_eq!(money_weighted_return(&same_day), Err(Reason::NoRateInBounds));
        let twice = [
            flow(date(2023, 1, 1), -1000),
            flow(date(2024, 1, 1), 2400),
            flow(date(2024, 12, 31), -1430),
        ];
        assert_eq!(money_weighted_return(&twice), Err(Reason::SeveralRates));
    }

    #[test]
    fn a_single_value_has_no_rate() {
        assert!(money_weighted_return_of(&Series::new(vec![]).unwrap()).is_err());
    }
}
