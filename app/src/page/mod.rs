//! One module per page. A page loads through one use case, then shows.

pub mod account;
pub mod admin;
pub mod api_reference;
pub mod capability_catalogue;
pub mod comparison;
pub mod dashboard;
pub mod evidence;
pub mod execution_log;
pub mod export;
pub mod history;
pub mod packs;
pub mod pattern_library;
mod portfolio_report;
pub mod portfolios;
pub mod problem;
pub mod problems;
pub mod report;
pub mod run;
pub mod run_funnel;
pub mod schedule;
pub mod sign_in;
pub mod specification;
pub mod specification_editor;
pub mod specifications;
pub mod tokens;
