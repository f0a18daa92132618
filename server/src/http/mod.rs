//! The HTTP side: router, sessions, protections, endpoints beside the pages.

pub mod api;
mod download;
mod events;
mod export_log;
mod health;
mod metrics;
mod pack_events;
mod protection;
mod report;
mod router;
mod session;

pub use metrics::metrics_router;
pub use router::{endpoint_table, router};
