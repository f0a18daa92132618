use super::*;
use crate::fixture;
use domain::hash::ContentHash;
use scraper::{Html, Selector};

fn colophon() -> Colophon {
    let package = fixture::package();
    Colophon {
        run_id: package.run_id,
        specification_version: package.specification_version,
        pack_hash: package.pack_hash,
        package_hash: ContentHash::of_json(&package).unwrap(),
        document_hash: ContentHash::of_json(&fixture::document()).unwrap(),
        sealed_at: package.claimed_at,
        zone: package.period.zone,
    }
}

fn render(document: &ReportDocument) -> String {
    render_html(document, &colophon()).unwrap()
}

fn select<'a>(page: &'a Html, selector: &str) -> Vec<scraper::ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn text(element: &scraper::ElementRef<'_>) -> String {
    element.text().collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Everything a reader sees, as indented text, one line an element of text.
fn outline(html: &str) -> String {
    let page = Html::parse_document(html);
    let shown = "h1, h2, h3, p, dt, dd:not(:has(ul)), caption, th, td, figcaption, blockquote, svg text, li:not(:has(p)):not(:has(ul))";
    let lines = select(&page, shown)
        .into_iter()
        .map(|element| format!("{:<10} {}", element.value().name(), text(&element)));
    // Hashes change with every field of the types; that they are there is a
    // rule below, what they are is not shape.
    let colophon = colophon();
    lines
        .collect::<Vec<_>>()
        .join("\n")
        .replace(&colophon.pack_hash.to_string(), "[pack hash]")
        .replace(&colophon.package_hash.to_string(), "[package hash]")
        .replace(&colophon.document_hash.to_string(), "[document hash]")
}

#[test]
fn the_page_reads_as_it_should() {
    insta::assert_snapshot!(outline(&render(&fixture::document())));
}

#[test]
fn a_quiet_page_reads_as_it_should() {
    insta::assert_snapshot!(outline(&render(&fixture::quiet_document(&fixture::package()))));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    assert_eq!(render(&fixture::document()), render(&fixture::document()));
}

#[test]
fn the_file_loads_nothing_and_runs_nothing() {
    let html = render(&fixture::document());
    let page = Html::parse_document(&html);
    let loaders = "script, link, img, iframe, object, embed, base, form, audio, video, source, use, image, [src], [srcset], [style]";
    assert!(select(&page, loaders).is_empty());
    for absent in ["url(", "@import", "javascript:"] {
        assert!(!html.contains(absent), "{absent}");
    }
    let policy =
        select(&page, "meta[http-equiv='Content-Security-Policy']")[0].attr("content").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'unsafe-inline'"));
}

#[test]
fn hostile_text_stays_text() {
    let hostile = r#"</style></title><script>alert(1)</script><img src=x onerror="alert(2)">' onmouseover='x"#;
    let mut document = fixture::document();
    document.title = hostile.to_owned();
    document.scope.specification_name = hostile.to_owned();
    document.scope.watchlist = vec![hostile.to_owned()];
    document.scope.engine.label = hostile.to_owned();
    document.executive_summary[0].text = hostile.to_owned();
    document.coverage.notes.push(hostile.to_owned());
    document.coverage.sources_failed.push((hostile.to_owned(), hostile.to_owned()));
    for section in &mut document.sections {
        let development = &mut section.developments[0];
        development.headline = hostile.to_owned();
        development.companies = vec![hostile.to_owned()];
        development.claims[0].text = hostile.to_owned();
    }
    for reference in &mut document.references {
        reference.title = hostile.to_owned();
        reference.publisher = hostile.to_owned();
        reference.url = format!("https://example.com/\"{hostile}");
    }
    for entry in &mut document.appendix {
        entry.title = hostile.to_owned();
        entry.excerpt = hostile.to_owned();
        entry.url = format!("javascript:alert(1)//{hostile}");
    }
    let page = Html::parse_document(&render(&document));
    assert!(select(&page, "script, img").is_empty());
    let elements = select(&page, "*");
    let handlers = elements
        .iter()
        .flat_map(|element| element.value().attrs())
        .filter(|(name, _)| name.starts_with("on"));
    assert_eq!(handlers.count(), 0);
    assert_eq!(text(&select(&page, "h1")[0]), hostile);
}

#[test]
fn only_web_addresses_become_links() {
    for address in [
        "javascript:alert(1)",
        "data:text/html,x",
        " https://a.example.com",
        "ftp://a.example.com",
        "//a.example.com",
        "",
    ] {
        let mut document = fixture::document();
        for reference in &mut document.references {
            reference.url = address.to_owned();
        }
        document.appendix.clear();
        let page = Html::parse_document(&render(&document));
        assert!(select(&page, "a:not([href^='#'])").is_empty(), "{address}");
    }
    let page = Html::parse_document(&render(&fixture::document()));
    let outward = select(&page, "a:not([href^='#'])");
    assert!(outward.len() > fixture::document().references.len());
    for link in outward {
        assert_eq!(link.attr("rel"), Some("noopener noreferrer nofollow"));
        assert_eq!(link.attr("target"), Some("_blank"));
        assert!(link.attr("href").unwrap().starts_with("https://"));
    }
}

#[test]
fn every_link_within_the_page_arrives_and_every_id_is_one() {
    let page = Html::parse_document(&render(&fixture::document()));
    let mut ids: Vec<_> = select(&page, "[id]").iter().filter_map(|one| one.attr("id")).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    let inward = select(&page, "a[href^='#']");
    assert!(!inward.is_empty());
    for link in inward {
        let target = link.attr("href").unwrap().trim_start_matches('#');
        assert!(ids.binary_search(&target).is_ok(), "{target}");
    }
}

#[test]
fn each_use_of_a_reference_is_linked_there_and_back() {
    let document = fixture::document();
    let page = Html::parse_document(&render(&document));
    for reference in &document.references {
        let uses = select(&page, &format!("a.cite[href='#reference-{}']", reference.number));
        let back = select(&page, &format!("#reference-{} .references__back a", reference.number));
        let anchors: Vec<_> = uses.iter().filter_map(|one| one.attr("id")).collect();
        let targets: Vec<_> = back.iter().filter_map(|one| one.attr("href")).collect();
        assert!(!anchors.is_empty());
        assert_eq!(targets, anchors.iter().map(|anchor| format!("#{anchor}")).collect::<Vec<_>>());
    }
}

#[test]
fn a_citation_without_its_reference_is_an_error() {
    let mut document = fixture::document();
    let missing = document.references.remove(0).evidence;
    let error = render_html(&document, &colophon()).unwrap_err();
    assert!(matches!(error, RenderError::UnresolvedCitation(id) if id == missing));
}

#[test]
fn advice_without_its_development_is_an_error() {
    let mut document = fixture::document();
    document.monitoring[0].development = "D9".to_owned();
    let error = render_html(&document, &colophon()).unwrap_err();
    assert!(matches!(error, RenderError::UnknownDevelopment(id) if id == "D9"));
}

#[test]
fn the_page_has_one_heading_of_each_part_and_named_tables() {
    let page = Html::parse_document(&render(&fixture::document()));
    assert_eq!(select(&page, "h1").len(), 1);
    assert_eq!(select(&page, "html[lang='en'] > head > meta[charset='utf-8']").len(), 1);
    for landmark in ["body > header", "body > main", "body > footer", "nav[aria-labelledby]"] {
        assert_eq!(select(&page, landmark).len(), 1, "{landmark}");
    }
    let tables = select(&page, "table");
    assert!(!tables.is_empty());
    assert_eq!(select(&page, "table > caption").len(), tables.len());
    assert!(select(&page, "th:not([scope])").is_empty());
}

#[test]
fn the_footer_names_run_version_and_hashes_in_full() {
    let page = Html::parse_document(&render(&fixture::document()));
    let footer = text(&select(&page, "footer")[0]);
    let colophon = colophon();
    for expected in [
        colophon.run_id.to_string(),
        colophon.pack_hash.to_string(),
        colophon.package_hash.to_string(),
        colophon.document_hash.to_string(),
        "Wednesday 2026-11-18 09:12 (Europe/Berlin)".to_owned(),
        "Specification version 3".to_owned(),
    ] {
        assert!(footer.contains(&expected), "{expected} in {footer}");
    }
}

#[test]
fn the_footer_names_the_instruction_of_a_model_and_of_nobody_else() {
    let mut document = fixture::document();
    let without = render(&document);
    assert!(!without.contains("Instruction"));
    document.scope.engine.instruction = fixture::package().instruction.reference();
    let with = render(&document);
    // `printf 'Use only the package.' | sha256sum`
    let hash = "3ac7acf40e4c822bc452d5f35240a462a2c7ba5ec62c6ac11ac739bfe7540d31";
    let row = format!(
        "<div><dt>Instruction of the language model, version 1 (SHA-256)</dt>\
         <dd><code>{hash}</code></dd></div>\n"
    );
    assert!(with.contains(&row), "{with}");
    assert_eq!(with.replace(&row, ""), without, "nothing else of the page changes");
}

#[test]
fn sample_data_and_engine_are_named_at_the_top() {
    let mut document = fixture::document();
    let shown = |document: &ReportDocument| {
        text(&select(&Html::parse_document(&render(document)), "header .labels")[0])
    };
    assert!(shown(&document).contains("Sample data"));
    assert!(shown(&document).contains("Built-in analyst (deterministic, no language model)"));
    document.scope.sample_data = false;
    assert!(!shown(&document).contains("Sample data"));
}
