//! One module per page. A page loads through one use case, then shows.

pub mod account;
pub mod admin;
pub mod comparison;
pub mod dashboard;
pub mod history;
pub mod problem;
pub mod report;
pub mod run;
pub mod sign_in;
pub mod specification;
pub mod specification_editor;
pub mod specifications;
