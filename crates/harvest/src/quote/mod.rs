//! Closes and rates of a day, and what is announced for the days after it, asked of vendors of
//! market data.
//!
//! A [`Vendor`] is two pure functions: what is asked, and what an answer says. One client,
//! [`Vendors`], makes the requests of all of them: booked by what the vendor's licence allows,
//! bounded, repeated where that may help, and behind a breaker for each.

mod allowance;
mod client;
mod error;
mod fmp;
mod fred;
mod polygon;
mod vendor;

pub use allowance::{Allowances, Booking, OwnPace, Settling};
pub use client::{AccessError, QuoteBounds, VendorAccess, Vendors};
pub use error::QuoteError;
pub use vendor::{Announced, Figure, Quote, VENDORS, Vendor, vendor};
