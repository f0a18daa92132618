use domain::measure::{Available, Fraction, Reason};
use domain::money::{Amount, Base, FxRate, Trade};
use domain::pricing_pack::{Currency, Exchange, PackContent, Symbol};
use rust_decimal::Decimal;

/// Units of one security with what they cost, fees included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub symbol: Symbol,
    pub exchange: Exchange,
    /// In which it is traded.
    pub currency: Currency,
    pub quantity: Decimal,
    pub cost: Amount<Trade>,
    pub cost_base: Amount<Base>,
}

/// Money of one currency: cash, or what is owed to the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    pub currency: Currency,
    pub amount: Decimal,
}

/// A book by the prices and rates of one pack.
#[derive(Clone, Debug, PartialEq)]
pub struct Valuation {
    /// In the order they were given.
    pub holdings: Vec<ValuedHolding>,
    pub balances: Vec<ValuedBalance>,
    /// Sum of all values; missing where one is.
    pub nav: Available<Amount<Base>>,
    /// Sum of the balances' values; missing where one is.
    pub cash: Available<Amount<Base>>,
    /// Cash / net asset value.
    pub cash_weight: Available<Fraction>,
    /// Over all holdings.
    pub unrealised: Available<Amount<Base>>,
    pub unpriced: Vec<Unpriced>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ValuedHolding {
    pub held: Held,
    /// Of one unit, in the currency of trading.
    pub price: Available<Amount<Trade>>,
    pub rate: Available<Decimal>,
    pub value: Available<Amount<Base>>,
    /// Value / net asset value, cash included; a fraction.
    pub weight: Available<Fraction>,
    pub unrealised: Available<UnrealisedParts>,
}

/// Value less cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnrealisedParts {
    pub total: Amount<Base>,
    /// What the price did, at the pack's rate: (P - Pb) q F.
    pub price: Amount<Base>,
    /// What the currency did to the cost: Pb q (F - Fb).
    pub fx: Amount<Base>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ValuedBalance {
    pub balance: Balance,
    pub rate: Available<Decimal>,
    pub value: Available<Amount<Base>>,
    pub weight: Available<Fraction>,
}

/// What the pack cannot value, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpriced {
    /// None for money.
    pub symbol: Option<Symbol>,
    pub currency: Currency,
    pub quantity: Decimal,
    pub reason: Reason,
}

/// Values what is held: quantity × close × rate of the pack, rounded at the tenth decimal.
/// A missing price or rate leaves the value missing, and with it the net asset value and
/// every weight: those of the others would be too large. Source: domain reference,
/// sections 3 and 8.
///
/// # Errors
/// [`Reason::OutOfRange`].
pub fn value(
    holdings: &[Held],
    balances: &[Balance],
    base: &Currency,
    pack: &PackContent,
) -> Result<Valuation, Reason> {
    let mut holdings =
        holdings.iter().map(|held| holding(held, base, pack)).collect::<Result<Vec<_>, _>>()?;
    let mut balances =
        balances.iter().map(|one| balance(one, base, pack)).collect::<Result<Vec<_>, _>>()?;
    let values = || {
        let of_holdings = holdings.iter().map(|one| one.value.as_result());
        of_holdings.chain(balances.iter().map(|one| one.value.as_result()))
    };
    let unpriced = unpriced(&holdings, &balances);
    let nav = match missing(&unpriced) {
        Some(reason) => Err(reason),
        None => sum(values().filter_map(Result::ok).copied()),
    };
    let weight = |value: &Available<Amount<Base>>| -> Available<Fraction> {
        let of = || {
            let nav = nav.clone()?;
            let value = value.as_result().map_err(Clone::clone)?;
            if !nav.is_positive() {
                return Err(Reason::NoValue);
            }
            Ok(Fraction::new(value.ratio(nav).ok_or(Reason::NoValue)?)?)
        };
        of().into()
    };
    for one in &mut holdings {
        one.weight = weight(&one.value);
    }
    for one in &mut balances {
        one.weight = weight(&one.value);
    }
    let in_cash = balances.iter().map(|one| one.value.as_result().copied().map_err(Clone::clone));
    let in_cash: Result<Vec<_>, Reason> = in_cash.collect();
    let cash = in_cash.and_then(|values| sum(values.into_iter())).into();
    let cash_weight = weight(&cash);
    let gains = holdings.iter().map(|one| one.unrealised.as_result());
    let unrealised = match missing(&unpriced) {
        Some(reason) => Err(reason),
        None => sum(gains.filter_map(|gain| Some(gain.ok()?.total))),
    };
    Ok(Valuation {
        holdings,
        balances,
        nav: nav.into(),
        cash,
        cash_weight,
        unrealised: unrealised.into(),
        unpriced,
    })
}

