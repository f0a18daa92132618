//! Closes and rates of a day, asked of vendors of market data.
//!
//! A [`Vendor`] is two pure functions: what is asked, and what an answer says. One client,
//! [`Vendors`], makes the requests of all of them: paced, bounded, repeated where that may
//! help, and behind a breaker for each.

mod client;
mod error;
mod fmp;
mod fred;
mod polygon;
mod vendor;

pub use client::{AccessError, QuoteBounds, VendorAccess, Vendors};
pub use error::QuoteError;
pub use vendor::{Figure, Quote, VENDORS, Vendor, vendor};
