use super::Linking;
use domain::measure::{Fraction, Reason};
use std::collections::BTreeMap;

/// One day of a book by what it held; `K` names a holding.
#[derive(Clone, Debug)]
pub struct ContributionDay<K> {
    pub parts: Vec<Part<K>>,
    /// The day's return, measured from net asset values and flows.
    pub measured: Fraction,
}

#[derive(Clone, Debug)]
pub struct Part<K> {
    pub key: K,
    /// Value at the start of the day / net asset value at the start of the day.
    pub weight: Fraction,
    /// In the portfolio's currency.
    pub base_return: Fraction,
}

/// What each holding contributed to the return of the book.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributions<K: Ord> {
    pub by_key: BTreeMap<K, Fraction>,
    /// The return over all days, as it was measured.
    pub measured: Fraction,
    /// Measured return less all contributions.
    pub residual: Fraction,
}

/// Contribution of each holding as a fraction: start weight × return of each day,
/// linked by Carino's factors over the days, oldest first. With the residual they add
/// up to the measured return.
///
/// # Errors
/// Those of [`Linking::new`].
pub fn contributions<K: Ord + Clone>(
    days: &[ContributionDay<K>],
) -> Result<Contributions<K>, Reason> {
    let measured: Vec<Fraction> = days.iter().map(|day| day.measured).collect();
    let linking = Linking::new(&measured)?;
    let mut sums: BTreeMap<K, f64> = BTreeMap::new();
    for (day, factor) in days.iter().zip(linking.factors()) {
        for part in &day.parts {
            let contribution = part.weight.get() * part.base_return.get() * factor;
            *sums.entry(part.key.clone()).or_default() += contribution;
        }
    }
    let explained: f64 = sums.values().sum();
    let by_key = sums.into_iter().map(|(key, sum)| Ok((key, Fraction::new(sum)?)));
    Ok(Contributions {
        by_key: by_key.collect::<Result<_, Reason>>()?,
        measured: linking.total(),
        residual: Fraction::new(linking.total().get() - explained)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{close, fraction};

    fn day(parts: &[(&'static str, f64, f64)], measured: f64) -> ContributionDay<&'static str> {
        let parts = parts.iter().map(|(key, weight, base_return)| Part {
            key: *key,
            weight: fraction(*weight),
            base_return: fraction(*base_return),
        });
        ContributionDay { parts: parts.collect(), measured: fraction(measured) }
    }

    // Worked by hand: 60 and 40 become 66 and 40, then 66 and 44: 10 % in all, of which
    // A earned 6 and B 4 of the first hundred.
    #[test]
    fn contributions_of_days_add_up_to_the_return_of_the_period() {
        let days = [
            day(&[("A", 0.6, 0.1), ("B", 0.4, 0.0)], 0.06),
            day(&[("A", 66.0 / 106.0, 0.0), ("B", 40.0 / 106.0, 0.1)], 110.0 / 106.0 - 1.0),
        ];
        let found = contributions(&days).unwrap();
        close(found.measured.get(), 0.10, 1e-15);
        close(found.residual.get(), 0.0, 1e-15);
        let sum: f64 = found.by_key.values().map(|part| part.get()).sum();
        close(sum, 0.10, 1e-15);
        // The factor of the first day is ln 1.06 / .06 over ln 1.1 / .1.
        let expected = 0.06 * (1.06_f64.ln() / 0.06) / (1.1_f64.ln() / 0.1);
        close(found.by_key["A"].get(), expected, 1e-12);
    }

    #[test]
    fn what_no_holding_explains_stays_visible() {
        let found = contributions(&[day(&[("A", 1.0, 0.05)], 0.06)]).unwrap();
        close(found.residual.get(), 0.01, 1e-15);
    }
}
