//! Executions as files, opened by others' programs.

use super::*;
use crate::{
    export::{
        Export, ExportError, Meter, execution,
        opened::{body, opened_files, shown},
        tests::permit_for,
    },
    pdf::tests::{Opened, words},
};
use executor::{
    lineage::SourceName,
    pattern::{Column, Format as Figure, PanelDocument, PanelKind, Series},
};
use rights::{Format, RightsProfile};
use serde_json::{Value, json};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn panel(id: &str, title: &str, kind: PanelKind, data: Value) -> PanelDocument {
    PanelDocument {
        id: id.to_owned(),
        title: title.to_owned(),
        ..crate::panel::tests::panel(kind, data)
    }
}

fn part(panel: PanelDocument, providers: &[&str]) -> PanelPart {
    let own = ["computed:portfolio.value@1.0.0", "pack:PP_1"].map(str::to_owned);
    let given = providers.iter().map(|id| format!("provider:{id}"));
    let sources = own.into_iter().chain(given).map(SourceName::from).collect();
    PanelPart { panel, sources, oldest: Some(NOW), warnings: Vec::new() }
}

fn column(key: &str, title: &str, format: Option<Figure>) -> Column {
    Column { key: key.to_owned(), title: Some(title.to_owned()), format, color: None }
}

fn document(panels: Vec<PanelPart>) -> ExecutionDocument {
    ExecutionDocument {
        schema: ExecutionDocument::SCHEMA,
        execution_id: ExecutionId::from_uuid(Uuid::from_u128(1)),
        title: "Portfolio overview".to_owned(),
        pattern_id: "portfolio_overview".to_owned(),
        pattern_version: "1.0.0".to_owned(),
        portfolio: Some(PortfolioNamed {
            id: PortfolioId::from_uuid(Uuid::from_u128(2)),
            name: "Main book".to_owned(),
        }),
        asof: jiff::civil::date(2025, 10, 21),
        pricing_pack_id: Some("PP_1".to_owned()),
        ledger_commit_hash: Some(COMMIT.parse().unwrap()),
        base_currency: Some("CAD".to_owned()),
        executed_at: NOW,
        panels,
    }
}

/// Figures, a table of two currencies and one whose cells would be formulas, a drawing.
fn valued() -> Vec<PanelPart> {
    let mut figures = panel(
        "value",
        "Value",
        PanelKind::MetricsGrid,
        json!({
            "nav": {"value": {"amount": "84068.005", "currency": "CAD"}},
            "cash_weight": {"value": 0.2022},
            "sharpe": {"value": null, "reason": {"text": "there is no benchmark"}},
        }),
    );
    figures.columns = vec![
        column("nav", "Net asset value", Some(Figure::Currency)),
        column("cash_weight", "In cash", Some(Figure::Percent)),
        column("sharpe", "Sharpe ratio", Some(Figure::Decimal2)),
    ];
    let money = |amount: &str, currency: &str| json!({"amount": amount, "currency": currency});
    let mut table = panel(
        "positions",
        "Positions",
        PanelKind::Table,
        json!([
            {"symbol": "ACME", "name": "=HYPERLINK(\"http://evil.example\")", "price": money("262.77", "USD"),
             "value": money("36820.3572", "CAD"), "weight": 0.437_983_2, "since": "2025-01-06"},
            {"symbol": "MAPL", "name": "\u{7532}\u{9aa8} \u{5d0}\u{5d1}", "price": money("-41.30", "CAD"),
             "value": {"value": null, "reason": {"text": "there is no price"}}, "weight": null, "since": "2025-01-07"},
        ]),
    );
    table.columns = vec![
        column("symbol", "Symbol", None),
        column("name", "Name", None),
        column("price", "Price", Some(Figure::Currency)),
        column("value", "Value", Some(Figure::Currency)),
        column("weight", "Weight", Some(Figure::Percent)),
        column("since", "Held since", Some(Figure::Date)),
    ];
    let mut drawing = panel(
        "nav",
        "Net asset value: 3 days [CAD] / all of it",
        PanelKind::LineChart,
        json!([{"date": "2025-10-17", "nav": 100}, {"date": "2025-10-20", "nav": 110}, {"date": "2025-10-21", "nav": 105.5}]),
    );
    drawing.series =
        vec![Series { key: "nav".to_owned(), title: None, format: Some(Figure::Decimal2) }];
    vec![part(figures, &["FRED"]), part(table, &["FMP"]), part(drawing, &["FMP"])]
}

