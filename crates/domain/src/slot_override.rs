//! What an administrator may open beyond the regular slot of a period.

use crate::taxonomy::vocabulary;

vocabulary! {
    /// Both kinds open one further slot of one period. They differ in what the run
    /// is told about the reports that the period has already.
    OverrideKind, "kind of override" {
        /// One more report beside them: they count among the earlier runs.
        ExtraRun = "extra_run", "Extra run";
        /// A report that takes their place: its package does not name them.
        SlotReset = "slot_reset", "Slot reset";
    }
}
