use super::{FactQuality, Hundredths, fact_qualities, publishers};
use crate::{event::Event, figure::figures_in, item::DeskItem, signal::Signal};
use domain::taxonomy::{Horizon, SignalClass, SignalType, ValueChainLink};
use std::collections::BTreeSet;

/// Points of a development, from 0 to 100, in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(Hundredths);

impl Rank {
    const REPORTABLE: Self = Self(5_500);
    const KEY: Self = Self(6_000);

    pub const fn hundredths(self) -> Hundredths {
        self.0
    }

    /// Contradictory, told by two independent publishers, or of 55 points.
    pub fn is_reportable(self, contradictory: bool, publishers: usize) -> bool {
        contradictory || publishers >= 2 || self >= Self::REPORTABLE
    }

    pub fn is_key(self) -> bool {
        self >= Self::KEY
    }
}

/// What the rank depends on beside the event.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// Those that the specification chose; none chosen is all.
    pub links: &'a BTreeSet<ValueChainLink>,
    /// The event is a side of a contradiction.
    pub contradictory: bool,
    /// Its type moves the other way in another region or segment.
    pub divergent: bool,
}

/// The rank of an event. Weights sum to 95; bonuses and penalties come to it, and the
/// sum is kept within 0 and 100.
pub fn rank(event: &Event, signal: &Signal, standing: Standing<'_>) -> Rank {
    let items: Vec<&DeskItem> = event.items().collect();
    let facts: Vec<Hundredths> =
        fact_qualities(event, signal).into_iter().map(FactQuality::hundredths).collect();
    let count = i64::try_from(items.len()).unwrap_or(i64::MAX).max(1);
    let sum: Hundredths = facts.iter().sum();
    let mean = sum / count;
    let peak = facts.iter().copied().max().unwrap_or(0);
    let number = items.iter().any(|one| states_a_figure(one));
    let company = items.iter().any(|one| !one.companies.is_empty());
    let product = items.iter().any(|one| one.names_a_product);
    let placed = items.iter().any(|one| !one.sites.is_empty() || !one.products.is_empty());
    let present = [company, placed, number, true].into_iter().filter(|there| *there).count();
    let present = i64::try_from(present).unwrap_or(4);
    let label = &signal.verdict.label;

    let mut points = count.min(6) * 12 * mean / (6 * 5);
    points += 12 * items.iter().map(|one| quality(one.item.tier.into())).sum::<i64>() / count;
    points += 12 * mean / 5 + 8 * peak / 5 + 6 * sum.min(3_000) / 30;
    points += 10 * 100 * present / 4;
    points += 8 * fit(&items, standing.links);
    points += if number { 600 } else { 0 };
    points += if signal.regions.len() > 1 { 600 } else { 0 };
    points += 5 * impact(label.signal, standing.divergent);
    points += if standing.contradictory { 400 } else { 0 };
    points += if signal.verdict.material { 300 } else { 0 };
    points += 3 * weight(label.class);

    points += if company { 200 } else { 0 };
    points += if number { 200 } else { 0 };
    points += if label.horizon == Horizon::Structural { 150 } else { 0 };
    points += if standing.contradictory && signal.direction.is_some() { 150 } else { 0 };
    points -= if product { 0 } else { 800 };
    points -= if signal.regions.is_empty() { 500 } else { 0 };
    Rank(points.clamp(0, 10_000))
}

/// Whether the event may be written of at all.
pub fn is_reportable(event: &Event, rank: Rank, contradictory: bool) -> bool {
    rank.is_reportable(contradictory, publishers(event))
}

pub(super) fn states_a_figure(one: &DeskItem) -> bool {
    !figures_in(&one.words(), one.number_marks()).is_empty()
}

/// Hundredths by trust tier.
const fn quality(tier: u8) -> i64 {
    match tier {
        1 => 100,
        2 => 80,
        3 => 65,
        _ => 55,
    }
}

/// Known to fit, not known, known not to.
fn fit(items: &[&DeskItem], chosen: &BTreeSet<ValueChainLink>) -> i64 {
    let links: BTreeSet<_> = items.iter().flat_map(|one| one.item.links.iter()).copied().collect();
    if links.is_empty() {
        50
    } else if chosen.is_empty() || !links.is_disjoint(chosen) {
        100
    } else {
        0
    }
}

const fn impact(signal: SignalType, divergent: bool) -> i64 {
    if divergent {
        return 100;
    }
    match signal {
        SignalType::Capacity | SignalType::Regulation => 95,
        SignalType::Mna | SignalType::Investment | SignalType::Sustainability => 85,
        SignalType::Demand | SignalType::Feedstock | SignalType::Price => 80,
        SignalType::Technology | SignalType::Operational => 75,
        SignalType::Other => 50,
    }
}

const fn weight(class: SignalClass) -> i64 {
    match class {
        SignalClass::Noise => 0,
        SignalClass::Tactical => 25,
        SignalClass::Cyclical => 50,
        SignalClass::Structural => 75,
        SignalClass::Transformational => 100,
    }
}