pub(crate) async fn printed(
    document: &ExecutionDocument,
    format: Format,
    profile: RightsProfile,
) -> Export {
    let permit = permit_for(document, &lineage(document), format, profile).await;
    execution::print(document, format, permit, NOW, &Meter::default()).unwrap()
}

/// Of [`valued`].
pub(crate) fn valued_document() -> ExecutionDocument {
    document(valued())
}

async fn tables(document: &ExecutionDocument, profile: RightsProfile) -> Value {
    let archive = printed(document, Format::Csv, profile).await.bytes;
    let workbook = printed(document, Format::Xlsx, profile).await.bytes;
    opened_files(&archive, &workbook)
}

#[tokio::test]
async fn tables_hold_the_figures_themselves_with_their_units_and_no_formula() {
    let opened = tables(&document(valued()), RightsProfile::Production).await;
    let figures = body(&opened, "figures.csv");
    assert_eq!(figures[0], ["Panel", "Figure", "Value", "Unit"]);
    assert_eq!(figures[1], ["Value", "Net asset value", "84068.005", "CAD"]);
    assert_eq!(figures[2], ["Value", "In cash", "0.2022", "fraction"]);
    assert_eq!(figures[3][2], "not available: there is no benchmark");
    let rows = body(&opened, "positions.csv");
    let names = [
        "Symbol",
        "Name",
        "Price",
        "Price currency",
        "Value (CAD)",
        "Weight (fraction)",
        "Held since",
    ];
    assert_eq!(rows[0], names);
    let formula = "'=HYPERLINK(\"http://evil.example\")";
    assert_eq!(
        rows[1],
        ["ACME", formula, "262.77", "USD", "36820.3572", "0.4379832", "2025-01-06"]
    );
    assert_eq!(rows[2][2..6], ["-41.3", "CAD", "not available: there is no price", ""]);
    assert_eq!(rows[2][1], "\u{7532}\u{9aa8} \u{5d0}\u{5d1}", "letters stay as they are");
    // A sheet has figures as figures and dates as dates.
    let sheet = &opened["sheets"]["Positions"];
    assert_eq!(sheet[1][2], json!(["n", 262.77]));
    assert_eq!(sheet[1][5][1], json!(0.437_983_2));
    assert_eq!(sheet[1][6][0], "d");
    assert_eq!(sheet[1][1][0], "s", "a text, and no formula: {sheet}");
    // A sheet's name has no letter that none may have, and is no longer than it may be.
    let sheets: Vec<&String> = opened["sheets"].as_object().unwrap().keys().collect();
    assert!(
        sheets.iter().any(|name| name.starts_with("Net asset value  3 days  CAD")),
        "{sheets:?}"
    );
    assert!(sheets.iter().all(|name| name.chars().count() <= 31));
}

#[tokio::test]
async fn tables_say_which_pack_and_commit_they_come_from_and_attribute_once() {
    let opened = tables(&document(valued()), RightsProfile::Production).await;
    let head: Vec<String> = opened["tables"]["positions.csv"]
        .as_array()
        .unwrap()
        .iter()
        .map_while(|row| Some(format!("{}|{}", row.get(0)?.as_str()?, row.get(1)?.as_str()?)))
        .collect();
    for line in ["# Pricing pack|PP_1", "# As of|2025-10-21", &format!("# Ledger commit|{COMMIT}")]
    {
        assert!(head.iter().any(|found| found == line), "{line}: {head:?}");
    }
    for attribution in ["Financial Modeling Prep", "Federal Reserve Bank of St. Louis"] {
        let found = head.iter().filter(|line| line.contains(attribution)).count();
        assert_eq!(found, 1, "{attribution}: {head:?}");
    }
    let about = shown(&opened, "About");
    assert!(about.iter().any(|row| row[..2] == ["Ledger commit", COMMIT]), "{about:?}");
}

