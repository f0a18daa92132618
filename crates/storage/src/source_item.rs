//! Items that sources held: each is written down once, at its first sighting.

use crate::{Day, Moment, StorageError, held_item};
use domain::{
    evidence::{Citation, DropReason, EvidenceItem, HeldItem, TrustTier},
    id::SourceId,
};
use jiff::{Timestamp, civil::Date};
use sqlx::{PgConnection, types::Json};
use std::collections::BTreeSet;

/// One sighting.
#[derive(Clone, Debug)]
pub struct NewItem {
    /// Canonical address, or what stands for one.
    pub key: String,
    pub title: String,
    pub url: Option<String>,
    pub outcome: Result<(EvidenceItem, Citation), Exit>,
}

/// Why an item is kept out of every pack.
#[derive(Clone, Debug)]
pub struct Exit {
    pub reason: DropReason,
    /// Where the reason is its date: what is wrong with it.
    pub held: Option<String>,
    /// What an administrator needs to decide on it, where there is something to decide.
    pub waiting: Option<HeldItem>,
}

/// Stores what was not seen before; gives how many that were. What was, stays as it was.
pub async fn insert_unseen(
    conn: &mut PgConnection,
    source: SourceId,
    fetch: i64,
    items: &[NewItem],
) -> Result<u64, StorageError> {
    let mut unseen = 0;
    for item in items {
        let kept = item.outcome.as_ref().ok();
        let exit = item.outcome.as_ref().err();
        let inserted = sqlx::query_scalar!(
            "insert into source_items (
                 key, source_id, fetch_id, title, url, published, item, reading, drop_reason, held
             ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             on conflict on constraint source_items_first_sighting do nothing
             returning id",
            item.key,
            source.as_uuid(),
            fetch,
            item.title,
            item.url,
            kept.map(|(item, _)| Day(item.published)) as _,
            kept.map(|(item, _)| Json(item)) as _,
            kept.map(|(_, reading)| Json(reading)) as _,
            exit.map(|exit| exit.reason.id()),
            exit.and_then(|exit| exit.held.as_deref())
        )
        .fetch_optional(&mut *conn)
        .await
        .map_err(StorageError::from_write)?;
        let Some(id) = inserted else { continue };
        unseen += 1;
        if let Some(waiting) = exit.and_then(|exit| exit.waiting.as_ref()) {
            held_item::insert(&mut *conn, id, waiting).await?;
        }
    }
    Ok(unseen)
}

/// Which of these keys have been seen.
pub async fn load_seen(
    conn: &mut PgConnection,
    keys: &[String],
) -> Result<BTreeSet<String>, StorageError> {
    let seen = sqlx::query_scalar!("select key from source_items where key = any($1)", keys)
        .fetch_all(conn)
        .await?;
    Ok(seen.into_iter().collect())
}

/// An item that enters packs, as it was read, under what its source is called today.
#[derive(Clone, Debug)]
pub struct KeptItem {
    pub item: EvidenceItem,
    pub reading: Citation,
}

/// Items of enabled sources that were kept, or admitted by the newest decision on them,
/// and published on this day or later; the newest `limit` of them.
pub async fn load_kept(
    conn: &mut PgConnection,
    since: Date,
    limit: i64,
) -> Result<Vec<KeptItem>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               k.item as "item!: Json<EvidenceItem>",
               k.reading as "reading!: Json<Citation>",
               s.name,
               s.publisher,
               s.tier
           from (
               select id, source_id, published, item, reading
               from source_items
               where drop_reason is null and published >= $1
               union all
               select i.id, i.source_id, d.published, d.item, d.reading
               from held_decisions d
               join source_items i on i.id = d.item_id
               where d.published >= $1
                 and not exists (
                     select from held_decisions later where later.item_id = d.item_id and later.id > d.id
                 )
           ) k
           join sources s on s.id = k.source_id
           where s.enabled
           order by k.published desc, k.id
           limit $2"#,
        Day(since) as Day,
        limit
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let tier = u8::try_from(row.tier).ok().and_then(|tier| TrustTier::try_from(tier).ok());
            let tier =
                tier.ok_or_else(|| StorageError::Corrupt(format!("tier of source {}", row.name)))?;
            let (source, publisher) = (row.name, row.publisher);
            let item = EvidenceItem { source, publisher, tier, ..row.item.0 };
            Ok(KeptItem { item, reading: row.reading.0 })
        })
        .collect()
}

/// Whether something was kept after this moment, or decided on items or events.
pub async fn anything_new_since(
    conn: &mut PgConnection,
    since: Timestamp,
) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select
               exists (select from source_items where drop_reason is null and first_seen_at > $1)
               or exists (select from held_decisions where decided_at > $1)
               or exists (select from event_decisions where decided_at > $1) as "any!""#,
        Moment(since) as Moment
    )
    .fetch_one(conn)
    .await?)
}

/// Items of a source at each exit; the kept ones under none.
pub async fn count_exits(
    conn: &mut PgConnection,
    source: SourceId,
) -> Result<Vec<(Option<DropReason>, i64)>, StorageError> {
    let rows = sqlx::query!(
        r#"select drop_reason as "reason: DropReason", count(*) as "count!"
           from source_items
           where source_id = $1
           group by drop_reason"#,
        source.as_uuid()
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.reason, row.count)).collect())
}

/// Those of some items, by their canonical addresses, whose source allows no excerpt today,
/// whatever it allowed when they were sealed. Of an item that was collected from no source
/// that is on record, as of the samples, nobody forbade it.
pub async fn load_without_excerpt(
    conn: &mut PgConnection,
    keys: &[String],
) -> Result<BTreeSet<String>, StorageError> {
    let found = sqlx::query_scalar!(
        "select i.key
         from source_items i
         join sources s on s.id = i.source_id
         where i.key = any($1) and not coalesce((s.terms ->> 'excerpt')::boolean, false)",
        keys
    )
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}
