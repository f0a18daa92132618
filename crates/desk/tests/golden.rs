//! The golden corpus: what the desk makes of items whose meaning was written down by
//! hand. Precision and recall are printed, and must not fall.

#[cfg(test)]
#[path = "golden/corpus.rs"]
mod corpus;

use corpus::{AS_OF, Expected, corpus, desk_of, lines};
use desk::{
    Desk,
    event::EventId,
    item::DeskItem,
    pack,
    selection::{Window, continuing, select},
};
use domain::{
    price::Tier,
    specification::{ReportOptions, Scope, Specification},
    taxonomy::{Region, ValueChainLink},
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Found and wanted things of one kind, counted one by one.
#[derive(Default)]
struct Score {
    right: usize,
    found: usize,
    wanted: usize,
    wrong: Vec<String>,
}

impl Score {
    fn compare<T: Ord + Clone + std::fmt::Debug>(
        &mut self,
        of: &str,
        found: &BTreeSet<T>,
        wanted: &BTreeSet<T>,
    ) {
        self.right += found.intersection(wanted).count();
        self.found += found.len();
        self.wanted += wanted.len();
        if found != wanted {
            let (extra, missing) = (found - wanted, wanted - found);
            self.wrong.push(format!("  {of}: found {extra:?}, expected {missing:?}"));
        }
    }

    /// In per cent, rounded down.
    fn hold(&self, what: &str, precision_min: usize, recall_min: usize) {
        let percent = |part: usize, whole: usize| (part * 100).checked_div(whole).unwrap_or(100);
        let (precision, recall) =
            (percent(self.right, self.found), percent(self.right, self.wanted));
        println!("{what}: precision {precision} %, recall {recall} %, of {} expected", self.wanted);
        println!("{}", self.wrong.join("\n"));
        assert!(self.wanted > 0, "{what}: nothing is expected");
        assert!(precision >= precision_min, "{what}: precision {precision} < {precision_min} %");
        assert!(recall >= recall_min, "{what}: recall {recall} < {recall_min} %");
    }
}

/// Items that are in events, by the id of the corpus.
fn kept(desk: &Desk) -> BTreeMap<String, (&DeskItem, &EventId)> {
    let found = desk.events.iter().flat_map(|event| {
        event
            .items()
            .map(|one| (corpus::id_of(&one.item.source, &one.item.title), (one, &event.id)))
    });
    found.collect()
}

/// What tells of a market is never taken for an order to its reader.
#[test]
fn no_item_of_the_corpus_is_taken_for_an_order_to_whoever_writes_from_it() {
    for one in corpus() {
        for text in [&one.raw.title, &one.raw.text] {
            assert!(!desk::instructing::is_instructing(text), "{}: {text}", one.id);
        }
    }
}

#[test]
fn the_corpus_is_large_enough_and_mixed() {
    let corpus = corpus();
    assert!(corpus.len() >= 150, "{}", corpus.len());
    let dropped = corpus.iter().filter(|one| matches!(one.expected, Expected::Drop(_))).count();
    assert!(dropped >= 40, "{dropped}");
}

#[test]
fn items_are_kept_and_dropped_for_the_reasons_expected() {
    let desk = desk_of(&corpus());
    let mut score = Score::default();
    let found: BTreeSet<(String, String)> = desk
        .dropped
        .iter()
        .map(|drop| {
            (
                corpus::id_of_raw(&drop.source, &drop.title, drop.url.as_deref()),
                drop.reason.id().to_owned(),
            )
        })
        .collect();
    let wanted = corpus()
        .into_iter()
        .filter_map(|one| match one.expected {
            Expected::Drop(reason) => Some((one.id, reason)),
            Expected::Keep(_) => None,
        })
        .collect();
    score.compare("dropped", &found, &wanted);
    score.hold("drops", 100, 100);
}

#[test]
fn items_that_tell_one_thing_are_one_event_and_others_are_not() {
    let (corpus, desk) = (corpus(), desk_of(&corpus()));
    let kept = kept(&desk);
    let pairs = |same: &dyn Fn(&str, &str) -> bool| -> BTreeSet<(String, String)> {
        let ids: Vec<&String> = kept.keys().collect();
        ids.iter()
            .enumerate()
            .flat_map(|(at, one)| ids[at + 1..].iter().map(move |other| (*one, *other)))
            .filter(|(one, other)| same(one, other))
            .map(|(one, other)| (one.clone(), other.clone()))
            .collect()
    };
    let name = |id: &str| {
        corpus.iter().find(|one| one.id == id).and_then(|one| match &one.expected {
            Expected::Keep(labels) => Some(labels.event.clone()),
            Expected::Drop(_) => None,
        })
    };
    let found = pairs(&|one, other| kept[one].1 == kept[other].1);
    let wanted = pairs(&|one, other| name(one).is_some() && name(one) == name(other));
    let mut score = Score::default();
    score.compare("pairs of one event", &found, &wanted);
    score.hold("events", 100, 100);
}

#[test]
fn labels_are_those_that_a_reader_would_give() {
    let (corpus, desk) = (corpus(), desk_of(&corpus()));
    let kept = kept(&desk);
    let [mut signals, mut segments, mut regions, mut links, mut companies] =
        [(); 5].map(|()| Score::default());
    for one in &corpus {
        let (Expected::Keep(labels), Some((found, _))) = (&one.expected, kept.get(&one.id)) else {
            continue;
        };
        let set = |values: &[&str]| values.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
        let id = &one.id;
        signals.compare(id, &set(&[found.item.signal.id()]), &set(&[&labels.signal]));
        segments.compare(id, &set(&[found.segment.id()]), &set(&[&labels.segment]));
        let ids = found.item.regions.iter().map(|region| region.id().to_owned()).collect();
        regions.compare(id, &ids, &labels.regions);
        let ids = found.item.links.iter().map(|link| link.id().to_owned()).collect();
        links.compare(id, &ids, &labels.links);
        let ids = found.companies.iter().map(ToString::to_string).collect();
        companies.compare(id, &ids, &labels.companies);
    }
    signals.hold("types", 98, 98);
    segments.hold("segments", 97, 97);
    regions.hold("regions", 99, 99);
    links.hold("links", 87, 97);
    companies.hold("companies", 100, 100);
}

#[test]
fn the_doctrine_says_what_the_reference_says() {
    let (corpus, desk) = (corpus(), desk_of(&corpus()));
    let kept = kept(&desk);
    let mut score = Score::default();
    for [event, horizon, class, material, change] in lines("signals.txt") {
        let member = corpus.iter().find(|one| {
            matches!(&one.expected, Expected::Keep(labels) if labels.event == event)
                && kept.contains_key(&one.id)
        });
        let (_, id) = kept[&member.unwrap().id];
        let signal = desk.signals.iter().find(|signal| signal.event == *id).unwrap();
        let label = signal.verdict.label;
        let value = signal.change.as_ref().map(|change| change.value.to_string());
        let found = format!(
            "{} {} {} {}",
            label.horizon.id(),
            label.class.id(),
            if signal.verdict.material { "material" } else { "" },
            value.unwrap_or_default()
        );
        let wanted = format!("{horizon} {class} {material} {change}");
        score.compare(&event, &BTreeSet::from([found]), &BTreeSet::from([wanted]));
    }
    score.hold("signals", 95, 95);
}

#[test]
fn scopes_select_what_they_ask_for_and_nothing_else() {
    let (corpus, desk) = (corpus(), desk_of(&corpus()));
    let pack = pack::seal(desk.clone(), AS_OF, Vec::new());
    let kept = kept(&desk);
    let names: BTreeMap<&EventId, String> = corpus
        .iter()
        .filter_map(|one| match &one.expected {
            Expected::Keep(labels) => Some((kept.get(&one.id)?.1, labels.event.clone())),
            Expected::Drop(_) => None,
        })
        .collect();
    let mut score = Score::default();
    for (specification, window, events) in scopes() {
        let found = select(&pack, &specification, window, &[]);
        assert_eq!(found.funnel.fetched(), kept.len() as u64, "every item is at one exit");
        let found = found.selected.iter().map(|one| names[&one.event.id].clone()).collect();
        score.compare(&format!("{:?}", specification.scope), &found, &events);
    }
    score.hold("scopes", 99, 99);
}

/// Events of other weeks are passed over by the days that are sealed with them; the result
/// is that of a pack which has no such days.
#[test]
fn the_days_of_events_change_nothing_in_what_is_selected() {
    let pack = pack::seal(desk_of(&corpus()), AS_OF, Vec::new());
    assert!(pack.events.iter().all(|event| event.reported.is_some()));
    let mut without = pack.clone();
    without.events.iter_mut().for_each(|event| event.reported = None);
    let cited = pack.items.iter().step_by(3).map(|item| item.id.clone()).collect();
    let days: Vec<Date> = pack.items.iter().map(|item| item.published).collect();
    let (mut selected, mut told) = (0, 0);
    for (specification, _, _) in scopes() {
        for pair in days.windows(12).step_by(5) {
            let window = Window { from: pair[11], to: pair[0] };
            let known = continuing(&pack, &specification, window, &cited);
            assert_eq!(continuing(&without, &specification, window, &cited), known);
            let found = select(&pack, &specification, window, &known);
            assert_eq!(select(&without, &specification, window, &known), found);
            selected += found.selected.len();
            told += known.len();
        }
    }
    assert!(selected > 100 && told > 100, "{selected} selected, {told} told");
}

/// The specifications of `scopes.txt`, with their windows and the events they are to find.
fn scopes() -> Vec<(Specification, Window, BTreeSet<String>)> {
    let all = |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
    let day = |text: &str| text.parse().expect("a day");
    let read = |[deliverables, regions, links, watchlist, window, events]: [String; 6]| {
        let specification = Specification {
            name: "Golden".to_owned(),
            scope: Scope {
                deliverables: all(&deliverables)
                    .iter()
                    .map(|id| id.parse().expect("a deliverable"))
                    .collect(),
                regions: all(&regions)
                    .iter()
                    .map(|id| id.parse::<Region>().expect("a region"))
                    .collect(),
                links: all(&links)
                    .iter()
                    .map(|id| id.parse::<ValueChainLink>().expect("a link"))
                    .collect(),
            },
            cadence: domain::cadence::Cadence::Weekly,
            tier: Tier::Enterprise,
            seats: 1,
            watchlist: watchlist
                .split(", ")
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
            options: ReportOptions::default(),
            portfolio: None,
        };
        let (from, to) = window.split_once("..").expect("two days");
        let window = Window { from: day(from), to: day(to) };
        (specification, window, all(&events).into_iter().collect())
    };
    lines("scopes.txt").into_iter().map(read).collect()
}
