//! Companies, bodies and sites: a maintained table, and what of it a text names.

mod resolve;
mod table;

pub use domain::evidence::{Ambiguous, CompanyId, SiteId};
pub use resolve::{Mention, Named};
pub use table::{Company, EntityTable, Site, TableError};
