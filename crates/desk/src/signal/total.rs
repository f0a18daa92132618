use super::Signal;
use domain::{
    evidence::Unit,
    taxonomy::{Region, Segment, SignalType},
};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Capacity that moved in one region and segment, in tonnes a year. A sum that is too
/// large for a decimal is left at the largest one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    pub additions: Decimal,
    /// Negative.
    pub cuts: Decimal,
    pub events: u32,
}

impl Total {
    /// Additions and cuts together.
    pub fn net(&self) -> Decimal {
        self.additions.saturating_add(self.cuts)
    }
}

/// Signed capacities by region and segment. Each event counts once, in the region that
/// it concerns; one of several regions counts in none of them, since nobody says how it
/// is divided. Percentages are never summed.
///
/// Trap: the larger of −30 000 and −5 000 is not their sum.
pub fn totals(signals: &[Signal]) -> BTreeMap<(Region, Segment), Total> {
    let mut totals: BTreeMap<(Region, Segment), Total> = BTreeMap::new();
    let mut counted = BTreeSet::new();
    for signal in signals.iter().filter(|one| one.proposed.signal == SignalType::Capacity) {
        let rate = signal.change.as_ref().filter(|change| change.unit == Unit::TonnesPerYear);
        let (Some(change), Some(region)) = (rate, signal.regions.first()) else { continue };
        if signal.regions.len() > 1 || !counted.insert(&signal.event) {
            continue;
        }
        let total = totals.entry((*region, signal.proposed.segment)).or_default();
        total.events += 1;
        let side =
            if change.value.is_sign_negative() { &mut total.cuts } else { &mut total.additions };
        *side = side.saturating_add(change.value);
    }
    totals
}