fn holding(held: &Held, base: &Currency, pack: &PackContent) -> Result<ValuedHolding, Reason> {
    let close = pack
        .price(&held.symbol, &held.exchange)
        .filter(|close| close.currency == held.currency)
        .map(|close| Amount::<Trade>::new(close.close.value()))
        .ok_or_else(|| Reason::Unpriced { symbols: vec![held.symbol.clone()] });
    let rate = rate(&held.currency, base, pack);
    let valued = match (&close, &rate) {
        (Ok(close), Ok(rate)) => Ok((close.times(held.quantity)?, *rate)),
        (Err(reason), _) | (_, Err(reason)) => Err(reason.clone()),
    };
    let (value, unrealised) = match valued {
        Err(reason) => (Err(reason.clone()), Err(reason)),
        Ok((in_trade, rate)) => {
            let value = in_trade.convert(rate)?;
            let total = value.minus(held.cost_base)?;
            let price = in_trade.minus(held.cost)?.convert(rate)?;
            let fx = total.minus(price)?;
            (Ok(value), Ok(UnrealisedParts { total, price, fx }))
        }
    };
    Ok(ValuedHolding {
        held: held.clone(),
        price: close.into(),
        rate: rate.map(FxRate::value).into(),
        value: value.into(),
        weight: Available::Missing(Reason::NoValue),
        unrealised: unrealised.into(),
    })
}

fn balance(one: &Balance, base: &Currency, pack: &PackContent) -> Result<ValuedBalance, Reason> {
    let rate = rate(&one.currency, base, pack);
    let value = match &rate {
        Ok(rate) => Ok(Amount::<Trade>::new(one.amount).convert(*rate)?),
        Err(reason) => Err(reason.clone()),
    };
    Ok(ValuedBalance {
        balance: one.clone(),
        rate: rate.map(FxRate::value).into(),
        value: value.into(),
        weight: Available::Missing(Reason::NoValue),
    })
}

pub(super) fn rate(
    from: &Currency,
    to: &Currency,
    pack: &PackContent,
) -> Result<FxRate<Trade, Base>, Reason> {
    let missing = || Reason::NoRate { from: from.clone(), to: to.clone() };
    let rate = pack.rate(from, to).map_err(|_| missing())?;
    FxRate::new(rate.value).map_err(|_| missing())
}

fn unpriced(holdings: &[ValuedHolding], balances: &[ValuedBalance]) -> Vec<Unpriced> {
    let of_holdings = holdings.iter().filter_map(|one| {
        Some(Unpriced {
            symbol: Some(one.held.symbol.clone()),
            currency: one.held.currency.clone(),
            quantity: one.held.quantity,
            reason: one.value.reason()?.clone(),
        })
    });
    let of_balances = balances.iter().filter_map(|one| {
        Some(Unpriced {
            symbol: None,
            currency: one.balance.currency.clone(),
            quantity: one.balance.amount,
            reason: one.value.reason()?.clone(),
        })
    });
    of_holdings.chain(of_balances).collect()
}

/// Why there is no sum: every security without a price, else the first rate that is missing.
fn missing(unpriced: &[Unpriced]) -> Option<Reason> {
    let symbols: Vec<Symbol> = unpriced
        .iter()
        .filter(|one| matches!(one.reason, Reason::Unpriced { .. }))
        .filter_map(|one| one.symbol.clone())
        .collect();
    if symbols.is_empty() {
        unpriced.first().map(|one| one.reason.clone())
    } else {
        Some(Reason::Unpriced { symbols })
    }
}

fn sum(values: impl Iterator<Item = Amount<Base>>) -> Result<Amount<Base>, Reason> {
    let mut sum = Amount::ZERO;
    for value in values {
        sum = sum.plus(value)?;
    }
    Ok(sum)
}
