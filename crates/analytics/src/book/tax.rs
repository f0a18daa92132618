//! The lots of a book by another method than the ledger booked them, security by security:
//! what sales brought, and what is still held, for taxes.

use crate::lots::{
    LotBook, LotError, LotLabel, LotMethod, Purchase, Quantity, Sale, Selection, Split, WashRule,
};
use domain::money::{Amount, Base, FxRate, OutOfRange, Trade};
use domain::portfolio::{Book, BookTransaction, LotMovement, TransactionKind};
use domain::pricing_pack::Symbol;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Why the lots of a book cannot be followed by a method.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaxError {
    #[error("{symbol} came in or went out on {on} without the rate of its trade")]
    NoTradeRate { symbol: Symbol, on: Date },
    #[error("{symbol} left on {on} without a price, so that nothing says what it brought")]
    NoPrice { symbol: Symbol, on: Date },
    #[error("{symbol} was sold on {on} out of several named lots at once")]
    SeveralNames { symbol: Symbol, on: Date },
    #[error("{symbol} was sold on {on} out of a lot without a name")]
    NoName { symbol: Symbol, on: Date },
    #[error("the fee of {on} is in a currency that is neither that of the trade nor the base")]
    ForeignFee { on: Date },
    #[error("the book names {0}, which it does not describe")]
    Undescribed(Symbol),
    #[error("the movements of {symbol} on {on} are no quantity")]
    NoQuantity { symbol: Symbol, on: Date },
    #[error(transparent)]
    Lots(#[from] LotError),
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
}

/// The lots of every security that the book held up to the end of `day`, with the gains of
/// its sales, when each sale picks its lots by `method`. Fees are part of basis and proceeds,
/// by quantity where a transaction moves several lots. Source: domain reference, section 9.
///
/// # Errors
/// The first event that cannot be followed.
pub fn lot_books(
    book: &Book,
    day: Date,
    method: LotMethod,
    wash_rule: WashRule,
) -> Result<BTreeMap<Symbol, LotBook>, TaxError> {
    let mut books: BTreeMap<Symbol, LotBook> = BTreeMap::new();
    for one in book.until(day) {
        for symbol in symbols(one) {
            let security = book
                .securities
                .get(&symbol)
                .ok_or_else(|| TaxError::Undescribed(symbol.clone()))?;
            let lots = books.entry(symbol.clone()).or_insert_with(|| {
                let (trade, base) = (security.currency.clone(), book.base.clone());
                LotBook::new(symbol.clone(), trade, base, wash_rule)
            });
            apply(lots, &Event { book, one, symbol: &symbol }, method)?;
        }
    }
    Ok(books)
}

fn symbols(one: &BookTransaction) -> Vec<Symbol> {
    let mut symbols: Vec<Symbol> = one.lots.iter().map(|lot| lot.symbol.clone()).collect();
    symbols.sort();
    symbols.dedup();
    symbols
}

/// A transaction as far as it concerns one security.
struct Event<'a> {
    book: &'a Book,
    one: &'a BookTransaction,
    symbol: &'a Symbol,
}

fn apply(lots: &mut LotBook, event: &Event<'_>, method: LotMethod) -> Result<(), TaxError> {
    if event.one.kind == TransactionKind::Split {
        let (to, from) = (event.units(true)?, -event.units(false)?);
        let name = event.one.split.clone();
        let name = name.unwrap_or_else(|| format!("{} {}", event.symbol, event.one.date));
        lots.split(&Split { event: name.into(), date: event.one.date, to, from })?;
        return Ok(());
    }
    for movement in event.movements(true) {
        lots.buy(&event.purchase(movement)?)?;
    }
    let taken: Vec<&LotMovement> = event.movements(false).collect();
    if !taken.is_empty() {
        lots.sell(&event.sale(&taken, method)?)?;
    }
    Ok(())
}

