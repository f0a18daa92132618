//! What can be called: every agent with its capabilities, found by name,
//! category and agent.

mod markdown;
#[cfg(test)]
mod tests;

use crate::{
    capability::{Agent, Capability, CapabilityName},
    pattern::Capabilities,
};
use std::collections::{BTreeMap, BTreeSet};

/// The agents of this process. Made once at start-up; nothing is added later.
#[derive(Debug)]
pub struct Registry {
    agents: Vec<Agent>,
    by_name: BTreeMap<CapabilityName, Place>,
}

/// Where a capability stands: indexes of its agent and among the agent's own.
#[derive(Clone, Copy, Debug)]
struct Place {
    agent: usize,
    capability: usize,
}

/// Why agents cannot be registered together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    #[error("capability {capability} is owned by {first} and by {second}")]
    TwoOwners { capability: CapabilityName, first: &'static str, second: &'static str },
    #[error("two agents are called {0}")]
    TwoAgents(&'static str),
    #[error("{capability} of {agent} is deprecated by {successor}, which nobody owns")]
    NoSuccessor { capability: CapabilityName, agent: &'static str, successor: &'static str },
}

impl Registry {
    /// Registers all agents or none. A deprecated capability is still served,
    /// with a warning in the log.
    ///
    /// # Errors
    /// When two agents share a name or own the same capability, or when a
    /// capability names a successor that does not exist.
    pub fn new(agents: Vec<Agent>) -> Result<Self, RegistryError> {
        let mut names = BTreeSet::new();
        let mut by_name: BTreeMap<CapabilityName, Place> = BTreeMap::new();
        for (index, agent) in agents.iter().enumerate() {
            if !names.insert(agent.name) {
                return Err(RegistryError::TwoAgents(agent.name));
            }
            for (place, capability) in agent.capabilities.iter().enumerate() {
                let place = Place { agent: index, capability: place };
                if let Some(owner) = by_name.insert(capability.name.clone(), place) {
                    return Err(RegistryError::TwoOwners {
                        capability: capability.name.clone(),
                        first: agents[owner.agent].name,
                        second: agent.name,
                    });
                }
            }
        }
        let registry = Self { agents, by_name };
        registry.check_successors()?;
        Ok(registry)
    }

    fn check_successors(&self) -> Result<(), RegistryError> {
        for (agent, capability) in self.entries() {
            let Some(successor) = capability.deprecated_by else { continue };
            if !successor.parse().is_ok_and(|name| self.by_name.contains_key(&name)) {
                return Err(RegistryError::NoSuccessor {
                    capability: capability.name.clone(),
                    agent: agent.name,
                    successor,
                });
            }
            tracing::warn!(capability = %capability.name, successor, "a capability is deprecated");
        }
        Ok(())
    }

    pub fn get(&self, name: &CapabilityName) -> Option<&Capability> {
        self.entry(name).map(|(_, capability)| capability)
    }

    pub fn agent_of(&self, name: &CapabilityName) -> Option<&Agent> {
        self.entry(name).map(|(agent, _)| agent)
    }

    fn entry(&self, name: &CapabilityName) -> Option<(&Agent, &Capability)> {
        self.by_name.get(name).map(|place| self.at(*place))
    }

    fn at(&self, place: Place) -> (&Agent, &Capability) {
        let agent = &self.agents[place.agent];
        (agent, &agent.capabilities[place.capability])
    }

    /// In the order in which they were given.
    pub fn agents(&self) -> &[Agent] {
        &self.agents
    }

    /// The index of the capability's agent among [`Self::agents`].
    pub(crate) fn agent_index(&self, name: &CapabilityName) -> Option<usize> {
        self.by_name.get(name).map(|place| place.agent)
    }

    /// Every capability with its agent, by name.
    pub fn entries(&self) -> impl Iterator<Item = (&Agent, &Capability)> {
        self.by_name.values().map(|place| self.at(*place))
    }

    /// Every name, sorted.
    pub fn names(&self) -> impl Iterator<Item = &CapabilityName> {
        self.by_name.keys()
    }

    /// The categories in use, sorted.
    pub fn categories(&self) -> BTreeSet<&str> {
        self.names().map(CapabilityName::category).collect()
    }

    /// The capabilities of one category, by name.
    pub fn of_category(&self, category: &str) -> impl Iterator<Item = (&Agent, &Capability)> {
        self.entries().filter(move |(_, capability)| capability.name.category() == category)
    }

    /// The capabilities of one agent, by name.
    pub fn of_agent(&self, agent: &str) -> impl Iterator<Item = &Capability> {
        self.entries()
            .filter(move |(owner, _)| owner.name == agent)
            .map(|(_, capability)| capability)
    }
}

impl Capabilities for Registry {
    fn capability(&self, name: &CapabilityName) -> Option<&Capability> {
        self.get(name)
    }

    fn names(&self) -> Vec<&CapabilityName> {
        self.by_name.keys().collect()
    }
}
