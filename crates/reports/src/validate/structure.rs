//! Is it the document we asked for, and does it agree with itself?

use super::{
    Finding, FindingCode,
    subject::{Subject, evidence_of},
};
use domain::{
    evidence::{EvidenceItem, independent_publishers},
    report::{Engine, Outcome, ReportDocument, ReportScope, signal_map},
    specification::{SectionKind, Strength},
    taxonomy::Deliverable,
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn schema_version(subject: &Subject<'_>) -> Vec<Finding> {
    let schema = subject.document.schema;
    if schema == ReportDocument::SCHEMA {
        Vec::new()
    } else {
        vec![Finding::schema(format_args!("schema version {schema}"))]
    }
}

/// Title and scope are copied from the package, never composed; only the engine
/// speaks for itself, save for the instruction, which is the package's or none.
pub(super) fn scope_mirrors_package(subject: &Subject<'_>) -> Vec<Finding> {
    let package = subject.package;
    let specification = &package.specification;
    let engine = &subject.document.scope.engine;
    let expected = ReportScope {
        specification_name: specification.name.clone(),
        specification_version: package.specification_version,
        cadence: specification.cadence,
        period: package.period.clone(),
        window_from: package.window_from,
        window_to: package.window_to,
        scope: specification.scope.clone(),
        watchlist: specification.watchlist.clone(),
        engine: Engine {
            instruction: engine.instruction.and_then(|_| package.instruction.reference()),
            ..engine.clone()
        },
        sample_data: package.pack.sample,
    };
    let mut findings = Vec::new();
    if subject.document.title != specification.options.title {
        findings.push(Finding::schema("title"));
    }
    if subject.document.scope != expected {
        findings.push(Finding::schema("scope"));
    }
    findings
}

pub(super) fn sections(subject: &Subject<'_>) -> Vec<Finding> {
    let sections = &subject.document.sections;
    let chosen = &subject.package.specification.options.sections;
    let mut findings = Vec::new();
    if !sections.is_sorted_by(|a, b| a.kind < b.kind) {
        findings.push(Finding::schema("order of the sections"));
    }
    for section in sections {
        let name = section.kind.label();
        let joins = section.kind == SectionKind::StrategicImplications;
        if !chosen.contains(&section.kind) {
            findings.push(Finding::schema(format_args!("{name} was not chosen")));
        }
        if section.developments.is_empty() && section.statements.is_empty() {
            findings.push(Finding::schema(format_args!("{name} is empty")));
        }
        if (joins && !section.developments.is_empty()) || (!joins && !section.statements.is_empty())
        {
            findings.push(Finding::schema(name));
        }
    }
    findings
}

pub(super) fn optional_parts(subject: &Subject<'_>) -> Vec<Finding> {
    let document = subject.document;
    let options = &subject.package.specification.options;
    let briefing =
        subject.package.specification.scope.deliverables.contains(&Deliverable::ExecutiveBriefings);
    let counted = signal_map(subject.developments().map(|(_, development)| development));
    let expected = if options.signal_map { counted } else { Vec::new() };
    let mut findings = Vec::new();
    if !briefing && !document.decision_summary.is_empty() {
        findings.push(Finding::schema("decision summary without executive briefings"));
    }
    if document.signal_map != expected {
        findings.push(Finding::schema("signal map"));
    }
    if !options.evidence_appendix && !document.appendix.is_empty() {
        findings.push(Finding::schema("evidence appendix"));
    }
    findings.extend(appendix_mirrors_evidence(subject));
    findings
}

fn appendix_mirrors_evidence(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in &subject.document.appendix {
        match subject.item(&entry.evidence) {
            None => findings.push(unknown(&entry.evidence)),
            Some(item) if entry.url != item.url => findings.push(foreign("The evidence appendix")),
            Some(item)
                if entry.title != item.title
                    || entry.publisher != item.publisher
                    || entry.published != item.published
                    || entry.excerpt != item.excerpt =>
            {
                findings.push(Finding::schema("evidence appendix"));
            }
            Some(_) => {}
        }
    }
    findings
}

pub(super) fn developments(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut ids = BTreeSet::new();
    for (_, development) in subject.developments() {
        let id = &development.id;
        if id.trim().is_empty() || !ids.insert(id.as_str()) {
            findings.push(Finding::schema(format_args!("development {id}")));
        }
        if development.claims.is_empty() || development.headline.trim().is_empty() {
            findings.push(Finding::schema(format_args!("development {id} states nothing")));
        }
        let items = subject.items(evidence_of(development));
        if let Some((first, last)) = first_and_last(&items) {
            let strength = Strength::of_publishers(independent_publishers(items.iter().copied()));
            if development.strength != strength {
                findings.push(Finding::schema(format_args!("strength of {id}")));
            }
            if (development.first_published, development.last_published) != (first, last) {
                findings.push(Finding::schema(format_args!("dates of {id}")));
            }
        }
    }
    for advice in &subject.document.monitoring {
        if !ids.contains(advice.development.as_str()) {
            findings.push(Finding::schema("monitoring advice without its development"));
        }
    }
    findings
}

fn first_and_last(items: &[&EvidenceItem]) -> Option<(jiff::civil::Date, jiff::civil::Date)> {
    let dates = items.iter().map(|item| item.published);
    Some((dates.clone().min()?, dates.max()?))
}

/// References are numbered by first use, every one is cited, every citation
/// resolves, and each says what its evidence says.
pub(super) fn references(subject: &Subject<'_>) -> Vec<Finding> {
    let references = &subject.document.references;
    let mut findings = Vec::new();
    let numbered: Vec<_> = references.iter().map(|reference| &reference.evidence).collect();
    let in_order = references.iter().zip(1..).all(|(reference, number)| reference.number == number);
    if numbered != subject.cited() || !in_order {
        findings.push(Finding::schema("references"));
    }
    for reference in references {
        match subject.item(&reference.evidence) {
            None => findings.push(unknown(&reference.evidence)),
            Some(item) if reference.url != item.url => findings.push(foreign("The reference list")),
            Some(item)
                if reference.title != item.title
                    || reference.publisher != item.publisher
                    || reference.published != item.published =>
            {
                findings.push(Finding::schema(format_args!("reference {}", reference.number)));
            }
            Some(_) => {}
        }
    }
    findings
}

pub(super) fn says_something(subject: &Subject<'_>) -> Vec<Finding> {
    let document = subject.document;
    let developments = subject.developments().count();
    match document.outcome {
        Outcome::Developments if developments == 0 => vec![Finding::new(
            FindingCode::Empty,
            "The report has neither developments nor a statement of no material change.",
        )],
        Outcome::NoMaterialChange
            if !document.sections.is_empty()
                || !document.executive_summary.is_empty()
                || !document.decision_summary.is_empty()
                || !document.monitoring.is_empty() =>
        {
            vec![Finding::schema("a statement of no material change beside developments")]
        }
        _ => Vec::new(),
    }
}

pub(super) fn unknown(id: &domain::evidence::EvidenceId) -> Finding {
    Finding::new(
        FindingCode::UnknownEvidence,
        format!("A claim cites {id}, which is not part of this run's evidence."),
    )
}

pub(super) fn foreign(place: &str) -> Finding {
    Finding::new(
        FindingCode::ForeignUrl,
        format!("{place} contains an address that is not in the evidence."),
    )
}

/// Each place by the key of what stands there, where it stands twice.
pub(super) fn repeated<'a, K: Ord>(
    entries: impl IntoIterator<Item = (K, &'a str)>,
) -> Vec<(&'a str, &'a str)> {
    let mut first = BTreeMap::new();
    let mut twice = Vec::new();
    for (key, place) in entries {
        match first.get(&key) {
            Some(earlier) => twice.push((*earlier, place)),
            None => {
                first.insert(key, place);
            }
        }
    }
    twice
}
