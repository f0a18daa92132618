use super::{Development, SignalCell};
use crate::{
    specification::Strength,
    taxonomy::{Region, SignalType},
};
use std::collections::BTreeMap;

/// Counts developments by signal type and region, in the vocabularies' order.
/// One that concerns several regions counts once in each; one without a known
/// region counts in the cell without region.
pub fn signal_map<'a>(developments: impl IntoIterator<Item = &'a Development>) -> Vec<SignalCell> {
    let mut cells: BTreeMap<(SignalType, Option<Region>), (u32, Strength)> = BTreeMap::new();
    for development in developments {
        let regions = development.regions.iter().copied().map(Some);
        let unknown = development.regions.is_empty().then_some(None);
        for region in regions.chain(unknown) {
            let (count, strength) =
                cells.entry((development.signal, region)).or_insert((0, Strength::None));
            *count += 1;
            *strength = development.strength.max(*strength);
        }
    }
    cells
        .into_iter()
        .map(|((signal, region), (developments, strength))| SignalCell {
            signal,
            region,
            developments,
            strength,
        })
        .collect()
}
