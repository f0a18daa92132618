//! The report of the portfolio desk: the ordered panels of one portfolio, each with where
//! it came from. Composed by rules alone, checked by [`validate`], printed by [`render`].

mod compose;
mod html;
mod validate;

#[cfg(test)]
mod tests;

pub use compose::{SectionGiven, compose};
pub use html::render;
pub use validate::validate;

use domain::{
    cadence::{Cadence, Period},
    id::PortfolioId,
    pricing_pack::{Currency, LedgerCommit, PricingPackId},
    specification::{Desk, PortfolioPanel, PortfolioWindow},
};
use executor::{lineage::SourceName, pattern::PanelDocument};
use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A report as it is sealed: canonical JSON, from which every form is printed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PortfolioReport {
    pub schema: u32,
    /// Always the portfolio desk; what tells this document from the other desk's.
    pub desk: Desk,
    pub title: String,
    pub specification_name: String,
    pub specification_version: u32,
    pub cadence: Cadence,
    pub period: Period,
    #[schemars(with = "String", extend("format" = "uuid"))]
    pub portfolio_id: PortfolioId,
    pub portfolio_name: String,
    /// Of amounts that name no currency of their own.
    pub base_currency: Currency,
    pub window: PortfolioWindow,
    /// The day whose closes everything is valued by.
    #[schemars(with = "String", extend("format" = "date"))]
    pub priced_on: Date,
    #[schemars(with = "String")]
    pub pricing_pack_id: PricingPackId,
    /// 40 digits.
    #[schemars(with = "String")]
    pub ledger_commit_hash: LedgerCommit,
    /// Any price is invented.
    pub sample_data: bool,
    /// In the order of [`PortfolioPanel`].
    pub sections: Vec<ReportSection>,
}

/// One of the ordered parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportSection {
    pub topic: PortfolioPanel,
    pub panels: Vec<ReportPanel>,
}

/// A panel with the sources of everything in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportPanel {
    #[serde(flatten)]
    pub panel: PanelDocument,
    /// Sorted, each once.
    #[schemars(with = "Vec<String>")]
    pub sources: Vec<SourceName>,
    /// As of when the oldest of them is.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub oldest: Option<Timestamp>,
    /// What a reader should know, one sentence each.
    pub warnings: Vec<String>,
}

impl PortfolioReport {
    pub const SCHEMA: u32 = 1;

    pub fn panels(&self) -> impl Iterator<Item = &ReportPanel> {
        self.sections.iter().flat_map(|section| &section.panels)
    }
}
