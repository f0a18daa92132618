//! What is known of a source from its readings: the addresses that it handed on, and the
//! files of a sitemap.

use crate::StorageError;
use domain::id::SourceId;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// Bytes of an address that is remembered.
const ADDRESS_BYTES_MAX: usize = 2_000;

/// An address as a source lists it, and what an item there would be filed under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub address: String,
    /// None: nothing could be.
    pub key: Option<String>,
}

/// Those of the addresses that the source handed on before, or whose item is filed already,
/// whoever saw it.
pub async fn load_seen(
    conn: &mut PgConnection,
    source: SourceId,
    listed: &[Listed],
) -> Result<BTreeSet<String>, StorageError> {
    let addresses: Vec<String> = listed.iter().map(|listed| listed.address.clone()).collect();
    let keys: Vec<Option<String>> = listed.iter().map(|listed| listed.key.clone()).collect();
    let seen = sqlx::query_scalar!(
        r#"select listed.address as "address!"
           from unnest($2::text[], $3::text[]) as listed (address, key)
           where exists (select from source_addresses a where a.source_id = $1 and a.address = listed.address)
              or exists (select from source_items i where i.key = listed.key)"#,
        source.as_uuid(),
        &addresses,
        &keys as _
    )
    .fetch_all(conn)
    .await?;
    Ok(seen.into_iter().collect())
}

/// Remembers the addresses that a source handed on.
pub async fn insert_addresses(
    conn: &mut PgConnection,
    source: SourceId,
    addresses: &[String],
) -> Result<(), StorageError> {
    let kept: Vec<String> =
        addresses.iter().filter(|text| text.len() <= ADDRESS_BYTES_MAX).cloned().collect();
    sqlx::query!(
        "insert into source_addresses (source_id, address)
         select $1, unnest($2::text[])
         on conflict on constraint source_addresses_pkey do nothing",
        source.as_uuid(),
        &kept
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// A file of a sitemap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRow {
    pub url: String,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// The files of a source's sitemap, in its order.
pub async fn load_parts(
    conn: &mut PgConnection,
    source: SourceId,
) -> Result<Vec<PartRow>, StorageError> {
    Ok(sqlx::query_as!(
        PartRow,
        "select url, etag, last_modified from source_parts where source_id = $1 order by position",
        source.as_uuid()
    )
    .fetch_all(conn)
    .await?)
}

/// Puts these in the place of the files that were known.
pub async fn replace_parts(
    conn: &mut PgConnection,
    source: SourceId,
    parts: &[PartRow],
) -> Result<(), StorageError> {
    sqlx::query!("delete from source_parts where source_id = $1", source.as_uuid())
        .execute(&mut *conn)
        .await
        .map_err(StorageError::from_write)?;
    let kept: Vec<&PartRow> =
        parts.iter().filter(|part| part.url.len() <= ADDRESS_BYTES_MAX).collect();
    let urls: Vec<String> = kept.iter().map(|part| part.url.clone()).collect();
    let etags: Vec<Option<String>> = kept.iter().map(|part| part.etag.clone()).collect();
    let modified: Vec<Option<String>> =
        kept.iter().map(|part| part.last_modified.clone()).collect();
    sqlx::query!(
        "insert into source_parts (source_id, position, url, etag, last_modified)
         select $1, part.position, part.url, part.etag, part.last_modified
         from unnest($2::text[], $3::text[], $4::text[])
              with ordinality as part (url, etag, last_modified, position)",
        source.as_uuid(),
        &urls,
        &etags as _,
        &modified as _
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}
