use super::reading::figures;
use domain::evidence::{EvidenceItem, Quantity, Unit};
use std::collections::BTreeMap;

/// Two items on one event that give different figures of one unit. Both sides
/// stay in the report; nobody chooses between them.
#[derive(Clone, Debug)]
pub(crate) struct Conflict<'a> {
    pub one: Side<'a>,
    pub other: Side<'a>,
}

#[derive(Clone, Debug)]
pub(crate) struct Side<'a> {
    pub item: &'a EvidenceItem,
    /// As the item has it.
    pub figure: String,
}

/// Whether two items can report one event by their figures: of some unit they
/// share one, or no unit occurs in both.
pub(super) fn compatible(a: &EvidenceItem, b: &EvidenceItem) -> bool {
    let (a, b) = (by_unit(a), by_unit(b));
    let mut common = a.iter().filter_map(|(unit, ours)| Some((ours, b.get(unit)?))).peekable();
    common.peek().is_none() || common.any(|(ours, theirs)| share_a_figure(ours, theirs))
}

/// The first pair of items that share no figure of a unit in which both speak of
/// capacity. Other units differ too easily without contradiction: one text has
/// this month's price, the other the change.
pub(super) fn find<'a>(items: &[&'a EvidenceItem]) -> Option<Conflict<'a>> {
    for (at, one) in items.iter().enumerate() {
        for other in &items[at + 1..] {
            let (ours, theirs) = (by_unit(one), by_unit(other));
            for unit in [Unit::TonnesPerYear, Unit::Tonnes] {
                let (Some(ours), Some(theirs)) = (ours.get(&unit), theirs.get(&unit)) else {
                    continue;
                };
                if one.publisher != other.publisher && !share_a_figure(ours, theirs) {
                    let side = |item, figures: &[Quantity]| Side {
                        item,
                        figure: figures[0].written.clone(),
                    };
                    return Some(Conflict { one: side(one, ours), other: side(other, theirs) });
                }
            }
        }
    }
    None
}

fn by_unit(item: &EvidenceItem) -> BTreeMap<Unit, Vec<Quantity>> {
    let mut units: BTreeMap<Unit, Vec<Quantity>> = BTreeMap::new();
    for figure in figures(item) {
        units.entry(figure.unit).or_default().push(figure);
    }
    units
}

fn share_a_figure(ours: &[Quantity], theirs: &[Quantity]) -> bool {
    ours.iter().any(|one| theirs.iter().any(|other| one.normal == other.normal))
}
