use super::*;

const FILE: &str = include_str!("../../../../.ops/RIGHTS_REGISTRY.yaml");

/// The registry of this repository.
pub(crate) fn registry() -> Registry {
    Registry::parse("RIGHTS_REGISTRY.yaml", FILE).unwrap()
}

/// The file with its first `from` changed to `to` is refused at `place` (line and
/// column of the place where the changed text begins or its node does), and the
/// message holds `word`.
fn refused(from: &str, to: &str, word: &str) -> String {
    assert!(FILE.contains(from), "{from}");
    let text = FILE.replacen(from, to, 1);
    let error = Registry::parse("rights.yaml", &text).unwrap_err().to_string();
    assert!(error.contains(word), "{error}");
    assert!(!error.contains('\n'), "{error}");
    let line = text[..text.find(to).unwrap()].matches('\n').count() + 1;
    assert!(error.starts_with(&format!("rights.yaml:{line}:")), "line {line}: {error}");
    error
}

#[test]
fn the_registry_of_the_repository_holds_the_table_of_the_domain_reference() {
    // domain/portfolio.md, section 6: display, pdf, csv, redistribute, attribution, watermark.
    let table = [
        ("FMP", "yyyn", Some("financialmodelingprep.com"), None),
        ("Polygon", "yyyn", Some("Polygon.io"), None),
        ("FRED", "yyyy", Some("Source: FRED, Federal Reserve Bank of St. Louis"), None),
        ("NewsAPI", "ynnn", Some("metadata only, developer plan"), Some("Internal use only")),
        ("NewsAPI_Business", "yyyn", Some("business plan"), None),
        ("Manual", "yyyy", None, None),
        ("Sample", "yyyy", Some("Sample data, not market data"), Some("SAMPLE")),
    ];
    let registry = registry();
    assert_eq!(registry.providers().count(), table.len());
    for (id, rights, attribution, watermark) in table {
        let id = id.parse().unwrap();
        assert!(registry.is_listed(&id), "{id}");
        let provider = registry.provider(&id);
        let given: String = Right::ALL
            .iter()
            .map(|right| if provider.rights.contains(right) { 'y' } else { 'n' })
            .collect();
        assert_eq!(given, rights, "{id}");
        assert_eq!(provider.attribution.is_some(), attribution.is_some(), "{id}");
        let text = provider.attribution.as_deref().unwrap_or_default();
        assert!(text.contains(attribution.unwrap_or_default()), "{id}");
        let shown = provider.watermark.as_ref().map(|watermark| watermark.text.as_str());
        assert_eq!(shown, watermark, "{id}");
    }
    assert!(registry.unlisted().rights.is_empty());
    assert_eq!(registry.profile(RightsProfile::Demo).on_block, OnBlock::Redact);
    for profile in [RightsProfile::Staging, RightsProfile::Production] {
        assert_eq!(registry.profile(profile).on_block, OnBlock::Deny);
    }
}

#[test]
fn the_limits_of_the_licences_are_those_of_the_domain_reference() {
    let registry = registry();
    let licence = |id: &str| registry.provider(&id.parse().unwrap()).licence.clone();
    let rpm: Vec<_> = ["FMP", "Polygon", "FRED", "NewsAPI", "NewsAPI_Business"]
        .map(|id| licence(id).rpm.unwrap())
        .into();
    assert_eq!(rpm, [120, 100, 60, 60, 500]);
    assert_eq!(licence("NewsAPI").per_day, Some(100));
    let Bandwidth { gb_per_month, log, page_operator, serve_stored } =
        licence("FMP").bandwidth.unwrap();
    assert_eq!((gb_per_month, log, page_operator, serve_stored), (50, 0.70, 0.85, 0.95));
}

