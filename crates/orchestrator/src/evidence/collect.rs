//! One source read, and what it held written down.

use crate::{Orchestrator, UseCaseError};
use desk::{
    entity::EntityTable,
    item::{RawItem, SourceFacts, held_item, read_item},
    pack,
};
use domain::{
    evidence::{SourceKind, canonical_url},
    hash::ContentHash,
    id::SourceId,
};
use harvest::{
    CollectError, Collected, Entries, Place, collect,
    fetch::{FetchError, Fetcher, Validators},
    raw_item,
};
use jiff::civil::Date;
use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};
use storage::{
    setup,
    source::{self, Outcome, SourceRow},
    source_item::{self, Exit, NewItem},
    tenancy,
};
use url::Url;

/// Addresses of a source whose pages are not opened again.
const SEEN_MAX: i64 = 5_000;

/// Sources that one look queues; the next look comes soon.
const QUEUED_MAX: i64 = 100;

/// Characters of an error that are kept: its cause, not a page that writes itself into it.
const ERROR_CHARACTERS_MAX: usize = 300;

/// What reads from other people's hosts; none where a process is not to.
pub type Collectors = Option<Arc<Fetcher>>;

/// How a reading of a source ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CollectOutcome {
    Read {
        entries: usize,
        new_items: usize,
    },
    NotModified,
    /// Written down with the source; nothing else stops.
    Failed {
        error: String,
    },
    /// It was switched off, or is gone, since the job was queued.
    NotEnabled,
}

impl Orchestrator {
    /// Queues a job for each source that is due.
    pub async fn queue_due_sources(&self) -> Result<i64, UseCaseError> {
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let queued = source::enqueue_due(&mut tx, QUEUED_MAX).await?;
        tx.commit().await?;
        Ok(queued)
    }

    /// Reads one source and writes down what it held, each item at its first sighting. A
    /// source that cannot be read is written down as such, and costs nobody else anything.
    pub async fn collect_source(&self, id: SourceId) -> Result<CollectOutcome, UseCaseError> {
        let mut conn = self.pool.acquire().await?;
        let Some(row) = source::load(&mut conn, Some(id), 1).await?.pop().filter(|row| row.enabled)
        else {
            return Ok(CollectOutcome::NotEnabled);
        };
        let seen = source_item::load_addresses(&mut conn, id, SEEN_MAX).await?;
        drop(conn);
        // The database's clock dates things; this one measures.
        let begun = Instant::now();
        let read = self.read_source(&row, &seen).await;
        let duration = begun.elapsed();
        match read {
            Ok(Collected::NotModified) => {
                self.write_reading(&row, Outcome::NotModified, Entries::default(), duration)
                    .await?;
                Ok(CollectOutcome::NotModified)
            }
            Ok(Collected::Read { entries, validators, bytes }) => {
                let count = entries.entries.len();
                let outcome = Outcome::Read {
                    etag: validators.etag.as_deref(),
                    last_modified: validators.last_modified.as_deref(),
                    entries: whole(count),
                    bytes: whole(bytes),
                };
                let new_items = self.write_reading(&row, outcome, entries, duration).await?;
                Ok(CollectOutcome::Read { entries: count, new_items })
            }
            Err(error) => {
                let words: String = in_words(&error).chars().take(ERROR_CHARACTERS_MAX).collect();
                let fetch = match &error {
                    CollectError::Fetch(fetch) => Some(fetch),
                    _ => None,
                };
                let outcome = Outcome::Failed {
                    status: fetch.and_then(|error| error.status()?.try_into().ok()),
                    error: &words,
                    retry_after: fetch.and_then(FetchError::retry_after),
                };
                self.write_reading(&row, outcome, Entries::default(), duration).await?;
                Ok(CollectOutcome::Failed { error: words })
            }
        }
    }

