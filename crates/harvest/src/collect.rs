//! One reading of one source.

use crate::{
    entry::{Entries, Entry},
    feed::{FeedError, read_feed},
    fetch::{Content, FetchError, Fetched, Fetcher, Validators},
    list::{SelectorError, read_list},
    page::read_page,
    sitemap::{Sitemap, SitemapError, read_sitemap},
};
use desk::plain_text::plain_text;
use domain::evidence::{Selectors, SourceKind, SourceLimits};
use encoding_rs::{Encoding, UTF_8};
use std::collections::BTreeSet;
use url::Url;

/// Pages that one reading opens for what the list does not say. With a pause of a second
/// each, a source takes less than its interval; the rest come with the next reading, and
/// are left out of this one: an item is written down as it is first seen.
pub const PAGES_MAX: usize = 20;

/// Where a declaration of the encoding is looked for, as the HTML standard has it.
const ENCODING_WITHIN: usize = 1_024;

/// Where a source is read, and how.
#[derive(Clone, Debug)]
pub struct Place {
    pub kind: SourceKind,
    pub url: Url,
    pub selectors: Option<Selectors>,
    pub limits: SourceLimits,
}

/// What a reading gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collected {
    NotModified,
    Read {
        entries: Entries,
        /// None while entries are left to the next reading, lest it be answered that
        /// nothing has changed.
        validators: Validators,
        bytes: usize,
    },
}

