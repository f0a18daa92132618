//! The price list: one function, whose itemised quote is stored and reused on
//! screen, invoice and API. US dollars per seat and month, billed yearly.

mod quote;
mod tier;

pub use quote::{Quote, QuoteLine, quote};
pub use tier::{Tier, TierLimits};

/// Version of the price list, kept by every quote.
pub const PRICE_LIST_VERSION: u32 = 1;
