//! Reports of the portfolio desk as files, opened by others' programs.

use super::{
    lineage,
    tests::{COMMIT, PACK, report},
    *,
};
use crate::{
    export::{
        Export, ExportError, Meter,
        opened::{body, opened_files, shown},
        portfolio::{cells, print},
        tests::permit_for,
    },
    pdf::tests::{Opened, words},
};
use domain::hash::ContentHash;
use executor::lineage::SourceName;
use jiff::Timestamp;
use rights::{Format, RightsProfile};
use scraper::{Html, Selector};
use serde_json::json;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const RUN: &str = "00000000-0000-0000-0000-000000000001";

/// The report of the other tests with its colophon.
fn sealed() -> (PortfolioReport, Colophon) {
    let (report, package) = report();
    let document = ContentHash::of_json(&report).unwrap();
    let package_hash = ContentHash::of_json(&package).unwrap();
    (report, Colophon::of_portfolio(&package, package_hash, document))
}

/// The same, in which the table of positions has news of a plan that may not leave.
fn with_news() -> (PortfolioReport, Colophon) {
    let (mut report, mut colophon) = sealed();
    let parts = report.sections.iter_mut().flat_map(|section| &mut section.panels);
    let positions = parts.into_iter().find(|part| part.panel.id == "positions").unwrap();
    positions.sources.push(SourceName::from("provider:NewsAPI".to_owned()));
    colophon.document_hash = ContentHash::of_json(&report).unwrap();
    (report, colophon)
}

async fn printed(
    (report, colophon): &(PortfolioReport, Colophon),
    format: Format,
    profile: RightsProfile,
) -> Export {
    let permit = permit_for(report, &lineage(report), format, profile).await;
    print(report, colophon, format, permit, NOW, &Meter::default()).unwrap()
}

async fn in_production(format: Format) -> Export {
    printed(&sealed(), format, RightsProfile::Production).await
}

