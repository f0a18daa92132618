use super::*;
use crate::fixture;
use domain::{package::RunPackage, pricing_pack::ProviderId};
use rights::{Decision, DocumentLineage, Registry, RightsProfile, WorkspaceLicences};
use serde_json::Value;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn registry() -> Registry {
    Registry::parse("x", include_str!("../../../../.ops/RIGHTS_REGISTRY.yaml")).unwrap()
}

/// The fixture's package, in which the item at `index` is a provider's.
pub(crate) fn package_with(index: usize, provider: Option<&str>) -> RunPackage {
    let mut package = fixture::package();
    let item = &mut package.pack.items[index];
    item.sample = false;
    item.source = "another feed".to_owned();
    let mut source = package.pack.sources[0].clone();
    source.name = "another feed".to_owned();
    source.provider = provider.map(|id| id.parse().unwrap());
    package.pack.sources.push(source);
    package
}

pub(super) fn colophon(package: &RunPackage) -> Colophon {
    let document_hash = ContentHash::of_json(&fixture::document()).unwrap();
    Colophon::of(package, ContentHash::of_json(package).unwrap(), document_hash)
}

async fn permit(lineage: &DocumentLineage, format: Format, profile: RightsProfile) -> Permit {
    permit_for(&fixture::document(), lineage, format, profile).await
}

/// The permit for a document of this lineage by the registry of the repository.
pub(crate) async fn permit_for(
    document: &impl serde::Serialize,
    lineage: &DocumentLineage,
    format: Format,
    profile: RightsProfile,
) -> Permit {
    let hash = ContentHash::of_json(document).unwrap();
    let ruling = registry().rule(hash, lineage, format, profile, &WorkspaceLicences::none());
    let (recorded, ()) = ruling.record(async { Ok::<_, ()>(()) }).await.unwrap();
    recorded.permit(NOW).unwrap()
}

/// The formats that a report can be printed in.
pub(crate) const FORMATS: [Format; 5] =
    [Format::Html, Format::Pdf, Format::Json, Format::Csv, Format::Xlsx];

pub(crate) async fn printed(
    document: &ReportDocument,
    package: &RunPackage,
    format: Format,
    profile: RightsProfile,
) -> Vec<u8> {
    exported_as(document, package, format, profile).await.bytes
}

/// As it leaves in production.
pub(crate) async fn export_of(
    document: &ReportDocument,
    package: &RunPackage,
    format: Format,
) -> Export {
    exported_as(document, package, format, RightsProfile::Production).await
}

async fn exported_as(
    document: &ReportDocument,
    package: &RunPackage,
    format: Format,
    profile: RightsProfile,
) -> Export {
    let permit = permit_for(document, &lineage(document, &package.pack), format, profile).await;
    let print = match format {
        Format::Html => html,
        Format::Pdf => pdf,
        Format::Csv => csv,
        Format::Xlsx => xlsx,
        _ => json,
    };
    let export = print(document, &colophon(package), permit, NOW).unwrap();
    assert_eq!(export.hash, ContentHash::of_bytes(&export.bytes));
    export
}

