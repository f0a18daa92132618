use super::Quantity;
use super::lot::{Basis, Lot, LotNumber};
use domain::money::{Amount, Base, FxRate, OutOfRange, Trade};
use jiff::{ToSpan, civil::Date};

/// Whether a gain counts as long-term: held for more than a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    Short,
    Long,
}

/// What the sale of one lot, or of a part of one, brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RealisedGain {
    /// Numbers the sales of the book in their order, from zero.
    pub sale: u32,
    pub purchase: LotNumber,
    pub acquired: Date,
    /// From when the holding period counts; see [`Lot::held_since`].
    pub held_since: Date,
    pub sold: Date,
    pub quantity: Quantity,
    pub cost: Amount<Trade>,
    pub cost_base: Amount<Base>,
    /// Price × quantity less its share of the fee.
    pub proceeds: Amount<Trade>,
    /// The same at the rate of the sale.
    pub proceeds_base: Amount<Base>,
    /// q (Ps - Pb) Fs: what the price did, at the rate of the sale.
    pub price_gain: Amount<Base>,
    /// q Pb (Fs - Fb): what the currency did to the cost.
    pub fx_gain: Amount<Base>,
    /// Losses of earlier wash sales in the basis of these units; zero or above.
    pub deferred_loss: Amount<Base>,
    /// How much of a loss is disallowed because the security was bought again; zero or
    /// above. It is in the basis of the units that replace these.
    pub disallowed_loss: Amount<Base>,
}

impl RealisedGain {
    pub(super) fn of(
        sale: u32,
        lot: &Lot,
        basis: Basis,
        sold: Date,
        proceeds: Amount<Trade>,
        rate: FxRate<Trade, Base>,
    ) -> Result<Self, OutOfRange> {
        let proceeds_base = proceeds.convert(rate)?;
        let parts = GainParts::of(basis.cost, basis.cost_base, proceeds, rate)?;
        Ok(Self {
            sale,
            purchase: lot.purchase,
            acquired: lot.acquired,
            held_since: lot.held_since,
            sold,
            quantity: basis.quantity,
            cost: basis.cost,
            cost_base: basis.cost_base,
            proceeds,
            proceeds_base,
            price_gain: parts.price,
            fx_gain: parts.fx,
            deferred_loss: basis.deferred_loss,
            disallowed_loss: Amount::ZERO,
        })
    }

    /// Proceeds less cost, price part and currency part together.
    pub fn economic(&self) -> Result<Amount<Base>, OutOfRange> {
        self.price_gain.plus(self.fx_gain)
    }

    /// What counts for tax: the economic gain less losses deferred into the basis, plus
    /// what of a loss is disallowed.
    pub fn taxable(&self) -> Result<Amount<Base>, OutOfRange> {
        self.before_disallowance()?.plus(self.disallowed_loss)
    }

    pub(super) fn before_disallowance(&self) -> Result<Amount<Base>, OutOfRange> {
        self.economic()?.minus(self.deferred_loss)
    }

    pub fn term(&self) -> Term {
        term(self.held_since, self.sold)
    }
}

/// Held for more than a year: sold behind the anniversary of the acquisition. What was
/// acquired on 29 February has it on 28 February.
pub(super) fn term(held_since: Date, until: Date) -> Term {
    let anniversary = held_since.saturating_add(1.year());
    if until > anniversary { Term::Long } else { Term::Short }
}

/// A gain by its two causes; together it is proceeds less cost, exactly.
#[derive(Clone, Copy)]
pub(super) struct GainParts {
    pub price: Amount<Base>,
    pub fx: Amount<Base>,
}

impl GainParts {
    pub fn of(
        cost: Amount<Trade>,
        cost_base: Amount<Base>,
        proceeds: Amount<Trade>,
        rate: FxRate<Trade, Base>,
    ) -> Result<Self, OutOfRange> {
        // Both parts meet in this one rounded number, so that it cancels out of the sum.
        let cost_at_sale: Amount<Base> = cost.convert(rate)?;
        let price = proceeds.convert(rate)?.minus(cost_at_sale)?;
        Ok(Self { price, fx: cost_at_sale.minus(cost_base)? })
    }
}
