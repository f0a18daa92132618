//! An execution of a pattern as a document: its panels, each with where it came from.

mod lineage;
mod page;

pub use lineage::{lineage, lineage_of_panels};
pub(crate) use page::Page;

use domain::{
    hash::ContentHash,
    id::{ExecutionId, PortfolioId},
    pricing_pack::LedgerCommit,
};
use executor::{lineage::SourceName, pattern::PanelDocument};
use jiff::{Timestamp, civil::Date};
use rights::Grant;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// What one execution gave. The same execution is the same document, byte for byte.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExecutionDocument {
    pub schema: u32,
    pub execution_id: ExecutionId,
    /// The pattern's name.
    pub title: String,
    pub pattern_id: String,
    pub pattern_version: String,
    pub portfolio: Option<PortfolioNamed>,
    pub asof: Date,
    pub pricing_pack_id: Option<String>,
    /// The ledger's commit that the pack was built at, 40 digits.
    pub ledger_commit_hash: Option<LedgerCommit>,
    /// Of amounts that name no currency of their own.
    pub base_currency: Option<String>,
    pub executed_at: Timestamp,
    pub panels: Vec<PanelPart>,
}

impl ExecutionDocument {
    pub const SCHEMA: u32 = 1;

    /// Without the panels of these ids.
    pub(crate) fn without(&self, removed: &BTreeSet<String>) -> impl Iterator<Item = &PanelPart> {
        self.panels.iter().filter(|part| !removed.contains(&part.panel.id))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PortfolioNamed {
    pub id: PortfolioId,
    pub name: String,
}

/// The values that the template of pages is set with, so that another typesetter can set
/// the same.
///
/// # Errors
/// When they have no JSON form.
pub fn values(
    document: &ExecutionDocument,
    grant: &Grant,
    hash: ContentHash,
) -> Result<Value, serde_json::Error> {
    let mut values = serde_json::to_value(Page::of(document, grant, hash))?;
    values["substituted"] = Value::Bool(false);
    Ok(values)
}

/// A panel with the sources of everything in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PanelPart {
    #[serde(flatten)]
    pub panel: PanelDocument,
    pub sources: Vec<SourceName>,
    /// As of when the oldest of them is.
    pub oldest: Option<Timestamp>,
    /// What a reader should know, one sentence each.
    pub warnings: Vec<String>,
}

#[cfg(test)]
mod tests;
