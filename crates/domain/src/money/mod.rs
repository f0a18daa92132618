//! Money: exact decimals that know their currency.
//!
//! Two forms, for two places. At the edges (ledger, database, page) the currency is
//! a value, and [`Money`] carries it: a sum over two currencies is an error. Within
//! a calculation the currency is known by its role, and [`Amount`] carries the role
//! as a type: an amount in the currency of trading and one in the currency of the
//! portfolio have no common operation, so that a forgotten conversion does not compile.
//!
//! No operator is defined on either: every sum and product is checked, because a
//! [`rust_decimal::Decimal`] panics where it overflows.

mod amount;
mod fx_rate;
mod value;

pub use amount::{AMOUNT_SCALE, Amount, Base, OutOfRange, Role, Trade};
pub use fx_rate::{FxRate, InvalidRate};
pub use value::{Money, MoneyError};
