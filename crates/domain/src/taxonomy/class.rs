use super::vocabulary;

vocabulary! {
    /// How much a signal weighs, the least first.
    SignalClass, "signal class" {
        Noise = "noise", "Noise";
        Tactical = "tactical", "Tactical";
        Cyclical = "cyclical", "Cyclical";
        Structural = "structural", "Structural";
        Transformational = "transformational", "Transformational";
    }
}
