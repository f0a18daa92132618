use super::TransactionKind;
use crate::pricing_pack::{Currency, Exchange, Symbol};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything that one commit of a ledger has booked of one portfolio, in its order. Its
/// canonical JSON is what is stored, and what it is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    pub schema: u32,
    pub name: PortfolioName,
    pub base: Currency,
    /// Every security that a transaction names.
    pub securities: BTreeMap<Symbol, Security>,
    /// By date; those of one date in the order of the ledger.
    pub transactions: Vec<BookTransaction>,
}

/// How the ledger calls a portfolio: the third part of `Assets:Portfolio:<name>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PortfolioName(pub String);

/// What the ledger says of a security.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Security {
    pub exchange: Exchange,
    /// In which it is traded.
    pub currency: Currency,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Equity, bond, fund.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    /// ISO 3166, two letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isin: Option<String>,
}

/// One transaction as far as it concerns the portfolio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookTransaction {
    pub date: Date,
    pub kind: TransactionKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narration: Option<String>,
    /// Path from the root of the repository.
    pub file: String,
    pub line: u32,
    /// What one unit of the currency of trading cost in the base: of a purchase or sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trade_rate: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dividend: Option<DividendTerms>,
    /// The event of a split, by which it is applied once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// When position and cash change hands; the trade date counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settles: Option<Date>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<LotMovement>,
    /// Into (+) and out of (-) the portfolio's cash.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cash: Vec<CashMovement>,
    /// What is owed to the portfolio, and no longer is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receivable: Vec<CashMovement>,
    /// Fees of the transaction; zero or above, and part of the cash already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fees: Vec<CashMovement>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DividendTerms {
    pub symbol: Symbol,
    /// What one unit of the currency of payment cost in the base on the day of payment.
    pub pay_rate: Decimal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gross: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ex_date: Option<Date>,
}

/// Units that a lot gained (+) or lost (-). A lot is known by security, date of
/// acquisition, unit cost and label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LotMovement {
    pub symbol: Symbol,
    pub units: Decimal,
    pub acquired: Date,
    /// In the currency of trading; fees are not in it.
    pub unit_cost: Decimal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What one unit was sold at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Decimal>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CashMovement {
    pub currency: Currency,
    pub amount: Decimal,
}

impl Book {
    pub const SCHEMA: u32 = 1;

    /// The transactions up to the end of a day.
    pub fn until(&self, day: Date) -> &[BookTransaction] {
        let end = self.transactions.partition_point(|one| one.date <= day);
        &self.transactions[..end]
    }
}

impl std::fmt::Display for PortfolioName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}
