use domain::money::{Amount, Base, FxRate, OutOfRange, Trade};
use domain::portfolio::{Book, BookTransaction, CashMovement, LotMovement, TransactionKind};
use domain::pricing_pack::{Currency, Symbol};
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What a book holds at the end of a day: open lots, and money by its currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    lots: BTreeMap<Symbol, Vec<OpenLot>>,
    cash: BTreeMap<Currency, Decimal>,
    receivable: BTreeMap<Currency, Decimal>,
}

/// What is still held of a purchase. Costs are totals and contain the fees of the purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenLot {
    pub acquired: Date,
    pub label: Option<String>,
    pub quantity: Decimal,
    /// As the ledger has it: without fees, of one unit today.
    pub unit_cost: Decimal,
    pub cost: Amount<Trade>,
    /// At the rate of the trade; never revalued.
    pub cost_base: Amount<Base>,
}

/// A transaction that does not go with those before it. A ledger that was read whole has
/// none; a stored book that was changed may.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    #[error("{symbol} is taken out of a lot that is not held on {on}")]
    NoSuchLot { symbol: Symbol, on: Date },
    #[error("{symbol} came in on {on} without the rate of its trade")]
    NoTradeRate { symbol: Symbol, on: Date },
    #[error("the fee of {on} is in a currency that is neither that of the trade nor the base")]
    ForeignFee { on: Date },
    #[error("the book names {0}, which it does not describe")]
    Undescribed(Symbol),
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
}

/// What units cost, in the currency of trading and in the base.
type Costs = (Amount<Trade>, Amount<Base>);

impl Holdings {
    /// What the book holds at the end of `day`.
    pub fn on(book: &Book, day: Date) -> Result<Self, BookError> {
        let mut holdings = Self::default();
        for transaction in book.until(day) {
            holdings.apply(book, transaction)?;
        }
        Ok(holdings)
    }

    /// By security, in the order of their acquisition by the ledger; none is empty.
    pub const fn lots(&self) -> &BTreeMap<Symbol, Vec<OpenLot>> {
        &self.lots
    }

    pub const fn cash(&self) -> &BTreeMap<Currency, Decimal> {
        &self.cash
    }

    /// What is owed to the book.
    pub const fn receivable(&self) -> &BTreeMap<Currency, Decimal> {
        &self.receivable
    }

    pub fn quantity(&self, symbol: &Symbol) -> Decimal {
        self.lots.get(symbol).into_iter().flatten().map(|lot| lot.quantity).sum()
    }

    pub(super) fn apply(&mut self, book: &Book, one: &BookTransaction) -> Result<(), BookError> {
        let mut taken = Vec::new();
        for movement in one.lots.iter().filter(|movement| movement.units.is_sign_negative()) {
            taken.push((movement, self.take(one, movement)?));
        }
        let received: Vec<&LotMovement> =
            one.lots.iter().filter(|movement| movement.units.is_sign_positive()).collect();
        for movement in &received {
            let lot = if one.kind == TransactionKind::Split {
                split(one, movement, &mut taken)?
            } else {
                purchased(book, one, movement, &received)?
            };
            self.lots.entry(movement.symbol.clone()).or_default().push(lot);
        }
        self.lots.retain(|_, lots| !lots.is_empty());
        add(&mut self.cash, &one.cash)?;
        add(&mut self.receivable, &one.receivable)
    }

