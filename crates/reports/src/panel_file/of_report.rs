use super::{Fact, Label, PanelFile, Section};
use crate::{
    export::short_commit,
    portfolio::PortfolioReport,
    view::{Colophon, RenderError},
};
use domain::cadence::format_moment;

impl<'a> PanelFile<'a> {
    /// # Errors
    /// When the moment of its claim has no form in the zone of its workspace.
    pub fn of_report(
        report: &'a PortfolioReport,
        colophon: &Colophon,
    ) -> Result<Self, RenderError> {
        let claimed =
            format_moment(colophon.sealed_at, &colophon.zone).map_err(RenderError::Moment)?;
        let period = report.period.label();
        let (pack, ledger) = (report.pricing_pack_id.as_str(), report.ledger_commit_hash.as_str());
        let (currency, run) = (report.base_currency.as_str(), colophon.run_id.to_string());
        let specification = &report.specification_name;
        let mut labels = Vec::new();
        if report.sample_data {
            let text = "Sample data: securities and prices are fictional, not market data";
            labels.push(Label { text, is_sample: true });
        }
        let text = "Computed from ledger and prices; nobody wrote it";
        labels.push(Label { text, is_sample: false });
        Ok(Self {
            kind: format!("Portfolio desk · {} report", report.cadence.label()),
            title: format!("{}, {period}", report.title),
            name: &report.title,
            about: vec![report.portfolio_name.clone(), period.clone()],
            labels,
            facts: vec![
                Fact::day("Closing prices of", report.priced_on),
                Fact::text("In", currency),
                Fact::text(
                    "Figures look back",
                    format!("{} trading days", report.window.trading_days()),
                ),
                Fact::text(
                    "Specification",
                    format!("{specification}, version {}", report.specification_version),
                ),
            ],
            currency: Some(currency),
            sections: sections(report),
            pack,
            ledger,
            foot: vec![
                format!("Pack {pack}"),
                format!("Ledger {}", short_commit(Some(&report.ledger_commit_hash))),
                format!("Run {run}"),
                format!("Claimed {claimed}"),
            ],
            made_title: "How this report was made",
            made: "Every figure follows from the pricing pack and the commit of the ledger that are named here; both are kept and never change. A figure that cannot be computed says why.",
            colophon: vec![
                Fact::code("Pricing pack", pack),
                Fact::code("Ledger", ledger),
                Fact::text("Claimed", claimed),
                Fact::code("Run", run),
                Fact::code("Run package", colophon.package_hash.to_string()),
                Fact::code("Document", colophon.document_hash.to_string()),
            ],
            named: vec![
                ("Report", report.title.clone()),
                ("Portfolio", report.portfolio_name.clone()),
                ("Period", period),
                ("Base currency", currency.to_owned()),
                ("Specification", specification.clone()),
                ("Specification version", report.specification_version.to_string()),
            ],
            moment: colophon.sealed_at,
            hash: colophon.document_hash,
        })
    }
}

fn sections(report: &PortfolioReport) -> Vec<Section<'_>> {
    let sections = report.sections.iter();
    sections
        .map(|section| Section {
            id: section.topic.id(),
            label: Some(section.topic.label()),
            parts: section.panels.iter().collect(),
        })
        .collect()
}