    /// What a source holds now, whoever asks; nothing is written down.
    pub(super) async fn read_source(
        &self,
        row: &SourceRow,
        seen: &BTreeSet<String>,
    ) -> Result<Collected, CollectError> {
        let fetcher = self.collectors.as_ref().ok_or(CollectError::NotHere)?;
        let url = row.source.url.as_deref().and_then(|url| Url::parse(url).ok());
        let url = url.ok_or(CollectError::Manual)?;
        let place = Place {
            kind: row.source.kind,
            url,
            selectors: row.source.selectors.clone(),
            limits: row.source.limits,
        };
        let known = Validators {
            etag: row.health.etag.clone(),
            last_modified: row.health.last_modified.clone(),
        };
        collect(fetcher, &place, &known, seen).await
    }

    /// Items and health of one reading, in one transaction.
    pub(super) async fn write_reading(
        &self,
        row: &SourceRow,
        outcome: Outcome<'_>,
        entries: Entries,
        duration: Duration,
    ) -> Result<usize, UseCaseError> {
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let now = setup::load_now(&mut tx).await?;
        let today = now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        let items = read_entries(row, entries, today);
        let keys: Vec<String> = items.iter().map(|item| item.key.clone()).collect();
        let seen = source_item::load_seen(&mut tx, &keys).await?;
        let unseen: Vec<NewItem> =
            items.into_iter().filter(|item| !seen.contains(&item.key)).collect();
        let fetch =
            source::insert_fetch(&mut tx, row.source.id, &outcome, whole(unseen.len()), duration)
                .await?;
        source_item::insert_unseen(&mut tx, row.source.id, fetch, &unseen).await?;
        tx.commit().await?;
        Ok(unseen.len())
    }
}

/// Each entry once by its key, read by the desk's rules as of a day, as far as the
/// source's terms allow.
pub(super) fn read_entries(row: &SourceRow, entries: Entries, today: Date) -> Vec<NewItem> {
    let facts = Arc::new(facts_of(row));
    let excerpt_allowed = row.source.terms.as_ref().is_some_and(|terms| terms.excerpt);
    let mut keys = BTreeSet::new();
    let raw = entries.entries.into_iter().map(|entry| raw_item(&facts, entry));
    raw.map(|raw| new_item(&raw, today, excerpt_allowed))
        .filter(|item| keys.insert(item.key.clone()))
        .collect()
}

fn new_item(raw: &RawItem, today: Date, excerpt_allowed: bool) -> NewItem {
    let table = EntityTable::built_in();
    match read_item(raw, today, table) {
        Ok(mut one) => {
            if !excerpt_allowed {
                one.item.excerpt.clear();
            }
            NewItem {
                key: one.item.canonical_url.clone(),
                title: one.item.title.clone(),
                url: Some(one.item.url.clone()),
                outcome: Ok((one.item.clone(), pack::reading(&one))),
            }
        }
        Err(exit) => {
            let mut waiting = held_item(raw, &exit, today, table);
            if let Some(waiting) = waiting.as_mut().filter(|_| !excerpt_allowed) {
                waiting.excerpt.clear();
            }
            NewItem {
                key: exit.url.as_deref().and_then(|url| canonical_url(url).ok()).unwrap_or_else(
                    || {
                        let what = format!("{}\n{}\n{:?}", exit.source, exit.title, exit.url);
                        format!("none:{}", ContentHash::of_bytes(what.as_bytes()))
                    },
                ),
                title: exit.title,
                url: exit.url,
                outcome: Err(Exit {
                    reason: exit.reason,
                    held: exit.held.map(|held| held.to_string()),
                    waiting,
                }),
            }
        }
    }
}

pub(super) fn facts_of(row: &SourceRow) -> SourceFacts {
    SourceFacts {
        name: row.source.name.clone(),
        publisher: row.source.publisher.clone(),
        tier: row.source.tier,
        language: row.source.language.clone(),
        polyurethane_only: row.source.polyurethane_only,
        sample: false,
    }
}

/// The error and its causes on one line.
pub(super) fn in_words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        words = format!("{words}: {next}");
        cause = next.source();
    }
    words
}

fn whole(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Whether a source of this kind is read from somewhere.
pub(super) fn is_read(kind: SourceKind) -> bool {
    kind != SourceKind::Manual
}
