//! Where every entry stands on its way into reports.

use crate::{Day, Moment, StorageError};
use domain::id::PackId;
use jiff::{Timestamp, civil::Date};
use sqlx::PgConnection;

/// As of which pack, and by which bounds.
#[derive(Clone, Copy, Debug)]
pub struct AsOf<'a> {
    pub pack: PackId,
    /// Names of the feeds that were read as files.
    pub files: &'a [String],
    /// The day on which packs begin.
    pub since: Date,
    /// When the pack was made.
    pub read_at: Timestamp,
    /// The newest reports, of which the citations count as written.
    pub reports_max: i32,
}

/// Entries at a place of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceCount {
    pub place: String,
    pub entries: i64,
    /// Of them, those that joined an event which another report began.
    pub merged: i64,
}

/// In a transaction that reads across workspaces, since reports are theirs.
pub async fn count(
    conn: &mut PgConnection,
    as_of: AsOf<'_>,
) -> Result<Vec<PlaceCount>, StorageError> {
    Ok(sqlx::query_as!(
        PlaceCount,
        r#"select
               place as "place!",
               count(*) as "entries!",
               count(*) filter (where merged) as "merged!"
           from funnel_entries($1, $2, $3, $4, $5)
           group by place"#,
        as_of.pack.as_uuid(),
        as_of.files,
        Day(as_of.since) as Day,
        Moment(as_of.read_at) as Moment,
        as_of.reports_max
    )
    .fetch_all(conn)
    .await?)
}

/// An entry in a list.
#[derive(Clone, Debug)]
pub struct EntryRow {
    pub place: String,
    pub title: String,
    pub url: Option<String>,
    pub source: String,
    pub published: Option<Date>,
    /// Its number among the held items.
    pub held: Option<i64>,
    /// Its event in the pack.
    pub event: Option<String>,
    pub merged: bool,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// None: those that joined an event of another report, wherever they stand.
    pub place: Option<&'a str>,
    /// That all occur in the title or the source.
    pub words: Option<&'a str>,
}

/// Entries at a place, the newest first, with their number; in a transaction that reads
/// across workspaces.
pub async fn search(
    conn: &mut PgConnection,
    as_of: AsOf<'_>,
    wanted: Wanted<'_>,
    offset: i64,
    limit: i64,
) -> Result<(Vec<EntryRow>, i64), StorageError> {
    let rows = sqlx::query!(
        r#"select
               place as "place!",
               title as "title!",
               url,
               coalesce(source, '') as "source!",
               published as "published: Day",
               held,
               event,
               merged as "merged!",
               count(*) over () as "total!"
           from funnel_entries($1, $2, $3, $4, $5)
           where case when $6::text is null then merged else place = $6 end
             and ($7::text is null
                  or to_tsvector('simple', title || ' ' || coalesce(source, '')) @@ plainto_tsquery('simple', $7))
           order by published desc nulls last, title, url
           offset $8 limit $9"#,
        as_of.pack.as_uuid(),
        as_of.files,
        Day(as_of.since) as Day,
        Moment(as_of.read_at) as Moment,
        as_of.reports_max,
        wanted.place,
        wanted.words,
        offset,
        limit
    )
    .fetch_all(conn)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let rows = rows
        .into_iter()
        .map(|row| EntryRow {
            place: row.place,
            title: row.title,
            url: row.url,
            source: row.source,
            published: row.published.map(|date| date.0),
            held: row.held,
            event: row.event,
            merged: row.merged,
        })
        .collect();
    Ok((rows, total))
}
