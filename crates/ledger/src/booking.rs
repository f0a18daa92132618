use super::accounts::Accounts;
use super::dates::civil;
use super::model::{Holding, LotCost, PostedLot, Posting};
use beancount_parser_lima as parser;
use limabean_booking::{
    BookingError, Cost, Interpolated, LimaParserBookingTypes, LimaTolerance, Positions,
    PostingCosts, Tolerance, book,
};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap};

pub type Types<'a> = LimaParserBookingTypes<'a>;
/// What each account holds so far.
pub type Inventory<'a> = HashMap<&'a str, Positions<Types<'a>>>;
type Written<'a> = parser::Spanned<parser::Posting<'a>>;

/// How far a transaction may be from its balance: Beancount's rule, by the options of the
/// ledger. Beancount takes a residual of just the tolerance, the booking does not; it is
/// told of one that is larger by less than any ledger writes.
#[derive(Clone, Debug)]
pub struct BalanceTolerance<'a>(pub LimaTolerance<'a>);

/// Half of the last digit, where the ledger does not say otherwise.
const USUAL_MULTIPLIER: Decimal = Decimal::from_parts(5, 0, 0, false, 1);
const NEXT_TO_NOTHING: Decimal = Decimal::from_parts(1, 0, 0, false, 12);

impl<'a> Tolerance for BalanceTolerance<'a> {
    type Types = Types<'a>;

    fn inferred_tolerance_default(&self, currency: &&'a str) -> Option<Decimal> {
        self.0.inferred_tolerance_default(currency)
    }

    fn inferred_tolerance_multiplier(&self) -> Option<Decimal> {
        Some(self.0.inferred_tolerance_multiplier().unwrap_or(USUAL_MULTIPLIER) + NEXT_TO_NOTHING)
    }
}

/// Why a transaction cannot be booked; with the place of its posting, if it is one's.
pub struct Refusal {
    pub posting: Option<usize>,
    pub message: String,
}

/// Books the postings of one transaction and moves the inventory on. The inventory
/// stays as it was where they are refused.
pub fn book_transaction<'a>(
    date: time::Date,
    postings: &[&Written<'a>],
    tolerance: &BalanceTolerance<'a>,
    inventory: &mut Inventory<'a>,
    accounts: &Accounts<'a>,
) -> Result<Vec<Posting>, Refusal> {
    let held = &*inventory;
    let booked =
        book(date, postings, tolerance, |name: &str| held.get(name), |name| accounts.booking(name))
            .map_err(refusal)?;
    let mut result = Vec::with_capacity(postings.len());
    for (written, filled) in postings.iter().zip(&booked.interpolated_postings) {
        result.push(posting(written, filled)?);
    }
    for (account, positions) in &*booked.updated_inventory {
        let owed = positions.iter().find(|one| one.cost.is_some() && one.units < Decimal::ZERO);
        if let Some(owed) = owed {
            let (units, commodity) = (-owed.units, owed.currency);
            let message = format!(
                "{account} would hold {units} {commodity} less than nothing: more is sold than is held"
            );
            return Err(Refusal { posting: None, message });
        }
    }
    inventory.extend(booked.updated_inventory);
    Ok(result)
}

/// What the accounts hold, with those that hold nothing left out.
pub fn holdings(inventory: &Inventory<'_>) -> BTreeMap<String, Vec<Holding>> {
    let of = |positions: &Positions<Types<'_>>| {
        let open = positions.iter().filter(|one| !one.units.is_zero());
        let holding = open.map(|one| Holding {
            commodity: one.currency.to_owned(),
            units: one.units.normalize(),
            cost: one.cost.as_ref().and_then(lot_cost),
        });
        holding.collect::<Vec<_>>()
    };
    let all = inventory.iter().map(|(account, positions)| ((*account).to_owned(), of(positions)));
    all.filter(|(_, held)| !held.is_empty()).collect()
}

fn refusal(error: BookingError) -> Refusal {
    match error {
        BookingError::Transaction(error) => Refusal { posting: None, message: error.to_string() },
        BookingError::Posting(at, error) => {
            Refusal { posting: Some(at), message: error.to_string() }
        }
    }
}

fn posting<'a>(
    written: &Written<'a>,
    filled: &Interpolated<'_, Types<'a>, Written<'a>>,
) -> Result<Posting, Refusal> {
    let lots = filled.cost.iter().flat_map(PostingCosts::iter).map(|pair| {
        let cost = lot_cost(&Cost::from(pair))?;
        Some(PostedLot { units: pair.1.units, cost })
    });
    let unreadable = || Refusal { posting: None, message: "the date of a lot has no year".into() };
    Ok(Posting {
        account: written.account().item().to_string(),
        units: filled.units,
        commodity: filled.currency.to_owned(),
        lots: lots.collect::<Option<_>>().ok_or_else(unreadable)?,
        price: filled.price.as_ref().map(|price| (price.per_unit, price.currency.to_owned())),
        metadata: super::read::texts(written.metadata()),
    })
}

fn lot_cost(cost: &Cost<Types<'_>>) -> Option<LotCost> {
    Some(LotCost {
        acquired: civil(cost.date)?,
        per_unit: cost.per_unit,
        currency: cost.currency.to_owned(),
        label: cost.label.as_ref().map(ToString::to_string),
    })
}
