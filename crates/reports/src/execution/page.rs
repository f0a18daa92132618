//! An execution in the shape that its template prints.

use super::{ExecutionDocument, PanelPart};
use crate::{
    export::short_commit,
    panel::{
        bars::BarDrawing,
        figure::{Shown, reason_words},
        lines::LineDrawing,
        metrics::metrics_of,
        ring::Ring,
        rows::{Cell, Rows},
        svg::{self, Drawing},
    },
    view::{Day, Licence},
};
use domain::{hash::ContentHash, specification::Language};
use executor::{lineage::SourceName, pattern::PanelKind};
use jiff::Timestamp;
use rights::Grant;
use serde::Serialize;

/// Rows of a drawing's own table: the drawing shows the rest, and the tables of other
/// formats hold all.
const ROWS_OF_A_DRAWING: usize = 12;

#[derive(Serialize)]
pub(crate) struct Page<'a> {
    language: &'static str,
    title: &'a str,
    portfolio: Option<&'a str>,
    asof: Day,
    base_currency: Option<&'a str>,
    panels: Vec<PanelView<'a>>,
    /// What a reader should know of the figures, each once.
    warnings: Vec<&'a str>,
    pack: &'a str,
    ledger: String,
    ledger_whole: &'a str,
    execution: String,
    executed: String,
    pattern: String,
    document: String,
    licence: Licence<'a>,
}

#[derive(Serialize)]
struct PanelView<'a> {
    id: &'a str,
    title: &'a str,
    withheld: bool,
    /// Why there is no data.
    missing: Option<String>,
    sources: String,
    oldest: Option<String>,
    figures: Vec<FigureView>,
    drawing: Option<DrawingView>,
    table: Option<TableView>,
    paragraphs: Vec<&'a str>,
}

#[derive(Serialize)]
struct FigureView {
    name: Option<String>,
    value: CellView,
}

#[derive(Serialize)]
struct DrawingView {
    svg: String,
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

impl<'a> Page<'a> {
    pub fn of(document: &'a ExecutionDocument, grant: &'a Grant, hash: ContentHash) -> Self {
        let commit = document.ledger_commit_hash.as_ref();
        let mut warnings: Vec<&str> = document
            .without(grant.removed())
            .flat_map(|part| part.warnings.iter().map(String::as_str))
            .collect();
        warnings.sort_unstable();
        warnings.dedup();
        let panel = |part| panel(part, grant, document.base_currency.as_deref());
        Self {
            language: Language::English.id(),
            title: &document.title,
            portfolio: document.portfolio.as_ref().map(|portfolio| portfolio.name.as_str()),
            asof: Day::of(document.asof),
            base_currency: document.base_currency.as_deref(),
            panels: document.panels.iter().map(panel).collect(),
            warnings,
            pack: document.pricing_pack_id.as_deref().unwrap_or("none"),
            ledger: short_commit(commit).to_owned(),
            ledger_whole: commit.map_or("none", |commit| commit.as_str()),
            execution: document.execution_id.to_string(),
            executed: moment(document.executed_at),
            pattern: format!("{}, version {}", document.pattern_id, document.pattern_version),
            document: hash.to_string(),
            licence: Licence::of(grant),
        }
    }
}

fn moment(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

fn panel<'a>(part: &'a PanelPart, grant: &Grant, currency: Option<&str>) -> PanelView<'a> {
    let panel = &part.panel;
    let sources: Vec<&str> = part.sources.iter().map(SourceName::as_str).collect();
    let mut view = PanelView {
        id: &panel.id,
        title: &panel.title,
        withheld: grant.removed().contains(&panel.id),
        missing: None,
        sources: sources.join(", "),
        oldest: part.oldest.map(moment),
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
    let rows = Rows::whole(panel, currency);
    let Some(rows) = rows.filter(|_| panel.kind != PanelKind::MetricsGrid) else {
        let figure = |one: crate::panel::metrics::Metric| FigureView {
            name: one.name,
            value: cell(&one.cell),
        };
        view.figures = metrics_of(panel, currency).into_iter().map(figure).collect();
        return view;
    };
    if rows.rows.is_empty() {
        view.missing = Some("There is nothing to list.".to_owned());
        return view;
    }
    let drawing = match panel.kind {
        PanelKind::LineChart | PanelKind::AreaChart | PanelKind::DualLine => {
            LineDrawing::of(panel, &rows, currency).map(|one| svg::lines(&panel.title, &one))
        }
        PanelKind::BarChart
        | PanelKind::StackedBar
        | PanelKind::Breakdown
        | PanelKind::Scorecard => {
            BarDrawing::of(panel, &rows).map(|one| svg::bars(&panel.title, &one))
        }
        PanelKind::DonutChart => Ring::of(panel, &rows).map(|one| svg::ring(&panel.title, &one)),
        _ => None,
    };
    let most = if drawing.is_some() { ROWS_OF_A_DRAWING } else { usize::MAX };
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
