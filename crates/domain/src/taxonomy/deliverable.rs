use super::vocabulary;

vocabulary! {
    /// What a report may consist of.
    Deliverable, "deliverable" {
        CompanyNews = "company_news", "Company News Tracking";
        RegionalMonitoring = "regional_monitoring", "Regional Market Monitoring";
        IndustryContext = "industry_context", "Industry Context & Insight";
        ValueChain = "value_chain", "PU Value-Chain Analysis";
        ValueChainLink = "value_chain_link", "Link in the PU Value Chain";
        Competitive = "competitive", "Competitive Intelligence";
        Sustainability = "sustainability", "Sustainability & Regulation Tracking";
        Capacity = "capacity", "Capacity & Asset Moves";
        MAndA = "m_and_a", "M&A and Partnerships";
        EarlyWarning = "early_warning", "Early-Warning Signals";
        ExecutiveBriefings = "executive_briefings", "Executive-Ready Briefings";
    }
}
