use super::*;
use domain::{
    cadence::Period,
    hash::ContentHash,
    package::{PackagedPortfolio, PatternReference, PortfolioPackage},
    specification::{SpecificationDraft, check},
};
use executor::{
    lineage::{Lineage, Lineages, PublishingCalendar, Source, SourceName, Step, Ttl},
    pattern::{Format, PanelDocument, PanelKind},
};
use jiff::Timestamp;
use scraper::{Html, Selector};
use serde_json::{Value, json};
use uuid::Uuid;

pub(super) const PACK: &str = "PP_2025-10-21_CLOSE_USD_v1_0123456789ab";
pub(super) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn package(panels: &[&str]) -> PortfolioPackage {
    let draft = SpecificationDraft {
        name: "Monthly book".to_owned(),
        portfolio: "07d2399e-5d6a-427d-ad14-f4d2dbf22670".to_owned(),
        panels: panels.iter().map(|panel| (*panel).to_owned()).collect(),
        cadence: "monthly".to_owned(),
        ..SpecificationDraft::blank_portfolio()
    };
    let specification = check(&draft).unwrap();
    let claimed_at: Timestamp = "2025-10-22T06:00:00Z".parse().unwrap();
    let hash = ContentHash::of_bytes(b"");
    let id = |n: u128| Uuid::from_u128(n);
    PortfolioPackage {
        schema: PortfolioPackage::SCHEMA,
        desk: Desk::Portfolio,
        run_id: domain::id::RunId::from_uuid(id(1)),
        specification_id: domain::id::SpecificationId::from_uuid(id(2)),
        specification_version_id: domain::id::SpecificationVersionId::from_uuid(id(3)),
        specification_version: 2,
        period: Period::containing(specification.cadence, "Europe/Berlin", claimed_at).unwrap(),
        portfolio: PackagedPortfolio {
            id: specification.portfolio.as_ref().unwrap().portfolio,
            name: "Main & book".to_owned(),
            base: "USD".parse().unwrap(),
        },
        specification,
        slot_ordinal: 0,
        claimed_at,
        as_of: "2025-10-22".parse().unwrap(),
        pricing_pack: PACK.parse().unwrap(),
        pricing_pack_hash: hash,
        sources_hash: hash,
        sample: true,
        ledger_commit: COMMIT.parse().unwrap(),
        book_hash: hash,
        pattern: PatternReference { id: "portfolio_report".into(), version: "1.0.0".into() },
        previous_runs: Vec::new(),
    }
}

fn panel(id: &str, kind: PanelKind, data: Value) -> PanelDocument {
    PanelDocument {
        id: id.to_owned(),
        title: format!("Panel {id}"),
        kind,
        format: None,
        color: None,
        columns: Vec::new(),
        series: Vec::new(),
        data,
        reason: None,
    }
}

fn columns(panel: PanelDocument, keys: &[(&str, Format)]) -> PanelDocument {
    let column = |(key, format): &(&str, Format)| executor::pattern::Column {
        key: (*key).to_owned(),
        title: None,
        format: Some(*format),
        color: None,
    };
    PanelDocument { columns: keys.iter().map(column).collect(), ..panel }
}

