use super::Assistant;
use crate::analyst;
use executor::capability::Agent;

/// Who composes the reports of this process.
#[derive(Clone, Debug, Default)]
pub enum Engine {
    /// The built-in analyst, which needs no language model.
    #[default]
    Builtin,
    Model(Assistant),
}

impl Engine {
    /// The agent that owns `assistant.compose_report`.
    pub fn agent(&self) -> Agent {
        match self {
            Self::Builtin => analyst::agent(),
            Self::Model(assistant) => super::agent(assistant.clone()),
        }
    }
}
