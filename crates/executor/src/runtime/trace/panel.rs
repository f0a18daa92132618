//! The staleness of a panel, and of the cells that differ from it.

use super::{CELLS_MAX, CellTrace, PanelTrace, ttl_seconds};
use crate::{
    lineage::{Lineages, Step, Verdict},
    pattern::{PanelDocument, PanelPlan},
};
use jiff::Timestamp;
use std::fmt::Write;

impl PanelTrace {
    /// `lineages` is that of the panel's data; `now` is the context's timestamp.
    pub(in crate::runtime) fn new(
        plan: &PanelPlan,
        document: &PanelDocument,
        lineages: &Lineages,
        now: Timestamp,
    ) -> Self {
        let all = lineages.everything();
        let staleness = all.staleness(now, plan.ttl);
        // A panel without data has nothing whose age could be told.
        let empty = document.data.is_null() && all.sources.is_empty();
        let mut panel = Self {
            id: plan.id.clone(),
            sources: all.names(),
            asof: staleness.asof,
            ttl_s: ttl_seconds(staleness.ttl),
            age_s: staleness.age_s,
            verdict: if empty { Verdict::Unknown } else { staleness.verdict },
            warnings: all.warnings.iter().cloned().collect(),
            cells: Vec::new(),
            cells_omitted: 0,
        };
        lineages.visit(&mut Vec::new(), &mut |path, lineage| {
            if path.is_empty() || *lineage == all {
                return;
            }
            if panel.cells.len() == CELLS_MAX {
                panel.cells_omitted += 1;
                return;
            }
            let staleness = lineage.staleness(now, plan.ttl);
            panel.cells.push(CellTrace {
                pointer: pointer(path),
                sources: lineage.names(),
                asof: staleness.asof,
                ttl_s: ttl_seconds(staleness.ttl),
                verdict: staleness.verdict,
            });
        });
        panel
    }
}

fn pointer(path: &[&Step]) -> String {
    path.iter().fold(String::new(), |mut pointer, step| {
        write!(pointer, "/{step}").expect("a String takes whatever is written to it");
        pointer
    })
}
