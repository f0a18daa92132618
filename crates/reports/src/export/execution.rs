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

use super::{
    Export, ExportError, Manifest, Meter, about::about_execution, csv, finished,
    table::tables_of_execution, workbook,
};
use crate::{execution::ExecutionDocument, pdf::render_execution_pdf};
use domain::hash::{ContentHash, canonical_json};
use jiff::Timestamp;
use rights::{Format, Permit};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The formats that executions have.
pub const FORMATS: [Format; 4] = [Format::Pdf, Format::Xlsx, Format::Csv, Format::Json];

/// An execution as a file. A panel that is withheld has a notice in its place, and no
/// rows; in JSON its data is null.
///
/// # Errors
/// [`ExportError`]; of a format that executions do not have, [`ExportError::NoSuchForm`].
pub fn print(
    document: &ExecutionDocument,
    format: Format,
    permit: Permit,
    now: Timestamp,
    meter: &Meter,
) -> Result<Export, ExportError> {
    let hash = ContentHash::of_json(document)?;
    let grant = permit.redeem(hash, format, now)?;
    let manifest = Manifest::of_execution(document, hash, &grant, format);
    let tables = || tables_of_execution(document, grant.removed());
    let about = || about_execution(document, &manifest);
    let bytes = match format {
        Format::Pdf => render_execution_pdf(document, &grant, hash)?,
        Format::Csv => csv::archive(tables(), &about(), &manifest, meter)?,
        Format::Xlsx => workbook::workbook(tables(), &about(), &manifest, meter)?,
        Format::Json => {
            let document = without(document, grant.removed())?;
            canonical_json(&json!({ "document": document, "manifest": manifest }))?.into_bytes()
        }
        Format::View | Format::Html | Format::Redistribute => return Err(ExportError::NoSuchForm),
    };
    Ok(finished(manifest, bytes))
}

/// The cells of its tables, by which the size of its files is judged beforehand.
pub fn cells(document: &ExecutionDocument) -> usize {
    let tables = tables_of_execution(document, &BTreeSet::new());
    tables.into_iter().flat_map(|table| table.rows).map(|row| row.len()).sum()
}

fn without(
    document: &ExecutionDocument,
    removed: &BTreeSet<String>,
) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(document)?;
    for (at, part) in document.panels.iter().enumerate() {
        if removed.contains(&part.panel.id) {
            value["panels"][at]["data"] = Value::Null;
        }
    }
    Ok(value)
}
