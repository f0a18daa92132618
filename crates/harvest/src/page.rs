//! What a page says of itself: title, first publication, its own address.

use crate::entry::Entry;
use desk::{date::DateClues, plain_text::fold};
use scraper::{Html, Selector};
use serde_json::Value;
use std::sync::LazyLock;
use url::Url;

/// How deep structured data is looked into for a date.
const DEPTH_MAX: usize = 8;

static META: LazyLock<Selector> = LazyLock::new(|| selector("meta[content]"));
static TITLE: LazyLock<Selector> = LazyLock::new(|| selector("head > title"));
static CANONICAL: LazyLock<Selector> = LazyLock::new(|| selector("link[rel~=canonical][href]"));
static STRUCTURED: LazyLock<Selector> =
    LazyLock::new(|| selector(r#"script[type="application/ld+json"]"#));
static PARAGRAPHS: LazyLock<Selector> = LazyLock::new(|| selector("article p, main p"));

fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("a constant selector is one")
}

/// Paragraphs that are read of a page: enough to tell what it is about.
const PARAGRAPHS_MAX: usize = 12;

/// Reads the page found at `url`. The date of an update is not asked for.
pub fn read_page(html: &str, url: &Url) -> Entry {
    let document = Html::parse_document(html);
    let meta = |names: &[&str]| {
        document
            .select(&META)
            .find(|meta| {
                let name = meta.attr("property").or_else(|| meta.attr("name")).unwrap_or_default();
                names.contains(&name)
            })
            .and_then(|meta| meta.attr("content"))
            .map(fold)
            .filter(|content| !content.is_empty())
    };
    let title = document.select(&TITLE).next().map(|title| fold(&title.text().collect::<String>()));
    let canonical = document.select(&CANONICAL).next().and_then(|link| link.attr("href"));
    let structured = document
        .select(&STRUCTURED)
        .filter_map(|script| serde_json::from_str(&script.text().collect::<String>()).ok())
        .find_map(|data: Value| date_published(&data, 0));
    let paragraphs: Vec<String> = document
        .select(&PARAGRAPHS)
        .take(PARAGRAPHS_MAX)
        .map(|paragraph| fold(&paragraph.text().collect::<Vec<_>>().join(" ")))
        .collect();
    let text = if paragraphs.is_empty() {
        meta(&["og:description", "description"]).unwrap_or_default()
    } else {
        paragraphs.join(" ")
    };
    Entry {
        title: meta(&["og:title"]).or(title).unwrap_or_default(),
        link: Some(url.to_string()),
        page_canonical: canonical.and_then(|href| url.join(href).ok()).map(String::from),
        dates: DateClues {
            structured: structured.or_else(|| meta(&["article:published_time"])),
            ..DateClues::default()
        },
        text,
    }
}

/// `datePublished`, wherever it stands in the data, the outermost first.
fn date_published(data: &Value, depth: usize) -> Option<String> {
    if depth > DEPTH_MAX {
        return None;
    }
    match data {
        Value::Object(fields) => match fields.get("datePublished") {
            Some(Value::String(published)) => Some(published.clone()),
            _ => fields.values().find_map(|value| date_published(value, depth + 1)),
        },
        Value::Array(values) => values.iter().find_map(|value| date_published(value, depth + 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str) -> Entry {
        read_page(html, &Url::parse("https://news.example.com/a?utm_source=x").unwrap())
    }

    #[test]
    fn a_page_says_when_it_was_first_published_and_what_its_address_is() {
        let entry = read(
            r#"<html><head><title>MDI plant &amp; more</title>
            <link rel="canonical" href="/a">
            <meta property="article:modified_time" content="2025-02-01">
            <script type="application/ld+json">{"@graph":[{"@type":"NewsArticle",
              "datePublished":"2025-01-15T08:00:00Z","dateModified":"2025-02-01"}]}</script></head>
            <body><main><p>First <b>words</b>.</p><p>Second.</p></main></body></html>"#,
        );
        assert_eq!(entry.title, "MDI plant & more");
        assert_eq!(entry.page_canonical.as_deref(), Some("https://news.example.com/a"));
        assert_eq!(entry.dates.structured.as_deref(), Some("2025-01-15T08:00:00Z"));
        assert_eq!(entry.text, "First words . Second.");
    }

    #[test]
    fn a_page_without_a_date_of_publication_has_none() {
        for html in [
            "",
            r#"<meta property="article:modified_time" content="2025-02-01">"#,
            r#"<script type="application/ld+json">{"datePublished":20250115}</script>"#,
            r#"<script type="application/ld+json">not json</script>"#,
        ] {
            assert_eq!(read(html).dates, DateClues::default(), "{html}");
        }
        let deep = format!("{}1{}", r#"{"a":"#.repeat(200), "}".repeat(200));
        let html = format!(r#"<script type="application/ld+json">{deep}</script>"#);
        assert_eq!(read(&html).dates, DateClues::default());
    }
}
