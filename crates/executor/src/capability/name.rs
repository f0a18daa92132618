//! The name of a capability.

use std::{fmt, str::FromStr, sync::Arc};

/// The name of a capability, `category.operation` in lower-case words.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct CapabilityName(Arc<str>);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a capability name, such as evidence.select")]
pub struct InvalidCapabilityName(String);

impl CapabilityName {
    /// Shared rather than copied, for the label of a metric.
    pub(crate) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }

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
                Ok(Self(text.into()))
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
        name.0.as_ref().to_owned()
    }
}

impl fmt::Display for CapabilityName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
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
