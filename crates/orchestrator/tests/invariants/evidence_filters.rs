//! The evidence is narrowed by what its events have, and says how many have it.

use crate::world::World;
use domain::evidence::{EvidencePack, Facet};
use jiff::civil::Date;
use orchestrator::evidence::BrowseEvidence;
use sqlx::PgPool;
use std::collections::BTreeSet;
use storage::pack_event::Filter;

/// The events that a filter must find, told from the pack alone.
fn wanted(
    pack: &EvidencePack,
    fits: impl Fn(&domain::evidence::EvidenceItem) -> bool,
) -> BTreeSet<String> {
    let fits = |event: &&domain::evidence::EvidenceEvent| {
        let ids: BTreeSet<_> = event.citations.iter().map(|one| &one.evidence).collect();
        pack.items.iter().any(|item| ids.contains(&item.id) && fits(item))
    };
    pack.events.iter().filter(fits).map(|event| event.id.to_string()).collect()
}

async fn page(world: &World, filter: &Filter, page: i64) -> BrowseEvidence {
    world.orchestrator.browse_evidence(&world.admin, filter, page).await.unwrap().unwrap()
}

/// The ids on all pages, each once, with their number as the first page says it.
async fn found(world: &World, filter: &Filter) -> (BTreeSet<String>, i64) {
    let first = page(world, filter, 1).await;
    let (total, pages) = (first.total, first.pages);
    let mut ids: BTreeSet<String> = first.events.into_iter().map(|event| event.id).collect();
    for number in 2..=pages {
        ids.extend(page(world, filter, number).await.events.into_iter().map(|event| event.id));
    }
    (ids, total)
}

#[sqlx::test(migrations = false)]
async fn each_filter_finds_what_the_pack_holds_and_counts_say_how_much_that_is(pool: PgPool) {
    let world = World::new(pool).await;
    world.entered_source().await;
    let (_, pack) = world.read_pack().await;
    let check = async |what: &str, filter: Filter, wanted: BTreeSet<String>| {
        let (ids, total) = found(&world, &filter).await;
        assert_eq!(ids, wanted, "{what}");
        assert_eq!(usize::try_from(total).unwrap(), wanted.len(), "{what}");
    };
    let facets = page(&world, &Filter::default(), 1).await.facets;
    let mut seen = BTreeSet::new();
    for counted in &facets {
        let value = counted.value.as_str();
        let (filter, of_facet) = match counted.facet {
            Facet::Source => (
                Filter { source: Some(value.to_owned()), ..Filter::default() },
                wanted(&pack, |item| item.source == value),
            ),
            Facet::Tier => (
                Filter {
                    tier: Some(value.parse::<u8>().unwrap().try_into().unwrap()),
                    ..Filter::default()
                },
                wanted(&pack, |item| u8::from(item.tier).to_string() == value),
            ),
            Facet::Link => (
                Filter { link: Some(value.parse().unwrap()), ..Filter::default() },
                wanted(&pack, |item| item.links.iter().any(|link| link.id() == value)),
            ),
            Facet::Region => (
                Filter { region: Some(value.parse().unwrap()), ..Filter::default() },
                wanted(&pack, |item| item.regions.iter().any(|region| region.id() == value)),
            ),
            Facet::Type => (
                Filter { signal: Some(value.parse().unwrap()), ..Filter::default() },
                pack.events
                    .iter()
                    .filter(|event| event.signal.verdict.label.signal.id() == value)
                    .map(|event| event.id.to_string())
                    .collect(),
            ),
            Facet::Company => (
                Filter { company: Some(value.to_owned()), ..Filter::default() },
                pack.events
                    .iter()
                    .filter(|event| {
                        let mut companies = event.citations.iter().flat_map(|one| &one.companies);
                        companies.any(|company| company.as_str() == value)
                    })
                    .map(|event| event.id.to_string())
                    .collect(),
            ),
        };
        assert_eq!(usize::try_from(counted.events).unwrap(), of_facet.len(), "{counted:?}");
        check(&format!("{counted:?}"), filter, of_facet).await;
        seen.insert(counted.facet);
    }
    assert_eq!(seen.len(), Facet::ALL.len(), "{facets:?}");
    assert!(facets.iter().any(|one| one.value == "By hand"), "{facets:?}");
    let days: BTreeSet<Date> = pack.items.iter().map(|item| item.published).collect();
    let (first, last) = (*days.first().unwrap(), *days.last().unwrap());
    let middle = *days.iter().nth(days.len() / 2).unwrap();
    for (from, to) in [(first, last), (middle, middle), (first, middle), (middle, last)] {
        let within = |event: &&domain::evidence::EvidenceEvent| {
            let reported = event.reported.unwrap();
            reported.last >= from && reported.first <= to
        };
        let ids = pack.events.iter().filter(within).map(|event| event.id.to_string()).collect();
        let filter = Filter { from: Some(from), to: Some(to), ..Filter::default() };
        check(&format!("{from} to {to}"), filter, ids).await;
    }
    let nothing = Filter { source: Some("nobody".to_owned()), ..Filter::default() };
    check("nobody", nothing, BTreeSet::new()).await;
}
