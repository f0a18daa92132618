use super::VOLATILITY_OBSERVATIONS_MIN;
use crate::TRADING_DAYS;
use crate::series::Series;
use crate::statistics::{NEGLIGIBLE_DEVIATION, sample_covariance};
use domain::measure::{Fraction, Reason};
use domain::pricing_pack::Symbol;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// A holding whose part in the risk is asked for.
#[derive(Clone, Debug)]
pub struct RiskHolding {
    pub symbol: Symbol,
    /// Value / net asset value; negative where it is owed.
    pub weight: Fraction,
    /// Daily returns in the portfolio's currency.
    pub returns: Series<Fraction>,
}

/// Euler's decomposition of a volatility into parts that add up to it.
#[derive(Clone, Debug, PartialEq)]
pub struct RiskDecomposition {
    /// Annual volatility of the weights held through the whole window, as a fraction.
    pub volatility: Fraction,
    /// Weighted mean of the single volatilities / volatility; 1 where nothing
    /// diversifies.
    pub diversification_ratio: f64,
    /// In the order of the holdings.
    pub holdings: Vec<RiskShare>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RiskShare {
    pub symbol: Symbol,
    /// w (Σ w) / volatility, as a fraction a year; negative where the holding hedges.
    /// They add up to the volatility.
    pub contribution: Fraction,
    /// Contribution / volatility. They add up to one; times the value at risk of the
    /// portfolio it is the component value at risk of the holding.
    pub share: Fraction,
}

/// Sample covariances of daily returns, over the dates that all holdings have, times 252.
///
/// # Errors
/// [`Reason::TooFewObservations`] for fewer than 20 common dates;
/// [`Reason::NoVariation`] where the volatility is zero, which has no parts.
pub fn decompose(holdings: &[RiskHolding]) -> Result<RiskDecomposition, Reason> {
    let covariance = Covariance::of_returns(holdings.iter().map(|holding| &holding.returns))?;
    let weights: Vec<f64> = holdings.iter().map(|holding| holding.weight.get()).collect();
    let parts = euler(&weights, &covariance)?;
    let shares = holdings.iter().zip(&parts.contributions);
    let shares = shares.map(|(holding, contribution)| {
        Ok(RiskShare {
            symbol: holding.symbol.clone(),
            contribution: Fraction::new(*contribution)?,
            share: Fraction::new(contribution / parts.volatility)?,
        })
    });
    Ok(RiskDecomposition {
        volatility: Fraction::new(parts.volatility)?,
        diversification_ratio: parts.diversification_ratio,
        holdings: shares.collect::<Result<_, Reason>>()?,
    })
}

/// A symmetric matrix of annual covariances.
#[derive(Clone, Debug, PartialEq)]
pub struct Covariance {
    size: usize,
    /// Row after row.
    cells: Vec<f64>,
}

impl Covariance {
    /// Annual sample covariances over the dates that all series have.
    ///
    /// # Errors
    /// [`Reason::TooFewObservations`] for fewer than 20 such dates.
    pub fn of_returns<'a>(
        series: impl Iterator<Item = &'a Series<Fraction>>,
    ) -> Result<Self, Reason> {
        let columns = common(&series.collect::<Vec<_>>());
        let found = columns.first().map_or(0, Vec::len);
        if found < VOLATILITY_OBSERVATIONS_MIN {
            let needed = VOLATILITY_OBSERVATIONS_MIN;
            return Err(Reason::TooFewObservations { needed, found });
        }
        let size = columns.len();
        let mut cells = vec![0.0; size * size];
        for row in 0..size {
            for column in 0..=row {
                let daily = sample_covariance(&columns[row], &columns[column]);
                let daily = daily.ok_or(Reason::NoVariation)?;
                cells[row * size + column] = daily * TRADING_DAYS;
                cells[column * size + row] = daily * TRADING_DAYS;
            }
        }
        Ok(Self { size, cells })
    }

    fn row(&self, of: usize) -> &[f64] {
        &self.cells[of * self.size..(of + 1) * self.size]
    }
}

/// The values of the dates that all series have, series after series.
fn common(series: &[&Series<Fraction>]) -> Vec<Vec<f64>> {
    let mut by_date: BTreeMap<Date, Vec<f64>> = BTreeMap::new();
    for one in series {
        for point in one.points() {
            by_date.entry(point.date).or_default().push(point.value.get());
        }
    }
    by_date.retain(|_, values| values.len() == series.len());
    let column = |at: usize| by_date.values().map(|values| values[at]).collect();
    (0..series.len()).map(column).collect()
}

