//! The language of patterns: templates in arguments, outputs and panels, and
//! expressions in conditions. Both read data by paths; neither calls anything.
//!
//! Text is read once, at load. What is read then holds data only as data: a
//! value that looks like a template stays text.

mod evaluate;
mod expression;
mod lexer;
mod lineage;
mod parser;
mod path;
mod template;
mod typing;

#[cfg(test)]
mod tests;

pub use evaluate::EvaluationError;
pub(crate) use evaluate::{exact_decimal, word_of};
pub use expression::Expression;
pub use path::Scope;
pub(crate) use path::{Names, NotNull};
pub(in crate::pattern) use template::Node as TemplateNode;
pub use template::Template;
