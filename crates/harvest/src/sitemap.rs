//! Sitemaps: lists of addresses, some with the title and date of a news item.

use crate::{
    encoding::as_xml,
    entry::{Entries, Entry},
};
use desk::{date::DateClues, plain_text::fold};
use quick_xml::{Reader, events::Event};

/// Addresses read of one sitemap, from its top.
pub const SITEMAP_ADDRESSES_MAX: usize = 200;

/// Sitemaps of an index that are read.
pub const SITEMAPS_OF_INDEX_MAX: usize = 10;

/// What a sitemap file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sitemap {
    /// Addresses of pages. `lastmod` is not looked at: it is no date of publication.
    Pages(Entries),
    /// Addresses of other sitemaps, in their order.
    Index(Vec<String>),
}

#[derive(Debug, thiserror::Error)]
pub enum SitemapError {
    #[error("the content is not a well-formed sitemap")]
    Malformed(#[source] quick_xml::Error),
    #[error("the content is no sitemap")]
    NoSitemap,
}

/// Reads the text of one file. Entities beyond XML's own five are not expanded.
///
/// # Errors
/// Content that is no whole sitemap.
pub fn read_sitemap(text: &str) -> Result<Sitemap, SitemapError> {
    let text = as_xml(text);
    let mut reader = Reader::from_str(&text);
    let mut state = State::default();
    loop {
        match reader.read_event().map_err(SitemapError::Malformed)? {
            Event::Start(tag) => state.open(tag.local_name().as_ref()),
            Event::End(tag) => state.close(tag.local_name().as_ref()),
            Event::Text(text) => state.text.push_str(&text),
            Event::CData(text) => state.text.push_str(&text),
            Event::GeneralRef(name) => match name.resolve_char_ref() {
                Ok(Some(character)) => state.text.push(character),
                _ => state.text.push_str(entity(&name)),
            },
            Event::Eof => break,
            _ => {}
        }
    }
    match (state.root.as_deref(), state.open) {
        (Some("urlset"), 0) => Ok(Sitemap::Pages(state.found)),
        (Some("sitemapindex"), 0) => {
            let links = state.found.entries.into_iter().filter_map(|entry| entry.link);
            Ok(Sitemap::Index(links.take(SITEMAPS_OF_INDEX_MAX).collect()))
        }
        _ => Err(SitemapError::NoSitemap),
    }
}

#[derive(Default)]
struct State {
    root: Option<String>,
    open: usize,
    entry: Entry,
    text: String,
    found: Entries,
}

impl State {
    fn open(&mut self, name: &str) {
        self.root.get_or_insert_with(|| name.to_owned());
        self.open += 1;
        self.text.clear();
        if matches!(name, "url" | "sitemap") {
            self.entry = Entry::default();
        }
    }

    fn close(&mut self, name: &str) {
        self.open = self.open.saturating_sub(1);
        let text = fold(&std::mem::take(&mut self.text));
        match name {
            // Images and videos of a page have a `loc` of their own, behind the page's.
            "loc" if self.entry.link.is_none() => self.entry.link = Some(text),
            "title" if self.entry.title.is_empty() => self.entry.title = text,
            "publication_date" => {
                self.entry.dates = DateClues { feed: Some(text), ..DateClues::default() };
            }
            "url" | "sitemap" => {
                if self.found.entries.len() < SITEMAP_ADDRESSES_MAX {
                    self.found.entries.push(std::mem::take(&mut self.entry));
                } else {
                    self.found.beyond_limit += 1;
                }
            }
            _ => {}
        }
    }
}

fn entity(name: &str) -> &'static str {
    match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => " ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_news_sitemap_gives_addresses_titles_and_dates_but_never_lastmod() {
        let found = read_sitemap(
            r#"<?xml version="1.0"?><urlset xmlns:news="n" xmlns:image="i"><url>
            <loc>https://a.example.com/1?a=1&amp;b=2</loc><lastmod>2025-02-01</lastmod>
            <image:image><image:loc>https://a.example.com/i.png</image:loc></image:image>
            <news:news><news:publication_date>2025-01-15</news:publication_date>
            <news:title>MDI plant</news:title></news:news></url>
            <url><loc>https://a.example.com/2</loc><lastmod>2025-02-01</lastmod></url></urlset>"#,
        );
        let Ok(Sitemap::Pages(found)) = found else { panic!("{found:?}") };
        let [first, second] = &found.entries[..] else { panic!("{found:?}") };
        assert_eq!(first.link.as_deref(), Some("https://a.example.com/1?a=1&b=2"));
        assert_eq!(
            (first.title.as_str(), first.dates.feed.as_deref()),
            ("MDI plant", Some("2025-01-15"))
        );
        assert_eq!(second.dates, DateClues::default());
    }

    #[test]
    fn an_index_names_other_sitemaps() {
        let found = read_sitemap(
            "<sitemapindex><sitemap><loc>https://a.example.com/s.xml</loc></sitemap></sitemapindex>",
        );
        assert!(
            matches!(found, Ok(Sitemap::Index(links)) if links == ["https://a.example.com/s.xml"])
        );
    }

    #[test]
    fn what_is_no_whole_sitemap_is_an_error_and_no_empty_list() {
        for text in
            ["", "<html></html>", "<urlset><url>", "<urlset><url></loc></url></urlset>", "{}"]
        {
            assert!(read_sitemap(text).is_err(), "{text}");
        }
    }

    #[test]
    fn characters_by_their_numbers_are_read() {
        let text = "<urlset><url><loc>https://a.example.com/1?a=1&#38;b=2&#x26;c=3&#0;</loc></url></urlset>";
        let Ok(Sitemap::Pages(found)) = read_sitemap(text) else { panic!("{text}") };
        let link = found.entries[0].link.as_deref();
        assert_eq!(link, Some("https://a.example.com/1?a=1&b=2&c=3\u{fffd}"));
    }

    #[test]
    fn entities_of_a_document_are_not_expanded() {
        let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
            <urlset><url><loc>https://a.example.com/&b;</loc></url></urlset>"#;
        let Ok(Sitemap::Pages(found)) = read_sitemap(bomb) else { panic!() };
        assert_eq!(found.entries[0].link.as_deref(), Some("https://a.example.com/"));
    }

    #[test]
    fn addresses_beyond_the_limit_are_counted_and_not_kept() {
        let urls =
            "<url><loc>https://a.example.com/1</loc></url>".repeat(SITEMAP_ADDRESSES_MAX + 7);
        let text = format!("<urlset>{urls}</urlset>");
        let Ok(Sitemap::Pages(found)) = read_sitemap(&text) else { panic!() };
        assert_eq!((found.entries.len(), found.beyond_limit), (SITEMAP_ADDRESSES_MAX, 7));
    }
}
