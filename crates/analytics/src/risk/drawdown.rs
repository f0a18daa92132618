use crate::performance::ReturnSeries;
use domain::measure::{Fraction, Reason};
use jiff::civil::Date;

/// The deepest fall of the return index below its highest level until then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawdown {
    /// Negative or zero, as a fraction of the peak: -0.2 is a fall by a fifth.
    pub depth: Fraction,
    /// None where the index never fell.
    pub span: Option<DrawdownSpan>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawdownSpan {
    /// The last date at the peak's level; may be the opening of the series.
    pub peak: Date,
    /// The first date at the deepest level.
    pub trough: Date,
    /// The first date behind the trough at the peak's level or above; none so far.
    pub recovery: Option<Date>,
}

/// Maximum drawdown on the return index, which deposits and withdrawals do not touch;
/// the net asset value would hide a fall behind a deposit. Of several equal falls the
/// first.
///
/// # Errors
/// [`Reason::TooFewObservations`] without a return.
pub fn maximum_drawdown(series: &ReturnSeries) -> Result<Drawdown, Reason> {
    super::enough(series, 1)?;
    let mut high = (series.opened(), 1.0);
    let mut level = 1.0;
    let (mut depth, mut span, mut level_to_regain) = (0.0, None::<DrawdownSpan>, 1.0);
    for point in series.returns().points() {
        level *= 1.0 + point.value.get();
        let date = point.date;
        if let Some(span) = &mut span
            && span.recovery.is_none()
            && level >= level_to_regain
        {
            span.recovery = Some(date);
        }
        if level >= high.1 {
            high = (date, level);
        }
        let fall = level / high.1 - 1.0;
        if fall < depth {
            depth = fall;
            level_to_regain = high.1;
            span = Some(DrawdownSpan { peak: high.0, trough: date, recovery: None });
        }
    }
    Ok(Drawdown { depth: Fraction::new(depth)?, span })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{base, close, day, returns};
    use crate::performance::{Valuation, chain};
    use crate::series::{Dated, Series};

    fn of_levels(levels: &[f64]) -> Drawdown {
        let returns_of: Vec<f64> = levels.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect();
        maximum_drawdown(&returns(&returns_of)).unwrap()
    }

    // Domain reference, section 14: 100, 90, 190 (+100), 180. On the NAV it would be -0.10.
    #[test]
    fn a_deposit_does_not_hide_a_fall() {
        let values = [(100, 0), (90, 0), (190, 100), (180, 0)].into_iter().enumerate();
        let points = values.map(|(at, (nav, flow))| Dated {
            date: day(at),
            value: Valuation { nav: base(nav), flow: base(flow) },
        });
        let periods = chain(&Series::new(points.collect()).unwrap()).unwrap();
        let found = maximum_drawdown(&periods[0].returns).unwrap();
        close(found.depth.get(), -0.147_368, 5e-7);
        let span = DrawdownSpan { peak: day(0), trough: day(3), recovery: None };
        assert_eq!(found.span, Some(span));
    }

    #[test]
    fn a_fall_runs_from_its_last_peak_over_its_trough_to_its_recovery() {
        // 4 is reached twice; 3 lies below, 2 is the trough, 4 is regained on day 6.
        let found = of_levels(&[2.0, 4.0, 4.0, 3.0, 2.0, 2.0, 4.0, 8.0, 6.0]);
        close(found.depth.get(), -0.5, 1e-15);
        let span = DrawdownSpan { peak: day(2), trough: day(4), recovery: Some(day(6)) };
        assert_eq!(found.span, Some(span));
    }

    #[test]
    fn a_deeper_fall_replaces_one_that_had_recovered() {
        let found = of_levels(&[8.0, 4.0, 8.0, 16.0, 2.0, 8.0]);
        close(found.depth.get(), -0.875, 1e-15);
        let span = DrawdownSpan { peak: day(3), trough: day(4), recovery: None };
        assert_eq!(found.span, Some(span));
    }

    #[test]
    fn an_index_that_never_fell_has_a_drawdown_of_zero_without_dates() {
        let found = of_levels(&[1.0, 2.0, 2.0, 4.0]);
        assert_eq!(found, Drawdown { depth: Fraction::ZERO, span: None });
        assert!(maximum_drawdown(&returns(&[])).is_err());
    }
}
