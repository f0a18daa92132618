//! The stages of a build after the first, in the nightly order: each begins when the one before
//! it has ended, and a build that lost its process goes on with the one that it was in.

use super::build::{BuildError, step};
use crate::Orchestrator;
use domain::pricing_pack::{BuildStage, IllegalPackStep, PackStatus, PricingPackId};
use executor::observe;
use std::time::Instant;
use storage::{
    audit,
    pricing_pack::{self, StageRow},
    tenancy,
};

impl Orchestrator {
    /// Brings a pack whose values are stored through every stage that has not ended, and so
    /// opens the gate.
    ///
    /// # Errors
    /// [`BuildError::NotReconciled`]; the pack is stored as failed then. Any other leaves it
    /// as it is, to be taken up again.
    pub async fn finish_pricing_pack(&self, id: &PricingPackId) -> Result<(), BuildError> {
        for stage in self.stages_left(id).await? {
            let begun = Instant::now();
            self.carry_stage(id, *stage).await?;
            observe::build_stage_ended(*stage, begun.elapsed());
        }
        Ok(())
    }

    /// From the first that has not ended on.
    async fn stages_left(&self, id: &PricingPackId) -> Result<&'static [BuildStage], BuildError> {
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let row = pricing_pack::load(&mut tx, id).await?;
        let row = row.ok_or_else(|| BuildError::NoPack(id.clone()))?;
        let entered = pricing_pack::load_stages(&mut tx, id).await?;
        let left = left_of(&entered);
        if row.status != PackStatus::Warming || left.is_empty() {
            let (pack, from) = (id.clone(), row.status);
            return Err(IllegalPackStep { pack, from, to: PackStatus::Fresh }.into());
        }
        Ok(left)
    }

    async fn carry_stage(&self, id: &PricingPackId, stage: BuildStage) -> Result<(), BuildError> {
        if stage == BuildStage::MarkPackFresh {
            return self.open_gate(id).await;
        }
        let mut tx = tenancy::begin_global(&self.pool).await?;
        pricing_pack::enter_stage(&mut tx, id, stage).await?;
        tx.commit().await?;
        let outcome = match stage {
            BuildStage::ReconcileLedger => self.compare_books(id).await?,
            BuildStage::ComputeDailyMetrics => self.value_portfolios(id).await?.to_string(),
            BuildStage::PrewarmOverviews => self.prewarm_overviews(id).await?.to_string(),
            // Stored in one transaction with the pack itself, so that it has always ended.
            BuildStage::BuildPack | BuildStage::MarkPackFresh => return Ok(()),
        };
        let mut tx = tenancy::begin_global(&self.pool).await?;
        pricing_pack::end_stage(&mut tx, id, stage, &outcome).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Compares every portfolio that values by the pack.
    async fn compare_books(&self, id: &PricingPackId) -> Result<String, BuildError> {
        let compared = self.reconcile_by(id).await?;
        if compared.wrong.is_empty() {
            return Ok(format!("Portfolios that agree: {}.", compared.agreeing));
        }
        self.fail_pricing_pack(id, &compared.wrong.join("; ")).await?;
        Err(BuildError::NotReconciled { pack: id.clone(), wrong: compared.wrong })
    }

    async fn open_gate(&self, id: &PricingPackId) -> Result<(), BuildError> {
        let stage = BuildStage::MarkPackFresh;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        pricing_pack::enter_stage(&mut tx, id, stage).await?;
        pricing_pack::end_stage(&mut tx, id, stage, "The gate is open.").await?;
        step(&mut tx, id, PackStatus::Warming, PackStatus::Fresh).await?;
        let entry = audit::Entry {
            action: "pricing_pack.fresh",
            actor: None,
            target: id.to_string(),
            detail: serde_json::json!({}),
        };
        audit::append(&mut tx, None, &entry).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn left_of(entered: &[StageRow]) -> &'static [BuildStage] {
    let has_ended = |stage: &BuildStage| {
        entered.iter().any(|row| row.stage == *stage && row.ended_at.is_some())
    };
    let next = BuildStage::ALL.iter().find(|stage| !has_ended(stage));
    next.map_or(&[], |stage| stage.onwards())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_goes_on_with_the_first_stage_that_has_not_ended() {
        use BuildStage::{BuildPack, ComputeDailyMetrics, ReconcileLedger};
        let at = "2026-01-05T00:05:00Z".parse().unwrap();
        let row = |stage, has_ended: bool| StageRow {
            stage,
            entered_at: at,
            ended_at: has_ended.then_some(at),
            attempts: 1,
            outcome: None,
        };
        assert_eq!(left_of(&[row(BuildPack, true)]), ReconcileLedger.onwards());
        let within =
            [row(BuildPack, true), row(ReconcileLedger, true), row(ComputeDailyMetrics, false)];
        assert_eq!(left_of(&within), ComputeDailyMetrics.onwards());
        let all: Vec<StageRow> = BuildStage::ALL.iter().map(|stage| row(*stage, true)).collect();
        assert!(left_of(&all).is_empty());
    }
}
