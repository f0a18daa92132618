//! One source, and the union of several.

use super::Ttl;
use domain::{hash::ContentHash, pricing_pack::PricingPackId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, sync::Arc};

/// What a value came from, written `pack:<id>`, `ledger:<commit, 8 digits>`,
/// `provider:<ID>`, `computed:<capability>@<version>`, `evidence:<item id>` or
/// `manual:<user>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct SourceName(Arc<str>);

impl SourceName {
    pub fn pack(id: &PricingPackId) -> Self {
        Self::from(format!("pack:{id}"))
    }

    /// An evidence pack, by its content.
    pub fn evidence_pack(hash: ContentHash) -> Self {
        Self::from(format!("pack:{}", hash.short()))
    }

    pub fn ledger(commit: &str) -> Self {
        Self::from(format!("ledger:{}", commit.get(..8).unwrap_or(commit)))
    }

    pub fn provider(id: &str) -> Self {
        Self::from(format!("provider:{id}"))
    }

    pub fn computed(capability: &str, version: &str) -> Self {
        Self::from(format!("computed:{capability}@{version}"))
    }

    pub fn evidence(item: &str) -> Self {
        Self::from(format!("evidence:{item}"))
    }

    pub fn manual(user: &str) -> Self {
        Self::from(format!("manual:{user}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for SourceName {
    fn from(name: String) -> Self {
        Self(name.into())
    }
}

impl From<SourceName> for String {
    fn from(name: SourceName) -> Self {
        name.0.as_ref().to_owned()
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// On which days a source publishes; the others do not age its values.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum PublishingCalendar {
    #[default]
    EveryDay,
    /// Monday to Friday, in UTC.
    Weekdays,
}

/// One source with the age of what it gave.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Source {
    pub name: SourceName,
    /// None of a source that has an age nobody knows.
    pub asof: Option<Timestamp>,
    /// None of arithmetic, which has no age of its own.
    pub ttl: Option<Ttl>,
    pub calendar: PublishingCalendar,
}

/// Everything that a value came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lineage {
    pub sources: BTreeSet<Source>,
    /// What a reader of the value should know, one sentence each.
    pub warnings: BTreeSet<String>,
}

impl Lineage {
    pub fn of(source: Source) -> Self {
        Self { sources: BTreeSet::from([source]), warnings: BTreeSet::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.sources.is_empty() && self.warnings.is_empty()
    }

    /// Adds everything of `other`.
    pub fn extend(&mut self, other: &Self) {
        if self.is_empty() {
            self.clone_from(other);
            return;
        }
        for source in &other.sources {
            if !self.sources.contains(source) {
                self.sources.insert(source.clone());
            }
        }
        self.warnings.extend(other.warnings.iter().cloned());
    }

    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.extend(other);
        self
    }

    #[must_use]
    pub fn warn(mut self, warning: impl Into<String>) -> Self {
        self.warnings.insert(warning.into());
        self
    }
}
