//! The report of the portfolio desk: the ordered panels of one portfolio, each with where
//! it came from. Composed by rules alone, checked by [`validate`], printed by [`render`]; what
//! leaves is printed by [`crate::export::portfolio`], which asks for a permit.

mod compose;
mod validate;

#[cfg(test)]
mod file_tests;
#[cfg(test)]
mod tests;

pub use compose::{SectionGiven, compose};
pub use validate::validate;

use crate::{
    panel::{lineage::lineage_of_parts, part::PanelPart},
    panel_file::{PanelFile, render_screen},
    view::{Colophon, RenderError},
};
use domain::{
    cadence::{Cadence, Period},
    id::PortfolioId,
    pricing_pack::{Currency, LedgerCommit, PricingPackId},
    specification::{Desk, PortfolioPanel, PortfolioWindow},
};
use jiff::civil::Date;
use rights::DocumentLineage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

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
    pub panels: Vec<PanelPart>,
}

impl PortfolioReport {
    pub const SCHEMA: u32 = 1;

    pub fn panels(&self) -> impl Iterator<Item = &PanelPart> {
        self.sections.iter().flat_map(|section| &section.panels)
    }
}

/// The report as a page for a reader of the application, as it is sealed; without the panels
/// among `withheld`, each of which has a notice in its place.
///
/// # Errors
/// [`RenderError`].
pub fn render(
    report: &PortfolioReport,
    colophon: &Colophon,
    withheld: &BTreeSet<String>,
) -> Result<String, RenderError> {
    render_screen(&PanelFile::of_report(report, colophon)?, withheld)
}

/// Which providers' data each of its panels holds.
pub fn lineage(report: &PortfolioReport) -> DocumentLineage {
    lineage_of_parts(report.panels())
}

/// The report without the data of the panels among `withheld`.
pub fn without(mut report: PortfolioReport, withheld: &BTreeSet<String>) -> PortfolioReport {
    let parts = report.sections.iter_mut().flat_map(|section| &mut section.panels);
    for part in parts.filter(|part| withheld.contains(&part.panel.id)) {
        part.panel.data = Value::Null;
    }
    report
}
