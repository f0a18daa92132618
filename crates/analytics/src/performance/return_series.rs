use crate::series::{Dated, Series};
use domain::measure::Fraction;
use jiff::civil::Date;

/// Simple returns of consecutive trading days, oldest first, as fractions; and the
/// date of the value that the first of them starts from.
#[derive(Clone, Debug, PartialEq)]
pub struct ReturnSeries {
    opened: Date,
    returns: Series<Fraction>,
}

/// The first return does not lie behind the opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the first return, of {first}, must lie behind the opening on {opened}")]
pub struct OpenedLate {
    pub opened: Date,
    pub first: Date,
}

impl ReturnSeries {
    pub fn new(opened: Date, returns: Series<Fraction>) -> Result<Self, OpenedLate> {
        match returns.first() {
            Some(first) if first.date <= opened => Err(OpenedLate { opened, first: first.date }),
            _ => Ok(Self { opened, returns }),
        }
    }

    /// From the returns of a chain, which lie behind its opening.
    pub(super) const fn behind(opened: Date, returns: Series<Fraction>) -> Self {
        Self { opened, returns }
    }

    pub const fn opened(&self) -> Date {
        self.opened
    }

    /// The date of the last return; of the opening if there is none.
    pub fn closed(&self) -> Date {
        self.returns.last().map_or(self.opened, |last| last.date)
    }

    pub const fn returns(&self) -> &Series<Fraction> {
        &self.returns
    }

    /// Number of returns; one less than there are values.
    pub fn len(&self) -> usize {
        self.returns.len()
    }

    pub fn is_empty(&self) -> bool {
        self.returns.is_empty()
    }

    /// Calendar days from the opening to the last return.
    pub fn days(&self) -> i32 {
        (self.closed() - self.opened).get_days()
    }

    /// The last `window` returns; all, if there are no more than that. The window
    /// counts trading days and opens on the date before its first return.
    #[must_use]
    pub fn trailing(&self, window: usize) -> Self {
        let points = self.returns.points();
        let Some(from) = points.len().checked_sub(window).filter(|from| *from > 0) else {
            return self.clone();
        };
        Self { opened: points[from - 1].date, returns: copied(&points[from..]) }
    }

    /// What is behind `opened` and not behind `closed`; it opens on `opened`.
    #[must_use]
    pub(crate) fn within(&self, opened: Date, closed: Date) -> Self {
        let points = self.returns.points();
        let from = points.partition_point(|point| point.date <= opened);
        let to = points.partition_point(|point| point.date <= closed).max(from);
        Self { opened, returns: copied(&points[from..to]) }
    }

    /// The return index: 1 at the opening, then the running product of 1 + r.
    pub fn index(&self) -> Series<f64> {
        let mut level = 1.0;
        let opening = Dated { date: self.opened, value: level };
        let rest = self.returns.points().iter().map(|point| {
            level *= 1.0 + point.value.get();
            Dated { date: point.date, value: level }
        });
        Series::ascending(std::iter::once(opening).chain(rest).collect())
    }

    pub(crate) fn plain(&self) -> Vec<f64> {
        self.returns.values().map(|value| value.get()).collect()
    }
}

fn copied(points: &[Dated<Fraction>]) -> Series<Fraction> {
    Series::ascending(points.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{close, day, returns};

    #[test]
    fn a_window_counts_returns_and_opens_on_the_date_before_them() {
        let all = returns(&[0.1, 0.2, 0.3]);
        let last_two = all.trailing(2);
        assert_eq!((last_two.opened(), last_two.len(), last_two.days()), (day(1), 2, 2));
        assert_eq!(all.trailing(3), all);
        assert_eq!(all.trailing(252), all);
        assert_eq!(all.trailing(0).len(), 0);
        assert_eq!(all.trailing(0).opened(), day(3));
    }

    #[test]
    fn the_index_begins_with_one_at_the_opening() {
        let index = returns(&[0.1, -0.5]).index();
        let levels: Vec<f64> = index.values().copied().collect();
        assert_eq!(index.first().unwrap().date, day(0));
        close(levels[0], 1.0, 0.0);
        close(levels[1], 1.1, 1e-15);
        close(levels[2], 0.55, 1e-15);
    }

    #[test]
    fn a_return_of_the_opening_day_is_refused() {
        let point = Dated { date: day(0), value: Fraction::ZERO };
        let series = Series::new(vec![point]).unwrap();
        assert!(ReturnSeries::new(day(0), series).is_err());
    }
}
