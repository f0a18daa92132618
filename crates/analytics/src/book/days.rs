use super::holdings::{BookError, Holdings};
use super::valuation::rate;
use crate::attribution::{AttributedDay, ContributionDay, Part, PositionDay as CurrencyDay};
use crate::performance::{NavHistory, ReturnSeries, Valuation, chain, whole};
use crate::series::{Dated, Series};
use domain::measure::{Fraction, Reason};
use domain::money::{Amount, Base, Trade};
use domain::portfolio::{Book, BookTransaction, TransactionKind};
use domain::pricing_pack::{Currency, PackContent, Symbol};
use jiff::civil::Date;
use rust_decimal::{Decimal, prelude::ToPrimitive};
use std::collections::{BTreeMap, BTreeSet};

/// A book at the end of one day that has a pack, and what happened since the day before.
#[derive(Clone, Debug, PartialEq)]
pub struct BookDay {
    pub date: Date,
    pub nav: Amount<Base>,
    /// What the owner brought (+) or took (-), at the pack's rates.
    pub flow: Amount<Base>,
    pub currencies: BTreeMap<Currency, Flows>,
    pub positions: BTreeMap<Symbol, PositionDay>,
}

impl BookDay {
    /// What was earned since `before`, flows aside.
    ///
    /// # Errors
    /// [`Reason::OutOfRange`].
    pub fn earned_since(&self, before: &Self) -> Result<Amount<Base>, Reason> {
        Ok(self.nav.minus(self.flow)?.minus(before.nav)?)
    }
}

/// Everything of one currency: securities that trade in it, cash, what is owed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flows {
    /// At the end of the day, in that currency.
    pub value: Decimal,
    /// What came in from other currencies and from the owner (+), or left (-), since the day
    /// before. All else that changed the value was earned.
    pub transfers: Decimal,
    /// What one unit costs in the base.
    pub rate: Decimal,
}

/// One security.
#[derive(Clone, Debug, PartialEq)]
pub struct PositionDay {
    pub quantity: Decimal,
    /// In the currency of trading.
    pub value: Decimal,
    pub value_base: Amount<Base>,
    /// Paid for it with fees (+), received for it (-), dividends after tax among it (-):
    /// since the day before, in the currency of trading.
    pub paid: Decimal,
    pub rate: Decimal,
}

