//! Files of executions: 68 pages with 20 drawings, each with its table, and a table of 2,000
//! rows as PDF, and a table of a million cells as CSV and as a workbook, with the most memory that each took.
//! With `EXPORT_FILES` in the environment it leaves there what other typesetters need to
//! set the same: the values as JSON beside the templates, and a page of HTML.

#![expect(clippy::unwrap_used, reason = "a failed step ends the benchmark")]

use criterion::{Criterion, criterion_group, criterion_main};
use domain::{hash::ContentHash, id::ExecutionId};
use executor::{
    lineage::SourceName,
    pattern::{PanelDocument, PanelKind, Series},
};
use jiff::Timestamp;
use reports::{
    Export,
    execution::{ExecutionDocument, lineage},
    export::{Meter, execution},
    panel::part::PanelPart,
};
use rights::{Format, Permit, Registry, RightsProfile, WorkspaceLicences};
use serde_json::{Map, Value, json};
use std::{fmt::Write, fs, hint::black_box, path::Path, time::Duration};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const DRAWINGS: u32 = 20;
const ROWS: u32 = 2_000;
/// Of ten columns.
const ROWS_OF_A_MILLION_CELLS: u32 = 100_000;

fn panel(id: &str, title: &str, kind: PanelKind, data: Value, series: Vec<Series>) -> PanelPart {
    let panel = PanelDocument {
        id: id.to_owned(),
        title: title.to_owned(),
        kind,
        format: None,
        color: None,
        columns: Vec::new(),
        series,
        data,
        reason: None,
    };
    let sources = vec![SourceName::from("provider:FMP".to_owned())];
    PanelPart { panel, sources, oldest: Some(NOW), warnings: Vec::new() }
}

fn document(panels: Vec<PanelPart>) -> ExecutionDocument {
    ExecutionDocument {
        schema: ExecutionDocument::SCHEMA,
        execution_id: ExecutionId::from_uuid(Uuid::from_u128(1)),
        title: "Portfolio overview".to_owned(),
        pattern_id: "portfolio_overview".to_owned(),
        pattern_version: "1.0.0".to_owned(),
        portfolio: None,
        asof: jiff::civil::date(2025, 10, 21),
        pricing_pack_id: Some("PP_2025-10-21".to_owned()),
        ledger_commit_hash: Some("0123456789abcdef0123456789abcdef01234567".parse().unwrap()),
        base_currency: Some("CAD".to_owned()),
        executed_at: NOW,
        panels,
    }
}

/// A wave, so that drawings have something to draw.
fn value(at: u32) -> f64 {
    100.0 + 10.0 * (f64::from(at) / 20.0).sin() + f64::from(at) / 100.0
}

fn holdings(rows: u32) -> Value {
    let row = |at: u32| {
        json!({
            "symbol": format!("SYM{at}"), "name": format!("Company number {at} of the book"),
            "quantity": at * 3 + 1, "price": value(at), "weight": 1.0 / f64::from(at + 1),
        })
    };
    (0..rows).map(row).collect()
}

fn pages() -> ExecutionDocument {
    let mut panels = Vec::new();
    for at in 0..DRAWINGS {
        let day = |day: u32| {
            let date = jiff::civil::date(2025, 1, 1) + jiff::Span::new().days(day);
            json!({ "date": date.to_string(), "value": value(day + at * 7) })
        };
        let points: Value = (0..252).map(day).collect();
        let series = vec![Series { key: "value".to_owned(), title: None, format: None }];
        let title = format!("Series {}", at + 1);
        panels.push(panel(&format!("series_{at}"), &title, PanelKind::LineChart, points, series));
    }
    panels.push(panel("holdings", "Holdings", PanelKind::Table, holdings(ROWS), Vec::new()));
    document(panels)
}

fn million_cells() -> ExecutionDocument {
    let row = |at: u32| {
        let cells = (0..10).map(|column| {
            let value = if column == 0 {
                Value::from(format!("Row {at}"))
            } else {
                Value::from(value(at) * f64::from(column))
            };
            (format!("column_{column}"), value)
        });
        Value::Object(cells.collect::<Map<_, _>>())
    };
    let rows: Value = (0..ROWS_OF_A_MILLION_CELLS).map(row).collect();
    document(vec![panel("rows", "Rows", PanelKind::Table, rows, Vec::new())])
}

