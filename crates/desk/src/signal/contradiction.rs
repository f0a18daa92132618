use domain::{
    evidence::{Contradiction, ContradictionKind, Direction, EvidenceId, Side, Signal},
    taxonomy::{Region, Segment, SignalType},
};
use std::collections::{BTreeMap, BTreeSet};

type Group<'a> = BTreeMap<(SignalType, Region, Segment), [Vec<&'a Signal>; 2]>;

/// Contradictions among signals, one for each pair of places, by the first event of each
/// side.
pub fn contradictions(signals: &[Signal]) -> Vec<Contradiction> {
    let mut found = BTreeSet::new();
    for signal in signals {
        found.extend(signal.conflicts.iter().map(|conflict| {
            let side = |evidence: &EvidenceId| Side {
                event: signal.event.clone(),
                evidence: evidence.clone(),
            };
            Contradiction {
                kind: ContradictionKind::ConflictingFigures,
                one: side(&conflict.one),
                other: side(&conflict.other),
            }
        }));
    }
    let groups = grouped(signals);
    let places: Vec<_> = groups.iter().collect();
    for (at, ((signal, region, segment), one)) in places.iter().enumerate() {
        for ((other_signal, other_region, other_segment), other) in &places[at + 1..] {
            let kind = match (region == other_region, segment == other_segment) {
                (false, true) => ContradictionKind::RegionalDivergence,
                (true, false) => ContradictionKind::SegmentDivergence,
                _ => continue,
            };
            // What is not told apart is not set against each other.
            let told = ![*segment, *other_segment].contains(&Segment::Unknown);
            if signal == other_signal && told && moves(*signal) {
                found.extend(opposed(kind, &one[0], &other[1]));
                found.extend(opposed(kind, &one[1], &other[0]));
            }
        }
    }
    for ((signal, region, segment), [up, _]) in &groups {
        let kind = match signal {
            SignalType::Demand => ContradictionKind::DemandAheadOfSupply,
            SignalType::Sustainability => ContradictionKind::SustainabilityWithoutCapacity,
            SignalType::Technology => ContradictionKind::InnovationWithoutScaling,
            _ => continue,
        };
        if let Some([_, cuts]) = groups.get(&(SignalType::Capacity, *region, *segment)) {
            found.extend(opposed(kind, up, cuts));
        }
    }
    found.into_iter().collect()
}

/// Types whose direction is the market's.
const fn moves(signal: SignalType) -> bool {
    matches!(
        signal,
        SignalType::Capacity | SignalType::Demand | SignalType::Price | SignalType::Feedstock
    )
}

/// Up and down by type, region and segment. Announcements count as up unless they say
/// otherwise; the other types count by their direction alone.
fn grouped(signals: &[Signal]) -> Group<'_> {
    let mut groups = Group::new();
    for signal in signals {
        let announced =
            matches!(signal.proposed.signal, SignalType::Sustainability | SignalType::Technology);
        let down = match signal.direction {
            Some(Direction::Down) if !announced => 1,
            None if !announced => continue,
            _ => 0,
        };
        for region in &signal.regions {
            let key = (signal.proposed.signal, *region, signal.proposed.segment);
            groups.entry(key).or_default()[down].push(signal);
        }
    }
    for sides in groups.values_mut() {
        for side in sides {
            side.sort_by(|a, b| a.event.cmp(&b.event));
        }
    }
    groups
}

fn opposed(kind: ContradictionKind, one: &[&Signal], other: &[&Signal]) -> Option<Contradiction> {
    let side =
        |signal: &Signal| Side { event: signal.event.clone(), evidence: signal.excerpt.clone() };
    let one = one.first()?;
    let other = other.iter().find(|other| other.event != one.event)?;
    Some(Contradiction { kind, one: side(one), other: side(other) })
}
