use super::ReturnSeries;
use crate::series::{Dated, Series};
use domain::measure::{Fraction, Reason};
use domain::money::{Amount, Base};
use jiff::civil::Date;

/// A book at the close of one trading day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Valuation {
    /// Net asset value, flow included.
    pub nav: Amount<Base>,
    /// What the owner brought (+) or took (-) on that day, transfers in kind at
    /// market value. Dividends, fees, taxes and trades are no flows: they are
    /// performance.
    pub flow: Amount<Base>,
}

/// One valuation for each trading day of the portfolio's calendar.
pub type NavHistory = Series<Valuation>;

/// Returns that follow on one another without a break.
#[derive(Clone, Debug, PartialEq)]
pub struct SubPeriod {
    pub returns: ReturnSeries,
    /// The day on which the value was no longer above zero, where the chain ended so.
    pub broke_on: Option<Date>,
}

/// Daily returns with flows at the end of the day:
/// r = (V - CF - V before) / V before, so that a flow earns from the next day on.
///
/// A return starts from a value above zero. The first deposit into an empty book
/// opens the chain; a day that ends with nothing, or with debts, breaks it, and the
/// next value above zero opens another. An empty history has no sub-period.
/// Source: domain reference, section 10, conventions.
///
/// # Errors
/// [`Reason::OutOfRange`] where a return is too large for a number.
pub fn chain(history: &NavHistory) -> Result<Vec<SubPeriod>, Reason> {
    let mut periods = Vec::new();
    let mut open: Option<Open> = None;
    for point in history.points() {
        let Valuation { nav, flow } = point.value;
        if let Some(chain) = &mut open {
            let value = simple_return(chain.nav, nav, flow)?;
            chain.returns.push(Dated { date: point.date, value });
            chain.nav = nav;
        } else if nav.is_positive() {
            open = Some(Open { date: point.date, nav, returns: Vec::new() });
        }
        if !nav.is_positive() {
            periods.extend(open.take().map(|chain| chain.ended(Some(point.date))));
        }
    }
    periods.extend(open.map(|chain| chain.ended(None)));
    Ok(periods)
}

/// The one sub-period of a history that never broke between two values.
///
/// # Errors
/// [`Reason::ChainBroken`] where there are several; [`Reason::TooFewObservations`]
/// where no value was ever above zero.
pub fn whole(periods: &[SubPeriod]) -> Result<&SubPeriod, Reason> {
    match periods {
        [] => Err(Reason::TooFewObservations { needed: 1, found: 0 }),
        [only] => Ok(only),
        [first, ..] => {
            Err(Reason::ChainBroken { on: first.broke_on.unwrap_or(first.returns.closed()) })
        }
    }
}

struct Open {
    date: Date,
    nav: Amount<Base>,
    returns: Vec<Dated<Fraction>>,
}

impl Open {
    fn ended(self, broke_on: Option<Date>) -> SubPeriod {
        let returns = ReturnSeries::behind(self.date, Series::ascending(self.returns));
        SubPeriod { returns, broke_on }
    }
}

fn simple_return(
    before: Amount<Base>,
    nav: Amount<Base>,
    flow: Amount<Base>,
) -> Result<Fraction, Reason> {
    let gain = nav.minus(flow)?.minus(before)?;
    Ok(Fraction::new(gain.ratio(before).ok_or(Reason::OutOfRange)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{base, close, day};
    use crate::performance::time_weighted_return;

    /// `values`: V, or V with the flow of its day.
    fn history(values: &[(i64, i64)]) -> NavHistory {
        let points = values.iter().enumerate().map(|(at, (nav, flow))| Dated {
            date: day(at),
            value: Valuation { nav: base(*nav), flow: base(*flow) },
        });
        Series::new(points.collect()).unwrap()
    }

    #[track_caller]
    fn check(values: &[(i64, i64)], total: f64) {
        let periods = chain(&history(values)).unwrap();
        let only = whole(&periods).unwrap();
        close(time_weighted_return(&only.returns).unwrap().get(), total, 1e-12);
    }

    // Domain reference, section 14.
    #[test]
    fn time_weighted_returns_are_those_of_the_reference() {
        check(&[(100_000, 0), (110_000, 0), (121_000, 0)], 0.21);
        check(&[(100, 0), (120, 0), (220, 100), (198, 0)], 0.08);
        check(&[(100, 0), (120, 0), (20, -100), (22, 0)], 0.32);
        check(&[(100, 0), (90, 0), (81, 0)], -0.19);
    }

    #[test]
    fn a_flow_comes_at_the_end_of_its_day() {
        // At the beginning of the day it would be 0.341176.
        check(&[(100, 0), (120, 0), (190, 50)], 0.40);
    }

    #[test]
    fn the_first_deposit_opens_the_chain_and_is_no_return() {
        let periods = chain(&history(&[(0, 0), (0, 0), (100, 100), (110, 0)])).unwrap();
        let only = whole(&periods).unwrap();
        assert_eq!((only.returns.opened(), only.returns.len()), (day(2), 1));
        close(time_weighted_return(&only.returns).unwrap().get(), 0.1, 1e-15);
    }

    #[test]
    fn an_emptied_book_breaks_the_chain_and_a_new_deposit_opens_another() {
        let periods =
            chain(&history(&[(100, 0), (110, 0), (0, -121), (0, 0), (50, 50), (55, 0)])).unwrap();
        assert_eq!(periods.len(), 2);
        assert_eq!(periods[0].broke_on, Some(day(2)));
        close(time_weighted_return(&periods[0].returns).unwrap().get(), 0.21, 1e-15);
        assert_eq!(periods[1].returns.opened(), day(4));
        close(time_weighted_return(&periods[1].returns).unwrap().get(), 0.1, 1e-15);
        assert_eq!(whole(&periods), Err(Reason::ChainBroken { on: day(2) }));
    }

    #[test]
    fn a_book_that_was_only_emptied_at_the_end_keeps_its_return() {
        check(&[(100, 0), (0, -125)], 0.25);
    }

    #[test]
    fn a_book_in_debt_is_no_ground_for_a_return() {
        let periods = chain(&history(&[(100, 0), (-20, 0), (-10, 0), (30, 0)])).unwrap();
        assert_eq!(periods.len(), 2);
        close(time_weighted_return(&periods[0].returns).unwrap().get(), -1.2, 1e-15);
        assert_eq!(periods[1].returns.opened(), day(3));
    }

    #[test]
    fn a_history_without_value_has_a_reason_and_no_return() {
        for values in [&[][..], &[(0, 0), (0, 0)]] {
            let periods = chain(&history(values)).unwrap();
            assert!(matches!(whole(&periods), Err(Reason::TooFewObservations { .. })));
        }
    }
}
