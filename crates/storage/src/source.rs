//! Sources of evidence: what they are, and how their readings went.

use crate::{Moment, StorageError};
use domain::{
    evidence::{
        Covers, CutShort, Selectors, SourceKind, SourceLimits, SourceStanding, Terms, TrustTier,
    },
    id::SourceId,
    pricing_pack::ProviderId,
};
use jiff::Timestamp;
use sqlx::{PgConnection, types::Json};
use std::time::Duration;

/// The task that reads one source.
pub const TASK: &str = "collect_source";

/// What an administrator enters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSource {
    pub id: SourceId,
    pub name: String,
    pub kind: SourceKind,
    pub publisher: String,
    /// None for what is entered by hand.
    pub url: Option<String>,
    pub language: Option<String>,
    pub country: Option<String>,
    pub tier: TrustTier,
    pub polyurethane_only: bool,
    pub provider: ProviderId,
    /// Of a list on a page.
    pub selectors: Option<Selectors>,
    pub terms: Option<Terms>,
    pub interval_minutes: i32,
    pub covers: Covers,
    pub limits: SourceLimits,
}

#[derive(Clone, Debug)]
pub struct SourceRow {
    pub source: NewSource,
    pub enabled: bool,
    pub health: Health,
}

/// How its readings went.
#[derive(Clone, Debug, Default)]
pub struct Health {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub tried_at: Option<Timestamp>,
    pub succeeded_at: Option<Timestamp>,
    pub last_status: Option<i16>,
    pub last_entries: Option<i32>,
    pub last_error: Option<String>,
    /// In a row.
    pub failures: i32,
}

impl Health {
    /// Failures in a row from which a source is called unhealthy.
    pub const UNHEALTHY_FAILURES: i32 = 5;

    pub const fn is_unhealthy(&self) -> bool {
        self.failures >= Self::UNHEALTHY_FAILURES
    }
}

pub async fn insert(conn: &mut PgConnection, source: &NewSource) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into sources (
             id, name, kind, publisher, url, language, country, tier, polyurethane_only, provider,
             selectors, terms, interval_minutes, covers_regions, covers_links, limits
         ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        source.id.as_uuid(),
        source.name,
        source.kind.id(),
        source.publisher,
        source.url,
        source.language,
        source.country,
        i16::from(u8::from(source.tier)),
        source.polyurethane_only,
        source.provider.as_str(),
        source.selectors.as_ref().map(Json) as _,
        source.terms.as_ref().map(Json) as _,
        source.interval_minutes,
        &region_ids(&source.covers),
        &link_ids(&source.covers),
        Json(source.limits) as _
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// Writes what an administrator edited. What was read from another address or as another
/// kind says nothing of the new one, so that it is asked for whole, and soon.
pub async fn update(
    conn: &mut PgConnection,
    source: &NewSource,
    is_elsewhere: bool,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update sources
         set name = $2, kind = $3, publisher = $4, url = $5, language = $6, country = $7, tier = $8,
             polyurethane_only = $9, provider = $10, selectors = $11, terms = $12,
             interval_minutes = $13, covers_regions = $14, covers_links = $15, limits = $16,
             etag = case when $17 then null else etag end,
             last_modified = case when $17 then null else last_modified end,
             failures = case when $17 then 0 else failures end,
             last_error = case when $17 then null else last_error end,
             due_at = case when $17 then now() else least(due_at, now() + make_interval(mins => $13)) end
         where id = $1",
        source.id.as_uuid(),
        source.name,
        source.kind.id(),
        source.publisher,
        source.url,
        source.language,
        source.country,
        i16::from(u8::from(source.tier)),
        source.polyurethane_only,
        source.provider.as_str(),
        source.selectors.as_ref().map(Json) as _,
        source.terms.as_ref().map(Json) as _,
        source.interval_minutes,
        &region_ids(&source.covers),
        &link_ids(&source.covers),
        Json(source.limits) as _,
        is_elsewhere
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

fn region_ids(covers: &Covers) -> Vec<String> {
    covers.regions.iter().map(|region| region.id().to_owned()).collect()
}

fn link_ids(covers: &Covers) -> Vec<String> {
    covers.links.iter().map(|link| link.id().to_owned()).collect()
}

/// Locks a source until the transaction ends, so that two administrators follow each other.
pub async fn lock(conn: &mut PgConnection, id: SourceId) -> Result<(), StorageError> {
    sqlx::query!("select id from sources where id = $1 for update", id.as_uuid())
        .fetch_optional(conn)
        .await?;
    Ok(())
}

/// How the enabled sources stand that are read from somewhere.
pub async fn load_standings(conn: &mut PgConnection) -> Result<Vec<SourceStanding>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               id as "id: SourceId",
               tier,
               covers_regions,
               covers_links,
               succeeded_at as "succeeded_at: Moment"
           from sources
           where enabled and kind <> 'manual'"#
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(SourceStanding {
                tier: tier(row.id, row.tier)?,
                covers: covers(row.id, &row.covers_regions, &row.covers_links)?,
                read_at: row.succeeded_at.map(|at| at.0),
            })
        })
        .collect()
}

