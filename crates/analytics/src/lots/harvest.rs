use super::wash_sale::{WASH_SALE_DAYS, WashRule, days_between};
use super::{Lot, LotBook, LotError, Term, UnrealisedGain};
use domain::measure::Fraction;
use domain::money::{Amount, Base, FxRate, Trade};
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::cmp::Reverse;

/// What counts as worth selling at a loss.
#[derive(Clone, Copy, Debug)]
pub struct HarvestPolicy {
    /// The least loss of a lot, above zero.
    pub loss_min: Amount<Base>,
    pub tax_rate: Fraction,
    pub cost: TradeCost,
    /// Leave out what a wash sale would disallow in whole or part.
    pub avoid_wash_sales: bool,
    pub wash_rule: WashRule,
}

/// What a trade costs: a fixed amount and a fraction of its value.
#[derive(Clone, Copy, Debug)]
pub struct TradeCost {
    pub fixed: Amount<Base>,
    pub rate: Fraction,
}

impl TradeCost {
    pub fn of(self, value: Amount<Base>) -> Result<Amount<Base>, LotError> {
        Ok(self.fixed.plus(value.abs().fraction(self.rate)?)?)
    }
}

/// Candidates in their rank, and what was left out for the sake of the wash-sale rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Harvest {
    pub candidates: Vec<HarvestCandidate>,
    pub blocked: Vec<HarvestCandidate>,
    /// Lots whose sale costs as much as it saves, or more.
    pub without_benefit: Vec<HarvestCandidate>,
    /// Of the candidates.
    pub total_benefit: Amount<Base>,
}

/// An open lot whose sale would bring a loss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HarvestCandidate {
    pub lot: Lot,
    /// Basis less value; above zero.
    pub loss: Amount<Base>,
    /// What of the loss a wash sale would disallow.
    pub disallowed: Amount<Base>,
    /// Of the trade.
    pub cost: Amount<Base>,
    /// Loss that would count × tax rate, less the cost.
    pub benefit: Amount<Base>,
    pub term: Term,
    pub wash: WashCheck,
}

/// Whether purchases within thirty days before or after make it a wash sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WashCheck {
    /// None is known. To buy again within the thirty days that follow would change it.
    Clear,
    /// This many of the lot's units would be replaced.
    Replaced(Decimal),
}

/// Lots of a book with a loss of at least `loss_min`, by benefit and then by size of
/// the loss, the largest first. Without a benefit after cost a lot is no candidate.
///
/// `planned`: dates and quantities of purchases that are already known for the future,
/// such as a dividend that is to be reinvested.
pub fn harvesting_candidates(
    book: &LotBook,
    price: Amount<Trade>,
    rate: FxRate<Trade, Base>,
    as_of: Date,
    planned: &[(Date, Decimal)],
    policy: HarvestPolicy,
) -> Result<Harvest, LotError> {
    let mut harvest = Harvest {
        candidates: Vec::new(),
        blocked: Vec::new(),
        without_benefit: Vec::new(),
        total_benefit: Amount::ZERO,
    };
    for lot in book.lots() {
        let gain = lot.unrealised(price, rate, as_of)?;
        let replaced = match policy.wash_rule {
            WashRule::Off => Decimal::ZERO,
            WashRule::UnitedStates => replaced(book, lot, as_of, planned),
        };
        let Some(candidate) = candidate(lot, gain, replaced, policy)? else { continue };
        if policy.avoid_wash_sales && candidate.wash != WashCheck::Clear {
            harvest.blocked.push(candidate);
        } else if candidate.benefit.is_positive() {
            harvest.total_benefit = harvest.total_benefit.plus(candidate.benefit)?;
            harvest.candidates.push(candidate);
        } else {
            harvest.without_benefit.push(candidate);
        }
    }
    let rank = |candidate: &HarvestCandidate| Reverse((candidate.benefit, candidate.loss));
    harvest.candidates.sort_by_key(rank);
    harvest.blocked.sort_by_key(rank);
    harvest.without_benefit.sort_by_key(rank);
    Ok(harvest)
}

fn candidate(
    lot: &Lot,
    gain: UnrealisedGain,
    replaced: Decimal,
    policy: HarvestPolicy,
) -> Result<Option<HarvestCandidate>, LotError> {
    let loss = gain.taxable()?.negated();
    if !loss.is_positive() || loss < policy.loss_min {
        return Ok(None);
    }
    let disallowed = loss.share(replaced, lot.quantity.get())?;
    let saved = loss.minus(disallowed)?.fraction(policy.tax_rate)?;
    let cost = policy.cost.of(gain.value)?;
    let benefit = saved.minus(cost)?;
    let wash = if replaced.is_zero() { WashCheck::Clear } else { WashCheck::Replaced(replaced) };
    let (lot, term) = (lot.clone(), gain.term);
    Ok(Some(HarvestCandidate { lot, loss, disallowed, cost, benefit, term, wash }))
}

/// How many units of the lot other purchases would replace, at most all.
fn replaced(book: &LotBook, lot: &Lot, as_of: Date, planned: &[(Date, Decimal)]) -> Decimal {
    let near = |date: Date| days_between(as_of, date) <= WASH_SALE_DAYS;
    let bought = book.lots().iter().filter(|other| {
        !other.is_replacement && other.purchase != lot.purchase && near(other.acquired)
    });
    let held: Decimal = bought.map(|other| other.quantity.get()).sum();
    let ahead = planned.iter().filter(|(date, _)| *date >= as_of && near(*date));
    let coming: Decimal = ahead.map(|(_, quantity)| *quantity).sum();
    (held + coming).min(lot.quantity.get())
}