async fn exported(package: &RunPackage, format: Format, profile: RightsProfile) -> String {
    let bytes = printed(&fixture::document(), package, format, profile).await;
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_page_that_leaves_holds_its_manifest_and_one_that_is_shown_holds_none() {
    let (document, package) = (fixture::document(), fixture::package());
    let export = export_of(&document, &package, Format::Html).await;
    let page = scraper::Html::parse_document(std::str::from_utf8(&export.bytes).unwrap());
    let selector = scraper::Selector::parse("meta[name=observatory-manifest]").unwrap();
    let manifest = page.select(&selector).next().unwrap().attr("content").unwrap();
    let manifest: Value = serde_json::from_str(manifest).unwrap();
    assert_eq!(manifest, serde_json::to_value(&export.manifest).unwrap());
    let shown = crate::render_html(&document, &colophon(&package)).unwrap();
    assert!(!shown.contains("observatory-manifest"));
}

fn named(lineage: &DocumentLineage) -> Vec<(&str, Vec<&str>)> {
    lineage
        .parts
        .iter()
        .map(|part| (part.key.as_str(), part.providers.iter().map(ProviderId::as_str).collect()))
        .collect()
}

#[test]
fn a_report_of_the_samples_comes_from_the_samples_in_every_part() {
    let lineage = lineage(&fixture::document(), &fixture::package().pack);
    let expected = [
        "summary",
        "decision",
        "market-developments",
        "capacity-investment",
        "sustainability",
        "signal-map",
        "monitoring",
        "coverage",
        "appendix",
    ];
    assert_eq!(named(&lineage), expected.map(|key| (key, vec!["Sample"])));
}

#[test]
fn each_part_names_those_whom_it_cites_and_coverage_all_that_was_read() {
    // Item 3 is cited by the decision summary and by the development of the first section.
    let package = package_with(3, Some("NewsAPI"));
    let lineage = lineage(&fixture::document(), &package.pack);
    assert_eq!(
        named(&lineage),
        [
            ("summary", vec!["Sample"]),
            ("decision", vec!["NewsAPI"]),
            ("market-developments", vec!["NewsAPI"]),
            ("capacity-investment", vec!["Sample"]),
            ("sustainability", vec!["Sample"]),
            ("signal-map", vec!["NewsAPI", "Sample"]),
            ("monitoring", vec!["Sample"]),
            ("coverage", vec!["NewsAPI", "Sample"]),
            ("appendix", vec!["NewsAPI", "Sample"]),
        ]
    );
    // Item 4 is cited nowhere; that it was read shows in the counts alone.
    let package = package_with(4, Some("NewsAPI"));
    let lineage = super::lineage(&fixture::document(), &package.pack);
    let touched: Vec<_> = named(&lineage)
        .into_iter()
        .filter(|(_, providers)| providers.contains(&"NewsAPI"))
        .map(|(key, _)| key.to_owned())
        .collect();
    assert_eq!(touched, ["coverage"]);
}

#[test]
fn a_source_of_which_nothing_is_recorded_leaves_its_parts_without_a_provider() {
    let package = package_with(3, None);
    let lineage = lineage(&fixture::document(), &package.pack);
    let unknown: Vec<_> =
        named(&lineage).into_iter().filter(|(_, providers)| providers.is_empty()).collect();
    let keys: Vec<_> = unknown.into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["decision", "market-developments", "signal-map", "coverage", "appendix"]);
    for format in Format::ALL {
        for profile in RightsProfile::ALL {
            let none = WorkspaceLicences::none();
            let decision = registry().decide(&lineage, *format, *profile, &none);
            assert!(matches!(decision, Decision::Denied(_)), "{format:?} {profile:?}");
        }
    }
}

#[test]
fn a_quiet_report_comes_from_what_was_read() {
    let package = fixture::package();
    let lineage = lineage(&fixture::quiet_document(&package), &package.pack);
    assert_eq!(named(&lineage), [("coverage", vec!["Sample"])]);
}

