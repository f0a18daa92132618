//! What a run's specification asks for, out of its pack.

use desk::{
    product::leading_product,
    selection::{Placed, select_from},
    signal::quoting_order,
};
use domain::{
    evidence::{Contradiction, EventId, EvidenceItem, LeftOut, Novelty, Signal},
    package::RunPackage,
    taxonomy::Deliverable,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The events that a report may be written of, with the counts that say what they
/// were chosen out of. Written to the run's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Selection {
    /// By their first report.
    pub events: Vec<SelectedEvent>,
    /// Among these events; each side is one of them.
    pub contradictions: Vec<Contradiction>,
    pub left_out: LeftOut,
    pub items_in_pack: u32,
    /// Published from the window's first to its last day, both included.
    pub items_in_window: u32,
    pub items_in_scope: u32,
    /// In the window and of no known region, which no regional filter admits.
    pub items_region_unknown: u32,
}

impl Selection {
    pub fn items(&self) -> impl Iterator<Item = &SelectedItem> {
        self.events.iter().flat_map(|event| &event.items)
    }
}

/// An event in window and scope, with those of its items that are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SelectedEvent {
    pub id: EventId,
    pub novelty: Novelty,
    /// At least one; the one to quote first stands first.
    pub items: Vec<SelectedItem>,
    /// What these items say, with the label proposed and the doctrine's.
    pub signal: Signal,
    /// The product that it is about.
    pub product: Option<String>,
    /// Points in hundredths, from 0 to 10 000.
    pub rank: u32,
}

/// An item in window and scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SelectedItem {
    pub item: EvidenceItem,
    /// The ordered deliverables that admit it, at least one.
    pub deliverables: BTreeSet<Deliverable>,
}

/// Selects from the package alone; dates are compared as civil dates.
pub fn select(package: &RunPackage) -> Selection {
    let chosen = select_from(package);
    let specification = &package.specification;
    let window = package.window_from..=package.window_to;
    let in_window = || package.pack.items.iter().filter(|item| window.contains(&item.published));
    let in_scope =
        in_window().filter(|item| specification.scope.fit(&specification.watchlist, item).is_ok());
    Selection {
        items_in_pack: count(package.pack.items.len()),
        items_in_window: count(in_window().count()),
        items_in_scope: count(in_scope.count()),
        items_region_unknown: count(in_window().filter(|item| item.regions.is_empty()).count()),
        events: chosen.events.into_iter().map(SelectedEvent::from).collect(),
        contradictions: chosen.contradictions,
        left_out: chosen.left_out,
    }
}

impl From<Placed> for SelectedEvent {
    fn from(placed: Placed) -> Self {
        let Placed { selected, rank, .. } = placed;
        let order = quoting_order(&selected.event);
        Self {
            product: order.iter().find_map(|one| leading_product(&one.item)).map(str::to_owned),
            items: order
                .into_iter()
                .map(|one| SelectedItem {
                    item: one.item.clone(),
                    deliverables: selected.serves[&one.item.id].clone(),
                })
                .collect(),
            id: selected.event.id,
            novelty: selected.novelty,
            signal: selected.signal,
            rank: u32::try_from(rank.hundredths()).expect("points are never negative"),
        }
    }
}

