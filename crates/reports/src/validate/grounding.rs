//! Does every statement stand on the evidence that it cites?

use super::{
    Finding, FindingCode, scope,
    structure::unknown,
    subject::{PassageKind, Subject},
    text::{self, names as names_it},
};
use domain::{
    evidence::{EvidenceItem, Figure, numbers_in, regions_in},
    report::ClaimKind,
    taxonomy::Region,
};
use std::collections::BTreeSet;

pub(super) fn citations(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for passage in subject.passages() {
        // A headline and a piece of advice rest on their development.
        let own = matches!(passage.kind, PassageKind::Claim(_) | PassageKind::Bullet);
        if own && passage.evidence.is_empty() {
            findings.push(Finding::new(
                FindingCode::Uncited,
                format!("A claim in {} cites no evidence.", passage.place),
            ));
        }
    }
    findings
        .extend(subject.cited().into_iter().filter(|id| subject.item(id).is_none()).map(unknown));
    findings
}

pub(super) fn interpretations_rest_on_facts(subject: &Subject<'_>) -> Vec<Finding> {
    let facts: BTreeSet<_> = subject
        .document
        .claims()
        .filter(|(_, claim)| claim.kind == ClaimKind::Fact)
        .flat_map(|(_, claim)| &claim.evidence)
        .collect();
    subject
        .document
        .claims()
        .filter(|(_, claim)| claim.kind != ClaimKind::Fact && !claim.evidence.is_empty())
        .filter(|(_, claim)| !claim.evidence.iter().any(|id| facts.contains(id)))
        .map(|(place, claim)| {
            Finding::new(
                FindingCode::InterpretationUngrounded,
                format!("An {} in {place} rests on no fact of this report.", claim.kind.id()),
            )
        })
        .collect()
}

/// Numbers of a text must be numbers of the evidence it cites, units
/// normalised. A date of publication may be written out as `12 November 2026`
/// or `2026-11-12`.
pub(super) fn figures(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for passage in subject.passages() {
        let items = subject.items(passage.evidence.iter().copied());
        findings.extend(unsupported_figures(passage.text, &items).into_iter().map(|figure| {
            Finding::new(
                FindingCode::NumberUnsupported,
                format!(
                    "The figure {figure} in {} does not occur in the evidence cited.",
                    passage.place
                ),
            )
        }));
    }
    findings
}

/// Figures of a text that none of the items holds, units normalised.
pub fn unsupported_figures(text: &str, items: &[&EvidenceItem]) -> BTreeSet<Figure> {
    let mut stated = numbers_in(&without_dates(text, items));
    for item in items {
        let supported = numbers_in(&words_of(item));
        stated.retain(|figure| !supported.contains(figure));
    }
    stated
}

/// Regions of a text that none of the items concerns or names.
pub fn unsupported_regions(text: &str, items: &[&EvidenceItem]) -> BTreeSet<Region> {
    let mut stated = regions_in(text);
    for item in items {
        let named = regions_in(&words_of(item));
        stated.retain(|region| !item.regions.contains(region) && !named.contains(region));
    }
    stated
}

/// Companies that the package knows, and regions, must occur in the evidence cited. What
/// nobody has named before is told by its capitals.
pub(super) fn names(subject: &Subject<'_>) -> Vec<Finding> {
    let known: BTreeSet<&str> = known_companies(subject);
    let mut findings = Vec::new();
    for passage in subject.passages() {
        let items = subject.items(passage.evidence.iter().copied());
        let words: Vec<_> = items.iter().map(|item| words_of(item)).collect();
        let stated = known.iter().filter(|company| names_it(passage.text, company));
        for company in stated {
            if !words.iter().any(|text| text.to_lowercase().contains(&company.to_lowercase())) {
                findings.push(unsupported(company, passage.place));
            }
        }
        let regions = unsupported_regions(passage.text, &items);
        findings.extend(regions.iter().map(|region| unsupported(region.label(), passage.place)));
    }
    findings.extend(
        scope::unnamed_companies(subject).map(|(place, company)| unsupported(company, place)),
    );
    findings
}

/// What stands between “ and ” must be words of what is cited, sentence by
/// sentence: case and punctuation apart, and cut at the end where the text says so.
pub(super) fn quotations(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for passage in subject.passages() {
        let items = subject.items(passage.evidence.iter().copied());
        let said: Vec<_> = items.iter().map(|item| padded(&words_of(item))).collect();
        for quotation in text::quotations(passage.text) {
            let found = |sentence: &str| said.iter().any(|words| words.contains(&padded(sentence)));
            if !text::sentences(quotation).into_iter().all(found) {
                findings.push(unsupported(&format!("“{}”", cut(quotation)), passage.place));
            }
        }
    }
    findings
}

/// Words between single spaces, with one at each end, so that only whole words match.
fn padded(text: &str) -> String {
    format!(" {} ", text::words(text).join(" "))
}

/// Enough of a quotation to find it.
fn cut(quotation: &str) -> String {
    const CHARACTERS_MAX: usize = 80;
    quotation.chars().take(CHARACTERS_MAX).collect()
}

fn known_companies<'a>(subject: &Subject<'a>) -> BTreeSet<&'a str> {
    let package = subject.package;
    let named = package.pack.items.iter().flat_map(|item| &item.companies);
    named
        .chain(&package.specification.watchlist)
        .chain(subject.developments().flat_map(|(_, development)| &development.companies))
        .map(String::as_str)
        .filter(|company| !company.trim().is_empty())
        .collect()
}

pub(super) fn unsupported(name: &str, place: &str) -> Finding {
    Finding::new(
        FindingCode::EntityUnsupported,
        format!("{name} in {place} does not occur in the evidence cited."),
    )
}

/// Everything an item says: its publisher is part of it.
pub(super) fn words_of(item: &EvidenceItem) -> String {
    let companies = item.companies.join(", ");
    format!("{}. {}. {}. {companies}", item.title, item.excerpt, item.publisher)
}

pub(super) fn without_dates(text: &str, items: &[&EvidenceItem]) -> String {
    let mut text = text.to_owned();
    for item in items {
        text = text.replace(&item.published.strftime("%-d %B %Y").to_string(), " ");
        text = text.replace(&item.published.to_string(), " ");
    }
    text
}
