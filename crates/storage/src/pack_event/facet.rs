//! By what the events of a pack can be narrowed, with how many there are of each.

use crate::StorageError;
use domain::{evidence::Facet, id::PackId};
use sqlx::PgConnection;

/// Values counted of one facet; a list of more is searched by words.
const VALUES_MAX: i64 = 200;

/// Events of a pack that have a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCount {
    pub facet: Facet,
    pub value: String,
    pub events: i64,
}

/// Reads off what stands in the pack already.
pub(super) async fn insert_all(
    conn: &mut PgConnection,
    pack_id: PackId,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into event_facets (pack_id, event_id, facet, value)
         select pack_id, event_id, 'source', item ->> 'source' from event_citations where pack_id = $1
         union
         select pack_id, event_id, 'tier', item ->> 'tier' from event_citations where pack_id = $1
         union
         select c.pack_id, c.event_id, 'link', link
         from event_citations c, jsonb_array_elements_text(c.item -> 'links') link
         where c.pack_id = $1
         union
         select e.pack_id, e.event_id, 'region', region
         from pack_events e, unnest(e.regions) region
         where e.pack_id = $1
         union
         select e.pack_id, e.event_id, 'company', company
         from pack_events e, unnest(e.companies) company
         where e.pack_id = $1
         union
         select pack_id, event_id, 'type', signal from pack_events where pack_id = $1",
        pack_id.as_uuid()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// How many events of a pack have which value, the most frequent first; all facets by one
/// query.
pub async fn count(conn: &mut PgConnection, pack: PackId) -> Result<Vec<FacetCount>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               facet as "facet!: Facet",
               value as "value!",
               events as "events!"
           from (
               select
                   facet,
                   value,
                   count(*) as events,
                   row_number() over (partition by facet order by count(*) desc, value) as place
               from event_facets
               where pack_id = $1
               group by facet, value
           ) counted
           where place <= $2
           order by facet, place"#,
        pack.as_uuid(),
        VALUES_MAX
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| FacetCount { facet: row.facet, value: row.value, events: row.events })
        .collect())
}
