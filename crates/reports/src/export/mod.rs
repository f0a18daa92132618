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

mod lineage;
mod manifest;
mod parts;

pub use lineage::lineage;
pub use manifest::Manifest;

use crate::html::{Colophon, RenderError, render_export};
use domain::{
    hash::{ContentHash, canonical_json},
    report::ReportDocument,
};
use jiff::Timestamp;
use rights::{Format, Grant, Permit, PermitRefused};
use serde_json::json;

/// A file, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    pub format: Format,
    pub text: String,
    /// SHA-256 of the text.
    pub hash: ContentHash,
}

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Permit(#[from] PermitRefused),
    #[error(transparent)]
    Render(#[from] RenderError),
    #[error("the report has no JSON form")]
    Json(#[from] serde_json::Error),
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
    let document = parts::without(document, grant.removed());
    let text = render_export(&document, colophon, &grant, withheld)?;
    Ok(finished(Format::Html, text))
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
    Ok(finished(Format::Json, text))
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

fn finished(format: Format, text: String) -> Export {
    Export { format, hash: ContentHash::of_bytes(text.as_bytes()), text }
}

#[cfg(test)]
mod tests;
