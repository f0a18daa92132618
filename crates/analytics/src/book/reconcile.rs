use super::valuation::rate;
use domain::measure::Reason;
use domain::money::{Amount, Base, Trade};
use domain::pricing_pack::{Currency, Exchange, PackContent, Symbol};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// What two valuations may differ by, in basis points.
pub const RECONCILED_BP: Decimal = Decimal::ONE;
/// Units by which quantities may differ.
const QUANTITY_TOLERANCE: Decimal = Decimal::from_parts(1, 0, 0, false, 6);
/// What costs and cash may differ by, in their currency.
const MONEY_TOLERANCE: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// One of the two accounts of a book: what it holds, and what it says that this is worth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    pub holdings: BTreeMap<Symbol, SideBalance>,
    /// What is owed to the book among it.
    pub cash: BTreeMap<Currency, Decimal>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideBalance {
    pub exchange: Exchange,
    pub currency: Currency,
    pub quantity: Decimal,
    /// Without fees, in the currency of trading.
    pub cost: Decimal,
}

/// How a book by the ledger and the same book by the database compare, by one pack.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconciled {
    pub nav_ledger: Amount<Base>,
    pub nav_stored: Amount<Base>,
    /// |difference| / net asset value by the ledger; over the sum of the absolute values
    /// where that is not above zero.
    pub difference_bp: Decimal,
    /// Empty where both agree.
    pub differences: Vec<Difference>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceCode {
    MissingInDb,
    MissingInLedger,
    QuantityMismatch,
    CostMismatch,
    CashMismatch,
    ValuationMismatch,
}

/// One thing on which they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub code: DifferenceCode,
    /// Symbol or currency; none for the whole.
    pub of: Option<String>,
    pub ledger: Decimal,
    pub stored: Decimal,
}

impl DifferenceCode {
    pub const fn id(self) -> &'static str {
        match self {
            Self::MissingInDb => "MISSING_IN_DB",
            Self::MissingInLedger => "MISSING_IN_LEDGER",
            Self::QuantityMismatch => "QUANTITY_MISMATCH",
            Self::CostMismatch => "COST_MISMATCH",
            Self::CashMismatch => "CASH_MISMATCH",
            Self::ValuationMismatch => "VALUATION_MISMATCH",
        }
    }
}

impl Reconciled {
    pub fn agrees(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Whether two values agree to one basis point of the first, which counts as a cent at
/// least.
pub fn within_a_basis_point(ledger: Decimal, stored: Decimal) -> bool {
    let of = ledger.abs().max(MONEY_TOLERANCE);
    basis_points(ledger, stored, of).is_some_and(|bp| bp <= RECONCILED_BP)
}

fn basis_points(ledger: Decimal, stored: Decimal, of: Decimal) -> Option<Decimal> {
    let difference = ledger.checked_sub(stored)?.abs();
    difference.checked_mul(Decimal::from(10_000))?.checked_div(of)
}

/// Compares position by position and in total. Source: domain reference, section 8.
///
/// # Errors
/// [`Reason`] where the pack cannot value what is held: an unpriced book is not reconciled.
pub fn reconcile(
    ledger: &Side,
    stored: &Side,
    base: &Currency,
    pack: &PackContent,
) -> Result<Reconciled, Reason> {
    let mut differences = Vec::new();
    let (mut nav_ledger, mut nav_stored, mut gross) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    let mut count = |ledger: Decimal, stored: Decimal| {
        nav_ledger += ledger;
        nav_stored += stored;
        gross += ledger.abs();
    };
    let symbols: BTreeSet<&Symbol> = ledger.holdings.keys().chain(stored.holdings.keys()).collect();
    for symbol in symbols {
        let sides = (ledger.holdings.get(symbol), stored.holdings.get(symbol));
        let values = (worth(sides.0, symbol, base, pack)?, worth(sides.1, symbol, base, pack)?);
        count(values.0, values.1);
        let difference = |code, ledger, stored| Difference {
            code,
            of: Some(symbol.to_string()),
            ledger,
            stored,
        };
        match sides {
            (Some(one), Some(other)) => {
                if (one.quantity - other.quantity).abs() > QUANTITY_TOLERANCE {
                    let code = DifferenceCode::QuantityMismatch;
                    differences.push(difference(code, one.quantity, other.quantity));
                }
                if (one.cost - other.cost).abs() > MONEY_TOLERANCE {
                    let code = DifferenceCode::CostMismatch;
                    differences.push(difference(code, one.cost, other.cost));
                }
                if !within_a_basis_point(values.0, values.1) {
                    let code = DifferenceCode::ValuationMismatch;
                    differences.push(difference(code, values.0, values.1));
                }
            }
            (Some(one), None) => differences.push(difference(
                DifferenceCode::MissingInDb,
                one.quantity,
                Decimal::ZERO,
            )),
            (None, Some(other)) => differences.push(difference(
                DifferenceCode::MissingInLedger,
                Decimal::ZERO,
                other.quantity,
            )),
            (None, None) => {}
        }
    }
    let currencies: BTreeSet<&Currency> = ledger.cash.keys().chain(stored.cash.keys()).collect();
    for currency in currencies {
        let of = |side: &Side| side.cash.get(currency).copied().unwrap_or_default();
        let (one, other) = (of(ledger), of(stored));
        let rate = rate(currency, base, pack)?;
        let value = |amount| Amount::<Trade>::new(amount).convert::<Base>(rate).map(Amount::value);
        count(value(one)?, value(other)?);
        if (one - other).abs() > MONEY_TOLERANCE {
            differences.push(Difference {
                code: DifferenceCode::CashMismatch,
                of: Some(currency.to_string()),
                ledger: one,
                stored: other,
            });
        }
    }
    let of = if nav_ledger > Decimal::ZERO { nav_ledger } else { gross.max(MONEY_TOLERANCE) };
    let difference_bp = basis_points(nav_ledger, nav_stored, of).ok_or(Reason::OutOfRange)?;
    if difference_bp > RECONCILED_BP {
        differences.push(Difference {
            code: DifferenceCode::ValuationMismatch,
            of: None,
            ledger: nav_ledger,
            stored: nav_stored,
        });
    }
    Ok(Reconciled {
        nav_ledger: Amount::new(nav_ledger),
        nav_stored: Amount::new(nav_stored),
        difference_bp,
        differences,
    })
}

fn worth(
    side: Option<&SideBalance>,
    symbol: &Symbol,
    base: &Currency,
    pack: &PackContent,
) -> Result<Decimal, Reason> {
    let Some(side) = side.filter(|side| !side.quantity.is_zero()) else {
        return Ok(Decimal::ZERO);
    };
    let close = pack
        .price(symbol, &side.exchange)
        .filter(|close| close.currency == side.currency)
        .ok_or_else(|| Reason::Unpriced { symbols: vec![symbol.clone()] })?;
    let rate = rate(&side.currency, base, pack)?;
    let value =
        Amount::<Trade>::new(close.close.value()).times(side.quantity)?.convert::<Base>(rate)?;
    Ok(value.value())
}
