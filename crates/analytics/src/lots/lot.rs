use super::Quantity;
use domain::money::{Amount, Base, OutOfRange, Trade};
use jiff::civil::Date;
use std::fmt;

/// How the ledger names a lot: metadata `lot`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LotLabel(pub Box<str>);

/// Numbers the purchases of a book in the order of their events, from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LotNumber(pub u32);

/// What is still held of a purchase, or of a part of one that a wash sale set apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    pub purchase: LotNumber,
    pub label: Option<LotLabel>,
    pub acquired: Date,
    /// From when the holding period counts: the date of acquisition, or earlier where
    /// the lot replaces one that was sold in a wash sale.
    pub held_since: Date,
    pub quantity: Quantity,
    /// Price × quantity and fee, in the currency of trading.
    pub cost: Amount<Trade>,
    /// The same at the rate of the trade; never revalued.
    pub cost_base: Amount<Base>,
    /// Losses of wash sales that were added to the basis; zero or above.
    pub deferred_loss: Amount<Base>,
    /// Whether these units already replace units of a wash sale.
    pub is_replacement: bool,
}

/// What a sale took from a lot, or a wash sale set apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Basis {
    pub quantity: Quantity,
    pub cost: Amount<Trade>,
    pub cost_base: Amount<Base>,
    pub deferred_loss: Amount<Base>,
}

impl Lot {
    /// What counts as cost when the lot is sold.
    pub fn basis(&self) -> Result<Amount<Base>, OutOfRange> {
        self.cost_base.plus(self.deferred_loss)
    }

    /// Takes that quantity out; the rest remains, or nothing if it was all.
    pub(super) fn take(mut self, quantity: Quantity) -> Result<(Basis, Option<Self>), OutOfRange> {
        let (part, whole) = (quantity.get(), self.quantity.get());
        let taken = Basis {
            quantity,
            cost: self.cost.share(part, whole)?,
            cost_base: self.cost_base.share(part, whole)?,
            deferred_loss: self.deferred_loss.share(part, whole)?,
        };
        let Some(rest) = self.quantity.less(quantity) else { return Ok((taken, None)) };
        self.quantity = rest;
        self.cost = self.cost.minus(taken.cost)?;
        self.cost_base = self.cost_base.minus(taken.cost_base)?;
        self.deferred_loss = self.deferred_loss.minus(taken.deferred_loss)?;
        Ok((taken, Some(self)))
    }
}

impl fmt::Display for LotLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
