//! The rules that a report is held against.

use domain::{
    evidence::{EvidenceId, EvidenceItem},
    package::RunPackage,
    report::{Development, ReportDocument, ReportScope},
    specification::{Scope, Specification},
    taxonomy::{Deliverable, Region, SignalType},
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Domain reference, section 2.1, the column "admits", without its two exceptions.
fn admits(deliverable: Deliverable, signal: SignalType) -> bool {
    use SignalType as S;
    match deliverable {
        Deliverable::CompanyNews
        | Deliverable::RegionalMonitoring
        | Deliverable::ValueChainLink
        | Deliverable::ExecutiveBriefings => true,
        Deliverable::IndustryContext => matches!(
            signal,
            S::Demand | S::Price | S::Feedstock | S::Capacity | S::Regulation | S::Technology
        ),
        Deliverable::ValueChain => matches!(
            signal,
            S::Capacity | S::Feedstock | S::Price | S::Demand | S::Technology | S::Operational
        ),
        Deliverable::Competitive => matches!(
            signal,
            S::Capacity
                | S::Investment
                | S::Mna
                | S::Technology
                | S::Operational
                | S::Sustainability
        ),
        Deliverable::Sustainability => matches!(signal, S::Sustainability | S::Regulation),
        Deliverable::Capacity => matches!(signal, S::Capacity | S::Investment | S::Operational),
        Deliverable::MAndA => matches!(signal, S::Mna | S::Investment),
        Deliverable::EarlyWarning => {
            matches!(signal, S::Price | S::Feedstock | S::Demand | S::Operational)
        }
    }
}

/// What is wrong with an item as evidence of a report.
fn misfit(item: &EvidenceItem, package: &RunPackage) -> Option<&'static str> {
    let Specification { scope, watchlist, .. } = &package.specification;
    let text = format!("{} {} {:?}", item.title, item.excerpt, item.companies);
    let serves = |deliverable: &Deliverable| {
        admits(*deliverable, item.signal)
            && match deliverable {
                Deliverable::CompanyNews => watchlist.iter().any(|name| text.contains(name)),
                Deliverable::Competitive => !item.companies.is_empty(),
                Deliverable::ExecutiveBriefings => scope.deliverables.len() == 1,
                _ => true,
            }
    };
    if item.published < package.window_from || item.published > package.window_to {
        Some("outside the window")
    } else if !item.regions.iter().any(|region| scope.regions.contains(region)) {
        Some("outside the regions")
    } else if !scope.links.is_empty() && !item.links.iter().any(|link| scope.links.contains(link)) {
        Some("outside the links")
    } else if !scope.deliverables.iter().any(serves) {
        Some("of no ordered deliverable")
    } else {
        None
    }
}

/// Runs of digits, with the marks that stand between two digits left out.
fn numbers(text: &str) -> BTreeSet<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = BTreeSet::new();
    let mut number = String::new();
    for (at, character) in characters.iter().enumerate() {
        let next_is_digit = characters.get(at + 1).is_some_and(char::is_ascii_digit);
        if character.is_ascii_digit() {
            number.push(*character);
        } else if !(number.is_empty() || (*character == ',' && next_is_digit)) {
            found.insert(std::mem::take(&mut number));
        }
    }
    found.insert(number);
    found.remove("");
    found
}

/// Numbers of the evidence as its words have them, and those of its date of publication.
fn supported(items: &[&EvidenceItem]) -> BTreeSet<String> {
    let texts = items.iter().map(|item| {
        let date = item.published.strftime("%-d %B %Y");
        format!("{} | {} | {} | {date}", item.title, item.excerpt, item.publisher)
    });
    texts.flat_map(|text| numbers(&text)).collect()
}

/// Everything in a report that says something of the market, whatever its part.
struct Passage<'a> {
    place: &'a str,
    text: &'a str,
    evidence: Vec<&'a EvidenceId>,
}

fn passage<'a>(place: &'a str, text: &'a str, evidence: Vec<&'a EvidenceId>) -> Passage<'a> {
    Passage { place, text, evidence }
}

