//! How figures stand in answers.

use domain::{
    measure::{Available, Reason},
    money::{Amount, Money, Role},
    pricing_pack::Currency,
};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

/// A decimal as text, exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Exact(#[schemars(with = "String", extend("format" = "decimal"))] pub Decimal);

/// An amount with the currency of its role.
pub fn money<R: Role>(amount: &Available<Amount<R>>, currency: &Currency) -> Available<Money> {
    mapped(amount, |amount| in_currency(*amount, currency))
}

pub fn in_currency<R: Role>(amount: Amount<R>, currency: &Currency) -> Money {
    Amount::<R>::new(amount.value().normalize()).in_currency(currency.clone())
}

pub fn mapped<T, U>(of: &Available<T>, map: impl FnOnce(&T) -> U) -> Available<U> {
    of.as_result().map(map).map_err(Clone::clone).into()
}

/// A figure of something that may not be there at all.
pub fn of<S, T>(
    source: &Result<S, Reason>,
    figure: impl FnOnce(&S) -> Available<T>,
) -> Available<T> {
    match source {
        Ok(source) => figure(source),
        Err(reason) => Available::Missing(reason.clone()),
    }
}