/// The book at the end of each pack's day, by the prices and rates of that pack. `packs`
/// by their dates. Days before the first transaction are left out.
///
/// # Errors
/// The first day that cannot be valued, with its reason: no gap is filled.
pub fn days(book: &Book, packs: &[&PackContent]) -> Result<Vec<BookDay>, DayError> {
    let mut holdings = Holdings::default();
    let mut applied = 0;
    let mut result: Vec<BookDay> = Vec::with_capacity(packs.len());
    for pack in packs {
        let until = book.until(pack.date()).len();
        let since = &book.transactions[applied..until];
        for one in since {
            holdings.apply(book, one)?;
        }
        applied = until;
        if until == 0 {
            continue;
        }
        let on = |reason| DayError::NoValue { on: pack.date(), reason };
        // What happened before the first pack is the opening, not a flow of its day.
        let since = if result.is_empty() { &[] } else { since };
        result.push(day(book, &holdings, since, pack).map_err(on)?);
    }
    Ok(result)
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    #[error("the book has no value on {on}, because {reason}")]
    NoValue { on: Date, reason: Reason },
    #[error(transparent)]
    Book(#[from] BookError),
}

fn day(
    book: &Book,
    holdings: &Holdings,
    since: &[BookTransaction],
    pack: &PackContent,
) -> Result<BookDay, Reason> {
    let mut currencies: BTreeMap<Currency, Flows> = BTreeMap::new();
    let mut positions = BTreeMap::new();
    let mut nav = Amount::<Base>::ZERO;
    let traded = since.iter().flat_map(|one| &one.lots).map(|lot| &lot.symbol);
    let symbols: BTreeSet<&Symbol> = holdings.lots().keys().chain(traded).collect();
    let mut unpriced = Vec::new();
    for symbol in symbols {
        let quantity = holdings.quantity(symbol);
        let Some(security) = book.securities.get(symbol) else {
            unpriced.push(symbol.clone());
            continue;
        };
        let close = pack
            .price(symbol, &security.exchange)
            .filter(|close| close.currency == security.currency)
            .map(|close| close.close.value());
        // What was sold whole needs no price any more.
        let Some(close) = close.or_else(|| quantity.is_zero().then_some(Decimal::ZERO)) else {
            unpriced.push(symbol.clone());
            continue;
        };
        let value = Amount::<Trade>::new(close).times(quantity)?;
        let rate = rate(&security.currency, &book.base, pack)?;
        let value_base = value.convert(rate)?;
        nav = nav.plus(value_base)?;
        add(&mut currencies, &security.currency, value.value())?;
        let paid = paid(since, symbol)?;
        let value = value.value();
        let day = PositionDay { quantity, value, value_base, paid, rate: rate.value() };
        positions.insert(symbol.clone(), day);
    }
    if !unpriced.is_empty() {
        return Err(Reason::Unpriced { symbols: unpriced });
    }
    for (currency, amount) in holdings.cash().iter().chain(holdings.receivable()) {
        let rate = rate(currency, &book.base, pack)?;
        nav = nav.plus(Amount::<Trade>::new(*amount).convert(rate)?)?;
        add(&mut currencies, currency, *amount)?;
    }
    let mut flow = Amount::<Base>::ZERO;
    for one in since {
        let legs = legs(book, one, pack)?;
        if is_owners(one) {
            for (currency, amount) in &legs {
                let rate = rate(currency, &book.base, pack)?;
                flow = flow.plus(Amount::<Trade>::new(*amount).convert(rate)?)?;
            }
        }
        if is_owners(one) || legs.len() > 1 {
            for (currency, amount) in legs {
                let transfers = &mut currencies.entry(currency).or_default().transfers;
                *transfers = transfers.checked_add(amount).ok_or(Reason::OutOfRange)?;
            }
        }
    }
    for (currency, flows) in &mut currencies {
        flows.rate = rate(currency, &book.base, pack)?.value();
    }
    Ok(BookDay { date: pack.date(), nav, flow, currencies, positions })
}

fn add(
    currencies: &mut BTreeMap<Currency, Flows>,
    currency: &Currency,
    amount: Decimal,
) -> Result<(), Reason> {
    let value = &mut currencies.entry(currency.clone()).or_default().value;
    *value = value.checked_add(amount).ok_or(Reason::OutOfRange)?;
    Ok(())
}

const fn is_owners(one: &BookTransaction) -> bool {
    matches!(one.kind, TransactionKind::Deposit | TransactionKind::Withdrawal)
}

/// What a transaction moved in each currency. Securities count at what they were traded at,
/// those that the owner brings or takes at the day's close; a split moves nothing.
fn legs(
    book: &Book,
    one: &BookTransaction,
    pack: &PackContent,
) -> Result<BTreeMap<Currency, Decimal>, Reason> {
    let mut legs: BTreeMap<Currency, Decimal> = BTreeMap::new();
    let mut add = |currency: &Currency, amount: Decimal| {
        let leg = legs.entry(currency.clone()).or_default();
        *leg = leg.checked_add(amount).ok_or(Reason::OutOfRange)?;
        Ok::<(), Reason>(())
    };
    for movement in one.cash.iter().chain(&one.receivable) {
        add(&movement.currency, movement.amount)?;
    }
    if one.kind == TransactionKind::Split {
        return Ok(legs);
    }
    for lot in &one.lots {
        let unpriced = || Reason::Unpriced { symbols: vec![lot.symbol.clone()] };
        let security = book.securities.get(&lot.symbol).ok_or_else(unpriced)?;
        let unit = if is_owners(one) {
            let close = pack.price(&lot.symbol, &security.exchange).ok_or_else(unpriced)?;
            close.close.value()
        } else {
            lot.price.unwrap_or(lot.unit_cost)
        };
        add(&security.currency, unit.checked_mul(lot.units).ok_or(Reason::OutOfRange)?)?;
    }
    Ok(legs)
}

/// What a security cost its holder since the day before: purchases less sales, fees, less
/// what dividends brought after tax.
fn paid(since: &[BookTransaction], symbol: &Symbol) -> Result<Decimal, Reason> {
    let mut paid = Decimal::ZERO;
    let mut add = |amount: Option<Decimal>| {
        paid = amount.and_then(|amount| paid.checked_add(amount)).ok_or(Reason::OutOfRange)?;
        Ok::<(), Reason>(())
    };
    for one in since {
        if one.dividend.as_ref().is_some_and(|terms| terms.symbol == *symbol) {
            for movement in one.cash.iter().chain(&one.receivable) {
                add(Some(-movement.amount))?;
            }
        }
        let own: Vec<_> = one.lots.iter().filter(|lot| lot.symbol == *symbol).collect();
        if own.is_empty() || one.kind == TransactionKind::Split {
            continue;
        }
        for lot in own {
            add(lot.price.unwrap_or(lot.unit_cost).checked_mul(lot.units))?;
        }
        for fee in &one.fees {
            add(Some(fee.amount))?;
        }
    }
    Ok(paid)
}

/// Net asset values and the owner's flows, for returns. The flow of the first day is part
/// of its value.
pub fn nav_history(days: &[BookDay]) -> NavHistory {
    let point =
        |day: &BookDay| Dated { date: day.date, value: Valuation { nav: day.nav, flow: day.flow } };
    Series::ascending(days.iter().map(point).collect())
}

/// The days of the one chain of returns, each with what it started from.
fn chained(days: &[BookDay]) -> Result<Vec<(&BookDay, &BookDay, Fraction)>, Reason> {
    let periods = chain(&nav_history(days))?;
    let returns = &whole(&periods)?.returns;
    let mut result = Vec::with_capacity(returns.len());
    let mut returns = returns.returns().points().iter().peekable();
    for pair in days.windows(2) {
        if let Some(point) = returns.next_if(|point| point.date == pair[1].date) {
            result.push((&pair[0], &pair[1], point.value));
        }
    }
    Ok(result)
}

/// Each day by what its currencies did: the local return of a currency is all that was
/// earned in it, whichever holding earned it, over what was there at the start.
///
/// # Errors
/// Those of the chain of returns.
pub fn attributed_days(days: &[BookDay]) -> Result<Vec<AttributedDay>, Reason> {
    let day = |(before, after, measured): (&BookDay, &BookDay, Fraction)| {
        let nav = number(before.nav.value())?;
        let positions = before.currencies.iter().filter(|(_, start)| !start.value.is_zero());
        let positions = positions.map(|(currency, start)| {
            let end = after.currencies.get(currency);
            let (value, transfers, rate) = match end {
                Some(end) => (end.value, end.transfers, end.rate),
                // Nothing of it is left, and nothing moved: it has lost all of its value.
                None => (Decimal::ZERO, Decimal::ZERO, start.rate),
            };
            let opening = number(start.value)?;
            let earned = number(value)? - number(transfers)? - opening;
            let (rate_before, rate_after) = (number(start.rate)?, number(rate)?);
            Ok(CurrencyDay {
                currency: currency.clone(),
                weight: Fraction::new(opening * rate_before / nav)?,
                local: Fraction::new(earned / opening)?,
                fx: Fraction::new(rate_after / rate_before - 1.0)?,
            })
        });
        let positions = positions.collect::<Result<_, Reason>>()?;
        Ok(AttributedDay { positions, measured })
    };
    chained(days)?.into_iter().map(day).collect()
}

/// Each day by what its securities earned in the base. The contribution of a security is
/// its gain over the value of the book; one that was bought on the day has its gain since.
///
/// # Errors
/// Those of the chain of returns.
pub fn contribution_days(days: &[BookDay]) -> Result<Vec<ContributionDay<Symbol>>, Reason> {
    let day = |(before, after, measured): (&BookDay, &BookDay, Fraction)| {
        let nav = number(before.nav.value())?;
        let parts = after.positions.iter().map(|(symbol, end)| {
            let opening =
                before.positions.get(symbol).map_or(Decimal::ZERO, |one| one.value_base.value());
            let gain = number(end.value_base.value())?
                - number(end.paid)? * number(end.rate)?
                - number(opening)?;
            Ok(Part {
                key: symbol.clone(),
                weight: Fraction::ONE,
                base_return: Fraction::new(gain / nav)?,
            })
        });
        let parts = parts.collect::<Result<_, Reason>>()?;
        Ok(ContributionDay { parts, measured })
    };
    chained(days)?.into_iter().map(day).collect()
}

/// Daily returns of one security in the base, of the days on which it was held at the
/// start: what it earned, dividends included, over its value.
///
/// # Errors
/// [`Reason::TooFewObservations`] where it was held on no two days in a row.
pub fn position_returns(days: &[BookDay], symbol: &Symbol) -> Result<ReturnSeries, Reason> {
    let mut returns = Vec::new();
    let mut opened = None;
    for pair in days.windows(2) {
        let (Some(before), Some(after)) =
            (pair[0].positions.get(symbol), pair[1].positions.get(symbol))
        else {
            continue;
        };
        let opening = number(before.value_base.value())?;
        if opening <= 0.0 {
            continue;
        }
        let closing = number(after.value_base.value())? - number(after.paid)? * number(after.rate)?;
        opened.get_or_insert(pair[0].date);
        returns.push(Dated { date: pair[1].date, value: Fraction::new(closing / opening - 1.0)? });
    }
    let opened = opened.ok_or(Reason::TooFewObservations { needed: 1, found: 0 })?;
    ReturnSeries::new(opened, Series::ascending(returns)).map_err(|_| Reason::OutOfRange)
}

/// Each day of one security by what its market and what its currency did, of the days on
/// which it was held at the start. The measured return is that of [`position_returns`].
///
/// # Errors
/// [`Reason::TooFewObservations`] where it was held on no two days in a row.
pub fn position_attributed_days(
    book: &Book,
    days: &[BookDay],
    symbol: &Symbol,
) -> Result<Vec<AttributedDay>, Reason> {
    let none = || Reason::TooFewObservations { needed: 1, found: 0 };
    let currency = &book.securities.get(symbol).ok_or_else(none)?.currency;
    let mut result = Vec::new();
    for pair in days.windows(2) {
        let (Some(before), Some(after)) =
            (pair[0].positions.get(symbol), pair[1].positions.get(symbol))
        else {
            continue;
        };
        let (opening, opening_base) = (number(before.value)?, number(before.value_base.value())?);
        if opening_base <= 0.0 {
            continue;
        }
        let (paid, rate) = (number(after.paid)?, number(after.rate)?);
        let closing_base = number(after.value_base.value())? - paid * rate;
        let position = CurrencyDay {
            currency: currency.clone(),
            weight: Fraction::ONE,
            local: Fraction::new((number(after.value)? - paid) / opening - 1.0)?,
            fx: Fraction::new(rate / number(before.rate)? - 1.0)?,
        };
        let measured = Fraction::new(closing_base / opening_base - 1.0)?;
        result.push(AttributedDay { positions: vec![position], measured });
    }
    if result.is_empty() { Err(none()) } else { Ok(result) }
}

fn number(value: Decimal) -> Result<f64, Reason> {
    value.to_f64().ok_or(Reason::OutOfRange)
}
