use super::{Deliverable, SignalType};
use crate::{
    evidence::EvidenceItem,
    specification::Scope,
    words::{Lexicon, names},
};
use std::{collections::BTreeSet, sync::LazyLock};

/// Why an item has no place in a scope: the first reason that applies, in this
/// order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Misfit {
    #[error("its region is not known")]
    RegionUnknown,
    #[error("it concerns other regions")]
    RegionMismatch,
    #[error("it concerns another position in the value chain, or none that is known")]
    LinkMismatch,
    #[error("no chosen deliverable admits its kind of development")]
    DeliverableMismatch,
    #[error("it names no company that the chosen deliverables ask for")]
    CompanyMismatch,
}

impl Deliverable {
    /// Whether this deliverable lets a signal of this type into the report.
    /// [`Scope::fit`] adds the conditions that need more than the type.
    ///
    /// Early warning also admits whatever has a short-term horizon; of the types
    /// that is the operational one. Executive briefings admit what the other
    /// chosen deliverables admit, and everything when they stand alone.
    pub const fn admits(self, signal: SignalType) -> bool {
        use SignalType as S;
        match self {
            Self::CompanyNews
            | Self::RegionalMonitoring
            | Self::ValueChainLink
            | Self::ExecutiveBriefings => true,
            Self::IndustryContext => matches!(
                signal,
                S::Demand | S::Price | S::Feedstock | S::Capacity | S::Regulation | S::Technology
            ),
            Self::ValueChain => matches!(
                signal,
                S::Capacity | S::Feedstock | S::Price | S::Demand | S::Technology | S::Operational
            ),
            Self::Competitive => matches!(
                signal,
                S::Capacity
                    | S::Investment
                    | S::Mna
                    | S::Technology
                    | S::Operational
                    | S::Sustainability
            ),
            Self::Sustainability => matches!(signal, S::Sustainability | S::Regulation),
            Self::Capacity => matches!(signal, S::Capacity | S::Investment | S::Operational),
            Self::MAndA => matches!(signal, S::Mna | S::Investment),
            Self::EarlyWarning => {
                matches!(signal, S::Price | S::Feedstock | S::Demand | S::Operational)
            }
        }
    }

    /// Of the operational items, capacity takes the outages; of the investments,
    /// M&A takes the joint ventures.
    fn admits_item(self, item: &EvidenceItem) -> bool {
        let says = |lexicon: &Lexicon<()>| {
            !lexicon.find(&item.title).is_empty() || !lexicon.find(&item.excerpt).is_empty()
        };
        self.admits(item.signal)
            && match (self, item.signal) {
                (Self::Capacity, SignalType::Operational) => says(&OUTAGE),
                (Self::MAndA, SignalType::Investment) => says(&JOINT_VENTURE),
                _ => true,
            }
    }

    /// Whether the item names the company that this deliverable asks for.
    fn finds_company(self, watchlist: &[String], item: &EvidenceItem) -> bool {
        match self {
            Self::CompanyNews => watchlist.iter().any(|company| item.names_company(company)),
            Self::Competitive => !item.companies.is_empty(),
            _ => true,
        }
    }
}

impl EvidenceItem {
    /// Whether title, excerpt or the list of companies names `company` by whole
    /// words.
    pub fn names_company(&self, company: &str) -> bool {
        let texts = [&self.title, &self.excerpt];
        texts.into_iter().chain(&self.companies).any(|text| names(text, company))
    }
}

impl Scope {
    /// The ordered deliverables that an item serves, never none. Publication
    /// date and evidence rules are not looked at here.
    pub fn fit(
        &self,
        watchlist: &[String],
        item: &EvidenceItem,
    ) -> Result<BTreeSet<Deliverable>, Misfit> {
        if item.regions.is_empty() {
            return Err(Misfit::RegionUnknown);
        }
        if self.regions.is_disjoint(&item.regions) {
            return Err(Misfit::RegionMismatch);
        }
        if !self.links.is_empty() && self.links.is_disjoint(&item.links) {
            return Err(Misfit::LinkMismatch);
        }
        self.deliverables_served(watchlist, item)
    }

    fn deliverables_served(
        &self,
        watchlist: &[String],
        item: &EvidenceItem,
    ) -> Result<BTreeSet<Deliverable>, Misfit> {
        let briefings = Deliverable::ExecutiveBriefings;
        let mut others = self.deliverables.clone();
        let with_briefings = others.remove(&briefings);
        if with_briefings && others.is_empty() {
            return Ok(BTreeSet::from([briefings]));
        }
        others.retain(|deliverable| deliverable.admits_item(item));
        if others.is_empty() {
            return Err(Misfit::DeliverableMismatch);
        }
        others.retain(|deliverable| deliverable.finds_company(watchlist, item));
        if others.is_empty() {
            return Err(Misfit::CompanyMismatch);
        }
        if with_briefings {
            others.insert(briefings);
        }
        Ok(others)
    }
}

static OUTAGE: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    let phrases = "
        outage, outages, shutdown, shutdowns, shut, shuts, shut down, turnaround, force majeure,
        halt, halts, halted, stoppage, offline, unplanned, fire, explosion, maintenance, idle,
        idled, idles, restart, restarts, restarted";
    Lexicon::new("", &[((), phrases)])
});

static JOINT_VENTURE: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    let phrases = "joint venture, joint ventures, JV=, JVs=";
    Lexicon::new("", &[((), phrases)])
});

#[cfg(test)]
#[path = "admits_tests.rs"]
mod tests;
