//! How much a book moves, falls, and moves with others. Every figure is of daily
//! simple returns in the currency of the portfolio, and a fraction.

mod benchmark;
mod concentration;
mod decomposition;
mod drawdown;
mod tail;
mod volatility;

pub use benchmark::{BETA_OBSERVATIONS_MIN, Paired};
pub use concentration::herfindahl;
pub use decomposition::{Covariance, RiskDecomposition, RiskHolding, RiskShare, decompose};
pub use drawdown::{Drawdown, DrawdownSpan, maximum_drawdown};
pub use tail::{
    Confidence, InvalidConfidence, TAIL_OBSERVATIONS_MIN, conditional_value_at_risk,
    parametric_value_at_risk, scaled_to_horizon, value_at_risk,
};
pub use volatility::{
    VOLATILITY_OBSERVATIONS_MIN, downside_deviation, sharpe_ratio, sortino_ratio, volatility,
};

use crate::performance::ReturnSeries;
use domain::measure::Reason;

fn enough(series: &ReturnSeries, needed: usize) -> Result<(), Reason> {
    let found = series.len();
    if found < needed { Err(Reason::TooFewObservations { needed, found }) } else { Ok(()) }
}