#[tokio::test]
async fn a_file_carries_every_attribution_and_each_watermark() {
    let package = package_with(3, Some("FRED"));
    let html = exported(&package, Format::Html, RightsProfile::Production).await;
    // Beside the manifest, which is one line and no text on the page.
    let lines = html.lines().filter(|line| !line.contains("observatory-manifest"));
    let html = lines.collect::<Vec<_>>().join("\n");
    for text in [
        "Source: FRED, Federal Reserve Bank of St. Louis",
        "Sample data, not market data",
        "<p class=\"watermark__text\">SAMPLE</p>",
        "opacity: 0.3; rotate: -45deg",
        registry().version().as_str(),
        package.run_id.to_string().as_str(),
        package.pack_hash.to_string().as_str(),
    ] {
        assert_eq!(html.matches(text).count(), 1, "{text}");
    }
    let json: Value =
        serde_json::from_str(&exported(&package, Format::Json, RightsProfile::Production).await)
            .unwrap();
    let manifest = &json["manifest"];
    let texts: Vec<_> = manifest["attributions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["text"].as_str().unwrap())
        .collect();
    assert_eq!(
        texts,
        ["Source: FRED, Federal Reserve Bank of St. Louis", "Sample data, not market data"]
    );
    assert_eq!(manifest["watermarks"][0]["text"], "SAMPLE");
    assert_eq!(manifest["rights_version"], registry().version().as_str());
    // Whoever has the file can check it against the seal.
    let hash = ContentHash::of_json(&json["document"]).unwrap();
    assert_eq!(manifest["document_hash"], hash.to_string());
}

#[tokio::test]
async fn a_demonstration_leaves_out_what_is_blocked_with_a_notice_in_its_place() {
    let package = package_with(3, Some("NewsAPI"));
    let item = &package.pack.items[3];
    // As a reader sees it: the template escapes slashes too.
    let html = exported(&package, Format::Html, RightsProfile::Demo).await.replace("&#x2f;", "/");
    for heading in ["Decision summary", "Signal map", "Coverage", "Evidence appendix"] {
        assert_eq!(html.matches(&format!(">{heading}</h2>")).count(), 1, "{heading}");
    }
    assert_eq!(html.matches("This part is left out").count(), 5);
    assert!(html.contains("Germany is to get 80 kt/a of new MDI capacity."));
    let json = exported(&package, Format::Json, RightsProfile::Demo).await;
    for blocked in ["TDI offers", "4 %", item.title.as_str(), item.url.as_str(), item.id.as_str()] {
        assert!(!html.contains(blocked), "{blocked}");
        assert!(!json.contains(blocked), "{blocked}");
    }
    // Every citation that is left still leads to its reference.
    for number in html.split("href=\"#reference-").skip(1) {
        let number = number.split('"').next().unwrap();
        assert!(html.contains(&format!("id=\"reference-{number}\"")), "{number}");
    }
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["document"]["coverage"], Value::Null);
    assert_eq!(json["document"]["sections"][0]["developments"], Value::Null);
    assert_eq!(json["document"]["sections"][1]["developments"][0]["id"], "D2");
    assert_eq!(json["manifest"]["withheld"].as_array().unwrap().len(), 5);
}

/// Where the test below has its other process write.
const HASHES_TO: &str = "EXPORT_HASHES_TO";

#[tokio::test]
async fn the_same_document_gives_the_same_bytes_twice_and_in_another_process() {
    let mut hashes = String::new();
    for format in FORMATS {
        let print = || printed_sample(format);
        let bytes = print().await;
        assert!(bytes == print().await, "{format:?}");
        hashes.push_str(&ContentHash::of_bytes(&bytes).to_string());
    }
    if let Some(file) = std::env::var_os(HASHES_TO) {
        std::fs::write(file, hashes).unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hashes");
    let own = "the_same_document_gives_the_same_bytes_twice_and_in_another_process";
    let other = std::process::Command::new(std::env::current_exe().unwrap())
        .arg(own)
        .env(HASHES_TO, &file)
        .output()
        .unwrap();
    assert!(other.status.success(), "{other:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), hashes);
}

async fn printed_sample(format: Format) -> Vec<u8> {
    let package = fixture::package();
    printed(&fixture::document(), &package, format, RightsProfile::Production).await
}

#[tokio::test]
async fn a_document_that_was_changed_after_the_decision_does_not_leave() {
    let package = fixture::package();
    let mut document = fixture::document();
    let lineage = lineage(&document, &package.pack);
    let permit = permit(&lineage, Format::Html, RightsProfile::Production).await;
    document.title.push('!');
    let refused = html(&document, &colophon(&package), permit, NOW);
    assert!(matches!(refused, Err(ExportError::Permit(PermitRefused::OtherDocument))));
}

#[tokio::test]
async fn a_permit_for_one_format_gives_no_other() {
    let package = fixture::package();
    let document = fixture::document();
    let lineage = lineage(&document, &package.pack);
    let permit = permit(&lineage, Format::Html, RightsProfile::Production).await;
    let refused = json(&document, &colophon(&package), permit, NOW);
    assert!(matches!(refused, Err(ExportError::Permit(PermitRefused::OtherFormat))));
}
