use domain::execution::{Cost, Ttl};
use executor::capability::{Agent, Availability, Capability};
use serde_json::Value;

/// A capability as the catalogue shows it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub name: String,
    pub category: String,
    pub version: &'static str,
    pub description: &'static str,
    pub agent: &'static str,
    pub agent_description: &'static str,
    pub ttl: Ttl,
    pub cost: Cost,
    pub pure: bool,
    pub governed: bool,
    pub sources: &'static [&'static str],
    /// Why it cannot be called here.
    pub unavailable: Option<String>,
    pub deprecated_by: Option<&'static str>,
    /// JSON Schema of the arguments.
    pub input: Value,
    /// JSON Schema of the value.
    pub output: Value,
}

impl Entry {
    pub fn of(agent: &Agent, capability: &Capability) -> Self {
        Self {
            name: capability.name.to_string(),
            category: capability.name.category().to_owned(),
            version: capability.version,
            description: capability.description,
            agent: agent.name,
            agent_description: agent.description,
            ttl: capability.ttl,
            cost: capability.cost,
            pure: capability.pure,
            governed: capability.governed,
            sources: capability.sources,
            unavailable: match &capability.availability {
                Availability::Available => None,
                Availability::Unavailable { reason } => Some(reason.clone()),
            },
            deprecated_by: capability.deprecated_by,
            input: capability.input.clone(),
            output: capability.output.clone(),
        }
    }

    /// How long a value holds, for a reader.
    pub const fn lifetime(&self) -> &'static str {
        match self.ttl {
            Ttl::Execution => "the execution that computed it",
            Ttl::Minutes5 => "5 minutes from its as-of",
            Ttl::Minutes30 => "30 minutes from its as-of",
            Ttl::Hour => "1 hour from its as-of",
            Ttl::Day => "1 day from its as-of",
        }
    }

    /// What a call costs, for a reader.
    pub const fn cost_words(&self) -> &'static str {
        match self.cost {
            Cost::Light => "light: microseconds of arithmetic",
            Cost::Compute => "compute: milliseconds of a processor",
            Cost::Remote => "remote: waits for a database or another machine",
            Cost::Paid => "paid: costs money at each call",
        }
    }

    /// Whether the same call gives the same value, for a reader.
    pub const fn purity(&self) -> &'static str {
        if self.pure {
            "same context and arguments give the same value, which is cached"
        } else {
            "is called each time; nothing is cached"
        }
    }
}
