//! Pages of the platform's administrators.

pub mod breakers;
mod entitlement_form;
pub mod export_entry;
mod export_words;
pub mod exports;
pub mod funnel;
pub mod held;
mod held_item;
pub mod language_model;
pub mod licences;
pub mod model_use;
mod obstacle;
pub mod overrides;
mod provider_use;
pub mod queue;
pub mod review;
pub mod rights;
pub mod runs;
mod source_form;
mod source_history;
mod source_preview;
mod source_readings;
mod source_suggestions;
pub mod sources;
mod what_if;
pub mod workspaces;
