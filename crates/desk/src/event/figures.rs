use crate::{figure::figures_in, item::DeskItem};
use domain::evidence::{Conflict, Quantity, Unit};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Figures of two reports on one event may differ by this factor: by more, and they
/// are about different things.
const FACTOR_MAX: Decimal = Decimal::TWO;

/// The figures of an item that tell one event from another, by unit.
pub(super) fn telling(item: &DeskItem) -> BTreeMap<Unit, Vec<Quantity>> {
    let mut units: BTreeMap<Unit, Vec<Quantity>> = BTreeMap::new();
    for figure in figures_in(&item.words(), item.number_marks()) {
        if figure.unit != Unit::Fraction {
            units.entry(figure.unit).or_default().push(figure);
        }
    }
    units
}

/// Whether two items can report one event by their figures: in each unit that both
/// state, some pair lies within [`FACTOR_MAX`].
pub(super) fn compatible(
    one: &BTreeMap<Unit, Vec<Quantity>>,
    other: &BTreeMap<Unit, Vec<Quantity>>,
) -> bool {
    one.iter().all(|(unit, ours)| {
        other.get(unit).is_none_or(|theirs| {
            ours.iter().any(|a| theirs.iter().any(|b| near(a.normal.high, b.normal.high)))
        })
    })
}

fn near(a: Decimal, b: Decimal) -> bool {
    let (low, high) = (a.abs().min(b.abs()), a.abs().max(b.abs()));
    low.checked_mul(FACTOR_MAX).is_none_or(|limit| high <= limit)
}

/// Pairs of items of different publishers that share no figure of a unit of capacity in
/// which both speak. Other units differ too easily without contradiction: one text has
/// this month's price, the other the change. At most one for each publisher, against
/// the first item that states any.
pub fn conflicts(items: &[&DeskItem]) -> Vec<Conflict> {
    let mut found = Vec::new();
    for unit in [Unit::TonnesPerYear, Unit::Tonnes] {
        let mut stated = items.iter().filter_map(|one| Some((*one, telling(one).remove(&unit)?)));
        let Some((first, ours)) = stated.next() else { continue };
        let mut heard = vec![&first.item.publisher];
        for (other, theirs) in stated {
            let shared = ours.iter().any(|a| theirs.iter().any(|b| a.normal == b.normal));
            if !shared && !heard.contains(&&other.item.publisher) {
                heard.push(&other.item.publisher);
                found.push(Conflict {
                    one: first.item.id.clone(),
                    one_figure: ours[0].written.clone(),
                    other: other.item.id.clone(),
                    other_figure: theirs[0].written.clone(),
                });
            }
        }
    }
    found
}