impl<'a> Event<'a> {
    fn movements(&self, into: bool) -> impl Iterator<Item = &'a LotMovement> {
        let symbol = self.symbol;
        self.one
            .lots
            .iter()
            .filter(move |lot| lot.symbol == *symbol && lot.units.is_sign_positive() == into)
    }

    fn units(&self, into: bool) -> Result<Decimal, TaxError> {
        let mut sum = Decimal::ZERO;
        for movement in self.movements(into) {
            sum = sum.checked_add(movement.units).ok_or(OutOfRange)?;
        }
        Ok(sum)
    }

    fn rate(&self) -> Result<FxRate<Trade, Base>, TaxError> {
        let rate = self.one.trade_rate.and_then(|rate| FxRate::new(rate).ok());
        rate.ok_or_else(|| TaxError::NoTradeRate { symbol: self.symbol.clone(), on: self.one.date })
    }

    fn quantity(&self, units: Decimal) -> Result<Quantity, TaxError> {
        Quantity::new(units.abs())
            .map_err(|_| TaxError::NoQuantity { symbol: self.symbol.clone(), on: self.one.date })
    }

    /// Its share of the transaction's fees, in the currency of trading.
    fn fee(&self, units: Decimal) -> Result<Amount<Trade>, TaxError> {
        let trade = self.book.securities.get(self.symbol).map(|security| &security.currency);
        let mut fee = Amount::<Trade>::ZERO;
        for paid in &self.one.fees {
            let paid = if Some(&paid.currency) == trade {
                Amount::new(paid.amount)
            } else if paid.currency == self.book.base {
                Amount::<Base>::new(paid.amount).convert(self.rate()?.inverse()?)?
            } else {
                return Err(TaxError::ForeignFee { on: self.one.date });
            };
            fee = fee.plus(paid)?;
        }
        let mut all = Decimal::ZERO;
        for lot in &self.one.lots {
            all = all.checked_add(lot.units.abs()).ok_or(OutOfRange)?;
        }
        Ok(if all.is_zero() { fee } else { fee.share(units.abs(), all)? })
    }

    fn purchase(&self, movement: &LotMovement) -> Result<Purchase, TaxError> {
        Ok(Purchase {
            date: self.one.date,
            quantity: self.quantity(movement.units)?,
            price: Amount::new(movement.unit_cost),
            fee: self.fee(movement.units)?,
            rate: self.rate()?,
            label: movement.label.as_deref().map(|label| LotLabel(label.into())),
        })
    }

    fn sale(&self, taken: &[&LotMovement], method: LotMethod) -> Result<Sale, TaxError> {
        let (symbol, on) = (self.symbol.clone(), self.one.date);
        let units = self.units(false)?;
        // Of a sale at several prices, all lots together have the mean.
        let mut proceeds = Amount::<Trade>::ZERO;
        for movement in taken {
            let price = movement.price.map(Amount::<Trade>::new);
            let price = price.ok_or(TaxError::NoPrice { symbol: symbol.clone(), on })?;
            proceeds = proceeds.plus(price.times(movement.units.abs())?)?;
        }
        let price = proceeds.value().checked_div(units.abs()).ok_or(OutOfRange)?;
        let selection = match method {
            LotMethod::Fifo => Selection::Fifo,
            LotMethod::Lifo => Selection::Lifo,
            LotMethod::Hifo => Selection::Hifo,
            LotMethod::Average => Selection::Average,
            LotMethod::Specific => Selection::Specific(named(taken, &symbol, on)?),
        };
        Ok(Sale {
            date: on,
            quantity: self.quantity(units)?,
            price: Amount::new(price),
            fee: self.fee(units)?,
            rate: self.rate()?,
            selection,
        })
    }
}

fn named(taken: &[&LotMovement], symbol: &Symbol, on: Date) -> Result<LotLabel, TaxError> {
    let mut labels: Vec<Option<&str>> = taken.iter().map(|lot| lot.label.as_deref()).collect();
    labels.dedup();
    match labels[..] {
        [Some(label)] => Ok(LotLabel(label.into())),
        [None] => Err(TaxError::NoName { symbol: symbol.clone(), on }),
        _ => Err(TaxError::SeveralNames { symbol: symbol.clone(), on }),
    }
}
