//! Pattern files, and the plans that they become.
//!
//! Start at [`Plan`]: what a file says once every check has passed. `document`
//! reads the text with its lines, `file` is the published form, `check` makes the
//! plan, `language` holds templates and conditions, `shape` what is known of
//! values beforehand.

mod check;
mod document;
mod fault;
mod file;
mod inputs;
mod language;
mod panel;
mod patterns;
mod plan;
mod shape;
mod words;

pub use check::Capabilities;
pub use fault::{PlanError, PlanFault};
pub use file::file_schema;
pub use inputs::InputFault;
pub use language::{EvaluationError, Expression, Scope, Template};
pub use panel::{Color, Column, PanelDocument, Series};
pub use patterns::{Patterns, PatternsError};
pub use plan::{Budget, Display, Exports, Fallback, Input, OutputPlan, PanelPlan, Plan, Step};
pub use words::{Category, Format, InputType, OnError, PanelKind};
