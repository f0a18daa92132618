use crate::taxonomy::{Deliverable, SignalType, vocabulary};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

vocabulary! {
    /// A section of the report, in its order.
    SectionKind, "section" {
        MarketDevelopments = "market_developments", "Market Developments";
        TechnologyInnovation = "technology_innovation", "Technology and Innovation";
        CapacityInvestment = "capacity_investment", "Capacity and Investment";
        CorporateDevelopments = "corporate_developments", "Corporate Developments";
        Sustainability = "sustainability", "Sustainability and Circular Economy";
        StrategicImplications = "strategic_implications", "Strategic Implications";
    }
}

impl SectionKind {
    /// The section that a signal type belongs to.
    pub const fn of_signal(signal: SignalType) -> Self {
        match signal {
            SignalType::Demand | SignalType::Price | SignalType::Feedstock | SignalType::Other => {
                Self::MarketDevelopments
            }
            SignalType::Technology => Self::TechnologyInnovation,
            SignalType::Capacity | SignalType::Investment | SignalType::Operational => {
                Self::CapacityInvestment
            }
            SignalType::Mna => Self::CorporateDevelopments,
            SignalType::Sustainability | SignalType::Regulation => Self::Sustainability,
        }
    }

    /// The section of a development that serves `deliverables`: its type decides,
    /// except that what only company news admits is corporate. Executive
    /// briefings take what the others admit and do not count.
    pub fn of_development(signal: SignalType, deliverables: &BTreeSet<Deliverable>) -> Self {
        let mut admitting =
            deliverables.iter().filter(|chosen| **chosen != Deliverable::ExecutiveBriefings);
        let only = (admitting.next(), admitting.next());
        if only == (Some(&Deliverable::CompanyNews), None) {
            Self::CorporateDevelopments
        } else {
            Self::of_signal(signal)
        }
    }

    /// The sections that a deliverable shapes; it keeps at least one of them.
    pub const fn serving(deliverable: Deliverable) -> &'static [Self] {
        use SectionKind as S;
        match deliverable {
            Deliverable::CompanyNews | Deliverable::MAndA => &[S::CorporateDevelopments],
            Deliverable::RegionalMonitoring | Deliverable::ValueChainLink => {
                &[S::MarketDevelopments]
            }
            Deliverable::IndustryContext => {
                &[S::MarketDevelopments, S::TechnologyInnovation, S::StrategicImplications]
            }
            Deliverable::ValueChain => &[S::MarketDevelopments, S::TechnologyInnovation],
            Deliverable::Competitive => {
                &[S::TechnologyInnovation, S::CapacityInvestment, S::CorporateDevelopments]
            }
            Deliverable::Sustainability => &[S::Sustainability],
            Deliverable::Capacity => &[S::CapacityInvestment],
            Deliverable::EarlyWarning | Deliverable::ExecutiveBriefings => {
                &[S::StrategicImplications]
            }
        }
    }
}

vocabulary! {
    /// How many independent publishers report a development.
    Strength, "strength" {
        None = "none", "Any";
        Weak = "weak", "Weak (1–2 publishers)";
        Moderate = "moderate", "Moderate (3–4 publishers)";
        Strong = "strong", "Strong (5 or more publishers)";
    }
}

impl Strength {
    pub const fn of_publishers(independent: usize) -> Self {
        match independent {
            0 => Self::None,
            1 | 2 => Self::Weak,
            3 | 4 => Self::Moderate,
            _ => Self::Strong,
        }
    }
}

vocabulary! {
    /// Language of the report.
    Language, "language" {
        English = "en", "English";
    }
}

/// How the report looks. Options never change scope or price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportOptions {
    pub title: String,
    /// Every chosen deliverable keeps at least one of these.
    pub sections: BTreeSet<SectionKind>,
    pub signal_map: bool,
    pub evidence_appendix: bool,
    pub minimum_strength: Strength,
    pub language: Language,
}

impl ReportOptions {
    pub const DEFAULT_TITLE: &str = "Polyurethane Industry Intelligence Briefing";
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            title: Self::DEFAULT_TITLE.to_owned(),
            sections: SectionKind::ALL.iter().copied().collect(),
            signal_map: true,
            evidence_appendix: true,
            minimum_strength: Strength::None,
            language: Language::English,
        }
    }
}