fn permit(document: &ExecutionDocument, format: Format) -> Permit {
    let registry = include_str!("../../../.ops/RIGHTS_REGISTRY.yaml");
    let registry = Registry::parse("x", registry).unwrap();
    let hash = ContentHash::of_json(document).unwrap();
    let (lineage, none) = (lineage(document), WorkspaceLicences::none());
    let ruling = registry.rule(hash, &lineage, format, RightsProfile::Production, &none);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (recorded, ()) = runtime.block_on(ruling.record(async { Ok::<_, ()>(()) })).unwrap();
    recorded.permit(NOW).unwrap()
}

fn print(document: &ExecutionDocument, format: Format) -> Export {
    let permit = permit(document, format);
    execution::print(document, format, permit, NOW, &Meter::default()).unwrap()
}

/// The most memory that this process ever had, in megabytes.
fn peak_mb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
    kilobytes.map_or(0, |kilobytes: u64| kilobytes / 1024)
}

fn measure(c: &mut Criterion) {
    let mut group = c.benchmark_group("exports");
    group.sample_size(10).warm_up_time(Duration::from_secs(1));
    let pages = pages();
    if let Some(folder) = std::env::var_os("EXPORT_FILES") {
        leave_files(Path::new(&folder), &pages);
    }
    let file = print(&pages, Format::Pdf);
    println!("pages: {} KB, peak {} MB", file.bytes.len() / 1024, peak_mb());
    group.bench_function("pdf of 20 drawings and 2,000 rows", |b| {
        b.iter(|| print(black_box(&pages), Format::Pdf));
    });
    drop(pages);
    let table = million_cells();
    for (name, format) in [("csv", Format::Csv), ("xlsx", Format::Xlsx)] {
        let before = peak_mb();
        let file = print(&table, format);
        let (size, peak) = (file.bytes.len() / 1_000_000, peak_mb());
        println!("{name}: {size} MB, peak {peak} MB, {before} MB before it was printed");
        group.bench_function(format!("{name} of a million cells"), |b| {
            b.iter(|| print(black_box(&table), format));
        });
    }
    group.finish();
}

/// What others need to set the same pages.
fn leave_files(folder: &Path, document: &ExecutionDocument) {
    let permit = permit(document, Format::Pdf);
    let hash = ContentHash::of_json(document).unwrap();
    let grant = permit.redeem(hash, Format::Pdf, NOW).unwrap();
    let values = reports::execution::values(document, &grant, hash).unwrap();
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("document.json"), values.to_string()).unwrap();
    fs::write(folder.join("page.html"), html(&values)).unwrap();
}

/// The same as a page: headings, drawings, tables, and a foot on every page.
fn html(values: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().replace('<', "&lt;");
    let mut page = String::from(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Portfolio overview</title><style>
         @page { size: A4; margin: 0.75in; @bottom-left { content: 'Data: Financial Modeling Prep · Pack · Ledger'; font-size: 7.5pt }
         @bottom-right { content: 'Page ' counter(page) ' of ' counter(pages); font-size: 7.5pt } }
         body { font: 10.5pt serif } table { border-collapse: collapse; width: 100%; font-size: 9pt }
         td, th { border-bottom: 0.4pt solid #ccc; padding: 4.5pt 5pt; text-align: left } svg { width: 100% }
         h1 { border-top: 1.2pt solid; font-weight: normal }</style><h1>Portfolio overview</h1>",
    );
    for panel in values["sections"][0]["panels"].as_array().unwrap() {
        let _ = write!(page, "<h1>{}</h1>", text(&panel["title"]));
        page.push_str(panel["drawing"]["svg"].as_str().unwrap_or_default());
        page.push_str("<table><thead><tr>");
        for head in panel["table"]["heads"].as_array().into_iter().flatten() {
            let _ = write!(page, "<th>{}</th>", text(&head["title"]));
        }
        page.push_str("</tr></thead>");
        for row in panel["table"]["rows"].as_array().into_iter().flatten() {
            page.push_str("<tr>");
            for cell in row.as_array().unwrap() {
                let _ = write!(page, "<td>{}</td>", text(&cell["text"]));
            }
            page.push_str("</tr>");
        }
        page.push_str("</table>");
    }
    page
}

criterion_group!(benches, measure);
criterion_main!(benches);