/// Sources and entries are limited, so that a pack never holds 2³² items.
fn count(items: usize) -> u32 {
    u32::try_from(items).expect("a pack holds fewer than 2³² items")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use domain::{
        cadence::{Cadence, Period, PeriodKey},
        evidence::{DateConfidence, EvidenceId, EvidencePack},
        hash::ContentHash,
        id::{PackId, RunId, SpecificationId, SpecificationVersionId},
        package::{Instruction, PatternReference},
        price::Tier,
        specification::{ReportOptions, Scope, Specification},
        taxonomy::{Region, SignalType, TAXONOMY_VERSION, ValueChainLink},
    };
    use jiff::civil::{Date, date};

    const EMEA: &[Region] = &[Region::Emea];
    const RAW: &[ValueChainLink] = &[ValueChainLink::RawMaterials];

    fn item(
        title: &str,
        published: Date,
        regions: &[Region],
        links: &[ValueChainLink],
        signal: SignalType,
    ) -> EvidenceItem {
        let url = format!("https://a.example.com/{title}");
        EvidenceItem {
            id: EvidenceId::of_canonical_url(&url),
            title: title.to_owned(),
            // Enough to be reported by itself.
            excerpt: "It adds 40,000 t/y of polyurethane MDI.".to_owned(),
            publisher: "Sample A".to_owned(),
            canonical_url: url.clone(),
            url,
            published,
            date_confidence: DateConfidence::Medium,
            source: "a".to_owned(),
            tier: 1.try_into().unwrap(),
            regions: regions.iter().copied().collect(),
            links: links.iter().copied().collect(),
            signal,
            // Nobody acts twice, so that each item is an event.
            companies: vec![format!("Maker of {title}")],
            sample: true,
        }
    }

    /// A weekly run of 2025-01-15 over the items (domain reference, section 3:
    /// its window is 2025-01-08 to 2025-01-15).
    pub fn package(scope: Scope, watchlist: &[&str], items: Vec<EvidenceItem>) -> RunPackage {
        let pack = EvidencePack {
            schema: EvidencePack::SCHEMA_WITHOUT_EVENTS,
            as_of: date(2025, 1, 15),
            sources: Vec::new(),
            items,
            dropped: Vec::new(),
            sample: true,
            events: Vec::new(),
            contradictions: Vec::new(),
        };
        let id = "0193e7a4-0000-7000-8000-000000000001";
        RunPackage {
            schema: RunPackage::SCHEMA,
            run_id: id.parse::<RunId>().unwrap(),
            specification_id: id.parse::<SpecificationId>().unwrap(),
            specification_version_id: id.parse::<SpecificationVersionId>().unwrap(),
            specification_version: 1,
            specification: Specification {
                name: "Weekly".to_owned(),
                scope,
                cadence: Cadence::Weekly,
                tier: Tier::Starter,
                seats: 1,
                watchlist: watchlist.iter().map(|&company| company.to_owned()).collect(),
                options: ReportOptions::default(),
                portfolio: None,
            },
            period: Period {
                key: PeriodKey::from_stored("2025-W03".to_owned()),
                cadence: Cadence::Weekly,
                zone: "Europe/Berlin".to_owned(),
                first_day: date(2025, 1, 13),
                last_day: date(2025, 1, 19),
                starts_at: "2025-01-12T23:00:00Z".parse().unwrap(),
                ends_at: "2025-01-19T23:00:00Z".parse().unwrap(),
            },
            slot_ordinal: 0,
            claimed_at: "2025-01-15T08:12:00Z".parse().unwrap(),
            window_from: date(2025, 1, 8),
            window_to: date(2025, 1, 15),
            pack_id: id.parse::<PackId>().unwrap(),
            pack_hash: ContentHash::of_json(&pack).unwrap(),
            pack,
            taxonomy_version: TAXONOMY_VERSION,
            instruction: Instruction::new("analyst", 1, ""),
            pattern: PatternReference { id: "p".to_owned(), version: "1".to_owned() },
            previous_runs: Vec::new(),
            continuing: Vec::new(),
        }
    }

    fn scope(deliverables: &[Deliverable], links: &[ValueChainLink]) -> Scope {
        Scope {
            deliverables: deliverables.iter().copied().collect(),
            regions: EMEA.iter().copied().collect(),
            links: links.iter().copied().collect(),
        }
    }

    /// In alphabetical order.
    fn titles(selection: &Selection) -> Vec<&str> {
        let mut titles: Vec<&str> =
            selection.items().map(|selected| selected.item.title.as_str()).collect();
        titles.sort_unstable();
        titles
    }

    #[test]
    fn both_ends_of_the_window_belong_to_it() {
        let on = |title: &str, day| item(title, day, EMEA, RAW, SignalType::Capacity);
        let selection = select(&package(
            scope(&[Deliverable::Capacity], &[]),
            &[],
            vec![
                on("after", date(2025, 1, 16)),
                on("last", date(2025, 1, 15)),
                on("first", date(2025, 1, 8)),
                on("before", date(2025, 1, 7)),
            ],
        ));
        assert_eq!(titles(&selection), ["first", "last"]);
        assert_eq!((selection.items_in_pack, selection.items_in_window), (4, 2));
    }

    #[test]
    fn an_item_of_unknown_region_is_counted_and_fits_no_scope() {
        let day = date(2025, 1, 15);
        let selection = select(&package(
            scope(&[Deliverable::Capacity], &[]),
            &[],
            vec![
                item("known", day, EMEA, RAW, SignalType::Capacity),
                item("unknown", day, &[], RAW, SignalType::Capacity),
                item("old and unknown", date(2024, 1, 1), &[], RAW, SignalType::Capacity),
                item("elsewhere", day, &[Region::China], RAW, SignalType::Capacity),
            ],
        ));
        assert_eq!(titles(&selection), ["known"]);
        assert_eq!((selection.items_in_scope, selection.items_region_unknown), (1, 1));
    }

    #[test]
    fn each_item_names_the_ordered_deliverables_that_it_serves() {
        let day = date(2025, 1, 15);
        let selection = select(&package(
            scope(&[Deliverable::Capacity, Deliverable::IndustryContext], &[]),
            &[],
            vec![
                item("plant", day, EMEA, RAW, SignalType::Capacity),
                item("price", day, EMEA, RAW, SignalType::Price),
                item("takeover", day, EMEA, RAW, SignalType::Mna),
            ],
        ));
        let served = |title: &str| {
            let mut items = selection.items();
            let found = items.find(|selected| selected.item.title == title);
            found.map(|selected| selected.deliverables.clone())
        };
        let both = [Deliverable::IndustryContext, Deliverable::Capacity];
        assert_eq!(served("plant"), Some(both.into()));
        assert_eq!(served("price"), Some([Deliverable::IndustryContext].into()));
        assert_eq!(served("takeover"), None);
    }

    #[test]
    fn chosen_links_exclude_an_unknown_one() {
        let day = date(2025, 1, 15);
        let items = vec![
            item("raw", day, EMEA, RAW, SignalType::Capacity),
            item("none", day, EMEA, &[], SignalType::Capacity),
        ];
        let ordered = [Deliverable::Capacity, Deliverable::ValueChainLink];
        let with = select(&package(scope(&ordered, RAW), &[], items.clone()));
        assert_eq!(titles(&with), ["raw"]);
        let without = select(&package(scope(&[Deliverable::Capacity], &[]), &[], items));
        assert_eq!(titles(&without), ["none", "raw"]);
    }

    #[test]
    fn company_news_follows_the_watchlist_of_the_package() {
        let day = date(2025, 1, 15);
        let items = vec![
            item("Rheinmark Chemie names a director", day, EMEA, RAW, SignalType::Other),
            item("Somebody names a director", day, EMEA, RAW, SignalType::Other),
        ];
        let news = scope(&[Deliverable::CompanyNews], &[]);
        let selection = select(&package(news, &["Rheinmark Chemie"], items));
        assert_eq!(titles(&selection), ["Rheinmark Chemie names a director"]);
    }

    #[test]
    fn a_selection_reads_back_from_the_journal() {
        let items = vec![item("plant", date(2025, 1, 15), EMEA, RAW, SignalType::Capacity)];
        let selection = select(&package(scope(&[Deliverable::Capacity], &[]), &[], items));
        let text = serde_json::to_string(&selection).unwrap();
        assert_eq!(serde_json::from_str::<Selection>(&text).unwrap(), selection);
    }
}
