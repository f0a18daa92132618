//! The report as a file that leaves. Each form asks for a permit, which only the
//! crate `rights` makes, and carries what the licences of its data ask for.
//!
//! Without a permit there is nothing to call:
//!
//! ```compile_fail
//! # use domain::report::ReportDocument;
//! # use reports::{Colophon, ExportError};
//! fn leak(document: &ReportDocument, colophon: &Colophon) -> Result<String, ExportError> {
//!     reports::export::html(document, colophon)
//! }
//! ```
//!
//! and a permit of one's own making is none:
//!
//! ```compile_fail
//! # use domain::report::ReportDocument;
//! # use reports::{Colophon, Export, ExportError};
//! # use jiff::Timestamp;
//! fn leak(document: &ReportDocument, colophon: &Colophon, now: Timestamp) -> Result<Export, ExportError> {
//!     reports::export::html(document, colophon, rights::Permit::default(), now)
//! }
//! ```
//!
//! With one that was given:
//!
//! ```
//! # use domain::report::ReportDocument;
//! # use reports::{Colophon, Export, ExportError};
//! # use jiff::Timestamp;
//! fn export(document: &ReportDocument, colophon: &Colophon, permit: rights::Permit, now: Timestamp) -> Result<Export, ExportError> {
//!     reports::export::html(document, colophon, permit, now)
//! }
//! ```

mod about;
mod csv;
pub mod execution;
mod lineage;
mod manifest;
mod meter;
mod panels;
pub(crate) mod parts;
pub mod portfolio;
mod table;
mod workbook;

pub use csv::{CsvError, records};
pub use lineage::lineage;
pub(crate) use manifest::short_commit;
pub use manifest::{MadeOf, Manifest};
pub use meter::Meter;

use crate::{
    html::render_export,
    pdf::render_pdf,
    seal::{self, SealError, SealKey},
    view::{Colophon, RenderError},
};
use domain::{
    hash::{ContentHash, canonical_json},
    report::ReportDocument,
};
use jiff::Timestamp;
use rights::{Format, Grant, Permit, PermitRefused};
use rust_xlsxwriter::XlsxError;
use serde_json::json;

/// A file, ready to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    pub format: Format,
    pub manifest: Manifest,
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes.
    pub hash: ContentHash,
}

impl Export {
    /// The same with a seal in it, by which whoever has the public key can tell that
    /// no byte was changed. The same file and key give the same seal.
    pub fn sealed(self, key: &SealKey) -> Result<Self, SealError> {
        let bytes = seal::seal(self.bytes, &self.manifest, key)?;
        Ok(Self { hash: ContentHash::of_bytes(&bytes), bytes, ..self })
    }

