//! Which agent owns which capability.

use agents::capability::Agent;
use std::{collections::BTreeMap, sync::Arc};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{capability} is claimed by {first} and by {second}; a capability has one owner")]
pub struct RegistryError {
    pub capability: String,
    pub first: &'static str,
    pub second: &'static str,
}

/// Routes capabilities to their owners.
#[derive(Default)]
pub struct Registry {
    owners: BTreeMap<&'static str, Arc<dyn Agent>>,
}

impl Registry {
    /// Registers every capability of every agent.
    ///
    /// # Errors
    /// When two agents claim one capability.
    pub fn new(agents: Vec<Arc<dyn Agent>>) -> Result<Self, RegistryError> {
        let mut registry = Self::default();
        for agent in agents {
            for capability in agent.capabilities() {
                if let Some(first) = registry.owners.insert(capability, Arc::clone(&agent)) {
                    return Err(RegistryError {
                        capability: (*capability).to_owned(),
                        first: first.name(),
                        second: agent.name(),
                    });
                }
            }
        }
        Ok(registry)
    }

    pub fn owner(&self, capability: &str) -> Option<&Arc<dyn Agent>> {
        self.owners.get(capability)
    }
}
