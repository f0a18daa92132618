//! A page that lists its news, read by CSS selectors.

use crate::entry::{Entries, Entry};
use desk::{date::DateClues, plain_text::fold};
use domain::evidence::Selectors;
use scraper::{ElementRef, Html, Selector};
use url::Url;

/// Entries read of one list, from its top.
pub const LIST_ENTRIES_MAX: usize = 100;

/// Which of the selectors is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectorError {
    #[error("the selector of the {what}, “{text}”, is not one")]
    Malformed { what: &'static str, text: String },
    #[error("the selector of the items is missing")]
    NoItem,
}

/// Reads a list. Pure: the same page gives the same entries.
///
/// # Errors
/// A selector that cannot be read. A page in which nothing is found has no entries,
/// which the caller must not take for a quiet day.
pub fn read_list(html: &str, page: &Url, selectors: &Selectors) -> Result<Entries, SelectorError> {
    if selectors.item.trim().is_empty() {
        return Err(SelectorError::NoItem);
    }
    let item = parsed("items", &selectors.item)?;
    let link = optional("link", &selectors.link)?;
    let title = optional("title", &selectors.title)?;
    let date = optional("date", &selectors.date)?;
    let document = Html::parse_document(html);
    let mut found = document.select(&item);
    let entries: Vec<Entry> = found
        .by_ref()
        .take(LIST_ENTRIES_MAX)
        .map(|item| {
            let link = first(item, link.as_ref());
            let dated = date.as_ref().and_then(|date| item.select(date).next());
            Entry {
                title: match &title {
                    Some(title) => item.select(title).next(),
                    None => link,
                }
                .map(words)
                .unwrap_or_default(),
                link: link.and_then(|link| address(link, page)),
                page_canonical: None,
                dates: dated.map(|dated| clues(dated, selectors)).unwrap_or_default(),
                text: words(item),
            }
        })
        .collect();
    Ok(Entries { entries, beyond_limit: found.count() })
}

fn parsed(what: &'static str, text: &str) -> Result<Selector, SelectorError> {
    Selector::parse(text).map_err(|_| SelectorError::Malformed { what, text: text.to_owned() })
}

fn optional(what: &'static str, text: &str) -> Result<Option<Selector>, SelectorError> {
    if text.trim().is_empty() { Ok(None) } else { parsed(what, text).map(Some) }
}

/// The first match within an item; the item itself where nothing is asked for.
fn first<'a>(item: ElementRef<'a>, selector: Option<&Selector>) -> Option<ElementRef<'a>> {
    match selector {
        Some(selector) => item.select(selector).next(),
        None => Some(item),
    }
}

fn words(element: ElementRef<'_>) -> String {
    fold(&element.text().collect::<Vec<_>>().join(" "))
}

fn address(link: ElementRef<'_>, page: &Url) -> Option<String> {
    let written = link.attr("href")?.trim();
    Some(page.join(written).map_or_else(|_| written.to_owned(), String::from))
}

fn clues(dated: ElementRef<'_>, selectors: &Selectors) -> DateClues {
    let attribute = selectors.date_attribute.trim();
    match dated.attr(attribute).filter(|_| !attribute.is_empty()) {
        Some(written) => DateClues { structured: Some(written.to_owned()), ..DateClues::default() },
        None => DateClues { visible: Some(words(dated)), ..DateClues::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<ul>
        <li class="n"><a href="/a?x=1">MDI <b>plant</b> opens</a> <time datetime="2025-01-15">15 Jan</time><script>evil()</script></li>
        <li class="n"><a href="https://other.example.com/b">TDI</a> <time>15/01/2025</time></li>
        <li class="n">No link</li><li>Not news <a href="/c">c</a></li></ul>"#;

    fn read(selectors: &Selectors) -> Result<Entries, SelectorError> {
        read_list(PAGE, &Url::parse("https://news.example.com/list").unwrap(), selectors)
    }

    fn selectors() -> Selectors {
        Selectors {
            item: "li.n".to_owned(),
            link: "a".to_owned(),
            date: "time".to_owned(),
            date_attribute: "datetime".to_owned(),
            ..Selectors::default()
        }
    }

    #[test]
    fn a_list_gives_link_title_and_the_date_that_was_written_for_machines() {
        let list = read(&selectors()).unwrap();
        assert_eq!(list.entries.len(), 3);
        let first = &list.entries[0];
        assert_eq!(first.title, "MDI plant opens");
        assert_eq!(first.link.as_deref(), Some("https://news.example.com/a?x=1"));
        assert_eq!(first.dates.structured.as_deref(), Some("2025-01-15"));
        let second = &list.entries[1];
        assert_eq!(second.link.as_deref(), Some("https://other.example.com/b"));
        assert_eq!(second.dates.structured, None);
        assert_eq!(second.dates.visible.as_deref(), Some("15/01/2025"));
        assert_eq!((list.entries[2].link.as_deref(), list.entries[2].title.as_str()), (None, ""));
    }

    #[test]
    fn a_selector_that_is_none_is_named() {
        let refused = |selectors: &Selectors| read(selectors).unwrap_err().to_string();
        assert_eq!(refused(&Selectors::default()), "the selector of the items is missing");
        assert_eq!(
            refused(&Selectors { date: "time[".to_owned(), ..selectors() }),
            "the selector of the date, “time[”, is not one"
        );
    }
}
