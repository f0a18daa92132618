//! Documents of pages: tagged for readers (PDF/UA-1), fonts embedded.
//!
//! The templates are files of this repository, and everything that a document says reaches
//! them as values of one JSON file, so that no text is ever read as markup. The typesetter
//! finds nothing but these files and its own fonts: no clock, no folder, no network.
//! Same document, colophon and grant: same bytes.

mod letters;
mod world;

use crate::{
    panel_file::{self, PanelFile},
    view::{Colophon, Page, RenderError, Withheld},
};
use domain::{hash::ContentHash, report::ReportDocument};
use jiff::Timestamp;
use letters::with_letters_we_have;
use rights::Grant;
use serde_json::{Value, json};
use typst::{
    diag::SourceDiagnostic,
    ecow::EcoVec,
    foundations::{Datetime, Smart},
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};
use world::{DocumentWorld, Template};
pub use world::{FontsRefused, add_fonts};

/// The document as PDF, with what its licences ask for and without what they keep back.
/// `document` no longer holds what is withheld.
pub(crate) fn render_pdf(
    document: &ReportDocument,
    colophon: &Colophon,
    grant: &Grant,
    withheld: Withheld,
) -> Result<Vec<u8>, RenderError> {
    let page = Page::of(document, colophon)?.exported(grant, withheld);
    let page = serde_json::to_value(&page)?;
    printed(Template::Report, page, colophon.document_hash, colophon.sealed_at)
}

/// A file of panels as PDF, on the same terms.
pub(crate) fn render_panels_pdf(
    file: &PanelFile<'_>,
    grant: &Grant,
) -> Result<Vec<u8>, RenderError> {
    let page = serde_json::to_value(panel_file::Page::of(file, grant))?;
    printed(Template::Panels, page, file.hash, file.moment)
}

fn printed(
    template: Template,
    page: Value,
    document_hash: ContentHash,
    moment: Timestamp,
) -> Result<Vec<u8>, RenderError> {
    let pages = typeset(template, page)?;
    let options = PdfOptions {
        // What the document's identifier is derived from; that of the bytes is their own.
        ident: Smart::Custom(document_hash.to_string()),
        creator: Smart::Custom(Some("Observatory".to_owned())),
        timestamp: Some(timestamp(moment)?),
        standards: PdfStandards::new(&[PdfStandard::Ua_1])
            .map_err(|error| RenderError::Typeset(error.message().to_string()))?,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&pages, &options).map_err(|found| fault(&found))
}

/// What is typeset stays in the typesetter's cache until it is told to forget; it is a
/// subscriber's document, so it is told at once.
fn typeset(template: Template, page: Value) -> Result<PagedDocument, RenderError> {
    let (mut page, substituted) = with_letters_we_have(page);
    page["substituted"] = json!(substituted);
    let world = DocumentWorld::of(template, serde_json::to_vec(&page)?);
    let pages = typst::compile::<PagedDocument>(&world).output.map_err(|found| fault(&found));
    typst::comemo::evict(0);
    pages
}

fn fault(found: &EcoVec<SourceDiagnostic>) -> RenderError {
    let messages: Vec<&str> = found.iter().map(|one| one.message.as_str()).collect();
    RenderError::Typeset(messages.join("; "))
}

fn timestamp(moment: Timestamp) -> Result<typst_pdf::Timestamp, RenderError> {
    let civil = jiff::tz::TimeZone::UTC.to_datetime(moment);
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    let (date, time) = (civil.date(), civil.time());
    Datetime::from_ymd_hms(
        date.year().into(),
        part(date.month()),
        part(date.day()),
        part(time.hour()),
        part(time.minute()),
        part(time.second()),
    )
    .map(typst_pdf::Timestamp::new_utc)
    .ok_or_else(|| RenderError::Typeset(format!("{moment} is no date of a PDF")))
}

#[cfg(test)]
pub(crate) mod tests;
