//! Entries that a list says too little of, completed by their own pages.

use crate::{
    collect::Unreached,
    encoding::decoded,
    entry::{Entries, Entry},
    fetch::{FetchError, Fetched, Fetcher, Validators},
    page::read_page,
    reading::Reading,
};
use desk::plain_text::plain_text;
use domain::evidence::CutShort;
use std::collections::{BTreeMap, BTreeSet};
use url::Url;

/// Pages that one reading opens for what the list does not say. With a pause of a second
/// each, a source takes less than its interval; the rest come with the next reading, and
/// are left out of this one: an item is written down as it is first seen.
pub const PAGES_MAX: usize = 20;

/// What was seen before could not be looked up. The cause is in the log of whoever keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what was seen before cannot be looked up at present")]
pub struct SeenUnavailable;

/// Remembers which entries were written down.
pub trait Seen: Sync {
    /// Those of the addresses whose entries need not be looked at again: they were handed on
    /// before, or what stands there is known under another source.
    fn seen(
        &self,
        addresses: Vec<String>,
    ) -> impl Future<Output = Result<BTreeSet<String>, SeenUnavailable>> + Send;
}

impl Seen for BTreeSet<String> {
    async fn seen(&self, addresses: Vec<String>) -> Result<BTreeSet<String>, SeenUnavailable> {
        Ok(addresses.into_iter().filter(|address| self.contains(address)).collect())
    }
}

/// What a source listed, as far as this reading came.
#[derive(Debug, Default)]
pub struct Opened {
    pub entries: Entries,
    /// Entries that were seen before, or twice in this list.
    pub seen: usize,
    /// Entries that are left to the next reading, by their places in the list.
    pub left: BTreeSet<usize>,
    pub unreached: Unreached,
    /// The first that could not be read for now.
    pub failed: Option<FetchError>,
}

impl Opened {
    /// Leaves an entry to the next reading: there was no room for its page, unless another
    /// cause is known.
    fn leave(&mut self, at: usize) {
        self.left.insert(at);
        self.unreached.entries += 1;
        self.cut_short(CutShort::Pages);
    }

    /// The first of the causes, in their order, is the one that is told.
    fn cut_short(&mut self, cause: CutShort) {
        let known = self.unreached.cause;
        self.unreached.cause = Some(known.map_or(cause, |known| known.min(cause)));
    }

    /// Something could not be read for now. Whether anything else may be asked for.
    pub fn fail(&mut self, error: FetchError) -> bool {
        let (over, retry_after) = (error.reading_over(), error.retry_after());
        let busy = retry_after.map(|_| CutShort::Busy);
        self.unreached.retry_after = self.unreached.retry_after.max(retry_after);
        self.cut_short(over.or(busy).unwrap_or(CutShort::Failing));
        self.failed.get_or_insert(error);
        over.is_none() && busy.is_none()
    }
}

/// Entries without a date that can be relied on, completed by their own pages. What they
/// say is plain text then: a page may spell markup as text. Those that were seen, whose
/// page there is no room for, or fails for now, are left out.
///
/// # Errors
/// [`SeenUnavailable`].
pub async fn with_pages(
    fetcher: &Fetcher,
    reading: &mut Reading,
    listed: Entries,
    seen: &impl Seen,
) -> Result<Opened, SeenUnavailable> {
    let addresses: Vec<Option<Url>> = listed.entries.iter().map(address).collect();
    let asked = addresses.iter().flatten().map(|address| address.as_str().to_owned());
    let mut seen = seen.seen(asked.collect()).await?;
    let mut once = BTreeSet::new();
    let to_open: Vec<Option<&Url>> = (listed.entries.iter().zip(&addresses))
        .map(|(entry, address)| address.as_ref().filter(|_| !is_complete(entry)))
        .map(|address| address.filter(|address| !seen.contains(address.as_str())))
        .map(|address| address.filter(|address| once.insert(*address)))
        .collect();
    let mut opened = Opened::default();
    opened.entries.beyond_limit = listed.beyond_limit;
    let mut done = BTreeMap::new();
    for (at, page) in in_turn(fetcher, &to_open) {
        match completed(fetcher, reading, listed.entries[at].clone(), page).await {
            Ok(entry) => {
                done.insert(at, entry);
            }
            Err(error) => {
                if !opened.fail(error) {
                    break;
                }
            }
        }
    }
    for (at, (entry, address)) in listed.entries.into_iter().zip(&addresses).enumerate() {
        let is_new = address.as_ref().is_none_or(|address| seen.insert(address.to_string()));
        if !is_new {
            opened.seen += 1;
        } else if to_open[at].is_none() {
            opened.entries.entries.push(plain(entry));
        } else if let Some(entry) = done.remove(&at) {
            opened.entries.entries.push(plain(entry));
        } else {
            opened.leave(at);
        }
    }
    Ok(opened)
}

/// An entry's address as it is asked for.
fn address(entry: &Entry) -> Option<Url> {
    Url::parse(entry.link.as_deref()?).ok()
}

/// Whether the list says all that a page may.
fn is_complete(entry: &Entry) -> bool {
    !entry.title.is_empty() && entry.dates.feed.is_some()
}

/// Which pages this reading opens, in their order: those never tried first, then those tried
/// longest ago, so that pages that fail again and again keep no other out, nor does one that
/// takes all the time.
fn in_turn<'a>(fetcher: &Fetcher, pages: &[Option<&'a Url>]) -> Vec<(usize, &'a Url)> {
    let mut waiting: Vec<_> = pages
        .iter()
        .enumerate()
        .filter_map(|(at, page)| Some((fetcher.pages.tried_at((*page)?), at, (*page)?)))
        .collect();
    waiting.sort_unstable_by_key(|(tried, at, _)| (*tried, *at));
    waiting.into_iter().take(PAGES_MAX).map(|(_, at, page)| (at, page)).collect()
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
    reading: &mut Reading,
    listed: Entry,
    url: &Url,
) -> Result<Entry, FetchError> {
    // One that there is no request for is not tried, and keeps its turn.
    if reading.has_request() {
        fetcher.pages.note(url);
    }
    let content = match fetcher.fetch_in(reading, url, &Validators::default()).await {
        Ok(Fetched::Content(content)) => content,
        Err(error) if error.is_passing() => return Err(error),
        Ok(Fetched::NotModified) | Err(_) => return Ok(listed),
    };
    let text = decoded(&content.bytes, content.content_type.as_deref());
    let page = read_page(&text, &content.url);
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