fn corrupt(what: &str, id: SourceId) -> StorageError {
    StorageError::Corrupt(format!("{what} of source {id}"))
}

fn tier(id: SourceId, tier: i16) -> Result<TrustTier, StorageError> {
    let known = u8::try_from(tier).ok().and_then(|tier| TrustTier::try_from(tier).ok());
    known.ok_or_else(|| corrupt("tier", id))
}

fn covers(id: SourceId, regions: &[String], links: &[String]) -> Result<Covers, StorageError> {
    let regions = regions.iter().map(|region| region.parse()).collect::<Result<_, _>>();
    let links = links.iter().map(|link| link.parse()).collect::<Result<_, _>>();
    Ok(Covers {
        regions: regions.map_err(|_| corrupt("a region", id))?,
        links: links.map_err(|_| corrupt("a position", id))?,
    })
}

/// All sources by name, or the one asked for.
pub async fn load(
    conn: &mut PgConnection,
    only: Option<SourceId>,
    limit: i64,
) -> Result<Vec<SourceRow>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               id as "id: SourceId",
               name,
               kind as "kind: SourceKind",
               publisher,
               url,
               language,
               country,
               tier,
               polyurethane_only,
               provider,
               selectors as "selectors: Json<Selectors>",
               terms as "terms: Json<Terms>",
               interval_minutes,
               covers_regions,
               covers_links,
               limits as "limits: Json<SourceLimits>",
               enabled,
               etag,
               last_modified,
               tried_at as "tried_at: Moment",
               succeeded_at as "succeeded_at: Moment",
               last_status,
               last_entries,
               last_error,
               failures
           from sources
           where $1::uuid is null or id = $1
           order by lower(name)
           limit $2"#,
        only.map(SourceId::as_uuid),
        limit
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(SourceRow {
                source: NewSource {
                    id: row.id,
                    name: row.name,
                    kind: row.kind,
                    publisher: row.publisher,
                    url: row.url,
                    language: row.language,
                    country: row.country,
                    tier: tier(row.id, row.tier)?,
                    polyurethane_only: row.polyurethane_only,
                    provider: row.provider.parse().map_err(|_| corrupt("provider", row.id))?,
                    selectors: row.selectors.map(|Json(selectors)| selectors),
                    terms: row.terms.map(|Json(terms)| terms),
                    interval_minutes: row.interval_minutes,
                    covers: covers(row.id, &row.covers_regions, &row.covers_links)?,
                    limits: row.limits.0,
                },
                enabled: row.enabled,
                health: Health {
                    etag: row.etag,
                    last_modified: row.last_modified,
                    tried_at: row.tried_at.map(|at| at.0),
                    succeeded_at: row.succeeded_at.map(|at| at.0),
                    last_status: row.last_status,
                    last_entries: row.last_entries,
                    last_error: row.last_error,
                    failures: row.failures,
                },
            })
        })
        .collect()
}

