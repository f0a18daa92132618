//! Companies, bodies and sites: a maintained table, and what of it a text names.

mod resolve;
mod table;

pub use resolve::{Ambiguous, Mention, Named};
pub use table::{Company, CompanyId, EntityTable, Site, SiteId, TableError};