fn passages(document: &ReportDocument) -> Vec<Passage<'_>> {
    let mut found = Vec::new();
    for bullet in &document.executive_summary {
        found.push(passage("summary", &bullet.text, bullet.evidence.iter().collect()));
    }
    for one in &document.decision_summary {
        found.push(passage("decision summary", &one.text, one.evidence.iter().collect()));
    }
    for section in &document.sections {
        for development in &section.developments {
            found.push(passage("headline", &development.headline, evidence_of(development)));
            for one in &development.claims {
                found.push(passage("development", &one.text, one.evidence.iter().collect()));
            }
        }
        for one in &section.statements {
            found.push(passage("statement", &one.text, one.evidence.iter().collect()));
        }
    }
    for advice in &document.monitoring {
        let followed = developments(document).find(|one| one.id == advice.development);
        let evidence = followed.map(evidence_of).unwrap_or_default();
        found.push(passage("advice", &advice.text, evidence));
    }
    found
}

fn developments(document: &ReportDocument) -> impl Iterator<Item = &Development> {
    document.sections.iter().flat_map(|section| &section.developments)
}

fn evidence_of(development: &Development) -> Vec<&EvidenceId> {
    development.claims.iter().flat_map(|claim| &claim.evidence).collect()
}

type Items<'a> = BTreeMap<&'a EvidenceId, &'a EvidenceItem>;

/// Every part of a report against its specification and its evidence.
pub fn check(document: &ReportDocument, package: &RunPackage) -> Result<(), TestCaseError> {
    let items: Items<'_> = package.pack.items.iter().map(|item| (&item.id, item)).collect();
    check_passages(document, package, &items)?;
    check_developments(document, package, &items)?;
    check_references(document, package, &items)?;
    check_appendix(document, package, &items)?;
    check_signal_map(document, package)?;
    check_coverage(document, package)?;
    let ReportScope { window_from, window_to, scope, watchlist, .. } = &document.scope;
    prop_assert_eq!((*window_from, *window_to), (package.window_from, package.window_to));
    prop_assert_eq!(scope, &package.specification.scope);
    prop_assert_eq!(watchlist, &package.specification.watchlist);
    Ok(())
}

fn check_passages(
    document: &ReportDocument,
    package: &RunPackage,
    items: &Items<'_>,
) -> Result<(), TestCaseError> {
    let mut said = BTreeSet::new();
    for Passage { place, text, evidence } in passages(document) {
        prop_assert!(!evidence.is_empty(), "{}: {} rests on nothing", place, text);
        let mut cited = Vec::new();
        for id in evidence {
            prop_assert!(items.contains_key(id), "{}: {} is not in the pack", place, id);
            prop_assert_eq!(misfit(items[id], package), None, "{}: {}", place, text);
            cited.push(items[id]);
        }
        let unfounded: Vec<_> = numbers(text).difference(&supported(&cited)).cloned().collect();
        prop_assert!(unfounded.is_empty(), "{}: {} has {:?}", place, text, unfounded);
        prop_assert!(said.insert(text), "{}: {} is said twice", place, text);
    }
    Ok(())
}

/// Each tells one event of the pack, once, with its own facts; whatever else the report says
/// rests on an event that is told.
fn check_developments(
    document: &ReportDocument,
    package: &RunPackage,
    items: &Items<'_>,
) -> Result<(), TestCaseError> {
    let Scope { deliverables, regions, links } = &package.specification.scope;
    let event_of: BTreeMap<&EvidenceId, &str> = package
        .pack
        .events
        .iter()
        .flat_map(|event| event.citations.iter().map(|one| (&one.evidence, event.id.as_str())))
        .collect();
    let mut told: BTreeMap<&str, &str> = BTreeMap::new();
    for development in developments(document) {
        let headline = &development.headline;
        let cited: Vec<&EvidenceItem> =
            evidence_of(development).into_iter().map(|id| items[id]).collect();
        let events: BTreeSet<&str> =
            evidence_of(development).into_iter().map(|id| event_of[id]).collect();
        prop_assert_eq!(events.len(), 1, "{} joins events", headline);
        for event in events {
            let before = told.insert(event, headline);
            prop_assert_eq!(before, None, "{} is told twice", event);
        }
        prop_assert!(development.regions.is_subset(regions), "{} leaves the regions", headline);
        if !links.is_empty() {
            let fits = !development.links.is_disjoint(links);
            prop_assert!(fits, "{} leaves the links", headline);
        }
        prop_assert!(development.deliverables.is_subset(deliverables), "{}", headline);
        let dates = || cited.iter().map(|item| item.published);
        prop_assert!(dates().any(|date| date == development.first_published), "{}", headline);
        prop_assert!(dates().any(|date| date == development.last_published), "{}", headline);
        for company in &development.companies {
            let named = |item: &&EvidenceItem| {
                format!("{} {} {:?}", item.title, item.excerpt, item.companies).contains(company)
            };
            prop_assert!(cited.iter().any(named), "{} is not in {}", company, headline);
        }
    }
    for Passage { place, text, evidence } in passages(document) {
        let is_told = evidence.iter().all(|id| told.contains_key(event_of[*id]));
        prop_assert!(is_told, "{}: {} is of an event that no section tells", place, text);
    }
    Ok(())
}

