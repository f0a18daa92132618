//! Does it answer the order, all of it and nothing else?

use super::{
    Finding, FindingCode,
    subject::{Subject, evidence_of},
};
use desk::selection::select_from;
use domain::{
    report::Outcome,
    taxonomy::{Deliverable, Misfit},
};
use std::collections::BTreeSet;

/// An ordered deliverable is covered by a development, by the decision summary
/// (executive briefings), or named as quiet.
pub(super) fn deliverables_have_a_place(subject: &Subject<'_>) -> Vec<Finding> {
    let document = subject.document;
    let mut placed: BTreeSet<Deliverable> = document.coverage.quiet_deliverables.clone();
    placed.extend(subject.developments().flat_map(|(_, development)| &development.deliverables));
    if !document.decision_summary.is_empty() {
        placed.insert(Deliverable::ExecutiveBriefings);
    }
    let ordered = &subject.package.specification.scope.deliverables;
    ordered
        .difference(&placed)
        .map(|missing| {
            Finding::new(
                FindingCode::DeliverableMissing,
                format!("{missing} was ordered, but is neither covered nor named as quiet."),
            )
        })
        .collect()
}

pub(super) fn nothing_outside_the_order(subject: &Subject<'_>) -> Vec<Finding> {
    let scope = &subject.package.specification.scope;
    let coverage = &subject.document.coverage;
    let mut findings = Vec::new();
    let appendix = subject.document.appendix.iter().flat_map(|entry| &entry.deliverables);
    for extra in coverage.quiet_deliverables.iter().chain(appendix).collect::<BTreeSet<_>>() {
        if !scope.deliverables.contains(extra) {
            findings.push(outside(FindingCode::DeliverableExtra, extra.label()));
        }
    }
    for extra in coverage.quiet_regions.difference(&scope.regions) {
        findings.push(outside(FindingCode::RegionOut, extra.label()));
    }
    for (_, development) in subject.developments() {
        for extra in development.deliverables.difference(&scope.deliverables) {
            findings.push(outside(FindingCode::DeliverableExtra, extra.label()));
        }
        for extra in development.regions.difference(&scope.regions) {
            findings.push(outside(FindingCode::RegionOut, extra.label()));
        }
        // Without chosen links there is no filter by link.
        if !scope.links.is_empty() {
            for extra in development.links.difference(&scope.links) {
                findings.push(outside(FindingCode::LinkOut, extra.label()));
            }
        }
    }
    findings.extend(cited_misfits(subject));
    findings
}

fn cited_misfits(subject: &Subject<'_>) -> Vec<Finding> {
    let specification = &subject.package.specification;
    let misfits = subject.items(subject.cited()).into_iter().filter_map(|item| {
        let misfit = specification.scope.fit(&specification.watchlist, item).err()?;
        let code = match misfit {
            Misfit::RegionUnknown | Misfit::RegionMismatch => FindingCode::RegionOut,
            Misfit::LinkMismatch => FindingCode::LinkOut,
            Misfit::DeliverableMismatch => FindingCode::DeliverableExtra,
            Misfit::CompanyMismatch => FindingCode::CompanyOut,
        };
        Some(outside(code, &format!("“{}”", item.title)))
    });
    misfits.collect()
}

fn outside(code: FindingCode, what: &str) -> Finding {
    Finding::new(code, format!("{what} lies outside the specification."))
}

pub(super) fn dates_in_window(subject: &Subject<'_>) -> Vec<Finding> {
    let (from, to) = (subject.package.window_from, subject.package.window_to);
    let late = subject
        .items(subject.cited())
        .into_iter()
        .filter(|item| item.published < from || to < item.published);
    late.map(|item| {
        Finding::new(
            FindingCode::DateOut,
            format!("{} was published on {}, outside {from} to {to}.", item.title, item.published),
        )
    })
    .collect()
}

/// No material change may be said only where the desk's own selection is empty.
pub(super) fn quiet_is_true(subject: &Subject<'_>) -> Vec<Finding> {
    if subject.document.outcome != Outcome::NoMaterialChange {
        return Vec::new();
    }
    let qualifying = select_from(subject.package).events.len();
    if qualifying == 0 {
        return Vec::new();
    }
    vec![Finding::new(
        FindingCode::FalseQuiet,
        match qualifying {
            1 => "The report says no material change although 1 development qualifies.".to_owned(),
            _ => format!(
                "The report says no material change although {qualifying} developments qualify."
            ),
        },
    )]
}

/// What an earlier report of the specification cites is cited by no later one.
pub(super) fn nothing_told_again(subject: &Subject<'_>) -> Vec<Finding> {
    let told: BTreeSet<_> = subject.package.continuing.iter().flat_map(|one| &one.cited).collect();
    let again = subject.items(subject.cited()).into_iter().filter(|item| told.contains(&item.id));
    again
        .map(|item| {
            Finding::new(
                FindingCode::Duplicate,
                format!("“{}” stands in an earlier report.", item.title),
            )
        })
        .collect()
}

/// Companies of a development that its evidence does not name.
pub(super) fn unnamed_companies<'a>(
    subject: &Subject<'a>,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    subject.developments().flat_map(|(section, development)| {
        let items = subject.items(evidence_of(development));
        let named = move |company: &str| {
            items.iter().any(|item| {
                item.companies.iter().any(|known| known == company)
                    || item.title.contains(company)
                    || item.excerpt.contains(company)
            })
        };
        development
            .companies
            .iter()
            .filter(move |company| !named(company))
            .map(move |company| (section, company.as_str()))
    })
}
