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
    /// The section that a signal type belongs to; [`crate::report::section_of`]
    /// knows the exception.
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

#[cfg(test)]
mod tests {
    use super::*;

    // Table of the domain reference, section 8.1, read by row.
    #[test]
    fn sections_take_the_types_of_the_table() {
        use SignalType as S;
        let rows: [(SectionKind, &[SignalType]); 6] = [
            (SectionKind::MarketDevelopments, &[S::Feedstock, S::Demand, S::Price, S::Other]),
            (SectionKind::TechnologyInnovation, &[S::Technology]),
            (SectionKind::CapacityInvestment, &[S::Capacity, S::Investment, S::Operational]),
            (SectionKind::CorporateDevelopments, &[S::Mna]),
            (SectionKind::Sustainability, &[S::Regulation, S::Sustainability]),
            (SectionKind::StrategicImplications, &[]),
        ];
        for (section, expected) in rows {
            let taken: Vec<_> = SignalType::ALL
                .iter()
                .copied()
                .filter(|signal| SectionKind::of_signal(*signal) == section)
                .collect();
            assert_eq!(taken, expected, "{section}");
        }
    }

    // The same table, last column.
    #[test]
    fn deliverables_shape_the_sections_of_the_table() {
        use Deliverable as D;
        let rows: [(SectionKind, &[Deliverable]); 6] = [
            (
                SectionKind::MarketDevelopments,
                &[D::RegionalMonitoring, D::IndustryContext, D::ValueChain, D::ValueChainLink],
            ),
            (
                SectionKind::TechnologyInnovation,
                &[D::IndustryContext, D::ValueChain, D::Competitive],
            ),
            (SectionKind::CapacityInvestment, &[D::Competitive, D::Capacity]),
            (SectionKind::CorporateDevelopments, &[D::CompanyNews, D::Competitive, D::MAndA]),
            (SectionKind::Sustainability, &[D::Sustainability]),
            (
                SectionKind::StrategicImplications,
                &[D::IndustryContext, D::EarlyWarning, D::ExecutiveBriefings],
            ),
        ];
        for (section, expected) in rows {
            let shaping: Vec<_> = Deliverable::ALL
                .iter()
                .copied()
                .filter(|deliverable| SectionKind::serving(*deliverable).contains(&section))
                .collect();
            assert_eq!(shaping, expected, "{section}");
        }
    }

    // Bounds of the domain reference, section 7.4.
    #[test]
    fn strength_counts_independent_publishers() {
        let strengths: Vec<_> = (0..7).map(Strength::of_publishers).map(Strength::id).collect();
        assert_eq!(strengths, ["none", "weak", "weak", "moderate", "moderate", "strong", "strong"]);
    }
}
