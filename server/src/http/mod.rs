//! The HTTP side: router, sessions, protections, endpoints beside the pages.

mod events;
mod health;
mod protection;
mod report;
mod router;
mod session;

pub use router::{endpoint_table, router};
