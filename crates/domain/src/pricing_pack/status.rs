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
        MarkPackFresh = "mark_pack_fresh", "Open the freshness gate";
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
