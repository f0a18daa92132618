//! All tables of a report, and those of what it rests on.

use super::{
    super::parts::COVERAGE,
    Cell, Column, Table,
    text::{Numbers, developments, monitoring, signal_map, statements, summary},
};
use crate::view::RenderError;
use domain::report::ReportDocument;
use std::collections::BTreeSet;

const COVERAGE_COLUMNS: &[Column] =
    &[Column::of("What", 30), Column::of("Name", 44), Column::of("Count", 10)];

const SOURCES: &[Column] =
    &[Column::of("Source", 44), Column::of("Outcome", 12), Column::of("Reason", 80)];

const NOTES: &[Column] = &[Column::of("Note", 100)];

const REFERENCES: &[Column] = &[
    Column::of("Number", 9),
    Column::of("Title", 60),
    Column::of("Publisher", 28),
    Column::of("Published", 12),
    Column::of("Address", 60),
    Column::of("Evidence", 22),
];

const APPENDIX: &[Column] = &[
    Column::of("Evidence", 22),
    Column::of("Title", 60),
    Column::of("Publisher", 28),
    Column::of("Published", 12),
    Column::of("Confidence in date", 18),
    Column::of("Tier", 7),
    Column::of("Excerpt", 80),
    Column::of("Deliverables", 40),
    Column::of("Developments", 14),
    Column::of("Address", 60),
];

/// The tables that have rows, in reading order. `document` no longer holds what
/// is removed, save coverage, which has no empty form.
pub fn tables(
    document: &ReportDocument,
    removed: &BTreeSet<String>,
) -> Result<Vec<Table<'static>>, RenderError> {
    let numbers = Numbers::of(document);
    let mut tables = vec![
        summary(document, &numbers)?,
        developments(document),
        statements(document, &numbers)?,
        signal_map(document),
        monitoring(document),
    ];
    if !removed.contains(COVERAGE) {
        tables.extend([coverage(document), sources(document), notes(document)]);
    }
    tables.extend([references(document), appendix(document)]);
    tables.retain_mut(|table| table.rows.peek().is_some());
    Ok(tables)
}

fn coverage(document: &ReportDocument) -> Table<'static> {
    let note = &document.coverage;
    let row = |what: &str, name: &str, count| {
        vec![Cell::text(what), Cell::text(name), Cell::Count(count)]
    };
    let mut rows = vec![
        row("Items", "In the pack", note.items_in_pack),
        row("Items", "In the window", note.items_in_window),
        row("Items", "In scope", note.items_in_scope),
        row("Items", "In the window, region not known", note.items_region_unknown),
    ];
    let developments = || document.sections.iter().flat_map(|section| &section.developments);
    for deliverable in &document.scope.scope.deliverables {
        let serving = developments().filter(|one| one.deliverables.contains(deliverable));
        // At most 8 developments in each of a handful of sections.
        let count = u32::try_from(serving.count()).unwrap_or(u32::MAX);
        rows.push(row("Developments of deliverable", deliverable.label(), count));
    }
    rows.extend(note.quiet_regions.iter().map(|one| row("Quiet region", one.label(), 0)));
    rows.extend(note.quiet_sections.iter().map(|one| row("Quiet section", one.label(), 0)));
    Table::of("coverage", "Coverage", COVERAGE_COLUMNS, rows)
}

fn sources(document: &ReportDocument) -> Table<'static> {
    let row = |source: &str, outcome: &str, reason: &str| {
        vec![Cell::text(source), Cell::text(outcome), Cell::text(reason)]
    };
    let note = &document.coverage;
    let read = note.sources_read.iter().map(|source| row(source, "Read", ""));
    let failed = note.sources_failed.iter().map(|(source, why)| row(source, "Not read", why));
    Table::of("sources", "Sources", SOURCES, read.chain(failed).collect())
}

fn notes(document: &ReportDocument) -> Table<'static> {
    let rows = document.coverage.notes.iter().map(|note| vec![Cell::text(note)]).collect();
    Table::of("coverage_notes", "Coverage notes", NOTES, rows)
}

fn references(document: &ReportDocument) -> Table<'static> {
    let row = |one: &domain::report::Reference| {
        vec![
            Cell::Count(one.number),
            Cell::text(&one.title),
            Cell::text(&one.publisher),
            Cell::Date(one.published),
            Cell::Address(one.url.clone()),
            Cell::text(one.evidence.as_str()),
        ]
    };
    let rows = document.references.iter().map(row).collect();
    Table::of("references", "References", REFERENCES, rows)
}

fn appendix(document: &ReportDocument) -> Table<'static> {
    let row = |entry: &domain::report::AppendixEntry| {
        vec![
            Cell::text(entry.evidence.as_str()),
            Cell::text(&entry.title),
            Cell::text(&entry.publisher),
            Cell::Date(entry.published),
            Cell::text(entry.date_confidence.label()),
            Cell::Count(u8::from(entry.tier).into()),
            Cell::text(&entry.excerpt),
            Cell::several(entry.deliverables.iter().map(|one| one.label())),
            Cell::several(entry.developments.iter().map(String::as_str)),
            Cell::Address(entry.url.clone()),
        ]
    };
    let rows = document.appendix.iter().map(row).collect();
    Table::of("appendix", "Evidence appendix", APPENDIX, rows)
}
