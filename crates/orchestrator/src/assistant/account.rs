use domain::language_model::{Budgets, CostMissing, PriceTable, Tokens, Worst};
use rust_decimal::Decimal;

/// Prices and budgets of this installation. Processes that share a database are given
/// the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelAccount {
    /// None where the operator gave none.
    pub prices: Option<PriceTable>,
    pub budgets: Budgets,
}

impl ModelAccount {
    /// The currency of prices, costs and budgets.
    pub fn currency(&self) -> Option<&str> {
        self.prices.as_ref().map(|prices| prices.currency().as_str())
    }

    /// What `tokens` of a model cost.
    ///
    /// # Errors
    /// [`CostMissing`], where a cost could only be guessed.
    pub(crate) fn cost(&self, model: &str, tokens: Option<Tokens>) -> Result<Decimal, CostMissing> {
        let price = self.prices.as_ref().and_then(|prices| prices.of(model));
        price.ok_or(CostMissing::NoPrice)?.cost(tokens.ok_or(CostMissing::NoUsage)?)
    }

    /// The most that a call of a model can use.
    pub(crate) fn worst(&self, model: &str, tokens: Tokens) -> Worst {
        Worst { tokens: tokens.total(), cost: self.cost(model, Some(tokens)).ok() }
    }
}
