//! One reading of one source.

use crate::{
    encoding::decoded,
    entry::Entries,
    feed::{FeedError, read_feed},
    fetch::{FetchError, Fetched, Fetcher, Validators},
    list::{SelectorError, read_list},
    opened::{self, Opened, Seen, SeenUnavailable},
    parts::{Part, Parts, Top},
    reading::Reading,
    sitemap::SitemapError,
};
use domain::evidence::{CutShort, Selectors, SourceKind, SourceLimits};
use std::time::Duration;
use url::Url;

/// Where a source is read, and how.
#[derive(Clone, Debug)]
pub struct Place {
    pub kind: SourceKind,
    pub url: Url,
    pub selectors: Option<Selectors>,
    pub limits: SourceLimits,
    /// For the whole reading, where somebody waits for it; none: the platform's.
    pub total: Option<Duration>,
}

/// What is known of a source from its earlier readings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    pub validators: Validators,
    /// Of a sitemap, the files that it consists of.
    pub parts: Vec<Part>,
}

/// What a reading gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collected {
    NotModified,
    Read(Read),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Those that are to be written down: their pages were opened where they had to be.
    pub entries: Entries,
    /// Entries of the list that were seen before, and are not among them.
    pub seen: usize,
    /// For the next reading. Without validators where entries are left to it, lest it be
    /// answered that nothing has changed.
    pub known: Known,
    /// Of all answers together.
    pub bytes: usize,
    pub unreached: Unreached,
}

/// What a reading left to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unreached {
    pub entries: usize,
    /// None: it came to its end.
    pub cause: Option<CutShort>,
    /// How long a server asked to be left alone.
    pub retry_after: Option<Duration>,
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
    #[error(transparent)]
    Seen(#[from] SeenUnavailable),
    #[error("the list's selectors find nothing on the page")]
    NothingFound,
    #[error("what is entered by hand is not read from anywhere")]
    Manual,
    #[error("this process reads from no other host")]
    NotHere,
}

/// Reads a source once, within the bounds of one reading. Pages that were `seen` are not
/// opened again.
///
/// # Errors
/// [`CollectError`]. A page behind a list that is refused for good costs that entry its
/// date and text, not the others theirs; one that fails for now, or that the bounds leave
/// no room for, is left to the next reading, and is the error where nothing else is left.
pub async fn collect(
    fetcher: &Fetcher,
    place: &Place,
    known: &Known,
    seen: &impl Seen,
) -> Result<Collected, CollectError> {
    if place.kind == SourceKind::Manual {
        return Err(CollectError::Manual);
    }
    let mut reading = fetcher.begin(place.limits, place.total);
    let top = fetcher.fetch_in(&mut reading, &place.url, &known.validators).await?;
    let read = match (place.kind, top) {
        (SourceKind::Sitemap, top) => {
            let top = Top { url: &place.url, fetched: top };
            match Parts::read(fetcher, &mut reading, top, known).await? {
                Some(parts) => of_sitemap(fetcher, &mut reading, parts, place, seen).await?,
                None => return Ok(Collected::NotModified),
            }
        }
        (_, Fetched::NotModified) => return Ok(Collected::NotModified),
        (SourceKind::HtmlList, Fetched::Content(content)) => {
            let selectors = place.selectors.clone().unwrap_or_default();
            let text = decoded(&content.bytes, content.content_type.as_deref());
            let listed = read_list(&text, &content.url, &selectors)?;
            if listed.entries.is_empty() {
                return Err(CollectError::NothingFound);
            }
            let listed = bounded(listed, place.limits);
            let opened = opened::with_pages(fetcher, &mut reading, listed, seen).await?;
            let is_whole = opened.unreached.cause.is_none();
            let validators = if is_whole { content.validators } else { Validators::default() };
            read_of(opened, Known { validators, parts: Vec::new() })?
        }
        (_, Fetched::Content(content)) => {
            let read = read_feed(&content.bytes, content.content_type.as_deref(), place.kind)?;
            Read {
                entries: bounded(read, place.limits),
                known: Known { validators: content.validators, parts: Vec::new() },
                ..Read::default()
            }
        }
    };
    Ok(Collected::Read(Read { bytes: reading.bytes(), ..read }))
}

/// The entries of a sitemap's parts. A part of which an entry is left is asked for whole by
/// the next reading, the others are not.
async fn of_sitemap(
    fetcher: &Fetcher,
    reading: &mut Reading,
    mut parts: Parts,
    place: &Place,
    seen: &impl Seen,
) -> Result<Read, CollectError> {
    let listed = bounded(std::mem::take(&mut parts.entries), place.limits);
    let mut opened = if listed.entries.is_empty() {
        Opened::default()
    } else {
        opened::with_pages(fetcher, reading, listed, seen).await?
    };
    let known = parts.known_without(&opened.left);
    if let Some(error) = parts.failed {
        opened.fail(error);
    }
    read_of(opened, known)
}

/// What was opened; its error where that is nothing at all.
fn read_of(opened: Opened, known: Known) -> Result<Read, CollectError> {
    let Opened { entries, seen, unreached, failed, .. } = opened;
    match failed {
        Some(error) if entries.entries.is_empty() && seen == 0 => Err(error.into()),
        _ => Ok(Read { entries, seen, known, unreached, bytes: 0 }),
    }
}

/// The first entries, as many as a source may give; the rest are counted.
fn bounded(mut all: Entries, limits: SourceLimits) -> Entries {
    if let Some(most) = limits.entries {
        all.beyond_limit += all.entries.len().saturating_sub(most.into());
        all.entries.truncate(most.into());
    }
    all
}