/// Writes down what a source's owner allows, as somebody read it. Whether there was such a
/// source.
pub async fn set_terms(
    conn: &mut PgConnection,
    id: SourceId,
    terms: &Terms,
) -> Result<bool, StorageError> {
    let changed =
        sqlx::query!("update sources set terms = $2 where id = $1", id.as_uuid(), Json(terms) as _)
            .execute(conn)
            .await
            .map_err(StorageError::from_write)?;
    Ok(changed.rows_affected() == 1)
}

/// Whether there was such a source. A source that is enabled is due at once.
pub async fn set_enabled(
    conn: &mut PgConnection,
    id: SourceId,
    enabled: bool,
) -> Result<bool, StorageError> {
    let changed = sqlx::query!(
        "update sources set enabled = $2, due_at = now(), failures = 0 where id = $1",
        id.as_uuid(),
        enabled
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(changed.rows_affected() == 1)
}

/// What one reading gave.
#[derive(Clone, Debug)]
pub enum Outcome<'a> {
    Read {
        etag: Option<&'a str>,
        last_modified: Option<&'a str>,
        entries: i32,
        bytes: i32,
        /// Why it did not come to its end, and how many entries that left.
        cut_short: Option<CutShort>,
        entries_left: i32,
        retry_after: Option<Duration>,
    },
    NotModified,
    Failed {
        status: Option<i16>,
        error: &'a str,
        /// A bound of the whole reading that left no room for anything.
        cut_short: Option<CutShort>,
        retry_after: Option<Duration>,
    },
    /// Somebody brought the items.
    Entered {
        entries: i32,
        bytes: i32,
    },
}

/// Longest pause after failures, however many.
const PAUSE_MAX_MINUTES: f64 = 24.0 * 60.0;

/// Writes a reading down before its items, whose count is known when they are stored;
/// and what follows from it for the next one: its interval after a success, twice as
/// long after each failure, and never sooner than a server asks, if that is within a day.
pub async fn insert_fetch(
    conn: &mut PgConnection,
    id: SourceId,
    outcome: &Outcome<'_>,
    new_items: i32,
    duration: Duration,
) -> Result<i64, StorageError> {
    let (name, status, error, entries, bytes) = match outcome {
        Outcome::Read { entries, bytes, .. } => ("read", Some(200), None, *entries, *bytes),
        Outcome::NotModified => ("not_modified", Some(304), None, 0, 0),
        Outcome::Failed { status, error, .. } => ("failed", *status, Some(*error), 0, 0),
        Outcome::Entered { entries, bytes } => ("entered", None, None, *entries, *bytes),
    };
    let (cut_short, entries_left) = match outcome {
        Outcome::Read { cut_short, entries_left, .. } => (*cut_short, *entries_left),
        Outcome::Failed { cut_short, .. } => (*cut_short, 0),
        Outcome::NotModified | Outcome::Entered { .. } => (None, 0),
    };
    let fetch = sqlx::query_scalar!(
        "insert into source_fetches (
             source_id, outcome, status, error, entries, new_items, bytes, duration_ms, cut_short, entries_left
         ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         returning id",
        id.as_uuid(),
        name,
        status,
        error,
        entries,
        new_items,
        bytes,
        i32::try_from(duration.as_millis()).unwrap_or(i32::MAX),
        cut_short.map(CutShort::id),
        entries_left
    )
    .fetch_one(&mut *conn)
    .await
    .map_err(StorageError::from_write)?;
    update_health(conn, id, outcome, status).await?;
    Ok(fetch)
}