    /// Takes units out of the lot that the ledger names; gives their costs.
    fn take(&mut self, one: &BookTransaction, movement: &LotMovement) -> Result<Costs, BookError> {
        let missing = || BookError::NoSuchLot { symbol: movement.symbol.clone(), on: one.date };
        let lots = self.lots.get_mut(&movement.symbol).ok_or_else(missing)?;
        let wanted = -movement.units;
        let is_it = |lot: &OpenLot| {
            lot.acquired == movement.acquired
                && lot.unit_cost == movement.unit_cost
                && lot.label == movement.label
        };
        let mut left = wanted;
        let (mut cost, mut cost_base) = (Amount::ZERO, Amount::ZERO);
        // Purchases of one day at one price are one lot to the ledger.
        for lot in lots.iter_mut().filter(|lot| is_it(lot)) {
            let part = lot.quantity.min(left);
            let (of_cost, of_base) =
                (lot.cost.share(part, lot.quantity)?, lot.cost_base.share(part, lot.quantity)?);
            lot.cost = lot.cost.minus(of_cost)?;
            lot.cost_base = lot.cost_base.minus(of_base)?;
            lot.quantity -= part;
            left -= part;
            (cost, cost_base) = (cost.plus(of_cost)?, cost_base.plus(of_base)?);
            if left.is_zero() {
                break;
            }
        }
        lots.retain(|lot| !lot.quantity.is_zero());
        if left.is_zero() { Ok((cost, cost_base)) } else { Err(missing()) }
    }
}

/// What came out of a lot goes into the one that replaces it: no cost changes.
fn split(
    one: &BookTransaction,
    movement: &LotMovement,
    taken: &mut Vec<(&LotMovement, Costs)>,
) -> Result<OpenLot, BookError> {
    let is_its = |from: &LotMovement| {
        from.symbol == movement.symbol
            && from.acquired == movement.acquired
            && from.label == movement.label
    };
    let place = taken.iter().position(|(from, _)| is_its(from));
    let missing = BookError::NoSuchLot { symbol: movement.symbol.clone(), on: one.date };
    let (_, (cost, cost_base)) = taken.remove(place.ok_or(missing)?);
    Ok(opened(movement, cost, cost_base))
}

fn purchased(
    book: &Book,
    one: &BookTransaction,
    movement: &LotMovement,
    received: &[&LotMovement],
) -> Result<OpenLot, BookError> {
    let symbol = &movement.symbol;
    let security =
        book.securities.get(symbol).ok_or_else(|| BookError::Undescribed(symbol.clone()))?;
    let rate = one.trade_rate.and_then(|rate| FxRate::<Trade, Base>::new(rate).ok());
    let rate =
        rate.ok_or_else(|| BookError::NoTradeRate { symbol: symbol.clone(), on: one.date })?;
    let price = Amount::new(movement.unit_cost);
    let own = price.times(movement.units)?;
    let mut all = Amount::<Trade>::ZERO;
    for other in received {
        all = all.plus(Amount::new(other.unit_cost).times(other.units)?)?;
    }
    let mut fee = Amount::<Trade>::ZERO;
    for paid in &one.fees {
        let paid_in_trade = if paid.currency == security.currency {
            Amount::new(paid.amount)
        } else if paid.currency == book.base {
            Amount::<Base>::new(paid.amount).convert(rate.inverse()?)?
        } else {
            return Err(BookError::ForeignFee { on: one.date });
        };
        fee = fee.plus(paid_in_trade)?;
    }
    let fee = if all == Amount::ZERO { fee } else { fee.share(own.value(), all.value())? };
    let cost = own.plus(fee)?;
    Ok(opened(movement, cost, cost.convert(rate)?))
}

fn opened(movement: &LotMovement, cost: Amount<Trade>, cost_base: Amount<Base>) -> OpenLot {
    OpenLot {
        acquired: movement.acquired,
        label: movement.label.clone(),
        quantity: movement.units,
        unit_cost: movement.unit_cost,
        cost,
        cost_base,
    }
}

/// Balances of zero are none.
fn add(
    balances: &mut BTreeMap<Currency, Decimal>,
    movements: &[CashMovement],
) -> Result<(), BookError> {
    for CashMovement { currency, amount } in movements {
        let balance = balances.entry(currency.clone()).or_default();
        *balance = balance.checked_add(*amount).ok_or(OutOfRange)?;
    }
    balances.retain(|_, balance| !balance.is_zero());
    Ok(())
}
