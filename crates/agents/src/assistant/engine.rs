use super::{Assistant, Book};
use crate::analyst;
use executor::capability::Agent;
use std::sync::Arc;

/// Who composes the reports of this process.
#[derive(Clone, Debug, Default)]
pub enum Engine {
    /// The built-in analyst, which needs no language model.
    #[default]
    Builtin,
    Model(Assistant),
}

impl Engine {
    /// The same with its calls written down in `book`; the built-in analyst makes none.
    #[must_use]
    pub fn keeping(self, book: Arc<dyn Book>) -> Self {
        match self {
            Self::Builtin => Self::Builtin,
            Self::Model(assistant) => Self::Model(assistant.keeping(book)),
        }
    }

    /// The agent that owns `assistant.compose_report`.
    pub fn agent(&self) -> Agent {
        match self {
            Self::Builtin => analyst::agent(),
            Self::Model(assistant) => super::agent(assistant.clone()),
        }
    }
}
