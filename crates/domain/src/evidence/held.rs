use super::DateSource;
use crate::taxonomy::vocabulary;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// Why an item waits for an administrator: domain reference, sections 6.4 and 6.6.
    HeldCause, "cause to hold" {
        NoDate = "no_date", "It carries no date";
        AmbiguousDate = "ambiguous_date", "Day and month cannot be told apart";
        FutureDate = "future_date", "Its date lies in the future";
        UnsureDate = "unsure_date", "Its date stands in its words or address alone";
        NotProven = "not_proven", "It is too short to tell whether it is about polyurethane";
    }
}

vocabulary! {
    /// What an administrator decided on an item that is held. The newest decision counts.
    HeldDecision, "decision on a held item" {
        Dated = "dated", "Dated";
        Released = "released", "Released";
        Dropped = "dropped", "Dropped";
        Reopened = "reopened", "Held again";
    }
}

impl HeldDecision {
    /// Whether the item enters the next pack.
    pub const fn admits(self) -> bool {
        matches!(self, Self::Dated | Self::Released)
    }
}

vocabulary! {
    /// Where an item that was held stands.
    HeldState, "state of a held item" {
        Open = "open", "To be decided";
        Admitted = "admitted", "Admitted";
        Dropped = "dropped", "Dropped";
    }
}

impl HeldState {
    /// By the newest decision, if there is any.
    pub const fn after(decision: Option<HeldDecision>) -> Self {
        match decision {
            None | Some(HeldDecision::Reopened) => Self::Open,
            Some(HeldDecision::Dated | HeldDecision::Released) => Self::Admitted,
            Some(HeldDecision::Dropped) => Self::Dropped,
        }
    }
}

/// An item that waits for an administrator, with what was read off it before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HeldItem {
    pub cause: HeldCause,
    /// The date that it carries, if it carries any that can be read, and from where. Only
    /// what is held as too short has one that is sure.
    pub proposed: Option<(Date, DateSource)>,
    /// At most 300 characters, or none where the source's terms allow none.
    pub excerpt: String,
    /// ISO 639-1.
    pub language: Option<String>,
    /// 1 to 5; none where nobody looked.
    pub relevance: Option<u8>,
    /// Long enough to tell that it is not about polyurethane.
    pub unrelated: bool,
}

impl HeldItem {
    /// The date that an administrator may confirm as it stands: not later than tomorrow,
    /// as of a civil date (UTC).
    pub fn releasable(&self, as_of: Date) -> Option<(Date, DateSource)> {
        self.proposed.filter(|(date, _)| as_of.tomorrow().is_ok_and(|latest| *date <= latest))
    }
}