    /// What its name ends in, without the dot. Tables in CSV come as an archive.
    pub const fn extension(&self) -> &'static str {
        match self.format {
            Format::Csv => "csv.zip",
            other => other.id(),
        }
    }

    /// What it is called in `Content-Type`.
    pub const fn media_type(&self) -> &'static str {
        match self.format {
            Format::View | Format::Html | Format::Redistribute => "text/html; charset=utf-8",
            Format::Json | Format::Api => "application/json",
            Format::Pdf => "application/pdf",
            Format::Csv => "application/zip",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Permit(#[from] PermitRefused),
    #[error(transparent)]
    Render(#[from] RenderError),
    #[error("the report has no JSON form")]
    Json(#[from] serde_json::Error),
    #[error("the report has no CSV form")]
    Csv(#[from] CsvError),
    #[error("the report has no XLSX form")]
    Workbook(#[from] XlsxError),
    #[error("there is no file of this form")]
    NoSuchForm,
}

/// One self-contained page with attributions, watermark and rights version.
pub fn html(
    document: &ReportDocument,
    colophon: &Colophon,
    permit: Permit,
    now: Timestamp,
) -> Result<Export, ExportError> {
    let grant = redeem(document, permit, Format::Html, now)?;
    let withheld = parts::labels(document, grant.removed());
    let manifest = Manifest::of(colophon, &grant, Format::Html);
    let document = parts::without(document, grant.removed());
    let about = canonical_json(&manifest)?;
    let text = render_export(&document, colophon, &grant, withheld, &about)?;
    Ok(finished(manifest, text.into_bytes()))
}

/// Pages to print and to hand on, each with its attributions below and its watermark
/// behind. What is withheld has a notice in its place.
pub fn pdf(
    document: &ReportDocument,
    colophon: &Colophon,
    permit: Permit,
    now: Timestamp,
) -> Result<Export, ExportError> {
    let grant = redeem(document, permit, Format::Pdf, now)?;
    let withheld = parts::labels(document, grant.removed());
    let manifest = Manifest::of(colophon, &grant, Format::Pdf);
    let document = parts::without(document, grant.removed());
    let bytes = render_pdf(&document, colophon, &grant, withheld)?;
    Ok(finished(manifest, bytes))
}

/// The document and its manifest as canonical JSON. A part that is withheld is
/// null, never empty.
pub fn json(
    document: &ReportDocument,
    colophon: &Colophon,
    permit: Permit,
    now: Timestamp,
) -> Result<Export, ExportError> {
    let grant = redeem(document, permit, Format::Json, now)?;
    let manifest = Manifest::of(colophon, &grant, Format::Json);
    let document = parts::json_without(document, grant.removed())?;
    let text = canonical_json(&json!({ "document": document, "manifest": manifest }))?;
    Ok(finished(manifest, text.into_bytes()))
}

/// Its tables as CSV files in an archive, each with its attributions above it.
/// What is withheld has no rows, and each file names it.
pub fn csv(
    document: &ReportDocument,
    colophon: &Colophon,
    permit: Permit,
    now: Timestamp,
) -> Result<Export, ExportError> {
    let grant = redeem(document, permit, Format::Csv, now)?;
    let manifest = Manifest::of(colophon, &grant, Format::Csv);
    let tables = table::tables(&parts::without(document, grant.removed()), grant.removed())?;
    let about = about::about(document, &manifest);
    let bytes = csv::archive(tables, &about, &manifest, &Meter::default())?;
    Ok(finished(manifest, bytes))
}

/// Its tables as a workbook, with its attributions on the first sheet. What is
/// withheld has no rows, and the first sheet names it.
pub fn xlsx(
    document: &ReportDocument,
    colophon: &Colophon,
    permit: Permit,
    now: Timestamp,
) -> Result<Export, ExportError> {
    let grant = redeem(document, permit, Format::Xlsx, now)?;
    let manifest = Manifest::of(colophon, &grant, Format::Xlsx);
    let tables = table::tables(&parts::without(document, grant.removed()), grant.removed())?;
    let about = about::about(document, &manifest);
    let bytes = workbook::workbook(tables, &about, &manifest, &Meter::default())?;
    Ok(finished(manifest, bytes))
}

/// The cells of a report's tables, by which the size of its files is judged beforehand.
pub fn cells(document: &ReportDocument) -> Result<usize, ExportError> {
    let tables = table::tables(document, &std::collections::BTreeSet::new())?;
    Ok(tables.into_iter().flat_map(|table| table.rows).map(|row| row.len()).sum())
}

/// The permit is for what the document is now, not for what it is called.
fn redeem(
    document: &ReportDocument,
    permit: Permit,
    format: Format,
    now: Timestamp,
) -> Result<Grant, ExportError> {
    Ok(permit.redeem(ContentHash::of_json(document)?, format, now)?)
}

fn finished(manifest: Manifest, bytes: Vec<u8>) -> Export {
    Export { format: manifest.format, manifest, hash: ContentHash::of_bytes(&bytes), bytes }
}

#[cfg(test)]
mod office;
#[cfg(test)]
pub(crate) mod opened;
#[cfg(test)]
pub(crate) mod tests;
