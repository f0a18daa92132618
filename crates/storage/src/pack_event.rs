//! Events of sealed packs, as pages search them.

mod facet;

use crate::{Day, Moment, StorageError};
use domain::{
    evidence::{
        Citation, CompanyId, EvidenceEvent, EvidenceItem, EvidencePack, TrustTier,
        independent_publishers,
    },
    hash::ContentHash,
    id::PackId,
    taxonomy::{Region, SignalType, ValueChainLink},
};
pub use facet::{FacetCount, count as count_facets};
use jiff::{Timestamp, civil::Date};
use sqlx::{PgConnection, types::Json};
use std::collections::{BTreeSet, HashMap};

/// Stores the events of a pack with their citations, in the transaction that seals it.
pub(crate) async fn insert_all(
    conn: &mut PgConnection,
    pack_id: PackId,
    pack: &EvidencePack,
) -> Result<(), StorageError> {
    let items: HashMap<_, &EvidenceItem> = pack.items.iter().map(|item| (&item.id, item)).collect();
    let mut events = Columns::default();
    let mut citations = CitationColumns::default();
    for event in &pack.events {
        let cited: Vec<(&Citation, &EvidenceItem)> = event
            .citations
            .iter()
            .filter_map(|citation| Some((citation, *items.get(&citation.evidence)?)))
            .collect();
        events.push(event, &cited)?;
        citations.push(event, &cited)?;
    }
    events.insert(&mut *conn, pack_id).await?;
    citations.insert(&mut *conn, pack_id).await?;
    facet::insert_all(conn, pack_id).await
}

/// Events as columns, so that a pack is stored in one statement. Lists are joined by
/// commas, which no id has: Postgres unnests no list of lists.
#[derive(Default)]
struct Columns {
    ids: Vec<String>,
    signals: Vec<&'static str>,
    regions: Vec<String>,
    companies: Vec<String>,
    titles: Vec<String>,
    first: Vec<Day>,
    last: Vec<Day>,
    publishers: Vec<i32>,
    documents: Vec<serde_json::Value>,
    words: Vec<String>,
}

impl Columns {
    fn push(
        &mut self,
        event: &EvidenceEvent,
        cited: &[(&Citation, &EvidenceItem)],
    ) -> Result<(), StorageError> {
        let items = || cited.iter().map(|(_, item)| *item);
        let lead = items().find(|item| item.id == event.signal.excerpt).or(items().next());
        let (Some(lead), Some(first), Some(last)) = (
            lead,
            items().map(|item| item.published).min(),
            items().map(|item| item.published).max(),
        ) else {
            return Err(StorageError::Corrupt(format!("event {} cites nothing", event.id)));
        };
        let regions = items().flat_map(|item| &item.regions).map(|region| region.id());
        let companies = cited.iter().flat_map(|(citation, _)| &citation.companies);
        let words =
            items().map(|item| format!("{} {} {}", item.title, item.excerpt, item.publisher));
        self.ids.push(event.id.to_string());
        self.signals.push(event.signal.verdict.label.signal.id());
        self.regions.push(joined(regions));
        self.companies.push(joined(companies.map(CompanyId::as_str)));
        self.titles.push(lead.title.clone());
        self.first.push(Day(first));
        self.last.push(Day(last));
        let publishers = independent_publishers(items());
        self.publishers.push(i32::try_from(publishers).unwrap_or(i32::MAX));
        self.documents.push(serde_json::to_value(event)?);
        self.words.push(words.collect::<Vec<_>>().join(" "));
        Ok(())
    }

    async fn insert(self, conn: &mut PgConnection, pack_id: PackId) -> Result<(), StorageError> {
        let signals: Vec<String> = self.signals.into_iter().map(str::to_owned).collect();
        sqlx::query!(
            "insert into pack_events (
                 pack_id, event_id, signal, regions, companies, title, first_published,
                 last_published, publishers, event, words
             )
             select $1, id, signal, string_to_array(regions, ','), string_to_array(companies, ','),
                    title, first, last, publishers, event, words
             from unnest(
                 $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::date[], $8::date[],
                 $9::int[], $10::jsonb[], $11::text[]
             ) as told (
                 id, signal, regions, companies, title, first, last, publishers, event, words
             )",
            pack_id.as_uuid(),
            &self.ids,
            &signals,
            &self.regions,
            &self.companies,
            &self.titles,
            self.first as _,
            self.last as _,
            &self.publishers,
            &self.documents,
            &self.words
        )
        .execute(conn)
        .await
        .map_err(StorageError::from_write)?;
        Ok(())
    }
}

