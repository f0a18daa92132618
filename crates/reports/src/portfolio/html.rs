//! The report as one self-contained, printable HTML file: style inline, no script. Same
//! document and package: same bytes.

use super::{PortfolioReport, ReportPanel};
use crate::{
    panel::{
        bars::BarDrawing,
        figure::UNIT_GAP,
        lines::LineDrawing,
        metrics::metrics_of,
        ring::Ring,
        rows::{Cell, Rows},
        svg::{self, Drawing},
    },
    view::RenderError,
};
use domain::{cadence::format_moment, hash::ContentHash, package::PortfolioPackage};
use executor::{lineage::SourceName, pattern::PanelKind};
use jiff::civil::Date;
use minijinja::{
    AutoEscape, Environment, UndefinedBehavior, Value, context, syntax::SyntaxConfig, value::Serde,
};
use serde::Serialize;

/// Colours that drawings are made with on paper, and the reports' own for them, which know
/// the dark.
const COLOURS: [(&str, &str); 4] = [
    ("#1a1f22", "var(--ink)"),
    ("#545c60", "var(--muted)"),
    ("#d8d6ce", "var(--line)"),
    ("#0b5a60", "var(--accent)"),
];

/// Prints a report that [`super::validate`] let pass.
///
/// # Errors
/// [`RenderError`].
pub fn render(
    report: &PortfolioReport,
    package: &PortfolioPackage,
    package_hash: ContentHash,
    document_hash: ContentHash,
) -> Result<String, RenderError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_template("portfolio.html", include_str!("../../templates/portfolio.html"))?;
    let style = concat!(
        include_str!("../../templates/report.css"),
        include_str!("../../templates/portfolio.css")
    );
    let claimed = format_moment(package.claimed_at, &package.period.zone);
    let page = Page {
        title: &report.title,
        cadence: report.cadence.label(),
        period: report.period.label(),
        portfolio: &report.portfolio_name,
        currency: report.base_currency.as_str(),
        priced_on: day(report.priced_on),
        window: format!("{} trading days", report.window.trading_days()),
        specification: &report.specification_name,
        version: report.specification_version,
        sample: report.sample_data,
        sections: report.sections.iter().map(|one| Part::of(one, report)).collect(),
        run: package.run_id.to_string(),
        sealed: claimed.map_err(RenderError::Moment)?,
        zone: &package.period.zone,
        pack: report.pricing_pack_id.as_str(),
        commit: report.ledger_commit_hash.as_str(),
        package_hash: package_hash.to_string(),
        document_hash: document_hash.to_string(),
    };
    let context = context! {
        style => Value::from_safe_string(style.to_owned()),
        ..Value::from(Serde(&page))
    };
    Ok(environment.get_template("portfolio.html")?.render(context)?)
}

#[derive(Serialize)]
struct Page<'a> {
    title: &'a str,
    cadence: &'a str,
    period: String,
    portfolio: &'a str,
    currency: &'a str,
    priced_on: Day,
    window: String,
    specification: &'a str,
    version: u32,
    sample: bool,
    sections: Vec<Part>,
    run: String,
    sealed: String,
    zone: &'a str,
    pack: &'a str,
    commit: &'a str,
    package_hash: String,
    document_hash: String,
}

#[derive(Serialize)]
struct Day {
    iso: String,
    words: String,
}

fn day(date: Date) -> Day {
    Day { iso: date.to_string(), words: date.strftime("%-d %B %Y").to_string() }
}

#[derive(Serialize)]
struct Part {
    id: &'static str,
    label: &'static str,
    panels: Vec<Shown>,
}

impl Part {
    fn of(section: &super::ReportSection, report: &PortfolioReport) -> Self {
        let panels = section.panels.iter().map(|panel| Shown::of(panel, report));
        Self { id: section.topic.id(), label: section.topic.label(), panels: panels.collect() }
    }
}

