//! The field's nouns and rules, shared by server and browser.
//!
//! Nothing here reads a clock, a file, a database or the environment: time and
//! chance are arguments. What has rules has one way in (`parse`, `check`), and
//! `Deserialize` goes through the same way.

pub mod access;
pub mod cadence;
pub mod evidence;
pub mod execution;
pub mod hash;
pub mod id;
pub mod language_model;
pub mod measure;
pub mod money;
pub mod package;
pub mod portfolio;
pub mod price;
pub mod pricing_pack;
pub mod report;
pub mod rights;
pub mod run;
pub mod schedule;
pub mod slot_override;
pub mod specification;
pub mod taxonomy;
pub mod words;
pub mod workspace;