/// Every part that the tests order, out of its order.
fn given() -> Vec<SectionGiven> {
    let holdings = vec![
        panel(
            "positions",
            PanelKind::Table,
            json!([{ "symbol": "<ACME>", "weight": { "value": 0.75 } }]),
        ),
        panel(
            "cash",
            PanelKind::Table,
            json!([{ "currency": "USD", "weight": { "value": 0.25 } }]),
        ),
        panel("unpriced", PanelKind::Table, json!([])),
    ];
    let value = columns(
        panel(
            "value",
            PanelKind::MetricsGrid,
            json!({ "nav": { "value": { "amount": "41321.68", "currency": "USD" } },
                    "sharpe": { "value": null, "reason": { "code": "x", "text": "there is no rate" } } }),
        ),
        &[("nav", Format::Currency), ("sharpe", Format::Decimal2)],
    );
    let currency = json!({ "local": { "value": 0.1 }, "fx": { "value": 0.038 },
                           "interaction": { "value": 0.0038 }, "residual": { "value": 0.0002 },
                           "total": { "value": 0.142 } });
    let points = json!([{ "date": "2025-10-20", "nav": { "amount": "1", "currency": "USD" } },
                        { "date": "2025-10-21", "nav": { "amount": "2", "currency": "USD" } }]);
    vec![
        SectionGiven { topic: PortfolioPanel::Holdings, panels: holdings },
        SectionGiven { topic: PortfolioPanel::Value, panels: vec![value] },
        SectionGiven {
            topic: PortfolioPanel::Currency,
            panels: vec![panel("currency", PanelKind::MetricsGrid, currency)],
        },
        SectionGiven {
            topic: PortfolioPanel::Curve,
            panels: vec![panel("nav", PanelKind::LineChart, points)],
        },
        SectionGiven {
            topic: PortfolioPanel::Risk,
            panels: vec![panel("risk", PanelKind::MetricsGrid, Value::Null)],
        },
    ]
}

fn source(name: &str, asof: &str) -> Source {
    Source {
        name: SourceName::from(name.to_owned()),
        asof: Some(asof.parse().unwrap()),
        ttl: Some(Ttl::Day),
        calendar: PublishingCalendar::Weekdays,
    }
}

fn lineage() -> Lineages {
    let day = "2025-10-21T00:00:00Z";
    let mut all = Lineage::of(source("ledger:01234567", day));
    all.extend(&Lineage::of(source(&format!("pack:{PACK}"), day)));
    all.extend(&Lineage::of(source("provider:Sample", day)));
    let mut lineages = Lineages::whole(all.clone());
    let earlier = source("pack:PP_2025-10-20_CLOSE_USD_v1_0123456789ab", "2025-10-20T00:00:00Z");
    let path: [Step; 4] = ["sections".into(), 3_usize.into(), "panels".into(), 0_usize.into()];
    lineages.insert(&path, Lineages::whole(all.and(&Lineage::of(earlier))));
    lineages
}

const ORDERED: [&str; 4] = ["value", "holdings", "currency", "curve"];

pub(super) fn report() -> (PortfolioReport, PortfolioPackage) {
    let package = package(&ORDERED);
    (compose(given(), &package, &lineage()), package)
}

#[test]
fn what_was_ordered_stands_in_its_order_each_panel_with_its_sources() {
    let (report, package) = report();
    let topics: Vec<&str> = report.sections.iter().map(|section| section.topic.id()).collect();
    assert_eq!(topics, ["value", "currency", "curve", "holdings"]);
    // The table of what has no price is empty.
    assert_eq!(report.panels().count(), 5);
    let nav = report.panels().find(|panel| panel.panel.id == "nav").unwrap();
    let names: Vec<&str> = nav.sources.iter().map(SourceName::as_str).collect();
    assert_eq!(
        names,
        [
            "ledger:01234567",
            "pack:PP_2025-10-20_CLOSE_USD_v1_0123456789ab",
            &format!("pack:{PACK}"),
            "provider:Sample"
        ]
    );
    assert_eq!(nav.oldest.unwrap().to_string(), "2025-10-20T00:00:00Z");
    assert_eq!(validate(&report, &package), [""; 0]);
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<PortfolioReport>(&text).unwrap(), report);
}

/// What a rule finds once the report was changed.
fn found(change: impl FnOnce(&mut PortfolioReport)) -> String {
    let (mut report, package) = report();
    change(&mut report);
    validate(&report, &package).join(" ")
}

fn data<'a>(report: &'a mut PortfolioReport, id: &str) -> &'a mut Value {
    let panels = report.sections.iter_mut().flat_map(|section| &mut section.panels);
    &mut panels.into_iter().find(|panel| panel.panel.id == id).unwrap().panel.data
}