fn check_references(
    document: &ReportDocument,
    package: &RunPackage,
    items: &Items<'_>,
) -> Result<(), TestCaseError> {
    let cited: BTreeSet<&EvidenceId> =
        passages(document).into_iter().flat_map(|one| one.evidence).collect();
    let referred: BTreeSet<&EvidenceId> =
        document.references.iter().map(|reference| &reference.evidence).collect();
    prop_assert_eq!(cited, referred);
    for (reference, number) in document.references.iter().zip(1..) {
        let item = items[&reference.evidence];
        prop_assert_eq!(misfit(item, package), None, "{}", reference.title);
        prop_assert_eq!(reference.number, number);
        prop_assert_eq!(
            (&reference.title, &reference.publisher, &reference.url, reference.published),
            (&item.title, &item.publisher, &item.url, item.published)
        );
    }
    Ok(())
}

/// Where it is ordered, an entry for each reference, in the words of the evidence.
fn check_appendix(
    document: &ReportDocument,
    package: &RunPackage,
    items: &Items<'_>,
) -> Result<(), TestCaseError> {
    let ordered = package.specification.options.evidence_appendix;
    let wanted: Vec<&EvidenceId> =
        document.references.iter().map(|one| &one.evidence).filter(|_| ordered).collect();
    let found: Vec<&EvidenceId> = document.appendix.iter().map(|one| &one.evidence).collect();
    prop_assert_eq!(found, wanted);
    for entry in &document.appendix {
        let item = items[&entry.evidence];
        prop_assert_eq!(misfit(item, package), None, "{}", entry.title);
        prop_assert_eq!(
            (&entry.title, &entry.publisher, &entry.url, &entry.excerpt),
            (&item.title, &item.publisher, &item.url, &item.excerpt)
        );
        prop_assert_eq!(
            (entry.published, entry.date_confidence, entry.tier),
            (item.published, item.date_confidence, item.tier)
        );
        let scope = &package.specification.scope;
        prop_assert!(!entry.deliverables.is_empty(), "{} serves nothing", entry.title);
        prop_assert!(entry.deliverables.is_subset(&scope.deliverables), "{}", entry.title);
        let citing: Vec<&String> = developments(document)
            .filter(|one| evidence_of(one).contains(&&entry.evidence))
            .map(|one| &one.id)
            .collect();
        prop_assert_eq!(entry.developments.iter().collect::<Vec<_>>(), citing);
    }
    Ok(())
}

/// The map counts what the sections tell, and nothing else.
fn check_signal_map(document: &ReportDocument, package: &RunPackage) -> Result<(), TestCaseError> {
    let mut counted: BTreeMap<(SignalType, Option<Region>), u32> = BTreeMap::new();
    if package.specification.options.signal_map {
        for development in developments(document) {
            for region in &development.regions {
                *counted.entry((development.signal, Some(*region))).or_default() += 1;
            }
        }
    }
    let cells: BTreeMap<_, _> = document
        .signal_map
        .iter()
        .map(|cell| ((cell.signal, cell.region), cell.developments))
        .collect();
    prop_assert_eq!(cells, counted);
    Ok(())
}

/// What is called quiet is quiet, and what is quiet is called so.
fn check_coverage(document: &ReportDocument, package: &RunPackage) -> Result<(), TestCaseError> {
    let note = &document.coverage;
    let scope = &package.specification.scope;
    let told: BTreeSet<Region> =
        developments(document).flat_map(|one| one.regions.iter().copied()).collect();
    let quiet: BTreeSet<Region> = scope.regions.difference(&told).copied().collect();
    prop_assert_eq!(&note.quiet_regions, &quiet);
    prop_assert!(note.quiet_deliverables.is_subset(&scope.deliverables));
    for section in &document.sections {
        prop_assert!(!note.quiet_sections.contains(&section.kind), "{:?}", section.kind);
    }
    let in_window = package
        .pack
        .items
        .iter()
        .filter(|item| (package.window_from..=package.window_to).contains(&item.published));
    prop_assert_eq!(note.items_in_pack as usize, package.pack.items.len());
    prop_assert_eq!(note.items_in_window as usize, in_window.count());
    prop_assert!(document.references.len() <= note.items_in_scope as usize);
    Ok(())
}
