//! Items that sources held: each is written down once, at its first sighting.

use crate::{Day, Moment, StorageError};
use domain::{
    evidence::{Citation, DropReason, EvidenceItem},
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
    /// Where the reason is its date: what an administrator has to decide.
    pub held: Option<String>,
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
        let inserted = sqlx::query!(
            "insert into source_items (
                 key, source_id, fetch_id, title, url, published, item, reading, drop_reason, held
             ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             on conflict on constraint source_items_first_sighting do nothing",
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
        .execute(&mut *conn)
        .await
        .map_err(StorageError::from_write)?;
        unseen += inserted.rows_affected();
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

/// Addresses that were seen of a source, the newest first.
pub async fn load_addresses(
    conn: &mut PgConnection,
    source: SourceId,
    limit: i64,
) -> Result<BTreeSet<String>, StorageError> {
    let seen = sqlx::query_scalar!(
        r#"select url as "url!" from source_items
           where source_id = $1 and url is not null
           order by id desc
           limit $2"#,
        source.as_uuid(),
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(seen.into_iter().collect())
}

/// Kept items of enabled sources that were published on this day or later.
pub async fn load_kept(
    conn: &mut PgConnection,
    since: Date,
    limit: i64,
) -> Result<Vec<(EvidenceItem, Citation)>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               i.item as "item!: Json<EvidenceItem>",
               i.reading as "reading!: Json<Citation>"
           from source_items i
           join sources s on s.id = i.source_id
           where i.drop_reason is null and i.published >= $1 and s.enabled
           order by i.published desc, i.id
           limit $2"#,
        Day(since) as Day,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.item.0, row.reading.0)).collect())
}

/// Whether something was kept after this moment.
pub async fn any_kept_since(
    conn: &mut PgConnection,
    since: Timestamp,
) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (
               select from source_items where drop_reason is null and first_seen_at > $1
           ) as "any!""#,
        Moment(since) as Moment
    )
    .fetch_one(conn)
    .await?)
}

/// Items at each exit, of one source or of all; the kept ones under none.
pub async fn count_exits(
    conn: &mut PgConnection,
    source: Option<SourceId>,
) -> Result<Vec<(Option<DropReason>, i64)>, StorageError> {
    let rows = sqlx::query!(
        r#"select drop_reason as "reason: DropReason", count(*) as "count!"
           from source_items
           where $1::uuid is null or source_id = $1
           group by drop_reason"#,
        source.map(SourceId::as_uuid)
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.reason, row.count)).collect())
}
