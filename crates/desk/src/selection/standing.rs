use super::Selected;
use crate::{
    development::{Rank, Standing, is_reportable, rank},
    signal::{Contradiction, ContradictionKind, Signal, contradictions},
};
use domain::taxonomy::ValueChainLink;
use std::collections::BTreeSet;

/// A selected event with its rank among those that were selected with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub selected: Selected,
    pub rank: Rank,
    /// Contradictory, told by two independent publishers, or of enough points.
    pub reportable: bool,
}

/// Ranks what was selected, and finds what does not fit together in it.
pub fn place(
    selected: Vec<Selected>,
    links: &BTreeSet<ValueChainLink>,
) -> (Vec<Placed>, Vec<Contradiction>) {
    let signals: Vec<Signal> = selected.iter().map(|one| one.signal.clone()).collect();
    let found = contradictions(&signals);
    let placed = selected
        .into_iter()
        .map(|selected| {
            let sides = |any: &[ContradictionKind]| {
                found.iter().filter(|one| any.is_empty() || any.contains(&one.kind)).any(|one| {
                    [&one.one, &one.other].iter().any(|side| side.event == selected.event.id)
                })
            };
            let contradictory = sides(&[]);
            let divergent = sides(&[
                ContradictionKind::RegionalDivergence,
                ContradictionKind::SegmentDivergence,
            ]);
            let standing = Standing { links, contradictory, divergent };
            let rank = rank(&selected.event, &selected.signal, standing);
            let reportable = is_reportable(&selected.event, rank, contradictory);
            Placed { selected, rank, reportable }
        })
        .collect();
    (placed, found)
}
