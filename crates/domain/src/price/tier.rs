use crate::taxonomy::vocabulary;

vocabulary! {
    /// The size of a scope, smallest first.
    Tier, "tier" {
        Starter = "starter", "Starter";
        Medium = "medium", "Medium";
        Pro = "pro", "Pro";
        Enterprise = "enterprise", "Enterprise";
    }
}

/// The most that a tier holds of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TierLimits {
    pub deliverables: usize,
    pub regions: usize,
    pub watchlist: usize,
}

impl Tier {
    pub const fn limits(self) -> TierLimits {
        let (deliverables, regions, watchlist) = match self {
            Self::Starter => (3, 1, 20),
            Self::Medium => (6, 2, 40),
            Self::Pro => (9, 4, 75),
            Self::Enterprise => (11, 8, 150),
        };
        TierLimits { deliverables, regions, watchlist }
    }

    /// The smallest tier that holds both counts; extras count as deliverables.
    pub fn smallest_for(deliverables: usize, regions: usize) -> Self {
        Self::ALL
            .iter()
            .copied()
            .find(|tier| {
                let limits = tier.limits();
                deliverables <= limits.deliverables && regions <= limits.regions
            })
            .unwrap_or(Self::Enterprise)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Tier::{Enterprise, Medium, Pro, Starter};

    // Limits of the domain reference, section 10.
    #[test]
    fn the_smallest_tier_holds_both_counts() {
        for (deliverables, regions, expected) in [
            (1, 1, Starter),
            (3, 1, Starter),
            (4, 1, Medium),
            (3, 2, Medium),
            (6, 2, Medium),
            (7, 2, Pro),
            (1, 3, Pro),
            (9, 4, Pro),
            (10, 1, Enterprise),
            (1, 5, Enterprise),
            (11, 8, Enterprise),
        ] {
            let found = Tier::smallest_for(deliverables, regions);
            assert_eq!(found, expected, "{deliverables} deliverables, {regions} regions");
        }
    }
}
