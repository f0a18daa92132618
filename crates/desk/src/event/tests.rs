use super::*;
use crate::{
    date::DateClues,
    entity::EntityTable,
    item::{DeskItem, RawItem, SourceFacts, read_item},
};
use jiff::civil::{Date, date};
use proptest::prelude::*;
use std::sync::Arc;

const AS_OF: Date = date(2025, 1, 15);

pub(super) fn raw(publisher: &str, day: i8, title: &str, text: &str) -> RawItem {
    RawItem {
        source: Arc::new(SourceFacts {
            name: publisher.to_lowercase(),
            publisher: publisher.to_owned(),
            tier: 2.try_into().unwrap(),
            language: Some("en".to_owned()),
            polyurethane_only: true,
            sample: true,
        }),
        title: title.to_owned(),
        link: Some(format!(
            "https://{}.example.com/{day}/{}",
            publisher.to_lowercase(),
            title.to_lowercase().replace(' ', "-")
        )),
        page_canonical: None,
        dates: DateClues { feed: Some(format!("2025-01-{day:02}")), ..DateClues::default() },
        text: text.to_owned(),
    }
}

pub(super) fn read(raw: &RawItem) -> DeskItem {
    read_item(raw, AS_OF, EntityTable::built_in()).unwrap()
}

/// Titles of each event, events and titles in order.
fn events(raw: &[RawItem]) -> Vec<Vec<String>> {
    let (items, _) = unique(raw.iter().map(read).collect());
    merge(items, &Apart::default())
        .iter()
        .map(|event| {
            let mut titles: Vec<_> = event.items().map(|one| one.item.title.clone()).collect();
            titles.sort();
            titles
        })
        .collect()
}

fn count(raw: &[RawItem]) -> usize {
    events(raw).len()
}

pub(super) const EXPANDS: &str =
    "Halvorsen Isocyanates expands MDI capacity in the Netherlands by 120,000 t/y";

#[test]
fn one_story_of_two_publishers_is_one_event_with_two_citations() {
    let pair = [
        raw("Alpha", 10, EXPANDS, "The MDI unit at Westhaven grows."),
        raw("Beta", 12, "Halvorsen adds 120 ktpa of MDI in the Netherlands", "More capacity."),
    ];
    assert_eq!(events(&pair)[0].len(), 2);
}

#[test]
fn a_syndicated_text_under_another_title_is_the_same_event() {
    let text = "The polyurethane foam maker opened a hall in Poland on Monday.";
    assert_eq!(
        count(&[raw("Alpha", 10, "Foam hall opened", text), raw("Beta", 11, "New hall", text)]),
        1
    );
}

#[test]
fn more_than_three_days_apart_are_two_events() {
    let at =
        |day| raw("Beta", day, "Halvorsen adds 120 ktpa of MDI in the Netherlands", "Capacity.");
    assert_eq!(count(&[raw("Alpha", 8, EXPANDS, "At Westhaven."), at(11)]), 1);
    assert_eq!(count(&[raw("Alpha", 7, EXPANDS, "At Westhaven."), at(11)]), 2);
}

#[test]
fn a_chain_of_days_does_not_stretch_an_event() {
    let at = |publisher, day| raw(publisher, day, EXPANDS, "At Westhaven.");
    let chain = [at("Alpha", 6), at("Beta", 8), at("Gamma", 10), at("Delta", 12)];
    assert_eq!(count(&chain), 2);
}

#[test]
fn opposite_directions_other_products_and_other_regions_are_other_events() {
    let opens = raw("Alpha", 10, "Rheinmark Chemie expands MDI capacity in Germany", "");
    for other in [
        "Rheinmark Chemie closes MDI capacity in Germany",
        "Rheinmark Chemie expands TDI capacity in Germany",
        "Rheinmark Chemie expands MDI capacity in China",
        "Qingyun Polyurethane expands MDI capacity in Germany",
    ] {
        assert_eq!(count(&[opens.clone(), raw("Beta", 10, other, "")]), 2, "{other}");
    }
}

