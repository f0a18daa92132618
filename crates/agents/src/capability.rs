//! What an agent offers to a pattern: capabilities named `category.operation`.

use domain::{hash::ContentHash, package::RunPackage, run::FailureKind};
use serde_json::Value;
use std::{fmt, future::Future, pin::Pin, str::FromStr, sync::Arc};

/// The name of a capability, `category.operation` in lower-case words.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct CapabilityName(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a capability name, such as evidence.select")]
pub struct InvalidCapabilityName(String);

impl CapabilityName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn category(&self) -> &str {
        self.0.split_once('.').map_or("", |(category, _)| category)
    }
}

impl FromStr for CapabilityName {
    type Err = InvalidCapabilityName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        match text.split_once('.') {
            Some((category, operation)) if word(category) && word(operation) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(InvalidCapabilityName(text.to_owned())),
        }
    }
}

impl TryFrom<String> for CapabilityName {
    type Error = InvalidCapabilityName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CapabilityName> for String {
    fn from(name: CapabilityName) -> Self {
        name.0
    }
}

impl fmt::Display for CapabilityName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The full and only context of a step besides its arguments.
#[derive(Debug)]
pub struct StepContext {
    pub package: RunPackage,
    pub package_hash: ContentHash,
}

/// Why a step could not be done, in the words of the failed run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct AgentError {
    pub kind: FailureKind,
    /// One sentence for the subscriber.
    pub message: String,
    /// Each finding or reason, one sentence each.
    pub reasons: Vec<String>,
}

impl AgentError {
    /// A fault of ours: arguments that do not fit, a document that does not parse.
    pub fn internal(message: impl Into<String>) -> Self {
        Self { kind: FailureKind::Internal, message: message.into(), reasons: Vec::new() }
    }
}

/// What a step gave: a value for the steps after it, and one sentence for the
/// reader of the run page.
#[derive(Clone, Debug, PartialEq)]
pub struct StepOutput {
    pub value: Value,
    pub summary: String,
}

pub type StepFuture = Pin<Box<dyn Future<Output = Result<StepOutput, AgentError>> + Send>>;

/// One owner of capabilities. Stateless: a call sees its arguments and context.
pub trait Agent: Send + Sync {
    /// The name in traces and on the run page.
    fn name(&self) -> &'static str;

    /// The capabilities that this agent owns; no other agent may own them.
    fn capabilities(&self) -> &'static [&'static str];

    /// Does one step. `capability` is one of [`Agent::capabilities`].
    fn call(&self, capability: &str, args: Value, context: Arc<StepContext>) -> StepFuture;
}

/// Reads one argument of a step.
///
/// # Errors
/// When it is missing or does not have the type's shape.
pub fn argument<T: serde::de::DeserializeOwned>(
    args: &mut Value,
    name: &str,
) -> Result<T, AgentError> {
    let value = args
        .get_mut(name)
        .map(Value::take)
        .ok_or_else(|| AgentError::internal(format!("the argument {name} is missing")))?;
    serde_json::from_value(value)
        .map_err(|error| AgentError::internal(format!("the argument {name} does not fit: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capability_is_a_category_and_an_operation() {
        for good in ["evidence.select", "reports.validate_document", "a.b2"] {
            assert_eq!(good.parse::<CapabilityName>().unwrap().as_str(), good);
        }
        for bad in ["", "select", "evidence.", ".select", "Evidence.select", "a.b.c", "a b.c"] {
            assert!(bad.parse::<CapabilityName>().is_err(), "{bad}");
        }
    }
}
