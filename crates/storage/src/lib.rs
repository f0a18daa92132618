//! All SQL of Observatory, and nothing but SQL: no rule of the field lives here.
//!
//! Functions take a connection and never begin or end a transaction; the use
//! case that calls them does, through [`tenancy`], which also sets whose rows
//! the transaction sees.

pub mod api_token;
pub mod artifact;
pub mod assistant_call;
pub mod audit;
pub mod event_decision;
pub mod evidence_pack;
pub mod execution;
pub mod export_job;
pub mod export_record;
pub mod funnel;
pub mod held_item;
pub mod host_turn;
pub mod idempotency;
pub mod journal;
pub mod ledger;
pub mod ledger_repository;
pub mod model_budget;
pub mod model_listing;
pub mod pack_build;
pub mod pack_event;
pub mod portfolio;
pub mod pricing_pack;
pub mod provider_use;
pub mod run;
pub mod schedule;
pub mod server_probe;
pub mod session;
pub mod setup;
pub mod sign_in;
pub mod slot_override;
pub mod source;
pub mod source_item;
pub mod source_known;
pub mod specification;
pub mod tenancy;
pub mod user;
pub mod verify;
pub mod workspace;
pub mod workspace_licence;

mod civil;
mod error;
mod transaction;

pub use civil::{Day, Moment};
pub use error::StorageError;
pub use sqlx::{PgConnection, PgPool, Postgres};
pub use transaction::Transaction;
