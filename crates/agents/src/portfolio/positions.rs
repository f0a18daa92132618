use super::{
    figures::{Exact, in_currency, mapped, money},
    ground::Ground,
};
use analytics::book::{Balance, Held, Holdings, OpenLot, Valuation, ValuedHolding, value};
use domain::{
    measure::{Available, Fraction},
    money::{Amount, Base, Money, MoneyError, Trade},
    pricing_pack::{Currency, Exchange, Symbol},
};
use executor::{
    capability::{Fault, FaultKind, Output},
    lineage::{Lineage, Lineages},
};
use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoArgs {}

#[derive(Debug, Serialize, JsonSchema)]
pub struct LedgerPositions {
    /// The day at whose end this is held.
    #[schemars(with = "String", extend("format" = "date"))]
    pub asof: Date,
    pub base_currency: Currency,
    /// By symbol; an empty book has none.
    pub positions: Vec<PositionRow>,
    pub cash: Vec<Money>,
    /// What is owed to the portfolio.
    pub receivable: Vec<Money>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PositionRow {
    pub symbol: Symbol,
    pub name: Option<String>,
    pub exchange: Exchange,
    /// In which it is traded.
    pub currency: Currency,
    pub sector: Option<String>,
    pub country: Option<String>,
    #[schemars(with = "String", extend("format" = "decimal"))]
    pub quantity: Decimal,
    /// Fees included.
    pub cost: Money,
    /// At the rates of the trades; never revalued.
    pub cost_base: Money,
    /// In the order of their acquisition.
    pub lots: Vec<LotRow>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LotRow {
    #[schemars(with = "String", extend("format" = "date"))]
    pub acquired: Date,
    pub label: Option<String>,
    #[schemars(with = "String", extend("format" = "decimal"))]
    pub quantity: Decimal,
    /// Of one unit, without fees.
    pub unit_cost: Money,
    pub cost_base: Money,
}

pub fn positions(_: &NoArgs, ground: &Ground) -> Result<Output<LedgerPositions>, Fault> {
    let value = rows(ground)?;
    let summary = format!(
        "{} positions and money in {} currencies at the end of {}.",
        value.positions.len(),
        value.cash.len(),
        value.asof
    );
    Ok(Output::from_source(value, ground.of_ledger(), summary))
}

fn rows(ground: &Ground) -> Result<LedgerPositions, Fault> {
    let holdings = holdings(ground)?;
    let positions = holdings
        .lots()
        .iter()
        .map(|(symbol, lots)| row(ground, symbol, lots))
        .collect::<Result<_, _>>()?;
    let of = |balances: &std::collections::BTreeMap<Currency, Decimal>| {
        let money = |(currency, amount): (&Currency, &Decimal)| Money {
            amount: amount.normalize(),
            currency: currency.clone(),
        };
        balances.iter().map(money).collect()
    };
    Ok(LedgerPositions {
        asof: ground.day(),
        base_currency: ground.base().clone(),
        positions,
        cash: of(holdings.cash()),
        receivable: of(holdings.receivable()),
    })
}

pub fn holdings(ground: &Ground) -> Result<Holdings, Fault> {
    Holdings::on(&ground.book, ground.day())
        .map_err(|error| Fault::internal(format!("The book does not add up: {error}.")))
}

fn row(ground: &Ground, symbol: &Symbol, lots: &[OpenLot]) -> Result<PositionRow, Fault> {
    let security = ground
        .book
        .securities
        .get(symbol)
        .ok_or_else(|| Fault::internal(format!("The book does not describe {symbol}.")))?;
    let (trade, base) = (&security.currency, ground.base());
    let (mut cost, mut cost_base) = (Amount::<Trade>::ZERO, Amount::<Base>::ZERO);
    let mut quantity = Decimal::ZERO;
    for lot in lots {
        quantity += lot.quantity;
        cost = cost.plus(lot.cost).map_err(too_large)?;
        cost_base = cost_base.plus(lot.cost_base).map_err(too_large)?;
    }
    let lots = lots.iter().map(|lot| LotRow {
        acquired: lot.acquired,
        label: lot.label.clone(),
        quantity: lot.quantity.normalize(),
        unit_cost: Money { amount: lot.unit_cost.normalize(), currency: trade.clone() },
        cost_base: in_currency(lot.cost_base, base),
    });
    Ok(PositionRow {
        symbol: symbol.clone(),
        name: security.name.clone(),
        exchange: security.exchange.clone(),
        currency: trade.clone(),
        sector: security.sector.clone(),
        country: security.country.clone(),
        quantity: quantity.normalize(),
        cost: in_currency(cost, trade),
        cost_base: in_currency(cost_base, base),
        lots: lots.collect(),
    })
}

fn too_large(error: impl std::fmt::Display) -> Fault {
    Fault::new(FaultKind::InvalidInput, format!("The figures cannot be computed: {error}."))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyPackArgs {
    pub positions: Vec<PositionRow>,
    #[serde(default)]
    pub cash: Vec<Money>,
    #[serde(default)]
    pub receivable: Vec<Money>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ValuedPositions {
    #[schemars(with = "String", extend("format" = "date"))]
    pub asof: Date,
    pub base_currency: Currency,
    pub positions: Vec<ValuedRow>,
    pub cash: Vec<CashRow>,
    /// Everything, cash included; missing where anything has no value.
    pub nav: Available<Money>,
    pub cash_weight: Available<Fraction>,
    /// Value less cost, over all positions.
    pub unrealised: Available<Money>,
    pub unpriced: Vec<UnpricedRow>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ValuedRow {
    pub symbol: Symbol,
    pub name: Option<String>,
    pub exchange: Exchange,
    pub currency: Currency,
    pub sector: Option<String>,
    pub country: Option<String>,
    #[schemars(with = "String", extend("format" = "decimal"))]
    pub quantity: Decimal,
    pub price: Available<Money>,
    /// What one unit of the currency costs in the base.
    pub rate: Available<Exact>,
    pub value: Available<Money>,
    /// Value / net asset value.
    pub weight: Available<Fraction>,
    pub cost_base: Money,
    pub unrealised: Available<Money>,
    /// What of it the price did.
    pub unrealised_price: Available<Money>,
    /// What of it the currency did.
    pub unrealised_fx: Available<Money>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct CashRow {
    pub currency: Currency,
    /// What is owed to the portfolio among it.
    pub amount: Money,
    pub rate: Available<Exact>,
    pub value: Available<Money>,
    pub weight: Available<Fraction>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct UnpricedRow {
    /// Null for money.
    pub symbol: Option<Symbol>,
    pub currency: Currency,
    #[schemars(with = "String", extend("format" = "decimal"))]
    pub quantity: Decimal,
    pub reason: String,
}

/// Values positions that a step gave.
pub fn apply_pack(args: &ApplyPackArgs, ground: &Ground) -> Result<Output<ValuedPositions>, Fault> {
    valued(&args.positions, &args.cash, &args.receivable, ground)
}

pub fn valued_positions(_: &NoArgs, ground: &Ground) -> Result<Output<ValuedPositions>, Fault> {
    let LedgerPositions { positions, cash, receivable, .. } = rows(ground)?;
    valued(&positions, &cash, &receivable, ground)
}

fn valued(
    rows: &[PositionRow],
    cash: &[Money],
    receivable: &[Money],
    ground: &Ground,
) -> Result<Output<ValuedPositions>, Fault> {
    let valuation = valuation(rows, cash, receivable, ground)?;
    let mut lineage = Lineages::whole(ground.of_ledger());
    for (at, row) in rows.iter().enumerate() {
        let of_row = ground.of_price(&row.symbol, &row.exchange, &row.currency);
        lineage.whole.extend(&of_row);
        lineage.insert(&["positions".into(), at.into()], Lineages::whole(of_row));
    }
    for (at, one) in valuation.balances.iter().enumerate() {
        let of_row: Lineage = ground.of_rate(&one.balance.currency);
        lineage.whole.extend(&of_row);
        lineage.insert(&["cash".into(), at.into()], Lineages::whole(of_row));
    }
    let value = answer(rows, &valuation, ground);
    let summary = match value.nav.as_result() {
        Ok(nav) => format!("Worth {nav} by {}.", ground.pack.id),
        Err(reason) => format!("No total: {reason}."),
    };
    Ok(Output { value, lineage, summary })
}

fn valuation(
    rows: &[PositionRow],
    cash: &[Money],
    receivable: &[Money],
    ground: &Ground,
) -> Result<Valuation, Fault> {
    let held = |row: &PositionRow| {
        Ok::<Held, MoneyError>(Held {
            symbol: row.symbol.clone(),
            exchange: row.exchange.clone(),
            currency: row.currency.clone(),
            quantity: row.quantity,
            cost: row.cost.amount_in(&row.currency)?,
            cost_base: row.cost_base.amount_in(ground.base())?,
        })
    };
    let held: Vec<Held> = rows.iter().map(held).collect::<Result<_, _>>().map_err(too_large)?;
    let mut balances: Vec<Balance> = Vec::new();
    for money in cash.iter().chain(receivable) {
        match balances.iter_mut().find(|one| one.currency == money.currency) {
            Some(balance) => {
                balance.amount = balance
                    .amount
                    .checked_add(money.amount)
                    .ok_or_else(|| too_large(domain::money::OutOfRange))?;
            }
            None => {
                balances.push(Balance { currency: money.currency.clone(), amount: money.amount });
            }
        }
    }
    value(&held, &balances, ground.base(), &ground.pack.content).map_err(too_large)
}

fn answer(rows: &[PositionRow], valuation: &Valuation, ground: &Ground) -> ValuedPositions {
    let base = ground.base();
    let positions =
        rows.iter().zip(&valuation.holdings).map(|(row, valued)| valued_row(row, valued, base));
    let cash = valuation.balances.iter().map(|one| CashRow {
        currency: one.balance.currency.clone(),
        amount: Money {
            amount: one.balance.amount.normalize(),
            currency: one.balance.currency.clone(),
        },
        rate: mapped(&one.rate, |rate| Exact(rate.normalize())),
        value: money(&one.value, base),
        weight: one.weight.clone(),
    });
    let unpriced = valuation.unpriced.iter().map(|one| UnpricedRow {
        symbol: one.symbol.clone(),
        currency: one.currency.clone(),
        quantity: one.quantity.normalize(),
        reason: one.reason.to_string(),
    });
    ValuedPositions {
        asof: ground.day(),
        base_currency: base.clone(),
        positions: positions.collect(),
        cash: cash.collect(),
        nav: money(&valuation.nav, base),
        cash_weight: valuation.cash_weight.clone(),
        unrealised: money(&valuation.unrealised, base),
        unpriced: unpriced.collect(),
    }
}

fn valued_row(row: &PositionRow, valued: &ValuedHolding, base: &Currency) -> ValuedRow {
    let part = |of: fn(&analytics::book::UnrealisedParts) -> Amount<Base>| {
        mapped(&valued.unrealised, |parts| in_currency(of(parts), base))
    };
    ValuedRow {
        symbol: row.symbol.clone(),
        name: row.name.clone(),
        exchange: row.exchange.clone(),
        currency: row.currency.clone(),
        sector: row.sector.clone(),
        country: row.country.clone(),
        quantity: row.quantity,
        price: money(&valued.price, &row.currency),
        rate: mapped(&valued.rate, |rate| Exact(rate.normalize())),
        value: money(&valued.value, base),
        weight: valued.weight.clone(),
        cost_base: row.cost_base.clone(),
        unrealised: part(|parts| parts.total),
        unrealised_price: part(|parts| parts.price),
        unrealised_fx: part(|parts| parts.fx),
    }
}

/// The whole book, valued: for capabilities that go on from there.
pub fn of_book(ground: &Ground) -> Result<(Vec<PositionRow>, Valuation), Fault> {
    let LedgerPositions { positions, cash, receivable, .. } = rows(ground)?;
    let valuation = valuation(&positions, &cash, &receivable, ground)?;
    Ok((positions, valuation))
}

/// One position of the book as a row of its own, valued, with its lots.
pub fn of_symbol(
    ground: &Ground,
    symbol: &Symbol,
) -> Result<Option<(PositionRow, ValuedRow)>, Fault> {
    let (rows, valuation) = of_book(ground)?;
    let found = rows.into_iter().zip(&valuation.holdings).find(|(row, _)| row.symbol == *symbol);
    Ok(found.map(|(row, valued)| {
        let of_value = valued_row(&row, valued, ground.base());
        (row, of_value)
    }))
}
