use super::ground::Ground;
use domain::{
    money::Money,
    portfolio::{BookTransaction, TransactionKind},
    pricing_pack::Symbol,
};
use executor::capability::Output;
use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// More than a page shows; a program asks again for one security.
const LIMIT_MAX: usize = 5_000;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransactionsArgs {
    /// Of one security; of all when null or left out.
    #[serde(default)]
    pub security: Option<Symbol>,
    /// How many, the newest first; at most 5,000.
    #[serde(default = "usual_limit")]
    pub limit: usize,
}

const fn usual_limit() -> usize {
    50
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Transactions {
    /// Newest first; those of one day in the reverse order of the ledger.
    pub rows: Vec<TransactionRow>,
    /// How many there are in all.
    pub total: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct TransactionRow {
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: Date,
    pub kind: TransactionKind,
    pub narration: Option<String>,
    /// The securities that it moves, or that it is a dividend of.
    pub securities: Vec<Symbol>,
    /// Units into (+) or out of (-) the portfolio; null where no unit moves, or several
    /// securities do.
    #[schemars(with = "Option<String>", extend("format" = "decimal"))]
    pub units: Option<Decimal>,
    /// Into (+) and out of (-) the portfolio's money.
    pub cash: Vec<Money>,
    pub fees: Vec<Money>,
    /// File and line of the ledger.
    pub place: String,
}

pub fn transactions(args: &TransactionsArgs, ground: &Ground) -> Output<Transactions> {
    let concerns = |one: &&BookTransaction| {
        args.security.as_ref().is_none_or(|symbol| securities(one).contains(symbol))
    };
    let all: Vec<&BookTransaction> =
        ground.book.until(ground.day()).iter().filter(concerns).collect();
    let rows: Vec<TransactionRow> =
        all.iter().rev().take(args.limit.min(LIMIT_MAX)).map(|one| row(one)).collect();
    let summary = format!("{} of {} transactions.", rows.len(), all.len());
    let value = Transactions { rows, total: all.len() };
    Output::from_source(value, ground.of_ledger(), summary)
}

fn securities(one: &BookTransaction) -> Vec<Symbol> {
    let paid = one.dividend.iter().map(|terms| &terms.symbol);
    let mut symbols: Vec<Symbol> =
        one.lots.iter().map(|lot| &lot.symbol).chain(paid).cloned().collect();
    symbols.sort();
    symbols.dedup();
    symbols
}

fn row(one: &BookTransaction) -> TransactionRow {
    let securities = securities(one);
    let moved: Decimal = one.lots.iter().map(|lot| lot.units).sum();
    let is_one = securities.len() == 1 && !one.lots.is_empty();
    let money = |movements: &[domain::portfolio::CashMovement]| {
        let money = movements
            .iter()
            .map(|one| Money { amount: one.amount, currency: one.currency.clone() });
        money.collect()
    };
    TransactionRow {
        date: one.date,
        kind: one.kind,
        narration: one.narration.clone(),
        units: is_one.then(|| moved.normalize()),
        securities,
        cash: money(&one.cash),
        fees: money(&one.fees),
        place: format!("{}:{}", one.file, one.line),
    }
}
