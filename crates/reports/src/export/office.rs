//! Tables as `LibreOffice` opens them: what it takes for a formula it would compute, so none
//! may be one.

use super::csv::records;
use crate::execution::tests::{printed, valued_document};
use rights::{Format, RightsProfile};
use std::{io::Cursor, path::Path, process::Command};

/// What an attacker writes into a name, for spreadsheets set to commas, semicolons and tabs.
const HOSTILE: [&str; 8] = [
    "=1+1",
    "=HYPERLINK(\"http://evil.example\";\"Open\")",
    "+1+1",
    "-1+1",
    "\t=1+1",
    "\r=1+1",
    "ACME;=1+1",
    "ACME\t=1+1",
];

/// Between fields: as in our files, and as spreadsheets of other countries are set.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// The cells with a formula in the file, as `LibreOffice` reads it.
fn formulas(name: &str, bytes: &[u8], separator: Option<u8>) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, bytes).unwrap();
    let mut open = Command::new("soffice");
    // A profile of its own, so that several can run at once.
    open.arg(format!("-env:UserInstallation=file://{}/profile", folder.path().display()))
        .args(["--headless", "--convert-to", "fods", "--outdir"])
        .arg(folder.path());
    if let Some(separator) = separator {
        // Separator, quote, UTF-8, first row; of the rest the last one computes formulas.
        let filter = format!(
            "--infilter=Text - txt - csv (StarCalc):{separator},34,76,1,,0,false,true,false,false,false,-1,true"
        );
        open.arg(filter);
    }
    let done = open
        .arg(&file)
        .output()
        .unwrap_or_else(|error| panic!("soffice: {error}; `cargo xtask test tests` installs it"));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let opened = std::fs::read_to_string(Path::new(&file).with_extension("fods")).unwrap();
    assert!(opened.contains("<table:table-cell"), "it was not opened as a table");
    opened.matches("table:formula=").count()
}

#[test]
fn libreoffice_computes_no_cell_of_ours_and_would_without_the_apostrophe() {
    let unguarded = HOSTILE.map(str::trim).join("\r\n");
    let ours = records(["Text"], HOSTILE.map(|text| [text.to_owned()])).unwrap();
    for separator in SEPARATORS {
        assert!(formulas("unguarded.csv", unguarded.as_bytes(), Some(separator)) > 0);
        assert_eq!(formulas("ours.csv", &ours, Some(separator)), 0, "{separator}");
    }
}

#[tokio::test]
async fn libreoffice_finds_no_formula_in_the_tables_of_an_execution() {
    let document = valued_document();
    let print = async |format| printed(&document, format, RightsProfile::Production).await.bytes;
    let archive = print(Format::Csv).await;
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut positions = Vec::new();
    let mut file = archive.by_name("positions.csv").unwrap();
    std::io::Read::read_to_end(&mut file, &mut positions).unwrap();
    assert!(String::from_utf8_lossy(&positions).contains("HYPERLINK"));
    assert_eq!(formulas("positions.csv", &positions, Some(b',')), 0);
    assert_eq!(formulas("tables.xlsx", &print(Format::Xlsx).await, None), 0);
}
