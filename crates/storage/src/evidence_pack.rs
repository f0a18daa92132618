//! Sealed evidence packs and the readings that confirm them.

use crate::{Day, Moment, StorageError, pack_event};
use domain::{
    evidence::{EvidencePack, SourceReading, TrustTier},
    hash::{ContentHash, canonical_json},
    id::PackId,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, types::Json};

/// Stores a pack under its content hash and records that it was read now. A
/// pack that is there already is not written again.
pub async fn seal(
    conn: &mut PgConnection,
    new_id: PackId,
    pack: &EvidencePack,
    files: &[FileReading],
) -> Result<PackId, StorageError> {
    let document = canonical_json(pack)?;
    let hash = ContentHash::of_bytes(document.as_bytes());
    let inserted = sqlx::query_scalar!(
        r#"insert into packs (id, content_hash, document, as_of, sample)
           values ($1, $2, $3, $4, $5)
           on conflict on constraint packs_content_hash_key do nothing
           returning id as "id: PackId""#,
        new_id.as_uuid(),
        hash.as_bytes(),
        document,
        Day(pack.as_of) as Day,
        pack.sample
    )
    .fetch_optional(&mut *conn)
    .await?;
    let id = match inserted {
        Some(id) => {
            insert_items(conn, id, pack).await?;
            pack_event::insert_all(conn, id, pack).await?;
            id
        }
        None => load_id(conn, hash)
            .await?
            .ok_or_else(|| StorageError::Corrupt(format!("pack {hash} vanished")))?,
    };
    insert_reading(conn, Ok(id), files).await?;
    Ok(id)
}

/// The pack of this content hash.
pub async fn load_id(
    conn: &mut PgConnection,
    hash: ContentHash,
) -> Result<Option<PackId>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: PackId" from packs where content_hash = $1"#,
        hash.as_bytes()
    )
    .fetch_optional(conn)
    .await?)
}

async fn insert_items(
    conn: &mut PgConnection,
    id: PackId,
    pack: &EvidencePack,
) -> Result<(), StorageError> {
    let column = |text: fn(&domain::evidence::EvidenceItem) -> String| -> Vec<String> {
        pack.items.iter().map(text).collect()
    };
    let published: Vec<Day> = pack.items.iter().map(|item| Day(item.published)).collect();
    sqlx::query!(
        "insert into evidence_items (pack_id, evidence_id, title, publisher, url, published)
         select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::date[])",
        id.as_uuid(),
        &column(|item| item.id.to_string()),
        &column(|item| item.title.clone()),
        &column(|item| item.publisher.clone()),
        &column(|item| item.url.clone()),
        published as _
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// How a feed that is a file was read for a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReading {
    pub name: String,
    pub tier: TrustTier,
    pub is_read: bool,
}

/// Records a reading of the sources: the pack it confirmed, or why there is none.
pub async fn insert_reading(
    conn: &mut PgConnection,
    outcome: Result<PackId, &str>,
    files: &[FileReading],
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into pack_readings (pack_id, error, files) values ($1, $2, $3)",
        outcome.ok().map(PackId::as_uuid),
        outcome.err(),
        Json(files) as _
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The newest confirmed pack, without its contents.
#[derive(Clone, Debug)]
pub struct CurrentPack {
    pub id: PackId,
    pub content_hash: ContentHash,
    pub as_of: jiff::civil::Date,
    pub sample: bool,
    /// When the sources were last read with this pack as the outcome.
    pub read_at: Timestamp,
    /// The feeds that were read as files then; unknown of readings before it was recorded.
    pub files: Option<Vec<FileReading>>,
}

pub async fn load_current(conn: &mut PgConnection) -> Result<Option<CurrentPack>, StorageError> {
    let row = sqlx::query!(
        r#"select
               p.id as "id: PackId",
               p.content_hash as "content_hash: ContentHash",
               p.as_of as "as_of: Day",
               p.sample,
               r.read_at as "read_at: Moment",
               r.files as "files: Json<Vec<FileReading>>"
           from pack_readings r
           join packs p on p.id = r.pack_id
           order by r.id desc
           limit 1"#
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| CurrentPack {
        id: row.id,
        content_hash: row.content_hash,
        as_of: row.as_of.0,
        sample: row.sample,
        read_at: row.read_at.0,
        files: row.files.map(|files| files.0),
    }))
}

/// The readings since the last that confirmed a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// Of the newest.
    pub error: String,
    /// When the first of them was.
    pub since: Timestamp,
}

/// The readings since the last that confirmed a pack; none where the newest did, or where
/// there is none at all.
pub async fn load_failing(conn: &mut PgConnection) -> Result<Option<Failing>, StorageError> {
    let row = sqlx::query!(
        r#"select
               (array_agg(error order by id desc))[1] as error,
               min(read_at) as "since: Moment"
           from pack_readings
           where id > coalesce((select max(id) from pack_readings where pack_id is not null), 0)"#
    )
    .fetch_one(conn)
    .await?;
    let failing = row.error.zip(row.since);
    Ok(failing.map(|(error, since)| Failing { error, since: since.0 }))
}

/// When another pack took the place of this one; none of the newest.
pub async fn load_superseded_at(
    conn: &mut PgConnection,
    id: PackId,
) -> Result<Option<Timestamp>, StorageError> {
    let at = sqlx::query_scalar!(
        r#"select min(read_at) as "at: Moment"
           from pack_readings
           where pack_id is not null
             and id > (select max(id) from pack_readings where pack_id = $1)"#,
        id.as_uuid()
    )
    .fetch_one(conn)
    .await?;
    Ok(at.map(|at| at.0))
}

/// Until the transaction ends nobody else reads the sources for a pack.
pub async fn lock_reading(conn: &mut PgConnection) -> Result<(), StorageError> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('evidence reading', 0)) as lock")
        .fetch_one(conn)
        .await?;
    Ok(())
}

/// How the sources of a pack were read, each with its provider; none of an unknown pack.
pub async fn load_sources(
    conn: &mut PgConnection,
    id: PackId,
) -> Result<Vec<SourceReading>, StorageError> {
    let sources = sqlx::query_scalar!(
        r#"select sources as "sources!: Json<Vec<SourceReading>>" from packs where id = $1"#,
        id.as_uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(sources.map(|Json(sources)| sources).unwrap_or_default())
}

/// The canonical text of a pack with the hash it is stored under. The caller
/// checks the one against the other before use.
pub async fn load_document(
    conn: &mut PgConnection,
    id: PackId,
) -> Result<Option<(ContentHash, String)>, StorageError> {
    let row = sqlx::query!(
        r#"select content_hash as "content_hash: ContentHash", document from packs where id = $1"#,
        id.as_uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.content_hash, row.document)))
}
