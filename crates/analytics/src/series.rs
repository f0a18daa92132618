//! Dated values, oldest first.

use jiff::civil::Date;

/// One value of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated<T> {
    pub date: Date,
    pub value: T,
}

/// Values by date, each date once, oldest first. May be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series<T>(Vec<Dated<T>>);

/// A date that does not lie behind the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{date} follows {before}: a series has each date once, oldest first")]
pub struct NotAscending {
    pub before: Date,
    pub date: Date,
}

impl<T> Series<T> {
    pub fn new(points: Vec<Dated<T>>) -> Result<Self, NotAscending> {
        for pair in points.windows(2) {
            let (before, date) = (pair[0].date, pair[1].date);
            if date <= before {
                return Err(NotAscending { before, date });
            }
        }
        Ok(Self(points))
    }

    /// For points whose order follows from how they were made.
    pub(crate) fn ascending(points: Vec<Dated<T>>) -> Self {
        debug_assert!(points.is_sorted_by(|before, after| before.date < after.date));
        Self(points)
    }

    pub fn points(&self) -> &[Dated<T>] {
        &self.0
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn first(&self) -> Option<&Dated<T>> {
        self.0.first()
    }

    pub fn last(&self) -> Option<&Dated<T>> {
        self.0.last()
    }

    pub fn dates(&self) -> impl Iterator<Item = Date> + '_ {
        self.0.iter().map(|point| point.date)
    }

    pub fn values(&self) -> impl Iterator<Item = &T> + '_ {
        self.0.iter().map(|point| &point.value)
    }

    /// The dates that both have, with both values. The others are left out, not filled.
    pub fn join<'a, U>(&'a self, other: &'a Series<U>) -> Series<(&'a T, &'a U)> {
        let mut joined = Vec::with_capacity(self.len().min(other.len()));
        let mut theirs = other.0.iter().peekable();
        for ours in &self.0 {
            while theirs.next_if(|point| point.date < ours.date).is_some() {}
            if let Some(point) = theirs.next_if(|point| point.date == ours.date) {
                joined.push(Dated { date: ours.date, value: (&ours.value, &point.value) });
            }
        }
        Series::ascending(joined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn series(days: &[(i8, i32)]) -> Series<i32> {
        let point = |(day, value): &(i8, i32)| Dated { date: date(2025, 1, *day), value: *value };
        Series::new(days.iter().map(point).collect()).unwrap()
    }

    #[test]
    fn a_date_twice_or_out_of_order_is_no_series() {
        for [first, second] in [[2, 2], [3, 2]] {
            let points = [first, second].map(|day| Dated { date: date(2025, 1, day), value: () });
            assert!(Series::new(points.to_vec()).is_err());
        }
    }

    #[test]
    fn series_are_joined_by_date_and_not_by_place() {
        let (ours, theirs) =
            (series(&[(1, 10), (2, 20), (4, 40)]), series(&[(2, 2), (3, 3), (4, 4)]));
        let joined = ours.join(&theirs);
        let values: Vec<_> = joined.values().map(|(a, b)| (**a, **b)).collect();
        assert_eq!(values, [(20, 2), (40, 4)]);
        assert_eq!(joined.dates().collect::<Vec<_>>(), [date(2025, 1, 2), date(2025, 1, 4)]);
        assert!(series(&[]).join(&theirs).is_empty());
    }
}
