//! A pack sealed of what the sample files hold and what was collected.

use crate::{Orchestrator, UseCaseError, new_id};
use desk::pack;
use domain::{
    evidence::{EvidencePack, SourceReading},
    id::PackId,
};
use harvest::{Collection, assemble_pack_with, read_manifest, read_sources};
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use std::{collections::BTreeMap, path::Path};
use storage::{PgConnection, audit, evidence_pack, setup, source, source_item, tenancy};

/// Days that packs reach back: the longest window of a run, and the days of an event
/// before it.
const PACK_DAYS: i32 = 370;

/// Items of a pack; the newest enter. With [`PACK_DAYS`] it is 270 a day.
const PACK_ITEMS_MAX: i64 = 100_000;

/// Of a pack's sources, those that have to be read: domain reference, section 5.
const COVERAGE_MIN_PERCENT: usize = 80;

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
        let today = setup::load_now(&mut tx).await?.to_zoned_datetime(TimeZone::UTC).date();
        let collection = load_collection(&mut tx, today).await?;
        let owned = folder.to_owned();
        let read = tokio::task::spawn_blocking(move || {
            read_manifest(&owned)
                .map(|sources| read_sources(&owned, sources, today))
                .map(|feeds| assemble_pack_with(today, feeds, collection))
        })
        .await
        .map_err(|error| UseCaseError::Internal(error.to_string()))?;
        let pack = match read.map_err(|error| error.to_string()).and_then(covered) {
            Ok(pack) => pack,
            Err(message) => {
                evidence_pack::insert_reading(&mut tx, Err(&message)).await?;
                tx.commit().await?;
                return Err(UseCaseError::Internal(format!(
                    "the sources could not be read: {message}"
                )));
            }
        };
        let id = evidence_pack::seal(&mut tx, PackId::from_uuid(new_id()), &pack).await?;
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

    /// Whether something was collected that the newest pack does not hold.
    pub async fn has_newly_collected(&self) -> Result<bool, UseCaseError> {
        let mut conn = self.pool.acquire().await?;
        let Some(pack) = evidence_pack::load_current(&mut conn).await? else { return Ok(true) };
        Ok(source_item::any_kept_since(&mut conn, pack.read_at).await?)
    }
}

/// A pack of which enough was read: four fifths of its sources, and one of them a
/// regulator, a company about itself or established trade press. Of less nobody may say
/// that a period was quiet, so that such a reading confirms no pack, and the last one that
/// did counts until the gate closes.
fn covered(pack: EvidencePack) -> Result<EvidencePack, String> {
    let read: Vec<&SourceReading> =
        pack.sources.iter().filter(|source| source.error.is_none()).collect();
    let (read_count, all) = (read.len(), pack.sources.len());
    let trusted = read.iter().any(|source| u8::from(source.tier) <= 2);
    if read_count * 100 < all * COVERAGE_MIN_PERCENT {
        Err(format!("only {read_count} of {all} sources could be read"))
    } else if !trusted {
        Err("no source of tier 1 or 2 could be read".to_owned())
    } else {
        Ok(pack)
    }
}

/// What the enabled sources gave so far, as of a day; a source that fails at present is
/// named with its error.
async fn load_collection(tx: &mut PgConnection, today: Date) -> Result<Collection, UseCaseError> {
    let since = today.saturating_sub(PACK_DAYS.days());
    let kept = source_item::load_kept(tx, since, PACK_ITEMS_MAX).await?;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (item, _) in &kept {
        *counts.entry(item.source.as_str()).or_default() += 1;
    }
    let rows = source::load(tx, None, SOURCES_MAX).await?;
    let sources = rows
        .into_iter()
        .filter(|row| row.enabled)
        .map(|row| SourceReading {
            entries: counts.get(row.source.name.as_str()).copied().unwrap_or_default(),
            error: row.health.last_error.filter(|_| row.health.failures > 0),
            name: row.source.name,
            publisher: row.source.publisher,
            tier: row.source.tier,
            provider: Some(row.source.provider),
        })
        .collect();
    let items = kept.into_iter().map(|(item, reading)| pack::read_back(item, &reading)).collect();
    Ok(Collection { sources, items })
}