/// A panel in its one form: figures, or a table, above it a drawing where there is one.
#[derive(Serialize)]
struct Shown {
    id: String,
    title: String,
    metrics: Vec<Figure>,
    drawing: Option<Picture>,
    table: Option<Table>,
    /// Why there is nothing else.
    nothing: Option<String>,
    note: String,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct Figure {
    name: String,
    text: String,
    tone: Option<&'static str>,
    /// Why there is no figure.
    reason: Option<String>,
}

#[derive(Serialize)]
struct Picture {
    /// Markup of our own.
    svg: Value,
    sentence: String,
}

#[derive(Serialize)]
struct Table {
    heads: Vec<TableHead>,
    rows: Vec<Vec<TableCell>>,
    is_long: bool,
}

#[derive(Serialize)]
struct TableHead {
    title: String,
    is_figure: bool,
}

#[derive(Serialize)]
struct TableCell {
    text: String,
    is_figure: bool,
    tone: Option<&'static str>,
}

/// A table beyond this stands behind its drawing, to be opened.
const ROWS_BESIDE_A_DRAWING: usize = 12;

impl Shown {
    fn of(part: &ReportPanel, report: &PortfolioReport) -> Self {
        let panel = &part.panel;
        let currency = Some(report.base_currency.as_str());
        let mut shown = Self {
            id: panel.id.clone(),
            title: panel.title.clone(),
            metrics: Vec::new(),
            drawing: None,
            table: None,
            nothing: None,
            note: note(part),
            warnings: part.warnings.clone(),
        };
        if panel.data.is_null() {
            shown.nothing = Some(panel.reason.clone().unwrap_or_else(|| "No value.".to_owned()));
            return shown;
        }
        if panel.kind == PanelKind::MetricsGrid {
            shown.metrics = metrics_of(panel, currency)
                .into_iter()
                .map(|metric| Figure {
                    name: metric.name.unwrap_or_else(|| panel.title.clone()),
                    tone: metric.cell.mark.as_ref().map(|mark| mark.tone),
                    text: text_of(&metric.cell),
                    reason: metric.cell.reason,
                })
                .collect();
            return shown;
        }
        let Some(rows) = Rows::whole(panel, currency) else {
            shown.nothing = Some("There is nothing to list.".to_owned());
            return shown;
        };
        if rows.rows.is_empty() {
            shown.nothing = Some("There is nothing to list.".to_owned());
            return shown;
        }
        let drawing = match panel.kind {
            PanelKind::LineChart | PanelKind::DualLine | PanelKind::AreaChart => {
                LineDrawing::of(panel, &rows, currency).map(|one| svg::lines(&panel.title, &one))
            }
            PanelKind::BarChart | PanelKind::StackedBar | PanelKind::Waterfall => {
                BarDrawing::of(panel, &rows).map(|one| svg::bars(&panel.title, &one))
            }
            PanelKind::DonutChart => {
                Ring::of(panel, &rows).map(|one| svg::ring(&panel.title, &one))
            }
            _ => None,
        };
        shown.drawing = drawing.map(Picture::of);
        shown.table = Some(Table::of(&rows, shown.drawing.is_some()));
        shown
    }
}

impl Picture {
    fn of(drawing: Drawing) -> Self {
        let Drawing { svg, sentence } = drawing;
        let svg = COLOURS.iter().fold(svg, |svg, (paper, own)| svg.replace(paper, own));
        Self { svg: Value::from_safe_string(svg), sentence }
    }
}

impl Table {
    fn of(rows: &Rows, is_drawn: bool) -> Self {
        let heads = rows.heads.iter();
        let cell = |(at, cell): (usize, &Cell)| TableCell {
            text: text_of(cell),
            is_figure: rows.heads[at].is_figure,
            tone: cell.mark.as_ref().map(|mark| mark.tone),
        };
        Self {
            heads: heads
                .map(|head| TableHead { title: head.title.clone(), is_figure: head.is_figure })
                .collect(),
            rows: rows.rows.iter().map(|row| row.iter().enumerate().map(cell).collect()).collect(),
            is_long: is_drawn && rows.rows.len() > ROWS_BESIDE_A_DRAWING,
        }
    }
}

/// A gain has its plus, so that it is told from a loss without its colour.
fn text_of(cell: &Cell) -> String {
    match &cell.mark {
        Some(_) => cell.shown.signed(),
        None => cell.shown.text(),
    }
}

/// As of when, and where it came from: what was read, without the arithmetic.
fn note(part: &ReportPanel) -> String {
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
    match part.oldest {
        Some(oldest) => format!("From {from}; the oldest of {}.", oldest.strftime("%-d %B %Y")),
        None => format!("From {from}."),
    }
}