#[tokio::test]
async fn every_page_names_pack_commit_run_and_its_number_under_the_headings_of_the_order() {
    let pdf = in_production(Format::Pdf).await;
    let opened = Opened::new(&pdf.bytes);
    opened.assert_sound();
    opened.assert_tagged();
    let pages = opened.pages();
    assert!(pages.len() >= 3, "{}", pages.len());
    for (page, number) in pages.iter().zip(1..) {
        let page = words(page);
        for line in [
            &format!("Pack {PACK}"),
            "Ledger 0123456789ab",
            &format!("Run {RUN}"),
            "Sample data, not market data",
            &format!("Page {number} of {}", pages.len()),
        ] {
            assert!(page.contains(line), "{line}: {page}");
        }
    }
    let text = words(&opened.text());
    for said in [
        "Main & book",
        "Value and last day",
        "Markets and currencies",
        "Holdings and money",
        "41 321.68 USD",
        "because there is no rate",
        "<ACME>",
        "SAMPLE",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_eq!(in_production(Format::Pdf).await, pdf, "the same bytes");
}

/// The rule of the domain: holdings by weight, a new page after 25 rows.
#[tokio::test]
async fn a_new_page_begins_behind_twenty_five_holdings() {
    let (mut report, mut colophon) = sealed();
    let parts = report.sections.iter_mut().flat_map(|section| &mut section.panels);
    let positions = parts.into_iter().find(|part| part.panel.id == "positions").unwrap();
    let row = |number: u32| {
        let weight = (number > 0).then(|| 0.001 * f64::from(number));
        json!({ "symbol": format!("HELD{number:02}"), "weight": { "value": weight } })
    };
    positions.panel.data = json!((0..60).map(row).collect::<Vec<_>>());
    colophon.document_hash = ContentHash::of_json(&report).unwrap();
    let pdf = printed(&(report, colophon), Format::Pdf, RightsProfile::Production).await;
    let opened = Opened::new(&pdf.bytes);
    opened.assert_sound();
    opened.assert_tagged();
    let held = |page: &String| page.matches("HELD").count();
    let by_page: Vec<_> = opened.pages().iter().map(held).filter(|held| *held > 0).collect();
    // The first of them begin where the page has room.
    let mut until = 0;
    let ends = by_page.iter().map(|held| {
        until += held;
        until
    });
    let ends: Vec<usize> = ends.collect();
    assert!(ends.contains(&25) && ends.contains(&50) && ends.ends_with(&[60]), "{by_page:?}");
    // The largest first, and the one whose weight is not known last.
    let text = opened.text();
    let held: Vec<_> = text.split("HELD").skip(1).map(|rest| &rest[..2]).collect();
    let expected: Vec<_> = (1..60).rev().chain([0]).map(|number| format!("{number:02}")).collect();
    assert_eq!(held, expected);
}

#[tokio::test]
async fn tables_hold_the_figures_themselves_and_say_where_they_come_from() {
    let archive = in_production(Format::Csv).await.bytes;
    let workbook = in_production(Format::Xlsx).await.bytes;
    let opened = opened_files(&archive, &workbook);
    let figures = body(&opened, "figures.csv");
    assert_eq!(figures[1], ["Panel value", "Nav", "41321.68", "USD"]);
    assert_eq!(figures[2][2], "not available: there is no rate");
    assert_eq!(body(&opened, "positions.csv")[1], ["<ACME>", "0.75"]);
    assert_eq!(body(&opened, "nav.csv").len(), 3);
    let about = shown(&opened, "About");
    for row in [
        ["Portfolio", "Main & book"],
        ["As of", "2025-10-21"],
        ["Pricing pack", PACK],
        ["Ledger commit", COMMIT],
        ["Run", RUN],
        ["Attribution", "Sample data, not market data"],
        ["Watermark", "SAMPLE"],
    ] {
        assert!(about.iter().any(|found| found[..2] == row), "{row:?}: {about:?}");
        let line = json!([format!("# {}", row[0]), row[1]]);
        let head = opened["tables"]["positions.csv"].as_array().unwrap();
        assert!(head.contains(&line), "{line}: {head:?}");
    }
    let counted: usize = opened["tables"]
        .as_object()
        .unwrap()
        .keys()
        .map(|name| body(&opened, name)[1..].iter().map(Vec::len).sum::<usize>())
        .sum();
    assert_eq!(cells(&sealed().0), counted);
}

#[tokio::test]
async fn json_holds_the_document_of_the_seal_and_its_manifest() {
    let (report, colophon) = sealed();
    let json = in_production(Format::Json).await;
    let json: Value = serde_json::from_slice(&json.bytes).unwrap();
    assert_eq!(json["document"], serde_json::to_value(&report).unwrap());
    let hash = ContentHash::of_json(&json["document"]).unwrap();
    assert_eq!(hash, colophon.document_hash);
    for (name, expected) in [
        ("document_hash", hash.to_string()),
        ("run_id", RUN.to_owned()),
        ("pricing_pack_id", PACK.to_owned()),
        ("ledger_commit_hash", COMMIT.to_owned()),
        ("asof", "2025-10-21".to_owned()),
        ("package_hash", colophon.package_hash.to_string()),
    ] {
        assert_eq!(json["manifest"][name], expected, "{name}");
    }
}

#[tokio::test]
async fn html_is_the_sealed_page_with_what_its_licences_ask_for() {
    let (report, colophon) = sealed();
    let page = in_production(Format::Html).await;
    let page = String::from_utf8(page.bytes).unwrap();
    let of_seal = render(&report, &colophon, &BTreeSet::new()).unwrap();
    for only_in_files in
        ["Sample data, not market data", "class=\"watermark\"", "name=\"observatory-manifest\""]
    {
        assert!(page.contains(only_in_files), "{only_in_files}");
        assert!(!of_seal.contains(only_in_files), "{only_in_files}");
    }
    let main = |page: &str| {
        let main = Selector::parse("main").unwrap();
        Html::parse_document(page).select(&main).next().unwrap().html()
    };
    assert_eq!(main(&page), main(&of_seal));
}

#[tokio::test]
async fn a_panel_that_is_left_out_leaves_its_title_and_a_notice_and_none_of_its_data() {
    let news = with_news();
    let print = async |format| printed(&news, format, RightsProfile::Demo).await;
    let text = words(&Opened::new(&print(Format::Pdf).await.bytes).text());
    let html = String::from_utf8(print(Format::Html).await.bytes).unwrap();
    for form in [&text, &html] {
        assert!(form.contains("Panel positions") && form.contains("This part is left out"));
        assert!(!form.contains("ACME") && form.contains("Panel cash"), "{form}");
    }
    let opened = opened_files(&print(Format::Csv).await.bytes, &print(Format::Xlsx).await.bytes);
    assert!(opened["tables"].get("positions.csv").is_none());
    assert!(opened["tables"]["cash.csv"].to_string().contains("Left out for its licence"));
    let json: Value = serde_json::from_slice(&print(Format::Json).await.bytes).unwrap();
    assert_eq!(json["manifest"]["withheld"], json!(["positions"]));
    assert!(!json.to_string().contains("ACME"), "{json}");
}

#[test]
fn on_screen_a_withheld_panel_says_that_it_is_and_the_document_has_none_of_its_data() {
    let (report, colophon) = with_news();
    let withheld = BTreeSet::from(["positions".to_owned()]);
    let page = render(&report, &colophon, &withheld).unwrap();
    assert!(page.contains("does not allow it to be shown") && !page.contains("ACME"), "{page}");
    let rest = without(report, &withheld);
    let text = serde_json::to_string(&rest).unwrap();
    assert!(!text.contains("ACME") && text.contains("Panel cash"), "{text}");
}

#[tokio::test]
async fn a_permit_lets_out_its_own_report_alone() {
    let (own, colophon) = sealed();
    let other = with_news().0;
    let format = Format::Csv;
    let given = permit_for(&own, &lineage(&own), format, RightsProfile::Production).await;
    let refused = print(&other, &colophon, format, given, NOW, &Meter::default());
    assert!(matches!(refused, Err(ExportError::Permit(_))), "{refused:?}");
}