struct Parts {
    volatility: f64,
    contributions: Vec<f64>,
    diversification_ratio: f64,
}

fn euler(weights: &[f64], covariance: &Covariance) -> Result<Parts, Reason> {
    let dot = |row: &[f64]| row.iter().zip(weights).map(|(cell, w)| cell * w).sum::<f64>();
    let marginal: Vec<f64> = (0..weights.len()).map(|at| dot(covariance.row(at))).collect();
    let variance: f64 = weights.iter().zip(&marginal).map(|(w, m)| w * m).sum();
    let volatility = variance.max(0.0).sqrt();
    if volatility < NEGLIGIBLE_DEVIATION {
        return Err(Reason::NoVariation);
    }
    let contributions: Vec<f64> =
        weights.iter().zip(&marginal).map(|(w, m)| w * m / volatility).collect();
    let single = |at: usize| covariance.row(at)[at].max(0.0).sqrt();
    let undiversified: f64 = weights.iter().enumerate().map(|(at, w)| w * single(at)).sum();
    Ok(Parts { volatility, contributions, diversification_ratio: undiversified / volatility })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{close, fraction, returns};
    use proptest::prelude::*;

    // Domain reference, section 14: w .6/.4, volatilities .20/.10, correlation .25.
    #[test]
    fn contributions_are_those_of_the_reference() {
        let covariance = Covariance { size: 2, cells: vec![0.04, 0.005, 0.005, 0.01] };
        let parts = euler(&[0.6, 0.4], &covariance).unwrap();
        close(parts.volatility, 0.135_646_6, 5e-8);
        close(parts.contributions[0], 0.115_004_7, 5e-8);
        close(parts.contributions[1], 0.020_641_9, 5e-8);
        close(parts.contributions[0] / parts.volatility, 0.847_826, 5e-7);
        close(parts.contributions[1] / parts.volatility, 0.152_174, 5e-7);
        // (.6 x .20 + .4 x .10) / .1356466
        close(parts.diversification_ratio, 0.16 / 0.135_646_6, 1e-6);
    }

    fn holding(symbol: &str, weight: f64, values: &[f64]) -> RiskHolding {
        let returns = returns(values).returns().clone();
        RiskHolding { symbol: symbol.parse().unwrap(), weight: fraction(weight), returns }
    }

    #[test]
    fn only_dates_of_all_holdings_count() {
        let values: Vec<f64> = (0..25).map(|at| f64::from(at % 7) / 100.0).collect();
        let few = decompose(&[holding("A", 0.5, &values), holding("B", 0.5, &values[..19])]);
        assert_eq!(few, Err(Reason::TooFewObservations { needed: 20, found: 19 }));
        assert_eq!(decompose(&[]), Err(Reason::TooFewObservations { needed: 20, found: 0 }));
    }

    #[test]
    fn a_perfect_hedge_leaves_no_risk_to_share() {
        let values: Vec<f64> = (0..25).map(|at| f64::from(at % 7) / 100.0).collect();
        let hedged = decompose(&[holding("A", 0.5, &values), holding("B", -0.5, &values)]);
        assert_eq!(hedged, Err(Reason::NoVariation));
    }

    proptest! {
        #[test]
        fn contributions_add_up_to_the_volatility_of_the_weighted_returns(
            columns in prop::collection::vec(prop::collection::vec(-0.1..0.1_f64, 30), 1..6),
            weights in prop::collection::vec(0.05..1.0_f64, 6),
        ) {
            let names = ["A", "B", "C", "D", "E", "F"];
            let holdings: Vec<_> = columns.iter().zip(names).zip(&weights)
                .map(|((values, name), weight)| holding(name, *weight, values)).collect();
            let found = decompose(&holdings).unwrap();
            let sum: f64 = found.holdings.iter().map(|one| one.contribution.get()).sum();
            prop_assert!((sum - found.volatility.get()).abs() < 1e-12);
            let shares: f64 = found.holdings.iter().map(|one| one.share.get()).sum();
            prop_assert!((shares - 1.0).abs() < 1e-12);
            // The second way: the deviation of the weighted sum itself.
            let whole: Vec<f64> = (0..30)
                .map(|at| columns.iter().zip(&weights).map(|(c, w)| c[at] * w).sum()).collect();
            let direct = super::super::volatility(&returns(&whole)).unwrap().get();
            prop_assert!((direct - found.volatility.get()).abs() < 1e-12);
            prop_assert!(found.diversification_ratio >= 1.0 - 1e-12);
        }
    }
}
