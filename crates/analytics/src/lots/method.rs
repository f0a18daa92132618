use super::{Lot, LotError, LotLabel, Quantity};
use domain::money::{Amount, OutOfRange};
use domain::pricing_pack::Symbol;
use rust_decimal::Decimal;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;

/// By which rule a sale picks its lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LotMethod {
    /// The first acquired goes first.
    Fifo,
    /// The last acquired goes first.
    Lifo,
    /// The dearest goes first, by basis per unit in the portfolio's currency.
    Hifo,
    /// The one that the ledger names.
    Specific,
    /// All units have one cost, that of the pool; the first acquired goes first.
    Average,
}

/// A method with what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    Fifo,
    Lifo,
    Hifo,
    Specific(LotLabel),
    Average,
}

impl Selection {
    pub const fn method(&self) -> LotMethod {
        match self {
            Self::Fifo => LotMethod::Fifo,
            Self::Lifo => LotMethod::Lifo,
            Self::Hifo => LotMethod::Hifo,
            Self::Specific(_) => LotMethod::Specific,
            Self::Average => LotMethod::Average,
        }
    }

    /// Places in `lots` in the order in which they are sold. `lots` are in the order of
    /// their acquisition. Lots of equal cost go in that order, too.
    pub(super) fn order(
        &self,
        security: &Symbol,
        lots: &[Lot],
        wanted: Quantity,
    ) -> Result<Vec<usize>, LotError> {
        let mut places: Vec<usize> = (0..lots.len()).collect();
        match self {
            Self::Fifo | Self::Average => {}
            Self::Lifo => places.reverse(),
            Self::Hifo => {
                let units = lots.iter().map(unit_basis).collect::<Result<Vec<_>, _>>()?;
                places.sort_by_key(|place| Reverse(units[*place]));
            }
            Self::Specific(label) => places = named(security, lots, label, wanted)?,
        }
        Ok(places)
    }
}

fn unit_basis(lot: &Lot) -> Result<Decimal, OutOfRange> {
    lot.basis()?.value().checked_div(lot.quantity.get()).ok_or(OutOfRange)
}

fn named(
    security: &Symbol,
    lots: &[Lot],
    label: &LotLabel,
    wanted: Quantity,
) -> Result<Vec<usize>, LotError> {
    let is_named = |place: &usize| lots[*place].label.as_ref() == Some(label);
    let places: Vec<usize> = (0..lots.len()).filter(is_named).collect();
    let security = security.clone();
    let lot = label.clone();
    // The parts that a wash sale made of one purchase are still one.
    let purchases: BTreeSet<_> = places.iter().map(|place| lots[*place].purchase).collect();
    match purchases.len() {
        0 => return Err(LotError::NoSuchLot { security, lot }),
        1 => {}
        purchases => return Err(LotError::AmbiguousLot { security, lot, purchases }),
    }
    let held: Decimal = places.iter().map(|place| lots[*place].quantity.get()).sum();
    if held < wanted.get() {
        return Err(LotError::LotTooSmall { security, lot, wanted: wanted.get(), held });
    }
    Ok(places)
}

/// Gives every unit the cost of the pool. Sums stay as they are; each lot keeps its dates.
pub(super) fn pool(lots: &mut [Lot]) -> Result<(), OutOfRange> {
    let mut left = Pool { cost: Amount::ZERO, base: Amount::ZERO, deferred: Amount::ZERO };
    let mut quantity = Decimal::ZERO;
    for lot in lots.iter() {
        left.cost = left.cost.plus(lot.cost)?;
        left.base = left.base.plus(lot.cost_base)?;
        left.deferred = left.deferred.plus(lot.deferred_loss)?;
        quantity += lot.quantity.get();
    }
    for lot in lots {
        let part = lot.quantity.get();
        lot.cost = left.cost.share(part, quantity)?;
        lot.cost_base = left.base.share(part, quantity)?;
        lot.deferred_loss = left.deferred.share(part, quantity)?;
        left.cost = left.cost.minus(lot.cost)?;
        left.base = left.base.minus(lot.cost_base)?;
        left.deferred = left.deferred.minus(lot.deferred_loss)?;
        quantity -= part;
    }
    Ok(())
}

/// What is not yet given to a lot.
struct Pool {
    cost: Amount<domain::money::Trade>,
    base: Amount<domain::money::Base>,
    deferred: Amount<domain::money::Base>,
}

impl fmt::Display for LotMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Fifo => "FIFO",
            Self::Lifo => "LIFO",
            Self::Hifo => "HIFO",
            Self::Specific => "specific lots",
            Self::Average => "average cost",
        })
    }
}
