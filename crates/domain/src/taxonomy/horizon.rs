use super::vocabulary;

vocabulary! {
    /// How long a signal is likely to last.
    Horizon, "horizon" {
        ShortTerm = "short_term", "Short term";
        Cyclical = "cyclical", "Cyclical";
        Structural = "structural", "Structural";
        Unknown = "unknown", "Not known";
    }
}
