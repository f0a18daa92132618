use super::vocabulary;

vocabulary! {
    /// What kind of development an evidence item reports.
    SignalType, "signal type" {
        Capacity = "capacity", "Capacity";
        Investment = "investment", "Investment";
        Mna = "mna", "Mergers and acquisitions";
        Regulation = "regulation", "Regulation";
        Feedstock = "feedstock", "Feedstock";
        Demand = "demand", "Demand";
        Sustainability = "sustainability", "Sustainability";
        Price = "price", "Price";
        Technology = "technology", "Technology";
        Operational = "operational", "Operations";
        Other = "other", "Other";
    }
}