#[test]
fn figures_far_apart_are_two_events_but_at_one_site_a_contradiction() {
    let small = |place| {
        raw("Alpha", 10, &format!("Halvorsen expands MDI capacity by 30,000 t/y in {place}"), "")
    };
    let large = |place| {
        raw("Beta", 10, &format!("Halvorsen to expand MDI capacity by 120,000 t/y in {place}"), "")
    };
    assert_eq!(count(&[small("the Netherlands"), large("the Netherlands")]), 2);
    assert_eq!(count(&[small("Westhaven"), large("Westhaven")]), 1);
    let items = [read(&small("Westhaven")), read(&large("Westhaven"))];
    let found = conflicts(&[&items[0], &items[1]]);
    assert_eq!(
        found.iter().map(|c| [c.one_figure.as_str(), &c.other_figure]).collect::<Vec<_>>(),
        [["30,000 t/y", "120,000 t/y"]]
    );
}

#[test]
fn equal_figures_in_other_units_are_no_contradiction() {
    let one = read(&raw("Alpha", 10, EXPANDS, ""));
    let other = read(&raw("Beta", 10, "Halvorsen adds 120 ktpa of MDI", ""));
    assert_eq!(conflicts(&[&one, &other]), []);
}

#[test]
fn a_deal_told_from_either_side_is_one_event() {
    assert_eq!(
        count(&[
            raw(
                "Alpha",
                10,
                "Rheinmark Chemie acquires Tallgrass Urethane Systems",
                "Both make polyurethane."
            ),
            raw(
                "Beta",
                11,
                "Tallgrass Urethane Systems acquired by Rheinmark Chemie",
                "A deal in polyurethane."
            ),
        ]),
        1
    );
}

#[test]
fn a_weekly_title_of_one_publisher_is_new_each_week_and_a_copy_within_days() {
    let note = |day| raw("Alpha", day, "MDI price note", "Prices of MDI in China held.");
    let (items, dropped) = unique([note(3), note(10), note(11)].iter().map(read).collect());
    assert_eq!((items.len(), dropped.len()), (2, 1));
}

#[test]
fn what_an_administrator_told_apart_stays_apart() {
    let pair = [read(&raw("Alpha", 10, EXPANDS, "")), read(&raw("Beta", 10, EXPANDS, ""))];
    let mut apart = Apart::default();
    assert_eq!(merge(pair.to_vec(), &apart).len(), 1);
    apart.tell_apart(&pair[1].item.id, &pair[0].item.id);
    assert_eq!(merge(pair.to_vec(), &apart).len(), 2);
}

fn any_raw() -> impl Strategy<Value = RawItem> {
    let titles = proptest::sample::select(vec![
        EXPANDS,
        "Halvorsen adds 120 ktpa of MDI in the Netherlands",
        "Rheinmark Chemie acquires Tallgrass Urethane Systems",
        "Rheinmark Chemie closes 30,000 t/y polyester polyol unit in Germany",
        "MDI price note",
    ]);
    let publishers = proptest::sample::select(vec!["Alpha", "Beta", "Gamma"]);
    (publishers, 1..15_i8, titles, "[a-z]{0,3}").prop_map(|(publisher, day, title, text)| {
        raw(publisher, day, title, &format!("Polyurethane {text}"))
    })
}

proptest! {
    #[test]
    fn events_do_not_depend_on_the_order_of_their_items(
        raw in proptest::collection::vec(any_raw(), 0..24), turn in 0..24_usize,
    ) {
        let mut turned = raw.clone();
        turned.reverse();
        if !turned.is_empty() {
            let turn = turn % turned.len();
            turned.rotate_left(turn);
        }
        prop_assert_eq!(events(&raw), events(&turned));
    }

    #[test]
    fn every_item_is_in_one_event_or_a_duplicate_and_no_event_outlasts_its_days(
        raw in proptest::collection::vec(any_raw(), 0..24),
    ) {
        let (items, dropped) = unique(raw.iter().map(read).collect());
        prop_assert_eq!(items.len() + dropped.len(), raw.len());
        let merged = merge(items.clone(), &Apart::default());
        prop_assert_eq!(merged.iter().map(|event| event.members.len()).sum::<usize>(), items.len());
        for event in &merged {
            let dates: Vec<Date> = event.items().map(|one| one.item.published).collect();
            let (first, last) = (dates.iter().min().unwrap(), dates.iter().max().unwrap());
            prop_assert!(last.since(*first).unwrap().get_days() <= EVENT_DAYS);
        }
        // What was merged once merges to the same again.
        let again = merge(merged.iter().flat_map(|event| event.items().cloned()).collect(), &Apart::default());
        prop_assert_eq!(again, merged);
    }
}
