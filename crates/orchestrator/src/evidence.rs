//! Reading the sources into a sealed pack, and the freshness gate that packs open.

use crate::{Orchestrator, UseCaseError, new_id};
use domain::{cadence::Cadence, id::PackId};
use harvest::{assemble_pack, read_manifest, read_sources};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::path::Path;
use storage::{audit, evidence_pack, setup, tenancy};

/// Whether evidence may be used now. A closed gate costs nobody a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    Open,
    Closed { reason: String },
}

impl Gate {
    /// Open when the sources were read within half a day (daily) or a day.
    pub fn of(pack: Option<&evidence_pack::CurrentPack>, cadence: Cadence, now: Timestamp) -> Self {
        let Some(pack) = pack else {
            return Self::Closed {
                reason: "The evidence pack is warming: no source has been read yet. \
                         Your period's run stays available."
                    .to_owned(),
            };
        };
        let age_max_h = match cadence {
            Cadence::Daily => 12,
            Cadence::Weekly | Cadence::Monthly => 24,
        };
        let age = now.duration_since(pack.read_at);
        if age <= SignedDuration::from_hours(age_max_h) {
            Self::Open
        } else {
            Self::Closed {
                reason: format!(
                    "The evidence pack is warming: the sources were last read {} hours ago, and a {} \
                     report needs a reading of the last {age_max_h}. Your period's run stays available.",
                    age.as_hours(),
                    cadence.id()
                ),
            }
        }
    }
}

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
        let owned = folder.to_owned();
        let read = tokio::task::spawn_blocking(move || {
            read_manifest(&owned)
                .map(|sources| assemble_pack(today, read_sources(&owned, sources, today)))
        })
        .await
        .map_err(|error| UseCaseError::Internal(error.to_string()))?;
        let pack = match read {
            Ok(pack) => pack,
            Err(error) => {
                let message = error.to_string();
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
}
