//! Lots: what was bought when and for how much, and which of it a sale took.
//!
//! A [`LotBook`] holds the lots of one security in one portfolio. Events are put in by
//! date; each is taken whole or refused with the book as it was. Costs are kept as
//! totals, not per unit, so that a split changes none of them and partial sales leave
//! not a fraction of a cent behind: shares of a total are rounded to
//! [`domain::money::AMOUNT_SCALE`], the last share is what remains.
//!
//! Start reading at [`LotBook`]; the rules stand in section 9 of the domain reference.

mod book;
mod error;
mod gain;
mod harvest;
mod lot;
mod method;
mod quantity;
mod split;
mod summary;
mod unrealised;
mod wash_sale;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use book::{LotBook, Purchase, Sale};
pub use error::LotError;
pub use gain::{RealisedGain, Term};
pub use harvest::{
    Harvest, HarvestCandidate, HarvestPolicy, TradeCost, WashCheck, harvesting_candidates,
};
pub use lot::{Lot, LotLabel, LotNumber};
pub use method::{LotMethod, Selection};
pub use quantity::{InvalidQuantity, Quantity};
pub use split::{Split, SplitOutcome};
pub use summary::{YearSummary, realised_in_year};
pub use unrealised::UnrealisedGain;
pub use wash_sale::{WASH_SALE_DAYS, WashRule};