async fn update_health(
    conn: &mut PgConnection,
    id: SourceId,
    outcome: &Outcome<'_>,
    status: Option<i16>,
) -> Result<(), StorageError> {
    match outcome {
        Outcome::Failed { error, retry_after, .. } => {
            let asked = seconds(*retry_after);
            sqlx::query!(
                "update sources
                 set tried_at = now(), last_status = $2, last_error = $3, failures = failures + 1,
                     due_at = now() + greatest(
                         make_interval(secs => least($4::float8, $5::float8 * 60)),
                         make_interval(mins => least(interval_minutes * power(2, least(failures, 10)), $5::float8)::int)
                     )
                 where id = $1",
                id.as_uuid(),
                status,
                *error,
                asked,
                PAUSE_MAX_MINUTES
            )
            .execute(conn)
            .await?;
        }
        Outcome::Read { etag, last_modified, entries, retry_after, .. } => {
            let asked = seconds(*retry_after);
            sqlx::query!(
                "update sources
                 set tried_at = now(), succeeded_at = now(), last_status = $2, last_error = null, failures = 0,
                     due_at = now() + greatest(
                         make_interval(mins => interval_minutes),
                         make_interval(secs => least($6::float8, $7::float8 * 60))
                     ),
                     etag = $3, last_modified = $4, last_entries = $5
                 where id = $1",
                id.as_uuid(),
                status,
                *etag,
                *last_modified,
                *entries,
                asked,
                PAUSE_MAX_MINUTES
            )
            .execute(conn)
            .await?;
        }
        Outcome::NotModified | Outcome::Entered { .. } => {
            sqlx::query!(
                "update sources
                 set tried_at = now(), succeeded_at = now(), last_status = coalesce($2, last_status),
                     last_error = null, failures = 0,
                     due_at = now() + make_interval(mins => interval_minutes)
                 where id = $1",
                id.as_uuid(),
                status
            )
            .execute(conn)
            .await?;
        }
    }
    Ok(())
}

fn seconds(asked: Option<Duration>) -> f64 {
    asked.map_or(0.0, |after| after.as_secs_f64())
}

/// Runs go first: their ranks are small, and someone waits for each of them.
const PRIORITY: i32 = 10_000;

/// Queues a job for each source that is due. One that has a job keeps it.
pub async fn enqueue_due(conn: &mut PgConnection, limit: i64) -> Result<i64, StorageError> {
    // Not checked at compile time: the queue's schema is the queue's own.
    let queued = sqlx::query_scalar(
        "with due as (
             select id, interval_minutes from sources
             where enabled and kind <> 'manual' and due_at <= now()
             order by due_at
             limit $2
             for update skip locked
         ), put_off as (
             update sources s set due_at = now() + make_interval(mins => d.interval_minutes)
             from due d where s.id = d.id
         )
         select count(graphile_worker.add_job(
             $1::text, json_build_object('source', due.id), job_key => 'source:' || due.id,
             max_attempts => 3, priority => $3
         )) from due",
    )
    .bind(TASK)
    .bind(limit)
    .bind(PRIORITY)
    .fetch_one(conn)
    .await?;
    Ok(queued)
}

/// One reading, for the page of a source.
#[derive(Clone, Debug)]
pub struct FetchRow {
    pub outcome: String,
    pub status: Option<i16>,
    pub error: Option<String>,
    pub entries: i32,
    pub new_items: i32,
    pub bytes: i32,
    pub duration_ms: i32,
    /// Why it did not come to its end, and how many entries that left.
    pub cut_short: Option<CutShort>,
    pub entries_left: i32,
    pub tried_at: Timestamp,
}

/// Readings of a source, the newest first.
pub async fn load_fetches(
    conn: &mut PgConnection,
    id: SourceId,
    limit: i64,
) -> Result<Vec<FetchRow>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               outcome,
               status,
               error,
               entries,
               new_items,
               bytes,
               duration_ms,
               cut_short as "cut_short: CutShort",
               entries_left,
               tried_at as "tried_at: Moment"
           from source_fetches
           where source_id = $1
           order by id desc
           limit $2"#,
        id.as_uuid(),
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| FetchRow {
            outcome: row.outcome,
            status: row.status,
            error: row.error,
            entries: row.entries,
            new_items: row.new_items,
            bytes: row.bytes,
            duration_ms: row.duration_ms,
            cut_short: row.cut_short,
            entries_left: row.entries_left,
            tried_at: row.tried_at.0,
        })
        .collect())
}
