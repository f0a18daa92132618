//! Executions as files, under the same permits and with the same terms as reports.
//!
//! Without a permit there is nothing to call:
//!
//! ```compile_fail
//! # use reports::{ExportError, Export, export::{Meter, execution}, execution::ExecutionDocument};
//! fn leak(document: &ExecutionDocument, now: jiff::Timestamp) -> Result<Export, ExportError> {
//!     execution::print(document, rights::Format::Pdf, now, &Meter::default())
//! }
//! ```
//!
//! With one that was given:
//!
//! ```
//! # use reports::{ExportError, Export, export::{Meter, execution}, execution::ExecutionDocument};
//! fn export(document: &ExecutionDocument, permit: rights::Permit, now: jiff::Timestamp) -> Result<Export, ExportError> {
//!     execution::print(document, rights::Format::Pdf, permit, now, &Meter::default())
//! }
//! ```

use super::{Export, ExportError, Meter, manifest::MadeOf, panels};
use crate::{execution::ExecutionDocument, panel_file::PanelFile};
use domain::hash::ContentHash;
use jiff::Timestamp;
use rights::{Format, Permit};

/// An execution as a file. A panel that is withheld has a notice in its place, and no
/// rows; in JSON its data is null.
///
/// # Errors
/// [`ExportError`]; of a format that no file has, [`ExportError::NoSuchForm`].
pub fn print(
    document: &ExecutionDocument,
    format: Format,
    permit: Permit,
    now: Timestamp,
    meter: &Meter,
) -> Result<Export, ExportError> {
    let hash = ContentHash::of_json(document)?;
    let grant = permit.redeem(hash, format, now)?;
    let made_of = MadeOf::Execution {
        execution_id: document.execution_id,
        pattern_id: document.pattern_id.clone(),
        pattern_version: document.pattern_version.clone(),
        portfolio_id: document.portfolio.as_ref().map(|portfolio| portfolio.id),
        asof: document.asof,
        pricing_pack_id: document.pricing_pack_id.clone(),
        ledger_commit_hash: document.ledger_commit_hash.clone(),
        executed_at: document.executed_at,
    };
    let file = PanelFile::of_execution(document, hash);
    panels::print(document, &file, made_of, format, &grant, meter)
}

/// The cells of its tables, by which the size of its files is judged beforehand.
pub fn cells(document: &ExecutionDocument) -> usize {
    panels::cells(&document.panels, document.base_currency.as_deref())
}
