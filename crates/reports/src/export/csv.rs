//! The tables as CSV (RFC 4180), one file each, in a ZIP archive.

use super::{Meter, manifest::Manifest, table::Table};
use csv::{Terminator, WriterBuilder};
use domain::hash::canonical_json;
use std::io::{self, Cursor, Write};
use zip::{CompressionMethod, DateTime, ZipWriter, result::ZipError, write::SimpleFileOptions};

/// What a spreadsheet takes for the beginning of a formula: the characters that
/// OWASP names, and the full-width ones that some take for them.
const FORMULA_STARTS: [char; 8] =
    ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

#[derive(Debug, thiserror::Error)]
pub enum CsvError {
    #[error("a table was not written")]
    Table(#[from] csv::Error),
    #[error("the archive was not written")]
    Archive(#[from] ZipError),
    #[error("the archive was not written")]
    Write(#[from] io::Error),
    #[error("the manifest has no JSON form")]
    Manifest(#[from] serde_json::Error),
}

/// One file for each table, each with `about` above it, and the manifest. The
/// archive holds no time, so that the same tables give the same bytes.
pub(super) fn archive(
    tables: Vec<Table<'_>>,
    about: &[(&'static str, String)],
    manifest: &Manifest,
    meter: &Meter,
) -> Result<Vec<u8>, CsvError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for table in tables {
        archive.start_file(format!("{}.csv", table.key), options)?;
        write_file(table, about, &mut archive, meter)?;
    }
    archive.start_file("manifest.json", options)?;
    archive.write_all(canonical_json(manifest)?.as_bytes())?;
    Ok(archive.finish()?.into_inner())
}

/// Records of our own as one CSV file, guarded like a report's tables.
///
/// # Errors
/// When a row is not as long as `columns`.
pub fn records<const N: usize>(
    columns: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<Vec<u8>, csv::Error> {
    let mut bytes = Vec::new();
    let mut body = writer(&mut bytes);
    body.write_record(columns)?;
    for row in rows {
        body.write_record(row.iter().map(|cell| guarded(cell)))?;
    }
    body.flush()?;
    drop(body);
    Ok(bytes)
}

/// `#` rows, a blank one, the names of the columns, the table: row by row, as they are
/// made.
fn write_file(
    table: Table<'_>,
    about: &[(&'static str, String)],
    out: &mut impl Write,
    meter: &Meter,
) -> Result<(), CsvError> {
    let mut head = writer(&mut *out);
    head.write_record(["# Table", &guarded(&table.title)])?;
    for (name, value) in about {
        head.write_record([format!("# {name}"), guarded(value)])?;
    }
    head.flush()?;
    drop(head);
    out.write_all(b"\r\n")?;
    let mut body = writer(out);
    body.write_record(table.columns.iter().map(|column| guarded(&column.plain_name())))?;
    for row in table.rows {
        body.write_record(row.iter().map(|cell| guarded(&cell.plain())))?;
        meter.add(row.len());
    }
    body.flush()?;
    Ok(())
}

fn writer<W: Write>(out: W) -> csv::Writer<W> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out)
}

/// The text with an apostrophe before everything that a spreadsheet would take for
/// a formula, unless it is a number: at the beginning, whatever space precedes it,
/// and after a tab, a semicolon or a line's end, where a spreadsheet that is set to
/// another separator begins a cell, quoted or not.
pub(super) fn guarded(text: &str) -> String {
    if text.parse::<f64>().is_ok_and(f64::is_finite) {
        return text.to_owned();
    }
    let mut guarded = String::with_capacity(text.len() + 1);
    let mut begins_cell = true;
    for (index, character) in text.char_indices() {
        let separates = matches!(character, '\t' | '\r' | '\n' | ';');
        let starts_formula = begins_cell && FORMULA_STARTS.contains(&character);
        if starts_formula || (index == 0 && matches!(character, '\t' | '\r' | '\n')) {
            guarded.push('\'');
        }
        guarded.push(character);
        let leads = character.is_whitespace() || character == '"';
        begins_cell = separates || (begins_cell && leads);
    }
    guarded
}
