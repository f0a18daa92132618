//! The tables, opened by others' programs: Python's csv and zipfile, and openpyxl.

use super::tests::{package_with, printed};
use crate::fixture;
use domain::{package::RunPackage, report::ReportDocument};
use rights::{Format, RightsProfile};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A Python that has openpyxl: the one that `OPENERS_PYTHON` names, or the one that
/// `cargo xtask test` installs.
fn python() -> PathBuf {
    let installed =
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/openers/bin/python");
    let python = std::env::var_os("OPENERS_PYTHON").map_or_else(installed, PathBuf::from);
    assert!(python.exists(), "no Python with openpyxl: `cargo xtask test tests` installs one");
    python
}

async fn opened(document: &ReportDocument, package: &RunPackage, profile: RightsProfile) -> Value {
    let archive = printed(document, package, Format::Csv, profile).await;
    let workbook = printed(document, package, Format::Xlsx, profile).await;
    opened_files(&archive, &workbook)
}

/// What others' programs find in an archive of CSV files and in a workbook.
pub(crate) fn opened_files(archive: &[u8], workbook: &[u8]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let mut open = Command::new(python());
    open.args(["-c", include_str!("opened.py")]);
    for (name, bytes) in [("tables.zip", archive), ("tables.xlsx", workbook)] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        open.arg(path);
    }
    let said = open.output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    serde_json::from_slice(&said.stdout).unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// The rows of a CSV file below its head, names of columns first.
pub(crate) fn body<'a>(opened: &'a Value, name: &str) -> Vec<Vec<&'a str>> {
    let rows = opened["tables"][name].as_array().unwrap();
    let blank = rows.iter().position(|row| row == &json!([])).unwrap();
    rows[blank + 1..].iter().map(texts).collect()
}

/// What a workbook's sheet shows, as text.
pub(crate) fn shown(opened: &Value, sheet: &str) -> Vec<Vec<String>> {
    let plain = |cell: &Value| match &cell[1] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let rows = opened["sheets"][sheet].as_array().unwrap();
    rows.iter().map(|row| row.as_array().unwrap().iter().map(plain).collect()).collect()
}

const TABLES: [(&str, &str); 10] = [
    ("summary.csv", "Executive summary"),
    ("developments.csv", "Developments"),
    ("statements.csv", "Statements"),
    ("signal_map.csv", "Signal map"),
    ("monitoring.csv", "What to watch"),
    ("coverage.csv", "Coverage"),
    ("sources.csv", "Sources"),
    ("coverage_notes.csv", "Coverage notes"),
    ("references.csv", "References"),
    ("appendix.csv", "Evidence appendix"),
];

#[tokio::test]
async fn other_programs_read_the_same_tables_from_the_archive_and_the_workbook() {
    let (document, package) = (fixture::document(), fixture::package());
    let opened = opened(&document, &package, RightsProfile::Production).await;
    let files = TABLES.iter().map(|(file, _)| *file).chain(["manifest.json"]);
    assert_eq!(texts(&opened["names"]), files.collect::<Vec<_>>());
    assert_eq!(opened["sheets"].as_object().unwrap().len(), TABLES.len() + 1);
    for (file, sheet) in TABLES {
        let rows = body(&opened, file);
        assert_eq!(rows, shown(&opened, sheet), "{file}");
        assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{file}");
    }
    // By hand from the fixture: TDI in China first, cited as number 3.
    assert_eq!(
        body(&opened, "statements.csv")[1],
        ["Decision summary", "", "Fact", "TDI offers in China stand 4 % higher.", "Medium", "3"]
    );
    assert_eq!(body(&opened, "developments.csv").len(), 1 + 3);
    assert_eq!(body(&opened, "references.csv").len(), 1 + 4);
    assert_eq!(body(&opened, "coverage.csv")[3], ["Items", "In scope", "4"]);
}

#[tokio::test]
async fn every_file_says_first_what_its_licences_ask_for() {
    let package = package_with(3, Some("FRED"));
    let opened = opened(&fixture::document(), &package, RightsProfile::Production).await;
    let about = shown(&opened, "About");
    for (name, value) in [
        ("Watermark", "SAMPLE"),
        ("Attribution", "Source: FRED, Federal Reserve Bank of St. Louis"),
        ("Attribution", "Sample data, not market data"),
        ("Run", package.run_id.to_string().as_str()),
        ("Evidence pack", package.pack_hash.to_string().as_str()),
    ] {
        assert!(about.contains(&vec![name.to_owned(), value.to_owned()]), "{name}: {about:?}");
        for (file, _) in TABLES {
            let head = json!([format!("# {name}"), value]);
            let rows = opened["tables"][file].as_array().unwrap();
            assert_eq!(rows.iter().filter(|row| **row == head).count(), 1, "{file}: {head}");
        }
    }
    for (_, sheet) in TABLES {
        assert_eq!(opened["heads"][sheet], "SAMPLE");
    }
    assert_eq!(opened["manifest"]["attributions"].as_array().unwrap().len(), 2);
    assert_eq!(opened["manifest"]["document_hash"].as_str().unwrap().len(), 64);
    // The moment of the seal, not of the download.
    assert_eq!(opened["created"], "2026-11-18T08:12:00");
}

