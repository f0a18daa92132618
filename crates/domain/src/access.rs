//! Rights: what a pattern asks of whoever runs it, and what a role grants.

use crate::{taxonomy::vocabulary, workspace::Role};
use std::collections::BTreeSet;

vocabulary! {
    /// One right, as patterns require it and API tokens are limited to it.
    Right, "right" {
        PortfolioRead = "portfolio_read", "Read portfolios";
        PortfolioWrite = "portfolio_write", "Change portfolios";
        PositionRead = "position_read", "Read positions";
        MacroRead = "macro_read", "Read macro data";
        FundamentalsRead = "fundamentals_read", "Read fundamentals";
        NewsRead = "news_read", "Read news";
        ScenarioRun = "scenario_run", "Run scenarios";
        Export = "export", "Export";
    }
}

impl Right {
    /// The least role that has this right.
    pub const fn least_role(self) -> Role {
        match self {
            Self::PortfolioRead
            | Self::PositionRead
            | Self::MacroRead
            | Self::FundamentalsRead
            | Self::NewsRead => Role::Viewer,
            Self::PortfolioWrite | Self::ScenarioRun | Self::Export => Role::Editor,
        }
    }

    /// Every right of a role.
    pub fn of(role: Role) -> BTreeSet<Self> {
        Self::ALL.iter().copied().filter(|right| role.includes(right.least_role())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_reads_an_editor_also_changes_runs_and_exports() {
        let ids = |role| Right::of(role).into_iter().map(Right::id).collect::<Vec<_>>();
        let viewer =
            ["portfolio_read", "position_read", "macro_read", "fundamentals_read", "news_read"];
        assert_eq!(ids(Role::Viewer), viewer);
        assert_eq!(Right::of(Role::Editor).len(), Right::ALL.len());
        assert_eq!(Right::of(Role::Owner), Right::of(Role::Editor));
    }
}
