//! A pack sealed of what the sample files hold and what was collected.

use super::decisions::load_rulings;
use crate::{Orchestrator, UseCaseError, new_id};
use desk::pack;
use domain::{
    evidence::{EvidencePack, OwnerTerms, SourceReading},
    id::PackId,
};
use harvest::{Collection, assemble_pack_with, read_manifest, read_sources};
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};
use storage::{
    PgConnection, audit,
    evidence_pack::{self, FileReading},
    setup, source,
    source_item::{self, KeptItem},
    tenancy,
};

/// Days that packs reach back: the longest window of a run, and the days of an event
/// before it.
pub(super) const PACK_DAYS: i32 = 370;

/// Items of a pack; the newest enter. With [`PACK_DAYS`] it is 270 a day.
const PACK_ITEMS_MAX: i64 = 100_000;

/// Sources of a pack.
const SOURCES_MAX: i64 = 500;

/// What a reading of the sources gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceReading {
    pub pack: PackId,
    pub items: usize,
    pub dropped: usize,
    pub failed_sources: usize,
}

impl Orchestrator {
    /// Reads every source of the manifest in `folder` and seals what they hold.
    /// The dates of sample items follow today's date in UTC.
    pub async fn read_evidence(&self, folder: &Path) -> Result<EvidenceReading, UseCaseError> {
        let mut tx = tenancy::begin_global(&self.pool).await?;
        // Whoever comes second reads what the first one may have sealed already.
        evidence_pack::lock_reading(&mut tx).await?;
        let today = setup::load_now(&mut tx).await?.to_zoned_datetime(TimeZone::UTC).date();
        let collection = load_collection(&mut tx, today).await?;
        let owned = folder.to_owned();
        let read = tokio::task::spawn_blocking(move || {
            read_manifest(&owned).map(|sources| {
                let names: Vec<String> = sources.iter().map(|source| source.name.clone()).collect();
                let feeds = read_sources(&owned, sources, today);
                (assemble_pack_with(today, feeds, collection), names)
            })
        })
        .await
        .map_err(|error| UseCaseError::Internal(error.to_string()))?;
        let read = read.map_err(|error| error.to_string());
        let read = read.and_then(|(pack, names)| Ok((read_at_all(pack)?, names)));
        let (pack, names) = match read {
            Ok(read) => read,
            Err(message) => {
                evidence_pack::insert_reading(&mut tx, Err(&message), &[]).await?;
                tx.commit().await?;
                return Err(UseCaseError::Internal(format!(
                    "the sources could not be read: {message}"
                )));
            }
        };
        let files = files_of(&pack, &names);
        let id = evidence_pack::seal(&mut tx, PackId::from_uuid(new_id()), &pack, &files).await?;
        let reading = EvidenceReading {
            pack: id,
            items: pack.items.len(),
            dropped: pack.dropped.len(),
            failed_sources: pack.sources.iter().filter(|source| source.error.is_some()).count(),
        };
        let entry = audit::Entry {
            action: "pack.read",
            actor: None,
            target: id.to_string(),
            detail: serde_json::json!({
                "items": reading.items,
                "dropped": reading.dropped,
                "failed_sources": reading.failed_sources,
            }),
        };
        audit::append(&mut tx, None, &entry).await?;
        tx.commit().await?;
        Ok(reading)
    }

    /// The newest pack that a reading confirmed, without its contents.
    pub async fn current_pack(&self) -> Result<Option<evidence_pack::CurrentPack>, UseCaseError> {
        let mut conn = self.pool.acquire().await?;
        Ok(evidence_pack::load_current(&mut conn).await?)
    }

    /// Whether something was collected or decided that the newest pack does not hold.
    pub async fn has_newly_collected(&self) -> Result<bool, UseCaseError> {
        let mut conn = self.pool.acquire().await?;
        let Some(pack) = evidence_pack::load_current(&mut conn).await? else { return Ok(true) };
        Ok(source_item::anything_new_since(&mut conn, pack.read_at).await?)
    }
}

/// A pack of which anything was read. Whether it is enough is asked for each scope, by the
/// freshness gate; of nothing at all there is no pack.
fn read_at_all(pack: EvidencePack) -> Result<EvidencePack, String> {
    if pack.sources.iter().any(|source| source.error.is_none()) {
        Ok(pack)
    } else {
        Err(format!("none of {} sources could be read", pack.sources.len()))
    }
}

/// How the feeds that are files were read, by their names.
fn files_of(pack: &EvidencePack, names: &[String]) -> Vec<FileReading> {
    let files = pack.sources.iter().filter(|source| names.contains(&source.name));
    files
        .map(|source| FileReading {
            name: source.name.clone(),
            tier: source.tier,
            is_read: source.error.is_none(),
        })
        .collect()
}

/// What the enabled sources gave so far, as of a day; a source that fails at present is
/// named with its error.
async fn load_collection(tx: &mut PgConnection, today: Date) -> Result<Collection, UseCaseError> {
    let since = today.saturating_sub(PACK_DAYS.days());
    let kept = source_item::load_kept(tx, since, PACK_ITEMS_MAX).await?;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for KeptItem { item, .. } in &kept {
        *counts.entry(item.source.as_str()).or_default() += 1;
    }
    let rows = source::load(tx, None, SOURCES_MAX).await?;
    let no_excerpt: BTreeSet<String> = rows
        .iter()
        .filter(|row| !row.source.terms.as_ref().is_some_and(|terms| terms.excerpt))
        .map(|row| row.source.name.clone())
        .collect();
    let sources = rows
        .into_iter()
        .filter(|row| row.enabled)
        .map(|row| SourceReading {
            entries: counts.get(row.source.name.as_str()).copied().unwrap_or_default(),
            error: row.health.last_error,
            name: row.source.name,
            publisher: row.source.publisher,
            tier: row.source.tier,
            provider: Some(row.source.provider),
            terms: row.source.terms.as_ref().map(OwnerTerms::from),
        })
        .collect();
    let items = kept.into_iter().map(|mut one| {
        // What was allowed when it was collected may be so no more.
        if no_excerpt.contains(&one.item.source) {
            one.item.excerpt.clear();
        }
        pack::read_back(one.item, &one.reading)
    });
    let items = items.collect();
    Ok(Collection { sources, items, rulings: load_rulings(tx).await? })
}
