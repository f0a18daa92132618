use super::fault::Place;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// A ledger that was read whole: nothing in it was refused.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub accounts: BTreeMap<String, Account>,
    pub commodities: BTreeMap<String, Commodity>,
    /// By date; those of one date in the order in which they are written.
    pub transactions: Vec<Transaction>,
    /// `price` directives, by date.
    pub prices: Vec<Price>,
    /// What each account holds at the end; accounts that hold nothing are left out.
    pub holdings: BTreeMap<String, Vec<Holding>>,
}

#[derive(Clone, Debug)]
pub struct Account {
    pub opened: Date,
    pub closed: Option<Date>,
    /// The only ones allowed; all, if there are none.
    pub currencies: Vec<String>,
    pub metadata: BTreeMap<String, String>,
    pub place: Place,
}

#[derive(Clone, Debug)]
pub struct Commodity {
    pub metadata: BTreeMap<String, String>,
    pub place: Place,
}

/// A transaction with nothing left to infer; it balances.
#[derive(Clone, Debug)]
pub struct Transaction {
    pub date: Date,
    pub payee: Option<String>,
    pub narration: Option<String>,
    pub tags: Vec<String>,
    /// Texts without their quotation marks.
    pub metadata: BTreeMap<String, String>,
    pub postings: Vec<Posting>,
    pub place: Place,
}

#[derive(Clone, Debug)]
pub struct Posting {
    pub account: String,
    /// Positive into the account.
    pub units: Decimal,
    pub commodity: String,
    /// The lots that were opened (positive units) or taken from (negative).
    pub lots: Vec<PostedLot>,
    /// What one unit was exchanged at; never the basis.
    pub price: Option<(Decimal, String)>,
    pub metadata: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostedLot {
    pub units: Decimal,
    pub cost: LotCost,
}

/// The unit cost of a lot in its currency of trading.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LotCost {
    pub acquired: Date,
    pub per_unit: Decimal,
    pub currency: String,
    pub label: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Price {
    pub date: Date,
    pub commodity: String,
    /// Of one unit.
    pub amount: Decimal,
    pub currency: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    pub commodity: String,
    pub units: Decimal,
    pub cost: Option<LotCost>,
}
