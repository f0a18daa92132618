//! Reports of the portfolio desk as files, under the same permits and with the same terms.
//!
//! Without a permit there is nothing to call:
//!
//! ```compile_fail
//! # use reports::{Colophon, ExportError, Export, export::{Meter, portfolio}, portfolio::PortfolioReport};
//! fn leak(report: &PortfolioReport, colophon: &Colophon, now: jiff::Timestamp) -> Result<Export, ExportError> {
//!     portfolio::print(report, colophon, rights::Format::Pdf, now, &Meter::default())
//! }
//! ```
//!
//! With one that was given:
//!
//! ```
//! # use reports::{Colophon, ExportError, Export, export::{Meter, portfolio}, portfolio::PortfolioReport};
//! fn export(report: &PortfolioReport, colophon: &Colophon, permit: rights::Permit, now: jiff::Timestamp) -> Result<Export, ExportError> {
//!     portfolio::print(report, colophon, rights::Format::Pdf, permit, now, &Meter::default())
//! }
//! ```

use super::{Export, ExportError, Meter, manifest::MadeOf, panels};
use crate::{panel_file::PanelFile, portfolio::PortfolioReport, view::Colophon};
use domain::hash::ContentHash;
use jiff::Timestamp;
use rights::{Format, Permit};

/// A sealed report as a file. A panel that is withheld has a notice in its place, and no
/// rows; in JSON its data is null.
///
/// # Errors
/// [`ExportError`]; of a format that no file has, [`ExportError::NoSuchForm`].
pub fn print(
    report: &PortfolioReport,
    colophon: &Colophon,
    format: Format,
    permit: Permit,
    now: Timestamp,
    meter: &Meter,
) -> Result<Export, ExportError> {
    let grant = permit.redeem(ContentHash::of_json(report)?, format, now)?;
    let made_of = MadeOf::PortfolioReport {
        run_id: colophon.run_id,
        package_hash: colophon.package_hash,
        portfolio_id: report.portfolio_id,
        asof: report.priced_on,
        pricing_pack_id: report.pricing_pack_id.clone(),
        pricing_pack_hash: colophon.pack_hash,
        ledger_commit_hash: report.ledger_commit_hash.clone(),
        sealed_at: colophon.sealed_at,
    };
    let file = PanelFile::of_report(report, colophon)?;
    panels::print(report, &file, made_of, format, &grant, meter)
}

/// The cells of its tables, by which the size of its files is judged beforehand.
pub fn cells(report: &PortfolioReport) -> usize {
    panels::cells(report.panels(), Some(report.base_currency.as_str()))
}
