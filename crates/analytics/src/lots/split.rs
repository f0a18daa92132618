use super::{LotBook, LotError};
use jiff::civil::Date;
use rust_decimal::Decimal;

/// `to` units for `from`: 4 for 1, or 1 for 10 where units are drawn together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Names the event; one that was applied is not applied again.
    pub event: Box<str>,
    pub date: Date,
    pub to: Decimal,
    pub from: Decimal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitOutcome {
    Applied,
    /// The event had been applied before; nothing changed.
    AppliedBefore,
}

impl LotBook {
    /// Multiplies quantities by to / from. Costs and dates stay, so that the cost of a
    /// unit is divided and no value changes. Quantities are rounded half to even at the
    /// tenth decimal, lot by lot.
    pub fn split(&mut self, split: &Split) -> Result<SplitOutcome, LotError> {
        let Split { to, from, .. } = *split;
        if self.splits.contains(&split.event) {
            return Ok(SplitOutcome::AppliedBefore);
        }
        if to <= Decimal::ZERO || from <= Decimal::ZERO {
            return Err(LotError::InvalidSplit { to, from });
        }
        self.in_order(split.date)?;
        let scaled = |quantity: super::Quantity| {
            let none = LotError::SplitLeavesNothing { quantity: quantity.get() };
            quantity.scaled(to, from).ok_or(none)
        };
        let mut lots = self.lots.clone();
        for lot in &mut lots {
            lot.quantity = scaled(lot.quantity)?;
        }
        let mut pending = self.pending.clone();
        for loss in &mut pending {
            loss.quantity = scaled(loss.quantity)?;
        }
        self.lots = lots;
        self.pending = pending;
        self.last = Some(split.date);
        self.splits.insert(split.event.clone());
        Ok(SplitOutcome::Applied)
    }
}
