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
    CollectError, Collected, Entries, Known, Part, Place, Read, Seen, SeenUnavailable, collect,
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
    PgConnection, PgPool, StorageError, host_turn, setup,
    source::{self, Outcome, SourceRow},
    source_item::{self, Exit, NewItem},
    source_known::{self, Listed, PartRow},
    tenancy,
};
use url::Url;

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
        /// Listed and come to, those that were seen before included.
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
    /// Queues a job for each source that is due, and forgets the turns of hosts that are
    /// not asked any more.
    pub async fn queue_due_sources(&self) -> Result<i64, UseCaseError> {
        let mut tx = tenancy::begin_global(&self.pool).await?;
        host_turn::delete_old(&mut tx).await?;
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
        let parts = source_known::load_parts(&mut conn, id).await?;
        drop(conn);
        let known = Known {
            validators: Validators {
                etag: row.health.etag.clone(),
                last_modified: row.health.last_modified.clone(),
            },
            parts: parts.into_iter().filter_map(part).collect(),
        };
        let seen = SeenOf { pool: &self.pool, source: id };
        // The database's clock dates things; this one measures.
        let begun = Instant::now();
        let read = self.read_source(&row, &known, &seen, None).await;
        let duration = begun.elapsed();
        match read {
            Ok(Collected::NotModified) => {
                self.write_reading(&row, Outcome::NotModified, Entries::default(), duration)
                    .await?;
                Ok(CollectOutcome::NotModified)
            }
            Ok(Collected::Read(read)) => self.write_read(&row, read, duration).await,
            Err(error) => {
                let words: String = in_words(&error).chars().take(ERROR_CHARACTERS_MAX).collect();
                let fetch = match &error {
                    CollectError::Fetch(fetch) => Some(fetch),
                    _ => None,
                };
                let outcome = Outcome::Failed {
                    status: fetch.and_then(|error| error.status()?.try_into().ok()),
                    error: &words,
                    cut_short: fetch.and_then(FetchError::reading_over),
                    retry_after: fetch.and_then(FetchError::retry_after),
                };
                self.write_reading(&row, outcome, Entries::default(), duration).await?;
                Ok(CollectOutcome::Failed { error: words })
            }
        }
    }

    /// What a source holds now, whoever asks, in so much time where somebody waits; nothing
    /// is written down.
    pub(super) async fn read_source(
        &self,
        row: &SourceRow,
        known: &Known,
        seen: &impl Seen,
        total: Option<Duration>,
    ) -> Result<Collected, CollectError> {
        let fetcher = self.collectors.as_ref().ok_or(CollectError::NotHere)?;
        let url = row.source.url.as_deref().and_then(|url| Url::parse(url).ok());
        let url = url.ok_or(CollectError::Manual)?;
        let place = Place {
            kind: row.source.kind,
            url,
            selectors: row.source.selectors.clone(),
            limits: row.source.limits,
            total,
        };
        collect(fetcher, &place, known, seen).await
    }

    /// A reading that gave something: its items, and what the next one needs to know.
    async fn write_read(
        &self,
        row: &SourceRow,
        read: Read,
        duration: Duration,
    ) -> Result<CollectOutcome, UseCaseError> {
        let Read { entries, seen, known, bytes, unreached } = read;
        let count = entries.entries.len() + seen;
        if let Some(cause) = unreached.cause {
            let (source, left) = (row.source.id, unreached.entries);
            tracing::info!(source.id = %source, left, cause = cause.id(), "a reading was cut short");
        }
        let outcome = Outcome::Read {
            etag: known.validators.etag.as_deref(),
            last_modified: known.validators.last_modified.as_deref(),
            entries: whole(count),
            bytes: whole(bytes),
            cut_short: unreached.cause,
            entries_left: whole(unreached.entries),
            retry_after: unreached.retry_after,
        };
        let mut tx = tenancy::begin_global(&self.pool).await?;
        if opens_pages(row.source.kind) {
            let links = entries.entries.iter().filter_map(|entry| entry.link.as_deref());
            let addresses = links.filter_map(|link| Url::parse(link).ok()).map(String::from);
            let addresses: Vec<String> = addresses.collect();
            source_known::insert_addresses(&mut tx, row.source.id, &addresses).await?;
            let parts: Vec<PartRow> = known.parts.into_iter().map(part_row).collect();
            source_known::replace_parts(&mut tx, row.source.id, &parts).await?;
        }
        let new_items = write_items(&mut tx, row, &outcome, entries, duration).await?;
        tx.commit().await?;
        Ok(CollectOutcome::Read { entries: count, new_items })
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
        let new_items = write_items(&mut tx, row, &outcome, entries, duration).await?;
        tx.commit().await?;
        Ok(new_items)
    }
}

async fn write_items(
    tx: &mut PgConnection,
    row: &SourceRow,
    outcome: &Outcome<'_>,
    entries: Entries,
    duration: Duration,
) -> Result<usize, StorageError> {
    let now = setup::load_now(&mut *tx).await?;
    let today = now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    let items = read_entries(row, entries, today);
    let keys: Vec<String> = items.iter().map(|item| item.key.clone()).collect();
    let seen = source_item::load_seen(&mut *tx, &keys).await?;
    let unseen: Vec<NewItem> = items.into_iter().filter(|item| !seen.contains(&item.key)).collect();
    let source = row.source.id;
    let fetch =
        source::insert_fetch(&mut *tx, source, outcome, whole(unseen.len()), duration).await?;
    source_item::insert_unseen(&mut *tx, source, fetch, &unseen).await?;
    Ok(unseen.len())
}

/// What was seen of a source, and of all others.
struct SeenOf<'a> {
    pool: &'a PgPool,
    source: SourceId,
}

impl Seen for SeenOf<'_> {
    async fn seen(&self, addresses: Vec<String>) -> Result<BTreeSet<String>, SeenUnavailable> {
        let listed = addresses.into_iter().map(|address| {
            let key = canonical_url(&address).ok();
            Listed { address, key }
        });
        let listed: Vec<Listed> = listed.collect();
        self.load(&listed).await.map_err(|error| {
            let error = in_words(&error);
            tracing::error!(source.id = %self.source, error, "what was seen could not be looked up");
            SeenUnavailable
        })
    }
}

impl SeenOf<'_> {
    async fn load(&self, listed: &[Listed]) -> Result<BTreeSet<String>, StorageError> {
        let mut conn = self.pool.acquire().await?;
        source_known::load_seen(&mut conn, self.source, listed).await
    }
}

fn part(row: PartRow) -> Option<Part> {
    let PartRow { url, etag, last_modified } = row;
    Some(Part { url: Url::parse(&url).ok()?, validators: Validators { etag, last_modified } })
}

fn part_row(part: Part) -> PartRow {
    let Validators { etag, last_modified } = part.validators;
    PartRow { url: part.url.into(), etag, last_modified }
}

/// Whether what it lists may have to be looked up on pages.
fn opens_pages(kind: SourceKind) -> bool {
    matches!(kind, SourceKind::Sitemap | SourceKind::HtmlList)
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
