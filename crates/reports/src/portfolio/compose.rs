use super::{PortfolioReport, ReportSection};
use crate::panel::part::PanelPart;
use domain::{
    package::PortfolioPackage,
    specification::{Desk, PortfolioPanel},
};
use executor::{
    lineage::{Lineages, Step},
    pattern::PanelDocument,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// A part as the pattern gives it, whether it was ordered or not.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SectionGiven {
    pub topic: PortfolioPanel,
    pub panels: Vec<PanelDocument>,
}

/// Puts together what was ordered, in the order of [`PortfolioPanel`]. `lineage` is that of
/// the arguments, in which the sections stand under `sections`. A table that says what has no
/// price is left out where everything has one.
pub fn compose(
    sections: Vec<SectionGiven>,
    package: &PortfolioPackage,
    lineage: &Lineages,
) -> PortfolioReport {
    let order = package.order();
    let mut kept: Vec<ReportSection> = Vec::new();
    for (at, section) in sections.into_iter().enumerate() {
        if !order.panels.contains(&section.topic) {
            continue;
        }
        let panels = section.panels.into_iter().enumerate().filter_map(|(place, panel)| {
            let path: [Step; 4] = ["sections".into(), at.into(), "panels".into(), place.into()];
            says_something(&panel).then(|| traced(panel, &lineage.at(&path)))
        });
        kept.push(ReportSection { topic: section.topic, panels: panels.collect() });
    }
    kept.sort_by_key(|section| section.topic);
    PortfolioReport {
        schema: PortfolioReport::SCHEMA,
        desk: Desk::Portfolio,
        title: package.specification.options.title.clone(),
        specification_name: package.specification.name.clone(),
        specification_version: package.specification_version,
        cadence: package.specification.cadence,
        period: package.period.clone(),
        portfolio_id: package.portfolio.id,
        portfolio_name: package.portfolio.name.clone(),
        base_currency: package.portfolio.base.clone(),
        window: order.window,
        priced_on: package.pricing_pack.date(),
        pricing_pack_id: package.pricing_pack.clone(),
        ledger_commit_hash: package.ledger_commit.clone(),
        sample_data: package.sample,
        sections: kept,
    }
}

fn says_something(panel: &PanelDocument) -> bool {
    panel.id != "unpriced" || panel.data.as_array().is_none_or(|rows| !rows.is_empty())
}

fn traced(panel: PanelDocument, lineage: &Lineages) -> PanelPart {
    let everything = lineage.everything();
    PanelPart {
        panel,
        sources: everything.names(),
        oldest: everything.sources.iter().filter_map(|source| source.asof).min(),
        warnings: everything.warnings.into_iter().collect(),
    }
}