#[test]
fn each_rule_finds_what_breaks_it() {
    type Change = fn(&mut PortfolioReport);
    let cases: [(Change, &str); 14] = [
        (|report| report.base_currency = "EUR".parse().unwrap(), "The currency is not that"),
        (
            |report| report.ledger_commit_hash = "f".repeat(40).parse().unwrap(),
            "The commit of the ledger is not that",
        ),
        (|report| report.sample_data = false, "The label of sample data is not that"),
        (|report| drop(report.sections.pop()), "“Holdings and money” is missing"),
        (
            |report| report.sections[0].topic = PortfolioPanel::Risk,
            "The part “Risk” was not ordered",
        ),
        (|report| report.sections.reverse(), "do not stand in their order"),
        (|report| report.sections[0].panels.clear(), "“Value and last day” holds nothing"),
        (
            |report| {
                let twin = report.sections[0].panels[0].clone();
                report.sections[0].panels.push(twin);
            },
            "stands twice",
        ),
        (
            |report| {
                report.sections[0].panels[0].sources.retain(|one| one.as_str().starts_with("pack"));
            },
            "does not name the ledger",
        ),
        (
            |report| {
                let later = "pack:PP_2025-10-22_CLOSE_USD_v1_0123456789ab".to_owned();
                report.sections[0].panels[0].sources.push(SourceName::from(later));
            },
            "which is not of the order",
        ),
        (
            |report| {
                report.sections[0].panels[0].sources.push(SourceName::from("hearsay".to_owned()));
            },
            "which nothing explains",
        ),
        (|report| data(report, "value")["nav"] = Value::Null, "and does not say why"),
        (
            |report| data(report, "cash")[0]["weight"]["value"] = json!(0.2),
            "weights of holdings and money do not make one",
        ),
        (
            |report| data(report, "currency")["residual"]["value"] = json!(0.0),
            "parts of the return do not make the return",
        ),
    ];
    for (change, expected) in cases {
        let findings = found(change);
        assert!(findings.contains(expected), "{expected}: {findings}");
    }
}

#[test]
fn a_panel_without_data_says_why_or_is_refused() {
    let package = package(&["risk"]);
    let mut report = compose(given(), &package, &lineage());
    assert!(validate(&report, &package).join(" ").contains("has no data, and does not say why"));
    report.sections[0].panels[0].panel.reason = Some("The step was skipped.".to_owned());
    assert_eq!(validate(&report, &package), [""; 0]);
}

fn text(html: &Html, selector: &str) -> Vec<String> {
    html.select(&Selector::parse(selector).unwrap())
        .map(|found| {
            found.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect()
}

#[test]
fn the_page_holds_every_figure_reason_and_drawing_and_escapes_what_others_wrote() {
    let (report, package) = report();
    let hash = ContentHash::of_bytes(b"");
    let colophon = Colophon::of_portfolio(&package, hash, hash);
    let page = render(&report, &colophon, &BTreeSet::new()).unwrap();
    assert_eq!(page, render(&report, &colophon, &BTreeSet::new()).unwrap());
    assert!(!page.contains("<ACME>") && page.contains("Main &amp; book"));
    assert!(!page.contains("<script"));
    let html = Html::parse_document(&page);
    assert_eq!(
        text(&html, "main h2"),
        ["Value and last day", "Markets and currencies", "Value day by day", "Holdings and money"]
    );
    assert_eq!(text(&html, ".figures__value")[0], "41 321.68 USD");
    assert_eq!(text(&html, ".figures__reason"), ["Not available, because there is no rate."]);
    let drawings = html.select(&Selector::parse("figure.drawing svg path").unwrap()).count();
    assert!(drawings > 0);
    assert!(text(&html, ".label").iter().any(|label| label.starts_with("Sample data")));
    assert!(text(&html, ".colophon code").contains(&PACK.to_owned()));
    assert!(page.contains("var(--ink)") && !page.contains("\"#1a1f22\""));
}
