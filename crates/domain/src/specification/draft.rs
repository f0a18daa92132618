use super::{Desk, ReportOptions, SectionKind, Specification};
use serde::{Deserialize, Serialize};

/// The form as it was typed: kept as it is, right or wrong, so that nothing a
/// subscriber writes is lost. [`super::check`] makes a [`Specification`] of it.
///
/// Field names are the names of the form's controls. A box that is not ticked
/// is not sent, so its text is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpecificationDraft {
    /// Empty: the polyurethane desk's.
    pub desk: String,
    pub name: String,
    /// Of the portfolio desk: the portfolio's id.
    pub portfolio: String,
    /// Of the portfolio desk.
    pub panels: Vec<String>,
    /// Of the portfolio desk.
    pub window: String,
    pub deliverables: Vec<String>,
    pub regions: Vec<String>,
    pub links: Vec<String>,
    pub cadence: String,
    /// Empty: the smallest tier that holds the scope.
    pub tier: String,
    pub seats: String,
    /// One company a line.
    pub watchlist: String,
    pub title: String,
    pub sections: Vec<String>,
    /// `on` or empty.
    pub signal_map: String,
    /// `on` or empty.
    pub evidence_appendix: String,
    pub minimum_strength: String,
    pub language: String,
}

impl Default for SpecificationDraft {
    /// What an omitted control means: nothing chosen. See [`Self::blank`] for
    /// what a new form shows.
    fn default() -> Self {
        Self {
            desk: String::new(),
            name: String::new(),
            portfolio: String::new(),
            panels: Vec::new(),
            window: String::new(),
            deliverables: Vec::new(),
            regions: Vec::new(),
            links: Vec::new(),
            cadence: String::new(),
            tier: String::new(),
            seats: String::new(),
            watchlist: String::new(),
            title: String::new(),
            sections: Vec::new(),
            signal_map: String::new(),
            evidence_appendix: String::new(),
            minimum_strength: String::new(),
            language: String::new(),
        }
    }
}

impl SpecificationDraft {
    /// A new form: options at their defaults, nothing chosen, no cadence
    /// preselected.
    pub fn blank() -> Self {
        let options = ReportOptions::default();
        Self {
            seats: "1".to_owned(),
            title: options.title,
            sections: SectionKind::ALL.iter().map(|section| section.id().to_owned()).collect(),
            signal_map: "on".to_owned(),
            evidence_appendix: "on".to_owned(),
            minimum_strength: options.minimum_strength.id().to_owned(),
            language: options.language.id().to_owned(),
            ..Self::default()
        }
    }
}

impl From<&Specification> for SpecificationDraft {
    fn from(specification: &Specification) -> Self {
        fn ids<T: Copy + Into<&'static str>>(values: impl IntoIterator<Item = T>) -> Vec<String> {
            values.into_iter().map(|value| value.into().to_owned()).collect()
        }
        fn ticked(value: bool) -> String {
            if value { "on" } else { "" }.to_owned()
        }
        let Specification { name, scope, cadence, tier, seats, watchlist, options, portfolio } =
            specification;
        let order = portfolio.as_ref();
        Self {
            desk: order.map_or_else(String::new, |_| Desk::Portfolio.id().to_owned()),
            name: name.clone(),
            portfolio: order.map_or_else(String::new, |order| order.portfolio.to_string()),
            panels: order.map_or_else(Vec::new, |order| ids(order.panels.iter().copied())),
            window: order.map_or_else(String::new, |order| order.window.id().to_owned()),
            deliverables: ids(scope.deliverables.iter().copied()),
            regions: ids(scope.regions.iter().copied()),
            links: ids(scope.links.iter().copied()),
            cadence: cadence.id().to_owned(),
            tier: tier.id().to_owned(),
            seats: seats.to_string(),
            watchlist: watchlist.join("\n"),
            title: options.title.clone(),
            sections: ids(options.sections.iter().copied()),
            signal_map: ticked(options.signal_map),
            evidence_appendix: ticked(options.evidence_appendix),
            minimum_strength: options.minimum_strength.id().to_owned(),
            language: options.language.id().to_owned(),
        }
    }
}
