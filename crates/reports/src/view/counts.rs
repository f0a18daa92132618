//! What the report counts: the signal map's table, coverage.

use super::{Names, text::strength_label};
use domain::{
    report::{ReportDocument, SignalCell},
    taxonomy::Region,
};
use serde::Serialize;

/// The cells of one signal type.
#[derive(Serialize)]
pub(super) struct CellGroup {
    signal: &'static str,
    cells: Vec<Cell>,
}

#[derive(Serialize)]
struct Cell {
    region: &'static str,
    developments: u32,
    strength: &'static str,
}

#[derive(Serialize)]
pub(super) struct Coverage<'a> {
    notes: Vec<&'a str>,
    in_pack: u32,
    in_window: u32,
    in_scope: u32,
    region_unknown: u32,
    deliverables: Vec<Ordered>,
    read: Vec<&'a str>,
    failed: Vec<Failure<'a>>,
    quiet: Vec<Names<'a>>,
}

/// An ordered deliverable and the number of developments that serve it.
#[derive(Serialize)]
struct Ordered {
    label: &'static str,
    developments: usize,
    quiet: bool,
}

#[derive(Serialize)]
struct Failure<'a> {
    source: &'a str,
    error: &'a str,
}

impl Cell {
    fn of(cell: &SignalCell) -> Self {
        Self {
            region: cell.region.map_or("Not known", Region::label),
            developments: cell.developments,
            strength: strength_label(cell.strength),
        }
    }
}

pub(super) fn cell_groups(cells: &[SignalCell]) -> Vec<CellGroup> {
    cells
        .chunk_by(|a, b| a.signal == b.signal)
        .map(|chunk| CellGroup {
            signal: chunk[0].signal.label(),
            cells: chunk.iter().map(Cell::of).collect(),
        })
        .collect()
}

pub(super) fn coverage(document: &ReportDocument) -> Coverage<'_> {
    let note = &document.coverage;
    let quiet = [
        ("Quiet deliverables", note.quiet_deliverables.iter().map(|one| one.label()).collect()),
        ("Quiet regions", note.quiet_regions.iter().map(|one| one.label()).collect()),
        ("Quiet sections", note.quiet_sections.iter().map(|one| one.label()).collect::<Vec<_>>()),
    ];
    Coverage {
        notes: note.notes.iter().map(String::as_str).collect(),
        in_pack: note.items_in_pack,
        in_window: note.items_in_window,
        in_scope: note.items_in_scope,
        region_unknown: note.items_region_unknown,
        deliverables: ordered(document),
        read: note.sources_read.iter().map(String::as_str).collect(),
        failed: note
            .sources_failed
            .iter()
            .map(|(source, error)| Failure { source, error })
            .collect(),
        quiet: quiet
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(label, names)| Names { label, names })
            .collect(),
    }
}

fn ordered(document: &ReportDocument) -> Vec<Ordered> {
    let developments = || document.sections.iter().flat_map(|section| &section.developments);
    let deliverables = document.scope.scope.deliverables.iter();
    deliverables
        .map(|deliverable| Ordered {
            label: deliverable.label(),
            developments: developments()
                .filter(|one| one.deliverables.contains(deliverable))
                .count(),
            quiet: document.coverage.quiet_deliverables.contains(deliverable),
        })
        .collect()
}
