//! The files that a sitemap consists of: itself, or those that an index names. Each is
//! asked for by what is known of it, since an index says nothing of a change in one of them.

use crate::{
    collect::{CollectError, Known},
    encoding::decoded,
    entry::Entries,
    fetch::{Content, FetchError, Fetched, Fetcher, Validators},
    reading::Reading,
    sitemap::{Sitemap, read_sitemap},
};
use std::collections::BTreeSet;
use url::Url;

/// One file of a sitemap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub url: Url,
    /// None while it was not read to its end. Of a sitemap that is no index, they stand
    /// with the source.
    pub validators: Validators,
}

/// What was answered at the sitemap's own address.
pub struct Top<'a> {
    pub url: &'a Url,
    pub fetched: Fetched,
}

/// What the files of a sitemap hold that is not known to be unchanged.
pub struct Parts {
    pub entries: Entries,
    /// Of the sitemap's own address.
    validators: Validators,
    is_index: bool,
    files: Vec<Part>,
    /// The file of each entry, by its place among `files`.
    of_entries: Vec<usize>,
    /// Why parts were left to the next reading: the first that failed for now, or the
    /// bound of the reading.
    pub failed: Option<FetchError>,
}

impl Parts {
    /// None where nothing has changed in any of them.
    ///
    /// # Errors
    /// What is no sitemap, and a part that fails for good; a part that fails for now where
    /// there is no other.
    pub async fn read(
        fetcher: &Fetcher,
        reading: &mut Reading,
        top: Top<'_>,
        known: &Known,
    ) -> Result<Option<Self>, CollectError> {
        let Top { url, mut fetched } = top;
        // Nobody wrote down what it consists of, so that this says nothing.
        if fetched == Fetched::NotModified && known.parts.is_empty() {
            fetched = fetcher.fetch_in(reading, url, &Validators::default()).await?;
        }
        let (validators, index) = match fetched {
            Fetched::NotModified => {
                let urls = known.parts.iter().map(|part| part.url.clone());
                (known.validators.clone(), urls.filter(|part| part != url).collect())
            }
            Fetched::Content(content) => match sitemap(&content)? {
                Sitemap::Index(links) => (content.validators, addresses(&links, url)),
                Sitemap::Pages(entries) => {
                    return Ok(Some(Self::whole(url, content.validators, entries)));
                }
            },
        };
        Self::of_index(fetcher, reading, validators, index, known).await
    }

    /// A sitemap that is no index.
    fn whole(url: &Url, validators: Validators, entries: Entries) -> Self {
        let of_entries = vec![0; entries.entries.len()];
        let own = Part { url: url.clone(), validators: Validators::default() };
        Self { entries, validators, is_index: false, files: vec![own], of_entries, failed: None }
    }

    async fn of_index(
        fetcher: &Fetcher,
        reading: &mut Reading,
        validators: Validators,
        index: Vec<Url>,
        known: &Known,
    ) -> Result<Option<Self>, CollectError> {
        let mut all = Self {
            entries: Entries::default(),
            validators,
            is_index: true,
            files: Vec::with_capacity(index.len()),
            of_entries: Vec::new(),
            failed: None,
        };
        let mut is_changed = index.is_empty() && known.parts.is_empty();
        for url in index {
            let before = known.parts.iter().find(|part| part.url == url);
            let before = before.map(|part| part.validators.clone()).unwrap_or_default();
            let is_over = all.failed.as_ref().is_some_and(|error| error.reading_over().is_some());
            let answer = if is_over {
                None
            } else {
                let answer = fetcher.fetch_in(reading, &url, &before).await;
                answer.map_or_else(|error| all.put_off(error), |answer| Ok(Some(answer)))?
            };
            let validators = match answer {
                None | Some(Fetched::NotModified) => before,
                Some(Fetched::Content(content)) => {
                    is_changed = true;
                    // An index within an index is not followed.
                    if let Sitemap::Pages(more) = sitemap(&content)? {
                        let place = std::iter::repeat_n(all.files.len(), more.entries.len());
                        all.of_entries.extend(place);
                        all.entries.entries.extend(more.entries);
                        all.entries.beyond_limit += more.beyond_limit;
                    }
                    content.validators
                }
            };
            all.files.push(Part { url, validators });
        }
        Ok((is_changed || all.failed.is_some()).then_some(all))
    }

    /// Leaves a part that fails for now to the next reading.
    fn put_off(&mut self, error: FetchError) -> Result<Option<Fetched>, FetchError> {
        if !error.is_passing() {
            return Err(error);
        }
        self.failed.get_or_insert(error);
        Ok(None)
    }

    /// What is known for the next reading, where these entries were left to it.
    pub fn known_without(&self, left: &BTreeSet<usize>) -> Known {
        let mut known = Known { validators: self.validators.clone(), parts: self.files.clone() };
        if !self.is_index && !left.is_empty() {
            known.validators = Validators::default();
        }
        for part in left.iter().filter_map(|entry| self.of_entries.get(*entry)) {
            known.parts[*part].validators = Validators::default();
        }
        known
    }
}

fn sitemap(content: &Content) -> Result<Sitemap, CollectError> {
    let text = decoded(&content.bytes, content.content_type.as_deref());
    Ok(read_sitemap(&text)?)
}

/// Each address once, but for the index's own.
fn addresses(links: &[String], own: &Url) -> Vec<Url> {
    let mut known = BTreeSet::from([own.clone()]);
    let urls = links.iter().filter_map(|link| Url::parse(link).ok());
    urls.filter(|url| known.insert(url.clone())).collect()
}
