//! Items that wait for an administrator, and what was decided on them.

use crate::{Day, Moment, StorageError};
use domain::{
    evidence::{Citation, DateSource, EvidenceItem, HeldCause, HeldDecision, HeldItem, HeldState},
    id::{SourceId, UserId},
};
use jiff::{Timestamp, civil::Date};
use sqlx::{PgConnection, types::Json};

/// Stores what a decision needs, in the transaction that holds the item.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    item: i64,
    held: &HeldItem,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into held_items (
             item_id, cause, proposed, proposed_from, excerpt, language, relevance, unrelated
         ) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        item,
        held.cause.id(),
        held.proposed.map(|(date, _)| Day(date)) as _,
        held.proposed.map(|(_, from)| from.id()),
        held.excerpt,
        held.language,
        held.relevance.map(i16::from),
        held.unrelated
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// What is looked for among held items; nothing asked for is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldFilter {
    /// Words that all occur in title or excerpt.
    pub words: Option<String>,
    pub state: Option<HeldState>,
    pub cause: Option<HeldCause>,
    pub source: Option<SourceId>,
    /// ISO 639-1; empty for those of unknown language.
    pub language: Option<String>,
}

/// A held item with where it stands.
#[derive(Clone, Debug)]
pub struct HeldRow {
    pub id: i64,
    pub title: String,
    pub url: String,
    pub canonical_url: String,
    pub source: SourceId,
    pub source_name: String,
    pub seen_at: Timestamp,
    pub held: HeldItem,
    /// The newest one.
    pub decision: Option<HeldDecision>,
    /// Under which it was admitted.
    pub published: Option<Date>,
}

impl HeldRow {
    pub const fn state(&self) -> HeldState {
        HeldState::after(self.decision)
    }
}

/// Held items that pass the filter, the newest sighting first, with their number.
pub async fn search(
    conn: &mut PgConnection,
    filter: &HeldFilter,
    only: Option<i64>,
    offset: i64,
    limit: i64,
) -> Result<(Vec<HeldRow>, i64), StorageError> {
    let rows = sqlx::query!(
        r#"select
               i.id,
               i.title,
               coalesce(i.url, i.key) as "url!",
               i.key,
               i.source_id as "source: SourceId",
               s.name as source_name,
               i.first_seen_at as "seen_at: Moment",
               h.cause as "cause: HeldCause",
               h.proposed as "proposed: Day",
               h.proposed_from as "proposed_from: DateSource",
               h.excerpt,
               h.language,
               h.relevance,
               h.unrelated,
               d.decision as "decision?: HeldDecision",
               d.published as "published?: Day",
               count(*) over () as "total!"
           from held_items h
           join source_items i on i.id = h.item_id
           join sources s on s.id = i.source_id
           left join lateral (
               select decision, published from held_decisions where item_id = h.item_id order by id desc limit 1
           ) d on true
           where ($1::bigint is null or h.item_id = $1)
             and ($2::text is null
                  or to_tsvector('simple', i.title || ' ' || h.excerpt) @@ plainto_tsquery('simple', $2))
             and ($3::text is null or $3 = case
                 when d.decision in ('dated', 'released') then 'admitted'
                 when d.decision = 'dropped' then 'dropped'
                 else 'open'
             end)
             and ($4::text is null or h.cause = $4)
             and ($5::uuid is null or i.source_id = $5)
             and ($6::text is null or coalesce(h.language, '') = $6)
           order by i.id desc
           offset $7 limit $8"#,
        only,
        filter.words,
        filter.state.map(HeldState::id),
        filter.cause.map(HeldCause::id),
        filter.source.map(SourceId::as_uuid),
        filter.language,
        offset,
        limit
    )
    .fetch_all(conn)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let rows = rows
        .into_iter()
        .map(|row| HeldRow {
            id: row.id,
            title: row.title,
            url: row.url,
            canonical_url: row.key,
            source: row.source,
            source_name: row.source_name,
            seen_at: row.seen_at.0,
            held: HeldItem {
                cause: row.cause,
                proposed: row.proposed.map(|date| date.0).zip(row.proposed_from),
                excerpt: row.excerpt,
                language: row.language,
                relevance: row.relevance.and_then(|relevance| u8::try_from(relevance).ok()),
                unrelated: row.unrelated,
            },
            decision: row.decision,
            published: row.published.map(|date| date.0),
        })
        .collect();
    Ok((rows, total))
}

/// Held items in each state.
pub async fn count_states(conn: &mut PgConnection) -> Result<Vec<(HeldState, i64)>, StorageError> {
    let rows = sqlx::query!(
        r#"select d.decision as "decision?: HeldDecision", count(*) as "count!"
           from held_items h
           left join lateral (
               select decision from held_decisions where item_id = h.item_id order by id desc limit 1
           ) d on true
           group by d.decision"#
    )
    .fetch_all(conn)
    .await?;
    let of = |state: HeldState| {
        let counted = rows.iter().filter(|row| HeldState::after(row.decision) == state);
        (state, counted.map(|row| row.count).sum())
    };
    Ok(HeldState::ALL.iter().map(|state| of(*state)).collect())
}

/// Languages of held items, the unknown one as an empty text.
pub async fn load_languages(conn: &mut PgConnection) -> Result<Vec<String>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select distinct coalesce(language, '') as "language!" from held_items order by 1"#
    )
    .fetch_all(conn)
    .await?)
}

/// One decision to be written down.
pub struct NewDecision<'a> {
    pub item: i64,
    pub decision: HeldDecision,
    /// What it admits.
    pub admitted: Option<(&'a EvidenceItem, &'a Citation)>,
    pub reason: &'a str,
    pub decided_by: UserId,
}

pub async fn insert_decision(
    conn: &mut PgConnection,
    new: &NewDecision<'_>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into held_decisions (
             item_id, decision, published, item, reading, reason, decided_by
         ) values ($1, $2, $3, $4, $5, $6, $7)",
        new.item,
        new.decision.id(),
        new.admitted.map(|(item, _)| Day(item.published)) as _,
        new.admitted.map(|(item, _)| Json(item)) as _,
        new.admitted.map(|(_, reading)| Json(reading)) as _,
        new.reason,
        new.decided_by.as_uuid()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// A decision as a page shows it.
#[derive(Clone, Debug)]
pub struct HeldDecisionRow {
    pub decision: HeldDecision,
    pub published: Option<Date>,
    pub reason: String,
    pub decided_by: String,
    pub decided_at: Timestamp,
}

/// Decisions on an item, the newest first.
pub async fn load_decisions(
    conn: &mut PgConnection,
    item: i64,
    limit: i64,
) -> Result<Vec<HeldDecisionRow>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               d.decision as "decision: HeldDecision",
               d.published as "published: Day",
               d.reason,
               u.name as decided_by,
               d.decided_at as "decided_at: Moment"
           from held_decisions d
           join users u on u.id = d.decided_by
           where d.item_id = $1
           order by d.id desc
           limit $2"#,
        item,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| HeldDecisionRow {
            decision: row.decision,
            published: row.published.map(|date| date.0),
            reason: row.reason,
            decided_by: row.decided_by,
            decided_at: row.decided_at.0,
        })
        .collect())
}

/// Keeps two decisions on one item from passing each other, until the transaction ends.
pub async fn lock(conn: &mut PgConnection, item: i64) -> Result<(), StorageError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('held:' || $1, 0))",
        item.to_string()
    )
    .fetch_one(conn)
    .await?;
    Ok(())
}