#[tokio::test]
async fn every_page_names_pack_commit_execution_and_its_number() {
    let pdf = printed(&document(valued()), Format::Pdf, RightsProfile::Production).await;
    let opened = Opened::new(&pdf.bytes);
    opened.assert_sound();
    opened.assert_tagged();
    let pages = opened.pages();
    assert!(pages.len() >= 3, "{}", pages.len());
    for (page, number) in pages.iter().zip(1..) {
        let page = words(page);
        for line in [
            "Pack PP_1 · Ledger 0123456789ab",
            "Execution 00000000-0000-0000-0000-000000000001",
            "Executed 1 January 1970, 00:00 UTC",
            "Data: Financial Modeling Prep (FMP), financialmodelingprep.com",
            &format!("Page {number} of {}", pages.len()),
        ] {
            assert!(page.contains(line), "{line}: {page}");
        }
    }
    let text = words(&opened.text());
    for said in ["84 068.01", "20.22", "because there is no bench", "Main book", "105.50"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let again = printed(&document(valued()), Format::Pdf, RightsProfile::Production).await;
    assert_eq!(again, pdf, "the same bytes");
}

#[tokio::test]
async fn a_panel_that_is_left_out_leaves_its_title_and_a_notice_and_none_of_its_data() {
    let mut panels = valued();
    panels[1] = part(panels[1].panel.clone(), &["NewsAPI"]);
    let document = document(panels);
    let opened = tables(&document, RightsProfile::Demo).await;
    assert!(opened["tables"].get("positions.csv").is_none());
    let head = opened["tables"]["figures.csv"].to_string();
    assert!(head.contains("Left out for its licence") && head.contains("Positions"), "{head}");
    let pdf = printed(&document, Format::Pdf, RightsProfile::Demo).await;
    let text = words(&Opened::new(&pdf.bytes).text());
    assert!(text.contains("This part is left out") && !text.contains("ACME"), "{text}");
    let html = printed(&document, Format::Html, RightsProfile::Demo).await;
    let html = String::from_utf8(html.bytes).unwrap();
    assert!(html.contains("This part is left out") && !html.contains("ACME"), "{html}");
    let json = printed(&document, Format::Json, RightsProfile::Demo).await;
    let json: Value = serde_json::from_slice(&json.bytes).unwrap();
    assert_eq!(json["document"]["panels"][1]["data"], Value::Null);
    assert_eq!(json["manifest"]["withheld"], json!(["positions"]));
    assert_eq!(json["manifest"]["ledger_commit_hash"], COMMIT);
    assert!(!json.to_string().contains("ACME"));
}

#[tokio::test]
async fn what_is_empty_or_missing_says_so_and_leaves_no_table() {
    let mut missing = panel("regime", "Regime", PanelKind::Table, Value::Null);
    missing.reason = Some("condition_false".to_owned());
    let empty = panel("unpriced", "Without a price", PanelKind::Table, json!([]));
    // Its file would have the name of that of single figures.
    let figures = panel("figures", "Figures", PanelKind::Table, json!([{"name": "ACME"}]));
    let panels = vec![part(missing, &["FMP"]), part(empty, &["FMP"]), part(figures, &["FMP"])];
    let document = document(panels);
    let opened = tables(&document, RightsProfile::Production).await;
    let figures = body(&opened, "figures.csv");
    assert_eq!(figures[1][0], "Regime");
    assert!(figures[1][2].starts_with("not available: "), "{figures:?}");
    assert!(opened["tables"].get("unpriced.csv").is_none());
    assert_eq!(body(&opened, "panel_figures.csv")[1], ["ACME"]);
    assert_eq!(shown(&opened, "Figures 2")[1], ["ACME"]);
    let pdf = printed(&document, Format::Pdf, RightsProfile::Production).await;
    let text = words(&Opened::new(&pdf.bytes).text());
    assert!(text.contains("There is nothing to list."), "{text}");
    assert!(text.contains("did not hold"), "{text}");
}

#[tokio::test]
async fn a_long_table_is_whole_in_every_form_and_its_cells_are_counted() {
    let rows: Vec<Value> =
        (0..3000).map(|row| json!({"name": format!("Row {row}"), "value": row})).collect();
    let table = panel("rows", "Rows", PanelKind::Table, Value::Array(rows));
    let document = document(vec![part(table, &["FMP"])]);
    assert_eq!(execution::cells(&document), 6000);
    let meter = Meter::default();
    let given =
        permit_for(&document, &lineage(&document), Format::Csv, RightsProfile::Production).await;
    execution::print(&document, Format::Csv, given, NOW, &meter).unwrap();
    assert_eq!(meter.cells(), 6000);
    let opened = tables(&document, RightsProfile::Production).await;
    assert_eq!(body(&opened, "rows.csv").len(), 3001);
    assert_eq!(shown(&opened, "Rows").len(), 3001);
}

#[tokio::test]
async fn a_permit_lets_out_its_own_execution_and_only_in_its_forms() {
    let own = document(valued());
    let mut other = own.clone();
    other.title = "Another".to_owned();
    let permit =
        async |format| permit_for(&own, &lineage(&own), format, RightsProfile::Staging).await;
    let given = permit(Format::Csv).await;
    let refused = execution::print(&other, Format::Csv, given, NOW, &Meter::default());
    assert!(matches!(refused, Err(ExportError::Permit(_))), "{refused:?}");
    let given = permit(Format::View).await;
    let refused = execution::print(&own, Format::View, given, NOW, &Meter::default());
    assert!(matches!(refused, Err(ExportError::NoSuchForm)), "{refused:?}");
}

#[tokio::test]
async fn an_execution_as_html_is_one_file_that_says_all_and_runs_nothing() {
    let mut panels = valued();
    panels[1] = part(panels[1].panel.clone(), &["NewsAPI_Business", "Sample"]);
    let document = document(panels);
    let file = printed(&document, Format::Html, RightsProfile::Production).await;
    assert_eq!((file.extension(), file.media_type()), ("html", "text/html; charset=utf-8"));
    let page = String::from_utf8(file.bytes.clone()).unwrap();
    for said in [
        "<h1>Main book</h1>",
        "Portfolio overview \u{b7} 21 October 2025",
        "Sample data, not market data",
        "class=\"watermark\"",
        "PP_1",
        COMMIT,
        "00000000-0000-0000-0000-000000000001",
        "Not available, because there is no benchmark.",
        "Not available, because there is no price.",
        "=HYPERLINK(&quot;http:",
        "name=\"observatory-manifest\"",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("<script") && page.contains("default-src 'none'"));
    let again = printed(&document, Format::Html, RightsProfile::Production).await;
    assert_eq!(again, file, "the same bytes");
}

/// Its licence (Apache 2.0) lets anybody embed it. `cargo xtask test tests` installs it.
const CHINESE: &str = "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf";

#[tokio::test]
async fn a_font_of_the_operators_prints_letters_that_ours_lack() {
    let font = std::fs::read(CHINESE).unwrap_or_else(|error| panic!("{CHINESE}: {error}"));
    assert_eq!(crate::add_fonts([b"no font".to_vec()]), Err(crate::FontsRefused::NoFont));
    crate::add_fonts([font.clone()]).unwrap();
    let pdf = printed(&document(valued()), Format::Pdf, RightsProfile::Production).await;
    let opened = Opened::new(&pdf.bytes);
    let text = opened.text();
    assert!(text.contains("\u{7532}\u{9aa8}") && !text.contains('\u{25a1}'), "{text}");
    assert!(opened.told("pdffonts", &[], &[]).contains("DroidSansFallback"));
    assert_eq!(crate::add_fonts([font]), Err(crate::FontsRefused::TooLate));
}

#[tokio::test]
async fn without_one_such_letters_are_squares_and_the_last_page_says_so() {
    let pdf = printed(&document(valued()), Format::Pdf, RightsProfile::Production).await;
    let text = words(&Opened::new(&pdf.bytes).text());
    assert!(text.contains("\u{25a1}\u{25a1}") && !text.contains('\u{7532}'), "{text}");
    assert!(text.contains("Letters for which this file has no font"), "{text}");
}