#[test]
fn the_rights_version_is_the_beginning_of_the_files_hash() {
    // Of `sha256sum` over the same bytes.
    let registry = Registry::parse("x", SMALL).unwrap();
    assert_eq!(registry.version().as_str(), SMALL_SHA256_12);
    let longer = Registry::parse("x", &format!("{SMALL}\n")).unwrap();
    assert_ne!(longer.version(), registry.version());
}

const SMALL: &str = "version: 1\nproviders: {}\nprofiles:\n  staging: {on_block: deny, audit: required, page_operator: false}\n  production: {on_block: deny, audit: required, page_operator: true}\n  demo: {on_block: redact, audit: required, page_operator: false}\n";
const SMALL_SHA256_12: &str = "1a0024dcdd7f";

#[test]
fn what_is_not_of_the_form_is_refused_with_its_place() {
    let unknown = refused("pdf: true", "pfd: true", "pfd");
    assert!(unknown.contains("expected"), "{unknown}");
    refused("tier: commercial", "tier: comercial", "comercial");
    refused("version: 1", "version: 2", "version is 2");
    refused("on_block: redact", "on_block: hide", "hide");
    refused("audit: required", "audit: optional", "optional");
    refused("display: true", "display: yes", "");
    refused("rpm: 120", "rpm: -1", "");
}

#[test]
fn what_contradicts_itself_is_refused_with_its_place() {
    refused("  FRED:", "  fred:", "it is written FRED");
    refused("  FRED:", "  F RED:", "F RED");
    refused("{required: false, text: null}", "{required: true, text: null}", "has no text");
    refused("{required: false, text: null}", "{required: false, text: me}", "not required");
    refused("opacity: 0.3", "opacity: 3.0", "opacity");
    let text = FILE.replacen("log: 0.70", "log: 0.90", 1);
    let error = Registry::parse("rights.yaml", &text).unwrap_err().to_string();
    assert!(error.contains("providers.FMP.licence: bandwidth"), "{error}");
}

#[test]
fn a_missing_right_without_a_remedy_is_refused() {
    let text = FILE.replacen(
        "\"remove the news section, or use the business plan (NewsAPI_Business)\"",
        "null",
        1,
    );
    let error = Registry::parse("rights.yaml", &text).unwrap_err().to_string();
    assert!(error.contains("providers.NewsAPI.licence"), "{error}");
}

#[test]
fn nobody_who_is_not_listed_can_be_given_a_right() {
    let (before, after) = FILE.split_once("  default:").unwrap();
    let text = format!("{before}  default:{}", after.replacen("csv: false", "csv: true", 1));
    let error = Registry::parse("rights.yaml", &text).unwrap_err().to_string();
    assert!(error.contains("providers.default"), "{error}");
    let without = format!("{before}{}", &after[after.find("profiles:").unwrap()..]);
    let registry = Registry::parse("rights.yaml", &without).unwrap();
    assert!(registry.unlisted().rights.is_empty());
}

#[test]
fn a_provider_or_a_profile_that_is_given_twice_or_not_at_all_is_refused() {
    let twice = FILE.replacen("  Polygon:", "  FMP:", 1);
    assert!(Registry::parse("rights.yaml", &twice).unwrap_err().to_string().contains("FMP"));
    let without = FILE.replacen(
        "  staging:    {on_block: deny, audit: required, page_operator: false}\n",
        "",
        1,
    );
    let error = Registry::parse("rights.yaml", &without).unwrap_err().to_string();
    assert!(error.contains("staging"), "{error}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Registry::load(Path::new("no/such/file.yaml")).unwrap_err();
    assert!(error.to_string().contains("no/such/file.yaml"), "{error}");
}

#[test]
fn an_empty_registry_allows_nothing_and_no_profile_redacts() {
    let registry = Registry::empty();
    for format in Format::ALL {
        assert!(!registry.provider(&"FRED".parse().unwrap()).allows(*format));
    }
    assert_eq!(registry.profile(RightsProfile::Demo).on_block, OnBlock::Deny);
}
