use crate::item::DeskItem;
use domain::{
    evidence::{Direction, Label},
    taxonomy::{Horizon, SignalClass, SignalType},
    words::Lexicon,
};
use std::sync::LazyLock;

/// The label that an item's words propose: domain reference, section 7.1, "Reading".
pub fn propose(item: &DeskItem) -> Label {
    let signal = item.item.signal;
    let (horizon, class) = weight(item, signal);
    Label { signal, segment: item.segment, horizon, class }
}

fn weight(item: &DeskItem, signal: SignalType) -> (Horizon, SignalClass) {
    use SignalType as S;
    match signal {
        // Closures and cuts stay; what an addition weighs depends on its size, which is
        // the doctrine's question.
        S::Capacity if item.direction == Some(Direction::Down) => {
            (Horizon::Structural, SignalClass::Structural)
        }
        S::Investment | S::Mna | S::Regulation => (Horizon::Structural, SignalClass::Structural),
        S::Price | S::Feedstock if says(&SHORT_TERM, item) => {
            (Horizon::ShortTerm, SignalClass::Tactical)
        }
        S::Demand | S::Price | S::Feedstock => (Horizon::Cyclical, SignalClass::Cyclical),
        S::Operational => (Horizon::ShortTerm, SignalClass::Tactical),
        S::Technology if says(&NEW_KIND, item) => {
            (Horizon::Structural, SignalClass::Transformational)
        }
        S::Capacity | S::Sustainability | S::Technology => {
            (Horizon::Structural, SignalClass::Tactical)
        }
        S::Other => (Horizon::Unknown, SignalClass::Noise),
    }
}

fn says(lexicon: &Lexicon<()>, item: &DeskItem) -> bool {
    !lexicon.find(&item.words()).is_empty()
}

static SHORT_TERM: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    let words =
        "spot, this week, within a week, for the week, shortage, tightens, outage, trip, tripped";
    Lexicon::new("", &[((), words)])
});

static NEW_KIND: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    let words = "breakthrough, first of its kind, non isocyanate, phosgene free";
    Lexicon::new("", &[((), words)])
});