#[tokio::test]
async fn numbers_are_numbers_and_dates_are_dates() {
    let opened = opened(&fixture::document(), &fixture::package(), RightsProfile::Production).await;
    let references = &opened["sheets"]["References"];
    assert_eq!(references[1][0], json!(["n", 1]));
    assert_eq!(references[1][3], json!(["d", "2026-11-12"]));
    let formats = texts(&opened["formats"]["References"]);
    assert!(formats.contains(&"#,##0") && formats.contains(&"yyyy-mm-dd"), "{formats:?}");
    assert_eq!(opened["sheets"]["Signal map"][1][2], json!(["n", 1]));
}

/// The beginnings that OWASP's page on CSV injection names.
const FORMULAS: [&str; 10] = [
    "=HYPERLINK(\"https://evil.example.com\",\"Open\")",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    "Prices; =1+1",
    "Prices;\"=1+1\"",
    "Prices\n=1+1, \"quoted\"\r\nالأسعار",
];

#[tokio::test]
async fn no_cell_is_a_formula_whatever_stands_in_a_report() {
    for text in FORMULAS {
        let mut document = fixture::document();
        text.clone_into(&mut document.title);
        text.clone_into(&mut document.sections[0].developments[0].headline);
        document.sections[0].developments[0].companies = vec![text.to_owned()];
        text.clone_into(&mut document.executive_summary[0].text);
        document.coverage.notes = vec![text.to_owned()];
        text.clone_into(&mut document.references[0].publisher);
        text.clone_into(&mut document.references[0].url);
        let opened = opened(&document, &fixture::package(), RightsProfile::Production).await;
        let cells = TABLES.iter().flat_map(|(file, _)| body(&opened, file)).flatten();
        for cell in cells.chain(texts(&opened["misread"])) {
            let cell = cell.trim_start_matches(' ');
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{text:?}: {cell:?}");
        }
        // A workbook says of each cell what it is, so the text stays as it was.
        for sheet in opened["sheets"].as_object().unwrap().values() {
            let cells = sheet.as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap());
            assert!(cells.into_iter().all(|cell| cell[0] != "f"), "{text:?}");
        }
        // The file format writes a carriage return so; a spreadsheet shows it as one.
        let kept = text.replace('\r', "_x000D_");
        assert_eq!(shown(&opened, "Coverage notes")[1][0], kept);
    }
}

#[test]
fn a_number_stays_a_number() {
    for number in ["-5", "+5", "-0.25", "12"] {
        assert_eq!(super::csv::guarded(number), number);
    }
    for text in ["-5 %", "-", "--5", "+44 20 7946 0000"] {
        assert_eq!(super::csv::guarded(text), format!("'{text}"));
    }
}

#[test]
fn records_of_our_own_are_guarded_like_a_reports_tables() {
    let row = ["=1+1, \"x\"".to_owned(), "-5".to_owned()];
    let bytes = crate::export::records(["Title", "Number"], [row]).unwrap();
    assert_eq!(bytes, b"Title,Number\r\n\"'=1+1, \"\"x\"\"\",-5\r\n");
}

#[tokio::test]
async fn what_is_withheld_has_no_row_and_is_named() {
    let package = package_with(3, Some("NewsAPI"));
    let item = &package.pack.items[3];
    let opened = opened(&fixture::document(), &package, RightsProfile::Demo).await;
    let files = texts(&opened["names"]);
    for withheld in ["signal_map.csv", "coverage.csv", "sources.csv", "appendix.csv"] {
        assert!(!files.contains(&withheld), "{files:?}");
    }
    let everything = opened.to_string();
    for blocked in ["TDI offers", "4 %", item.title.as_str(), item.url.as_str(), item.id.as_str()] {
        assert!(!everything.contains(blocked), "{blocked}");
    }
    let about = shown(&opened, "About");
    let named = about.iter().filter(|row| row[0] == "Left out for its licence");
    let mut named: Vec<_> = named.map(|row| row[1].as_str()).collect();
    named.sort_unstable();
    assert_eq!(
        named,
        ["Coverage", "Decision summary", "Evidence appendix", "Market Developments", "Signal map"]
    );
    assert_eq!(body(&opened, "developments.csv").len(), 1 + 2);
}

#[tokio::test]
async fn a_quiet_report_has_the_tables_that_have_rows() {
    let package = fixture::package();
    let document = fixture::quiet_document(&package);
    let opened = opened(&document, &package, RightsProfile::Production).await;
    let files = ["coverage.csv", "sources.csv", "coverage_notes.csv", "manifest.json"];
    assert_eq!(texts(&opened["names"]), files);
}
