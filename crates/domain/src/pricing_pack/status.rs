use super::PricingPackId;
use crate::taxonomy::vocabulary;

vocabulary! {
    /// Where a pack stands. Failed and superseded are final.
    PackStatus, "pricing pack status" {
        Building = "building", "Building";
        Warming = "warming", "Warming";
        Fresh = "fresh", "Fresh";
        Failed = "error", "Failed";
        Superseded = "superseded", "Superseded";
    }
}

vocabulary! {
    /// What is done to make a pack fresh, in this order.
    BuildStage, "build stage" {
        BuildPack = "build_pack", "Check and store prices and rates";
        ReconcileLedger = "reconcile_ledger", "Compare ledger and database";
        ComputeDailyMetrics = "compute_daily_metrics", "Value every portfolio";
        PrewarmOverviews = "prewarm_overviews", "Compute the overviews ahead";
        MarkPackFresh = "mark_pack_fresh", "Open the freshness gate";
    }
}

impl BuildStage {
    /// How many stages come before it.
    pub fn place(self) -> usize {
        Self::ALL.iter().position(|stage| *stage == self).unwrap_or(Self::ALL.len())
    }

    /// It and the stages that come after it.
    pub fn onwards(self) -> &'static [Self] {
        &Self::ALL[self.place()..]
    }
}

/// A step that a pack may not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("pack {pack} is {from}; it cannot become {to}")]
pub struct IllegalPackStep {
    pub pack: PricingPackId,
    pub from: PackStatus,
    pub to: PackStatus,
}

impl PackStatus {
    /// The same edges are in the schema's trigger.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Building, Self::Warming | Self::Failed)
                | (Self::Warming, Self::Fresh | Self::Failed)
                | (Self::Fresh, Self::Superseded)
        )
    }

    /// At most one pack of a date and policy is live.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Building | Self::Warming | Self::Fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_follow_the_nightly_order() {
        // domain/portfolio.md section 8, less the factors and ratings that are not computed,
        // and with the overviews that are.
        let ids: Vec<&str> = BuildStage::ALL.iter().map(|stage| stage.id()).collect();
        assert_eq!(
            ids,
            [
                "build_pack",
                "reconcile_ledger",
                "compute_daily_metrics",
                "prewarm_overviews",
                "mark_pack_fresh"
            ]
        );
        assert_eq!(BuildStage::BuildPack.onwards(), BuildStage::ALL);
        let last = [BuildStage::PrewarmOverviews, BuildStage::MarkPackFresh];
        assert_eq!(BuildStage::PrewarmOverviews.onwards(), last);
    }

    #[test]
    fn a_pack_goes_from_building_over_warming_to_fresh_and_nowhere_back() {
        // domain/portfolio.md section 8: building -> warming -> fresh -> superseded, or -> error.
        let legal: Vec<(&str, &str)> = PackStatus::ALL
            .iter()
            .flat_map(|from| PackStatus::ALL.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from.may_become(*to))
            .map(|(from, to)| (from.id(), to.id()))
            .collect();
        assert_eq!(
            legal,
            [
                ("building", "warming"),
                ("building", "error"),
                ("warming", "fresh"),
                ("warming", "error"),
                ("fresh", "superseded"),
            ]
        );
    }
}
