//! The evidence desk: what sources held becomes dated items, items become events,
//! events become signals, and a specification selects from them.
//!
//! Pure: no clock, no file, no database. Today is an argument; the tables of companies
//! and products are part of the program. Reading order of the code is the order in
//! which an item passes: [`plain_text`], [`date`], [`entity`], [`item`], [`event`],
//! [`signal`], [`development`], [`pack`], [`selection`]; [`funnel`] counts who left where.

mod country;
pub mod date;
pub mod development;
pub mod entity;
pub mod event;
pub mod figure;
pub mod funnel;
pub mod instructing;
pub mod item;
pub mod language;
pub mod pack;
mod pipeline;
pub mod plain_text;
pub mod product;
pub mod selection;
pub mod signal;

pub use country::region_of;
pub use pipeline::{Desk, process, process_with};