#[derive(Default)]
struct CitationColumns {
    events: Vec<String>,
    items: Vec<String>,
    joins: Vec<String>,
    documents: Vec<serde_json::Value>,
}

impl CitationColumns {
    fn push(
        &mut self,
        event: &EvidenceEvent,
        cited: &[(&Citation, &EvidenceItem)],
    ) -> Result<(), StorageError> {
        for (citation, item) in cited {
            self.events.push(event.id.to_string());
            self.items.push(item.id.to_string());
            self.joins.push(citation.joined.id().to_owned());
            self.documents.push(serde_json::to_value(item)?);
        }
        Ok(())
    }

    async fn insert(self, conn: &mut PgConnection, pack_id: PackId) -> Result<(), StorageError> {
        sqlx::query!(
            "insert into event_citations (pack_id, event_id, evidence_id, joined, item)
             select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::jsonb[])",
            pack_id.as_uuid(),
            &self.events,
            &self.items,
            &self.joins,
            &self.documents
        )
        .execute(conn)
        .await
        .map_err(StorageError::from_write)?;
        Ok(())
    }
}

/// Each text once.
fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(",")
}

/// What is looked for among the events of a pack; nothing asked for is all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Words that all occur.
    pub words: Option<String>,
    pub signal: Option<SignalType>,
    pub region: Option<Region>,
    /// A position that some report of it concerns.
    pub link: Option<ValueChainLink>,
    /// Some report of it has this trust.
    pub tier: Option<TrustTier>,
    /// Name of a source that reports it.
    pub source: Option<String>,
    /// Id of a company.
    pub company: Option<String>,
    /// Some report was published on this day or later.
    pub from: Option<Date>,
    /// Some report was published on this day or before.
    pub to: Option<Date>,
}

/// An event in a list.
#[derive(Clone, Debug)]
pub struct EventRow {
    pub id: String,
    pub title: String,
    pub signal: SignalType,
    pub regions: Vec<String>,
    pub first_published: Date,
    pub last_published: Date,
    /// Independent ones.
    pub publishers: i32,
    pub material: bool,
}

/// Events of a pack that pass the filter, the newest first, with their number.
pub async fn search(
    conn: &mut PgConnection,
    pack: PackId,
    filter: &Filter,
    offset: i64,
    limit: i64,
) -> Result<(Vec<EventRow>, i64), StorageError> {
    let rows = sqlx::query!(
        r#"select
               event_id,
               title,
               signal as "signal: SignalType",
               regions,
               first_published as "first_published: Day",
               last_published as "last_published: Day",
               publishers,
               (event -> 'signal' -> 'verdict' ->> 'material')::boolean as "material!",
               count(*) over () as "total!"
           from pack_events
           where pack_id = $1
             and ($2::text is null or search @@ plainto_tsquery('simple', $2))
             and ($3::text is null or signal = $3)
             and ($4::text is null or $4 = any(regions))
             and ($5::text is null or $5 = any(companies))
             and ($6::text is null or event_id in (
                 select event_id from event_facets where pack_id = $1 and facet = 'link' and value = $6
             ))
             and ($7::text is null or event_id in (
                 select event_id from event_facets where pack_id = $1 and facet = 'tier' and value = $7
             ))
             and ($8::text is null or event_id in (
                 select event_id from event_facets where pack_id = $1 and facet = 'source' and value = $8
             ))
             and ($9::date is null or last_published >= $9)
             and ($10::date is null or first_published <= $10)
           order by last_published desc, event_id
           offset $11 limit $12"#,
        pack.as_uuid(),
        filter.words,
        filter.signal.map(SignalType::id),
        filter.region.map(Region::id),
        filter.company,
        filter.link.map(ValueChainLink::id),
        filter.tier.map(|tier| u8::from(tier).to_string()),
        filter.source,
        filter.from.map(Day) as _,
        filter.to.map(Day) as _,
        offset,
        limit
    )
    .fetch_all(conn)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let rows = rows
        .into_iter()
        .map(|row| EventRow {
            id: row.event_id,
            title: row.title,
            signal: row.signal,
            regions: row.regions,
            first_published: row.first_published.0,
            last_published: row.last_published.0,
            publishers: row.publishers,
            material: row.material,
        })
        .collect();
    Ok((rows, total))
}

