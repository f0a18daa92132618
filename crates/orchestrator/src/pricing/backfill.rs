use super::{BuildError, PriceHistory, ledger_commit};
use crate::Orchestrator;
use domain::{
    hash::ContentHash,
    pricing_pack::{PricingPack, PricingPackId, gaps},
};
use jiff::civil::Date;
use std::{ops::RangeInclusive, path::PathBuf};
use storage::{audit, pricing_pack, tenancy};

/// Packs that one transaction stores: seconds at the most, and little to do again after
/// a kill.
const PACKS_AT_ONCE: usize = 100;

/// Days gone by whose packs are wanted.
#[derive(Clone, Debug)]
pub struct BackfillRequest {
    pub days: RangeInclusive<Date>,
    pub history_file: PathBuf,
    /// Top folder of the ledger's git repository.
    pub ledger: Option<PathBuf>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backfilled {
    pub built: usize,
    /// Days that had a pack already, whatever became of it.
    pub kept: usize,
}

impl Orchestrator {
    /// Makes fresh packs of days gone by, for the days of a file that have none. All are
    /// checked before the first is stored, and a day that lacks a value refuses the
    /// whole. Begun again after a kill, it goes on where it was.
    pub async fn backfill_pricing_packs(
        &self,
        request: &BackfillRequest,
    ) -> Result<Backfilled, BuildError> {
        let commit = ledger_commit(request.ledger.as_deref()).await?;
        let history = PriceHistory::read(&request.history_file).await?;
        let days = history.days(&request.days);
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let there = pricing_pack::load_dates(&mut tx, history.policy(), &request.days).await?;
        drop(tx);
        let mut packs = Vec::with_capacity(days.len());
        for date in days.iter().filter(|date| !there.contains(date)) {
            let market = history.on(*date)?;
            let hash = ContentHash::of_json(&market.content)?;
            let id = PricingPackId::new(*date, history.policy(), 1, hash)?;
            let missing = gaps(&market.content, &market.sources, &market.needed);
            if !missing.is_empty() {
                return Err(BuildError::Incomplete { pack: id, missing });
            }
            packs.push(PricingPack {
                id,
                ledger_commit: commit.clone(),
                content: market.content,
                sources: market.sources,
                announced: market.announced,
            });
        }
        for packs in packs.chunks(PACKS_AT_ONCE) {
            self.store_complete(packs).await?;
        }
        Ok(Backfilled { built: packs.len(), kept: days.len() - packs.len() })
    }

    async fn store_complete(&self, packs: &[PricingPack]) -> Result<(), BuildError> {
        let ([first, ..], [.., last]) = (packs, packs) else { return Ok(()) };
        let mut tx = tenancy::begin_global(&self.pool).await?;
        pricing_pack::insert_complete(&mut tx, packs).await?;
        let entry = audit::Entry {
            action: "pricing_pack.backfilled",
            actor: None,
            target: first.id.to_string(),
            detail: serde_json::json!({
                "last": last.id,
                "packs": packs.len(),
                "ledger_commit": first.ledger_commit,
            }),
        };
        audit::append(&mut tx, None, &entry).await?;
        tx.commit().await?;
        Ok(())
    }
}
