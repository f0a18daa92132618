//! What sales realised by lot, what a wash sale disallows, and what is still held: by the
//! method that is asked for, whatever the ledger booked.

use super::{figures::in_currency, ground::Ground};
use analytics::{
    book::lot_books,
    lots::{LotBook, LotMethod, RealisedGain, Term, WashRule, realised_in_year},
};
use domain::{
    money::{Amount, Base, Money},
    pricing_pack::Symbol,
};
use executor::capability::{Fault, FaultKind, Output};
use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxArgs {
    /// A calendar year.
    pub tax_year: i16,
    #[serde(default)]
    pub lot_method: Method,
    /// Whether the rule of the United States on wash sales holds for the account (Internal
    /// Revenue Code, section 1091).
    #[serde(default)]
    pub wash_sales: bool,
}

/// How sales pick their lots; `specific`: those that the ledger names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    #[default]
    Fifo,
    Lifo,
    Hifo,
    Specific,
    Average,
}

impl Method {
    pub const fn of_lots(self) -> LotMethod {
        match self {
            Self::Fifo => LotMethod::Fifo,
            Self::Lifo => LotMethod::Lifo,
            Self::Hifo => LotMethod::Hifo,
            Self::Specific => LotMethod::Specific,
            Self::Average => LotMethod::Average,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Gains {
    /// By date of sale, security and lot.
    pub rows: Vec<GainRow>,
}

/// What the sale of a lot, or of a part of one, brought; amounts in the base currency.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GainRow {
    #[schemars(with = "String", extend("format" = "date"))]
    pub sold: Date,
    pub symbol: Symbol,
    #[schemars(with = "String", extend("format" = "date"))]
    pub acquired: Date,
    /// `short` or `long`: held for more than a year.
    pub term: &'static str,
    #[schemars(with = "String", extend("format" = "decimal"))]
    pub quantity: Decimal,
    pub proceeds: Money,
    /// Fees and losses deferred by earlier wash sales included.
    pub basis: Money,
    /// Proceeds less basis: what the price did, and what the currency did to the cost.
    pub gain: Money,
    pub price_gain: Money,
    pub fx_gain: Money,
    /// Of a loss, because the security was bought again.
    pub disallowed_loss: Money,
    /// What counts: the gain, and the disallowed loss taken out of it.
    pub taxable: Money,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct OpenLots {
    /// By security and date of acquisition.
    pub rows: Vec<OpenLotRow>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct OpenLotRow {
    pub symbol: Symbol,
    #[schemars(with = "String", extend("format" = "date"))]
    pub acquired: Date,
    /// From when the holding period counts.
    #[schemars(with = "String", extend("format" = "date"))]
    pub held_since: Date,
    #[schemars(with = "String", extend("format" = "decimal"))]
    pub quantity: Decimal,
    /// Fees and deferred losses included.
    pub basis: Money,
    pub deferred_loss: Money,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct TaxSummary {
    pub tax_year: i16,
    pub lot_method: Method,
    /// Whether wash sales were looked for.
    pub wash_sales: bool,
    pub sales: usize,
    pub proceeds: Money,
    pub basis: Money,
    pub short_term: Money,
    pub long_term: Money,
    /// Both terms together.
    pub total: Money,
    /// Already left out of both.
    pub disallowed_loss: Money,
}

pub fn realised_gains(args: &TaxArgs, ground: &Ground) -> Result<Output<Gains>, Fault> {
    let rows = gains(args, ground, |_| true)?;
    let summary = format!("{} lots sold in {}.", rows.len(), args.tax_year);
    Ok(Output::from_source(Gains { rows }, ground.of_ledger(), summary))
}

pub fn wash_sales(args: &TaxArgs, ground: &Ground) -> Result<Output<Gains>, Fault> {
    let rows = gains(args, ground, |gain| gain.disallowed_loss.is_positive())?;
    let summary = format!("{} sales with a disallowed loss.", rows.len());
    Ok(Output::from_source(Gains { rows }, ground.of_ledger(), summary))
}

pub fn lot_details(args: &TaxArgs, ground: &Ground) -> Result<Output<OpenLots>, Fault> {
    let base = ground.base();
    let mut rows = Vec::new();
    for (symbol, book) in books(args, ground)? {
        for lot in book.lots() {
            rows.push(OpenLotRow {
                symbol: symbol.clone(),
                acquired: lot.acquired,
                held_since: lot.held_since,
                quantity: lot.quantity.get(),
                basis: in_currency(lot.basis().map_err(unknown)?, base),
                deferred_loss: in_currency(lot.deferred_loss, base),
            });
        }
    }
    let summary = format!("{} open lots at the end of {}.", rows.len(), ground.day());
    Ok(Output::from_source(OpenLots { rows }, ground.of_ledger(), summary))
}

pub fn summary(args: &TaxArgs, ground: &Ground) -> Result<Output<TaxSummary>, Fault> {
    let books = books(args, ground)?;
    let gains: Vec<&RealisedGain> = books.values().flat_map(LotBook::gains).collect();
    let year = realised_in_year(gains.iter().copied(), args.tax_year).map_err(unknown)?;
    let money = |amount: Amount<Base>| in_currency(amount, ground.base());
    let total = year.short_term.plus(year.long_term).map_err(unknown)?;
    let value = TaxSummary {
        tax_year: args.tax_year,
        lot_method: args.lot_method,
        wash_sales: args.wash_sales,
        sales: gains.iter().filter(|gain| gain.sold.year() == args.tax_year).count(),
        proceeds: money(year.proceeds),
        basis: money(year.basis),
        short_term: money(year.short_term),
        long_term: money(year.long_term),
        total: money(total),
        disallowed_loss: money(year.disallowed_loss),
    };
    let summary = format!("{} counts for {}.", value.total, args.tax_year);
    Ok(Output::from_source(value, ground.of_ledger(), summary))
}

fn books(args: &TaxArgs, ground: &Ground) -> Result<BTreeMap<Symbol, LotBook>, Fault> {
    let rule = if args.wash_sales { WashRule::UnitedStates } else { WashRule::Off };
    lot_books(&ground.book, ground.day(), args.lot_method.of_lots(), rule).map_err(unknown)
}

/// What keeps lots from being followed is a property of the ledger, said in its words.
pub fn unknown(error: impl std::fmt::Display) -> Fault {
    let message = format!("The lots cannot be followed by this method: {error}.");
    Fault::new(FaultKind::MissingData, message).with_code("LOTS_NOT_FOLLOWED")
}

fn gains(
    args: &TaxArgs,
    ground: &Ground,
    wanted: impl Fn(&RealisedGain) -> bool,
) -> Result<Vec<GainRow>, Fault> {
    let mut rows = Vec::new();
    for (symbol, book) in books(args, ground)? {
        let of_year = book.gains().iter().filter(|gain| gain.sold.year() == args.tax_year);
        for gain in of_year.filter(|gain| wanted(gain)) {
            rows.push(row(&symbol, gain, ground)?);
        }
    }
    rows.sort_by(|a, b| (a.sold, &a.symbol, a.acquired).cmp(&(b.sold, &b.symbol, b.acquired)));
    Ok(rows)
}

pub const fn term(term: Term) -> &'static str {
    match term {
        Term::Short => "short",
        Term::Long => "long",
    }
}

fn row(symbol: &Symbol, gain: &RealisedGain, ground: &Ground) -> Result<GainRow, Fault> {
    let money = |amount: Amount<Base>| in_currency(amount, ground.base());
    let basis = gain.cost_base.plus(gain.deferred_loss).map_err(unknown)?;
    Ok(GainRow {
        sold: gain.sold,
        symbol: symbol.clone(),
        acquired: gain.acquired,
        term: term(gain.term()),
        quantity: gain.quantity.get(),
        proceeds: money(gain.proceeds_base),
        basis: money(basis),
        gain: money(gain.proceeds_base.minus(basis).map_err(unknown)?),
        price_gain: money(gain.price_gain),
        fx_gain: money(gain.fx_gain),
        disallowed_loss: money(gain.disallowed_loss),
        taxable: money(gain.taxable().map_err(unknown)?),
    })
}
