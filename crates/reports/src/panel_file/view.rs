//! Panels in the shape that templates print, on pages and in HTML.

use super::{PanelFile, of_execution::moment_words};
use crate::panel::{
    figure::{Shown, UNIT_GAP, reason_words},
    metrics::{Metric, metrics_of},
    part::PanelPart,
    rows::{Cell, Rows},
    svg::{Drawing, drawing_of},
};
use executor::{lineage::SourceName, pattern::PanelKind};
use serde::Serialize;
use std::collections::BTreeSet;

/// What panels are set for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Medium {
    /// Holdings stand by their weight, and of a curve's own table the newest figures.
    Pages,
    /// Everything in the order of the document.
    Html,
}

/// The panel of what a portfolio holds.
const HOLDINGS: &str = "positions";

impl Medium {
    /// Rows of a drawing's own table: on pages the drawing shows the rest, and the tables of
    /// other formats hold all.
    const fn rows_of_a_drawing(self) -> usize {
        match self {
            Self::Pages => 12,
            Self::Html => usize::MAX,
        }
    }
}

#[derive(Serialize)]
pub(super) struct SectionView<'a> {
    id: &'static str,
    label: Option<&'static str>,
    pub panels: Vec<PanelView<'a>>,
}

#[derive(Serialize)]
pub(super) struct PanelView<'a> {
    id: &'a str,
    title: &'a str,
    withheld: bool,
    /// Why there is no data.
    missing: Option<String>,
    /// All of them, what was computed too.
    sources: String,
    oldest: Option<String>,
    /// As of when, and what was read, in a sentence.
    note: String,
    warnings: &'a [String],
    figures: Vec<FigureView>,
    pub drawing: Option<DrawingView>,
    table: Option<TableView>,
    paragraphs: Vec<&'a str>,
}

#[derive(Serialize)]
struct FigureView {
    name: Option<String>,
    value: CellView,
}

#[derive(Serialize)]
pub(super) struct DrawingView {
    pub svg: String,
    sentence: String,
}

#[derive(Serialize)]
struct TableView {
    heads: Vec<HeadView>,
    rows: Vec<Vec<CellView>>,
    left_out: usize,
}

#[derive(Serialize)]
struct HeadView {
    title: String,
    is_figure: bool,
}

#[derive(Serialize)]
struct CellView {
    text: String,
    /// `good`, `bad` or `attention`; its sign or a word says the same.
    tone: Option<&'static str>,
    word: Option<String>,
    reason: Option<String>,
}

impl<'a> SectionView<'a> {
    /// All of a file, without the data of what is removed.
    pub fn all(file: &PanelFile<'a>, removed: &BTreeSet<String>, medium: Medium) -> Vec<Self> {
        let view = |part: &&'a PanelPart| {
            let is_removed = removed.contains(&part.panel.id);
            panel(part, is_removed, file.currency, medium)
        };
        let sections = file.sections.iter().map(|section| Self {
            id: section.id,
            label: section.label,
            panels: section.parts.iter().map(view).collect(),
        });
        sections.collect()
    }
}

fn panel<'a>(
    part: &'a PanelPart,
    withheld: bool,
    currency: Option<&str>,
    medium: Medium,
) -> PanelView<'a> {
    let panel = &part.panel;
    let sources: Vec<&str> = part.sources.iter().map(SourceName::as_str).collect();
    let mut view = PanelView {
        id: &panel.id,
        title: &panel.title,
        withheld,
        missing: None,
        sources: sources.join(", "),
        oldest: part.oldest.map(moment_words),
        note: note(part),
        warnings: if withheld { &[] } else { &part.warnings },
        figures: Vec::new(),
        drawing: None,
        table: None,
        paragraphs: Vec::new(),
    };
    if view.withheld {
        return view;
    }
    if panel.data.is_null() {
        let reason = panel.reason.as_deref().map(reason_words);
        view.missing =
            Some(reason.unwrap_or_else(|| "The step gave no value and no reason.".to_owned()));
        return view;
    }
    if let (PanelKind::Text, Some(text)) = (panel.kind, panel.data.as_str()) {
        let paragraphs = text.split("\n\n").map(str::trim);
        view.paragraphs = paragraphs.filter(|paragraph| !paragraph.is_empty()).collect();
        return view;
    }
    let mut rows = Rows::whole(panel, currency);
    if let (Medium::Pages, HOLDINGS, Some(rows)) = (medium, panel.id.as_str(), &mut rows) {
        rows.put_largest_first("weight");
    }
    let Some(rows) = rows.filter(|_| panel.kind != PanelKind::MetricsGrid) else {
        let figure = |one: Metric| FigureView { name: one.name, value: cell(&one.cell) };
        view.figures = metrics_of(panel, currency).into_iter().map(figure).collect();
        return view;
    };
    if rows.rows.is_empty() {
        view.missing = Some("There is nothing to list.".to_owned());
        return view;
    }
    let drawing = drawing_of(panel, &rows, currency);
    let most = if drawing.is_some() { medium.rows_of_a_drawing() } else { usize::MAX };
    view.drawing = drawing.map(|Drawing { svg, sentence }| DrawingView { svg, sentence });
    view.table = Some(table(rows, most));
    view
}

/// The last rows are the newest where there are too many.
fn table(rows: Rows, most: usize) -> TableView {
    let heads = rows.heads.into_iter();
    let heads = heads.map(|head| HeadView { title: head.title, is_figure: head.is_figure });
    let left_out = rows.rows.len().saturating_sub(most);
    TableView {
        heads: heads.collect(),
        rows: rows.rows.iter().skip(left_out).map(|row| row.iter().map(cell).collect()).collect(),
        left_out,
    }
}

fn cell(cell: &Cell) -> CellView {
    let text = match &cell.mark {
        Some(mark) if mark.word.is_none() => cell.shown.signed(),
        _ => cell.shown.text(),
    };
    CellView {
        text,
        tone: cell.mark.as_ref().map(|mark| mark.tone).filter(|_| cell.shown != Shown::Missing),
        word: cell.mark.as_ref().and_then(|mark| mark.word.clone()),
        reason: cell.reason.clone(),
    }
}

/// As of when, and where it came from: what was read, without the arithmetic.
fn note(part: &PanelPart) -> String {
    let read = part.sources.iter().map(SourceName::as_str);
    let read: Vec<&str> = read.filter(|source| !source.starts_with("computed:")).collect();
    let packs = read.iter().filter(|source| source.starts_with("pack:")).count();
    let mut named: Vec<String> = read
        .iter()
        .filter(|source| packs < 2 || !source.starts_with("pack:"))
        .map(|source| (*source).to_owned())
        .collect();
    if packs > 1 {
        named.push(format!("{packs}{UNIT_GAP}pricing packs"));
    }
    let from = named.join(", ");
    match (part.oldest, named.is_empty()) {
        (_, true) => String::new(),
        (Some(oldest), false) => {
            format!("From {from}; the oldest of {}.", oldest.strftime("%-d %B %Y"))
        }
        (None, false) => format!("From {from}."),
    }
}
