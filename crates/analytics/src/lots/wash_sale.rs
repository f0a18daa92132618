//! Wash sales: a loss does not count as far as the same security is bought within
//! thirty days before or after. It goes into the basis of what was bought instead.
//!
//! Rules where the law leaves a choice, the same in every report:
//! - A purchase before the sale counts with what of it is still held after the sale.
//! - The rest of a lot does not replace the part of it that was sold at a loss.
//! - Losses are matched by their date, replacing units by their acquisition, each once.

use super::lot::{Lot, LotNumber};
use super::{LotError, Quantity, RealisedGain};
use domain::money::{Amount, Base};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Calendar days before and after a sale.
pub const WASH_SALE_DAYS: i32 = 30;

/// Whose rule holds for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WashRule {
    Off,
    /// United States, Internal Revenue Code, section 1091.
    UnitedStates,
}

/// What of a loss no purchase has disallowed yet.
#[derive(Clone, Debug)]
pub(super) struct PendingLoss {
    /// Place among the gains of the book.
    gain: usize,
    purchase: LotNumber,
    held_since: Date,
    sold: Date,
    /// Of today's units, through all splits since the sale.
    pub quantity: Quantity,
    /// Above zero.
    loss: Amount<Base>,
}

/// The state that an event leads to, before it is taken over.
pub(super) struct Matching {
    pub lots: Vec<Lot>,
    pub pending: Vec<PendingLoss>,
    /// What is newly disallowed, by the place of the gain.
    pub disallowed: BTreeMap<usize, Amount<Base>>,
}

pub(super) fn days_between(first: Date, second: Date) -> i32 {
    (second - first).get_days().abs()
}

impl Matching {
    /// Drops the losses that no purchase of `today` or later can reach.
    pub fn expire(&mut self, today: Date) {
        self.pending.retain(|loss| days_between(loss.sold, today) <= WASH_SALE_DAYS);
    }

    pub fn add_losses(&mut self, before: usize, gains: &[RealisedGain]) -> Result<(), LotError> {
        for (at, gain) in gains.iter().enumerate() {
            let result = gain.before_disallowance()?;
            if result.is_negative() {
                self.pending.push(PendingLoss {
                    gain: before + at,
                    purchase: gain.purchase,
                    held_since: gain.held_since,
                    sold: gain.sold,
                    quantity: gain.quantity,
                    loss: result.negated(),
                });
            }
        }
        Ok(())
    }

    /// Matches every pending loss with the units that replace it.
    pub fn run(&mut self) -> Result<(), LotError> {
        let mut left = Vec::new();
        for loss in std::mem::take(&mut self.pending) {
            left.extend(self.match_one(loss)?);
        }
        self.pending = left;
        Ok(())
    }

    /// What is left of the loss when all units that replace it are found.
    fn match_one(&mut self, mut loss: PendingLoss) -> Result<Option<PendingLoss>, LotError> {
        while let Some(place) = self.lots.iter().position(|lot| replaces(lot, &loss)) {
            let matched = self.lots[place].quantity.min(loss.quantity);
            let amount = loss.loss.share(matched.get(), loss.quantity.get())?;
            self.defer(place, matched, amount, &loss)?;
            let sum = self.disallowed.entry(loss.gain).or_insert(Amount::ZERO);
            *sum = sum.plus(amount)?;
            loss.loss = loss.loss.minus(amount)?;
            match loss.quantity.less(matched) {
                Some(rest) => loss.quantity = rest,
                None => return Ok(None),
            }
        }
        Ok(Some(loss))
    }

    /// Puts the loss into the basis of that many units, which become a lot of their own
    /// in front of the rest.
    fn defer(
        &mut self,
        place: usize,
        quantity: Quantity,
        amount: Amount<Base>,
        loss: &PendingLoss,
    ) -> Result<(), LotError> {
        let lot = self.lots[place].clone();
        let (basis, rest) = lot.clone().take(quantity)?;
        // The days for which the sold units were held count for those that replace them.
        let held = loss.sold - loss.held_since;
        self.lots[place] = Lot {
            quantity,
            cost: basis.cost,
            cost_base: basis.cost_base,
            deferred_loss: basis.deferred_loss.plus(amount)?,
            held_since: lot.held_since.saturating_sub(held),
            is_replacement: true,
            ..lot
        };
        if let Some(rest) = rest {
            self.lots.insert(place + 1, rest);
        }
        Ok(())
    }
}

fn replaces(lot: &Lot, loss: &PendingLoss) -> bool {
    !lot.is_replacement
        && lot.purchase != loss.purchase
        && days_between(loss.sold, lot.acquired) <= WASH_SALE_DAYS
}
