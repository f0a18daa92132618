//! Documents of panels as files: the same for whatever the panels stand in.

use super::{
    Export, ExportError, Manifest, Meter, about::about_panels, csv, finished, manifest::MadeOf,
    table::tables_of_panels, workbook,
};
use crate::{
    panel::part::PanelPart,
    panel_file::{PanelFile, render_export},
    pdf::render_panels_pdf,
};
use domain::hash::canonical_json;
use rights::{Format, Grant};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// `document` is the whole that the grant is for, `file` what is printed of it.
pub(super) fn print(
    document: &impl Serialize,
    file: &PanelFile<'_>,
    made_of: MadeOf,
    format: Format,
    grant: &Grant,
    meter: &Meter,
) -> Result<Export, ExportError> {
    let manifest = Manifest::of_made(file.hash, made_of, grant, format);
    let tables = || tables_of_panels(file.without(grant.removed()), file.currency);
    let about = || about_panels(file, &manifest);
    let bytes = match format {
        Format::Pdf => render_panels_pdf(file, grant)?,
        Format::Html => render_export(file, grant, &canonical_json(&manifest)?)?.into_bytes(),
        Format::Csv => csv::archive(tables(), &about(), &manifest, meter)?,
        Format::Xlsx => workbook::workbook(tables(), &about(), &manifest, meter)?,
        Format::Json => {
            let mut document = serde_json::to_value(document)?;
            withhold(&mut document, grant.removed());
            canonical_json(&json!({ "document": document, "manifest": manifest }))?.into_bytes()
        }
        Format::View | Format::Api | Format::Redistribute => return Err(ExportError::NoSuchForm),
    };
    Ok(finished(manifest, bytes))
}

pub(super) fn cells<'a>(
    parts: impl IntoIterator<Item = &'a PanelPart>,
    currency: Option<&str>,
) -> usize {
    let tables = tables_of_panels(parts, currency);
    tables.into_iter().flat_map(|table| table.rows).map(|row| row.len()).sum()
}

/// Takes the data out of panels, wherever in the document they stand.
fn withhold(document: &mut Value, removed: &BTreeSet<String>) {
    let sections = document.get_mut("sections").and_then(Value::as_array_mut);
    for section in sections.into_iter().flatten() {
        withhold(section, removed);
    }
    let panels = document.get_mut("panels").and_then(Value::as_array_mut);
    for panel in panels.into_iter().flatten() {
        if panel["id"].as_str().is_some_and(|id| removed.contains(id)) {
            panel["data"] = Value::Null;
        }
    }
}