/// One event of a pack with its items, in the order of its citations.
#[derive(Clone, Debug)]
pub struct EventView {
    pub event: EvidenceEvent,
    pub items: Vec<EvidenceItem>,
}

pub async fn load(
    conn: &mut PgConnection,
    pack: PackId,
    event: &str,
) -> Result<Option<EventView>, StorageError> {
    let row = sqlx::query_scalar!(
        r#"select event as "event: Json<EvidenceEvent>" from pack_events
           where pack_id = $1 and event_id = $2"#,
        pack.as_uuid(),
        event
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(Json(event)) = row else { return Ok(None) };
    let items = sqlx::query_scalar!(
        r#"select item as "item: Json<EvidenceItem>" from event_citations
           where pack_id = $1 and event_id = $2"#,
        pack.as_uuid(),
        event.id.as_str()
    )
    .fetch_all(conn)
    .await?;
    let mut items: Vec<EvidenceItem> = items.into_iter().map(|Json(item)| item).collect();
    items.sort_by(|a, b| (a.published, &a.id).cmp(&(b.published, &b.id)));
    Ok(Some(EventView { event, items }))
}

/// Where the reports of an event were read.
#[derive(Clone, Debug)]
pub struct CitedSource {
    pub event: String,
    /// Its name in the pack.
    pub source: String,
    pub sample: bool,
}

/// The sources of events of a pack, once for each report.
pub async fn load_cited_sources(
    conn: &mut PgConnection,
    pack: PackId,
    events: &[String],
) -> Result<Vec<CitedSource>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               event_id,
               item ->> 'source' as "source!",
               coalesce((item ->> 'sample')::boolean, false) as "sample!"
           from event_citations
           where pack_id = $1 and event_id = any($2)"#,
        pack.as_uuid(),
        events
    )
    .fetch_all(conn)
    .await?;
    let cited = rows.into_iter().map(|row| CitedSource {
        event: row.event_id,
        source: row.source,
        sample: row.sample,
    });
    Ok(cited.collect())
}

/// The newest pack that holds an event of this id.
pub async fn load_newest_pack(
    conn: &mut PgConnection,
    event: &str,
) -> Result<Option<(PackId, ContentHash)>, StorageError> {
    let row = sqlx::query!(
        r#"select
               p.id as "id: PackId",
               p.content_hash as "content_hash: ContentHash"
           from pack_events e
           join packs p on p.id = e.pack_id
           where e.event_id = $1
           order by p.sealed_at desc
           limit 1"#,
        event
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.id, row.content_hash)))
}

/// The event that cites an item in a pack.
pub async fn load_event_of(
    conn: &mut PgConnection,
    pack: PackId,
    evidence: &str,
) -> Result<Option<String>, StorageError> {
    Ok(sqlx::query_scalar!(
        "select event_id from event_citations where pack_id = $1 and evidence_id = $2",
        pack.as_uuid(),
        evidence
    )
    .fetch_optional(conn)
    .await?)
}

/// How an event stood in the packs from one on, until the next that has it otherwise.
#[derive(Clone, Debug)]
pub struct EventVersion {
    pub pack_hash: ContentHash,
    pub sealed_at: Timestamp,
    pub reports: i32,
    pub publishers: i32,
}

/// The versions of an event over all packs, the newest first.
pub async fn load_versions(
    conn: &mut PgConnection,
    event: &str,
    limit: i64,
) -> Result<Vec<EventVersion>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               content_hash as "content_hash!: ContentHash",
               sealed_at as "sealed_at!: Moment",
               jsonb_array_length(event -> 'citations') as "reports!",
               publishers as "publishers!"
           from (
               select
                   p.content_hash,
                   p.sealed_at,
                   e.event,
                   e.publishers,
                   lag(e.event) over (order by p.sealed_at, p.id) as before
               from pack_events e
               join packs p on p.id = e.pack_id
               where e.event_id = $1
           ) told
           where before is distinct from event
           order by sealed_at desc
           limit $2"#,
        event,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| EventVersion {
            pack_hash: row.content_hash,
            sealed_at: row.sealed_at.0,
            reports: row.reports,
            publishers: row.publishers,
        })
        .collect())
}
