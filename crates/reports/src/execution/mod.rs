//! An execution of a pattern as a document: its panels, each with where it came from.

use crate::{
    panel::{lineage::lineage_of_parts, part::PanelPart},
    panel_file::{Page, PanelFile},
};
use domain::{
    hash::ContentHash,
    id::{ExecutionId, PortfolioId},
    pricing_pack::LedgerCommit,
};
use jiff::{Timestamp, civil::Date};
use rights::{DocumentLineage, Grant};
use serde::Serialize;
use serde_json::Value;

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
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PortfolioNamed {
    pub id: PortfolioId,
    pub name: String,
}

/// Which providers' data each of its panels holds.
pub fn lineage(document: &ExecutionDocument) -> DocumentLineage {
    lineage_of_parts(&document.panels)
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
    let mut values =
        serde_json::to_value(Page::of(&PanelFile::of_execution(document, hash), grant))?;
    values["substituted"] = Value::Bool(false);
    Ok(values)
}

#[cfg(test)]
pub(crate) mod tests;