/// Why a reading gave nothing; never an empty list in place of it.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error(transparent)]
    Sitemap(#[from] SitemapError),
    #[error(transparent)]
    Selector(#[from] SelectorError),
    #[error("the list's selectors find nothing on the page")]
    NothingFound,
    #[error("what is entered by hand is not read from anywhere")]
    Manual,
    #[error("this process reads from no other host")]
    NotHere,
}

/// Reads a source once. Pages whose addresses are `seen` already are not opened again.
///
/// # Errors
/// [`CollectError`]. A page behind a list that is refused for good costs that entry its
/// date and text, not the others theirs; one that fails for now is left to the next
/// reading, and is the error where nothing else is left.
pub async fn collect(
    fetcher: &Fetcher,
    place: &Place,
    known: &Validators,
    seen: &BTreeSet<String>,
) -> Result<Collected, CollectError> {
    if place.kind == SourceKind::Manual {
        return Err(CollectError::Manual);
    }
    let content = match fetcher.fetch_within(&place.url, known, place.limits).await? {
        Fetched::NotModified => return Ok(Collected::NotModified),
        Fetched::Content(content) => content,
    };
    let Listed { entries, is_whole } = match place.kind {
        SourceKind::Rss | SourceKind::Atom | SourceKind::JsonFeed => {
            let entries = bounded(read_feed(&content.bytes, place.kind)?, place.limits);
            Listed { entries, is_whole: true }
        }
        SourceKind::Sitemap => {
            let listed = sitemap(fetcher, &content.bytes, place.limits).await?;
            with_pages(fetcher, bounded(listed, place.limits), seen, place.limits).await?
        }
        SourceKind::HtmlList => {
            let selectors = place.selectors.clone().unwrap_or_default();
            let listed = read_list(&decoded(&content), &content.url, &selectors)?;
            if listed.entries.is_empty() {
                return Err(CollectError::NothingFound);
            }
            with_pages(fetcher, bounded(listed, place.limits), seen, place.limits).await?
        }
        SourceKind::Manual => return Err(CollectError::Manual),
    };
    let bytes = content.bytes.len();
    let validators = if is_whole { content.validators } else { Validators::default() };
    Ok(Collected::Read { entries, validators, bytes })
}

/// What a source listed, as far as this reading goes.
struct Listed {
    entries: Entries,
    /// Nothing is left to the next reading.
    is_whole: bool,
}

/// A sitemap, or those that an index names, one level deep.
async fn sitemap(
    fetcher: &Fetcher,
    bytes: &[u8],
    limits: SourceLimits,
) -> Result<Entries, CollectError> {
    let links = match read_sitemap(bytes)? {
        Sitemap::Pages(entries) => return Ok(entries),
        Sitemap::Index(links) => links,
    };
    let mut all = Entries::default();
    for link in links {
        let Ok(url) = Url::parse(&link) else { continue };
        let sitemap = fetcher.fetch_within(&url, &Validators::default(), limits).await?;
        if let Fetched::Content(content) = sitemap
            && let Sitemap::Pages(more) = read_sitemap(&content.bytes)?
        {
            all.entries.extend(more.entries);
            all.beyond_limit += more.beyond_limit;
        }
    }
    Ok(all)
}

/// Entries without a date that can be relied on, completed by their own pages. What they
/// say is plain text then: a page may spell markup as text. Those whose page there is no
/// room for, or fails for now, are left out.
///
/// # Errors
/// Of the first page that failed, where no entry remains.
async fn with_pages(
    fetcher: &Fetcher,
    listed: Entries,
    seen: &BTreeSet<String>,
    limits: SourceLimits,
) -> Result<Listed, FetchError> {
    let pages: Vec<Option<Url>> = listed.entries.iter().map(|entry| unread(entry, seen)).collect();
    let now = whose_turn(fetcher, &pages);
    let (mut entries, mut is_whole, mut failed) = (Vec::with_capacity(pages.len()), true, None);
    for (at, (entry, page)) in listed.entries.into_iter().zip(&pages).enumerate() {
        match page {
            None => entries.push(plain(entry)),
            Some(_) if !now.contains(&at) => is_whole = false,
            Some(page) => match completed(fetcher, entry, page, limits).await {
                Ok(entry) => entries.push(plain(entry)),
                Err(error) => {
                    is_whole = false;
                    failed.get_or_insert(error);
                }
            },
        }
    }
    match failed {
        Some(error) if entries.is_empty() => Err(error),
        _ => {
            let entries = Entries { entries, beyond_limit: listed.beyond_limit };
            Ok(Listed { entries, is_whole })
        }
    }
}

/// The page of an entry that lacks what a page may say, where it was not seen before: by
/// its address as the source wrote it, or as it is read.
fn unread(entry: &Entry, seen: &BTreeSet<String>) -> Option<Url> {
    let is_complete = !entry.title.is_empty() && entry.dates.feed.is_some();
    let link = entry.link.as_deref().filter(|link| !is_complete && !seen.contains(*link))?;
    Url::parse(link).ok().filter(|page| !seen.contains(page.as_str()))
}

/// Which pages this reading opens: those never tried first, then those tried longest ago,
/// so that pages that fail again and again keep no other out.
fn whose_turn(fetcher: &Fetcher, pages: &[Option<Url>]) -> BTreeSet<usize> {
    let mut waiting: Vec<_> = pages
        .iter()
        .enumerate()
        .filter_map(|(at, page)| Some((fetcher.pages.tried_at(page.as_ref()?), at)))
        .collect();
    waiting.sort_unstable();
    waiting.into_iter().take(PAGES_MAX).map(|(_, at)| at).collect()
}

/// The first entries, as many as a source may give; the rest are counted.
fn bounded(mut all: Entries, limits: SourceLimits) -> Entries {
    if let Some(most) = limits.entries {
        all.beyond_limit += all.entries.len().saturating_sub(most.into());
        all.entries.truncate(most.into());
    }
    all
}

fn plain(entry: Entry) -> Entry {
    Entry { title: plain_text(&entry.title), text: plain_text(&entry.text), ..entry }
}

/// An entry with what its page says of it; without, where the page is refused for good.
///
/// # Errors
/// A page that fails for now.
async fn completed(
    fetcher: &Fetcher,
    listed: Entry,
    url: &Url,
    limits: SourceLimits,
) -> Result<Entry, FetchError> {
    fetcher.pages.note(url);
    let content = match fetcher.fetch_within(url, &Validators::default(), limits).await {
        Ok(Fetched::Content(content)) => content,
        Err(error) if error.is_passing() => return Err(error),
        Ok(Fetched::NotModified) | Err(_) => return Ok(listed),
    };
    let page = read_page(&decoded(&content), &content.url);
    let mut dates = listed.dates;
    // A date of the list that was written for machines, agreed by the page, is sure.
    if let Some(list) = dates.structured.take() {
        dates.feed.get_or_insert(list);
    }
    dates.structured = page.dates.structured;
    Ok(Entry {
        title: if listed.title.is_empty() { page.title } else { listed.title },
        link: listed.link,
        page_canonical: page.page_canonical,
        dates,
        text: if page.text.is_empty() { listed.text } else { page.text },
    })
}

/// The text of a page by its declared encoding: the server's word first, then its own.
fn decoded(content: &Content) -> String {
    let head = &content.bytes[..content.bytes.len().min(ENCODING_WITHIN)];
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let declared = [content.content_type.clone().unwrap_or_default().to_ascii_lowercase(), head]
        .iter()
        .find_map(|text| {
            let label = text.split_once("charset=")?.1;
            let label = label.trim_start_matches(['"', '\'', ' ']);
            let end = label.find(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c));
            Encoding::for_label(&label.as_bytes()[..end.unwrap_or(label.len())])
        });
    declared.unwrap_or(UTF_8).decode(&content.bytes).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(bytes: &[u8], content_type: Option<&str>) -> String {
        decoded(&Content {
            bytes: bytes.to_vec(),
            url: Url::parse("https://a.example.com/").unwrap(),
            content_type: content_type.map(str::to_owned),
            validators: Validators::default(),
        })
    }

    #[test]
    fn a_page_is_read_in_the_encoding_that_it_has() {
        assert_eq!(page("Däm".as_bytes(), None), "Däm");
        assert_eq!(page(b"D\xe4m", Some("text/html; charset=ISO-8859-1")), "Däm");
        assert_eq!(
            page(b"<meta charset=\"windows-1252\">\x80", None),
            "<meta charset=\"windows-1252\">€"
        );
        // A byte order mark outranks what is declared; an unknown name is none.
        assert_eq!(page(b"\xff\xfeM\0D\0I\0", Some("text/html; charset=utf-8")), "MDI");
        assert_eq!(page(b"M\xffI", Some("text/html; charset=nonsense")), "M\u{fffd}I");
    }
}
