//! The laws that the union of lineages and the way into parts keep.

use super::{Lineage, Lineages, PublishingCalendar, Source, SourceName, Step, Ttl};
use jiff::Timestamp;
use proptest::prelude::*;

fn source() -> impl Strategy<Value = Source> {
    (0..4_u8, proptest::option::of(0..3_i64), proptest::sample::select(Ttl::ALL)).prop_map(
        |(name, asof, ttl)| Source {
            name: SourceName::provider(&format!("P{name}")),
            asof: asof.map(|day| Timestamp::from_second(day * 86_400).unwrap()),
            ttl: Some(ttl),
            calendar: PublishingCalendar::EveryDay,
        },
    )
}

fn lineage() -> impl Strategy<Value = Lineage> {
    let warnings = proptest::collection::btree_set("[a-c]", 0..2);
    (proptest::collection::btree_set(source(), 0..4), warnings)
        .prop_map(|(sources, warnings)| Lineage { sources, warnings })
}

fn lineages() -> impl Strategy<Value = Lineages> {
    lineage().prop_map(Lineages::whole).prop_recursive(3, 16, 3, |inner| {
        let parts =
            proptest::collection::btree_map((0..3_usize).prop_map(Step::Index), inner, 0..3);
        (lineage(), parts).prop_map(|(whole, parts)| Lineages { whole, parts })
    })
}

/// What [`Lineages::at`] should give, found by asking each prefix of the path.
fn nearest(tree: &Lineages, path: &[Step]) -> Lineage {
    let at = |path: &[Step]| path.iter().try_fold(tree, |here, step| here.parts.get(step));
    (0..=path.len())
        .rev()
        .filter_map(|length| at(&path[..length]))
        .map(|here| here.whole.clone())
        .find(|whole| !whole.is_empty())
        .unwrap_or_default()
}

proptest! {
    #[test]
    fn a_union_does_not_depend_on_order_grouping_or_repetition(
        a in lineage(), b in lineage(), c in lineage()
    ) {
        prop_assert_eq!(a.clone().and(&b), b.clone().and(&a));
        prop_assert_eq!(a.clone().and(&b).and(&c), a.clone().and(&b.clone().and(&c)));
        prop_assert_eq!(a.clone().and(&a), a.clone());
        prop_assert_eq!(a.clone().and(&Lineage::default()), a);
    }

    #[test]
    fn a_union_is_never_fresher_than_what_it_is_made_of(
        a in lineage(), b in lineage(), now in 0..1_000_000_i64
    ) {
        let now = Timestamp::from_second(now).unwrap();
        let verdict = |lineage: &Lineage| lineage.staleness(now, None).verdict;
        let both = verdict(&a.clone().and(&b));
        prop_assert_eq!(both, verdict(&a).max(verdict(&b)));
    }

    #[test]
    fn a_part_comes_from_the_nearest_whole_that_says_something(
        tree in lineages(), path in proptest::collection::vec((0..4_usize).prop_map(Step::Index), 0..4)
    ) {
        let part = tree.at(&path);
        prop_assert_eq!(&part.whole, &nearest(&tree, &path));
        let all = tree.everything().sources;
        prop_assert!(part.everything().sources.is_subset(&all));
    }

    #[test]
    fn a_way_in_two_moves_leads_where_one_move_does(
        tree in lineages(), path in proptest::collection::vec((0..3_usize).prop_map(Step::Index), 0..4),
        cut in 0..4_usize
    ) {
        let (first, rest) = path.split_at(cut.min(path.len()));
        prop_assert_eq!(tree.at(first).at(rest), tree.at(&path));
    }

    #[test]
    fn what_is_put_at_a_place_is_found_there(
        mut tree in lineages(), part in lineages(),
        path in proptest::collection::vec((0..3_usize).prop_map(Step::Index), 0..4)
    ) {
        prop_assume!(!part.whole.is_empty());
        tree.insert(&path, part.clone());
        prop_assert_eq!(tree.at(&path), part);
    }
}

#[test]
fn a_pointer_escapes_tilde_and_slash_as_rfc_6901_says() {
    assert_eq!(Step::from("a~b/c").to_string(), "a~0b~1c");
    assert_eq!(Step::from(7).to_string(), "7");
}
