use super::gain::{GainParts, Term, term};
use super::{Lot, LotError};
use domain::money::{Amount, Base, FxRate, Trade};
use jiff::civil::Date;

/// What a lot would bring at a price, fees aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnrealisedGain {
    /// Price × quantity at the pack's rate.
    pub value: Amount<Base>,
    /// q (P - Pb) F.
    pub price_gain: Amount<Base>,
    /// q Pb (F - Fb).
    pub fx_gain: Amount<Base>,
    /// Losses of wash sales in the basis; they lower what would be taxed.
    pub deferred_loss: Amount<Base>,
    pub term: Term,
}

impl UnrealisedGain {
    /// Value less cost.
    pub fn economic(&self) -> Result<Amount<Base>, LotError> {
        Ok(self.price_gain.plus(self.fx_gain)?)
    }

    /// Value less basis: what would count for tax.
    pub fn taxable(&self) -> Result<Amount<Base>, LotError> {
        Ok(self.economic()?.minus(self.deferred_loss)?)
    }
}

impl Lot {
    /// `price`: of one unit, in the split basis of `as_of`; `rate`: of the same pack.
    pub fn unrealised(
        &self,
        price: Amount<Trade>,
        rate: FxRate<Trade, Base>,
        as_of: Date,
    ) -> Result<UnrealisedGain, LotError> {
        let value = price.times(self.quantity.get())?;
        let parts = GainParts::of(self.cost, self.cost_base, value, rate)?;
        Ok(UnrealisedGain {
            value: value.convert(rate)?,
            price_gain: parts.price,
            fx_gain: parts.fx,
            deferred_loss: self.deferred_loss,
            term: term(self.held_since, as_of),
        })
    }
}
