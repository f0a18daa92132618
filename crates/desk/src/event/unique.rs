use super::EVENT_DAYS;
use crate::item::{DeskItem, Dropped};
use domain::evidence::{DropReason, title_key};
use jiff::civil::Date;
use std::{cmp::Reverse, collections::HashMap};

/// One item for each page, by date and id, and those that repeat another.
///
/// One canonical address is one item; so is one title of one publisher within the days
/// of an event. Titles such as a weekly price note come again, and are then no copies.
/// What another publisher prints at its own address is a citation and stays.
pub fn unique(mut items: Vec<DeskItem>) -> (Vec<DeskItem>, Vec<Dropped>) {
    let mut dropped = Vec::new();
    // Of several with one address the most trusted stays, then the first published, then
    // the one that says most; the rest of the order only makes the choice the same
    // every time.
    items.sort_by_cached_key(|one| {
        let item = &one.item;
        (
            item.canonical_url.clone(),
            item.tier,
            item.published,
            Reverse(item.excerpt.chars().count()),
            [&item.source, &item.title, &item.excerpt, &item.url].map(String::clone),
        )
    });
    let mut last: Option<String> = None;
    items.retain(|one| {
        let repeated = last.as_ref() == Some(&one.item.canonical_url);
        if repeated {
            dropped.push(duplicate(one));
        } else {
            last = Some(one.item.canonical_url.clone());
        }
        !repeated
    });
    items.sort_by(|a, b| (a.item.published, &a.item.id).cmp(&(b.item.published, &b.item.id)));
    let mut seen: HashMap<(String, String), Date> = HashMap::new();
    items.retain(|one| {
        let mark = (title_key(&one.item.publisher), title_key(&one.item.title));
        let repeated = seen.get(&mark).is_some_and(|first| within_days(*first, one.item.published));
        if repeated {
            dropped.push(duplicate(one));
        } else {
            seen.insert(mark, one.item.published);
        }
        !repeated
    });
    (items, dropped)
}

pub(super) fn within_days(first: Date, later: Date) -> bool {
    later.since(first).is_ok_and(|span| span.get_days() <= EVENT_DAYS)
}

fn duplicate(one: &DeskItem) -> Dropped {
    Dropped {
        source: one.item.source.clone(),
        title: one.item.title.clone(),
        url: Some(one.item.url.clone()),
        reason: DropReason::Duplicate,
        held: None,
    }
}
