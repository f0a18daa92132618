//! The parts of a report that can be left out, each under its key: the anchor of
//! its heading.

use crate::view::Withheld;
use domain::report::{ReportDocument, Section};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) const SUMMARY: &str = "summary";
pub(super) const DECISION: &str = "decision";
pub(super) const SIGNAL_MAP: &str = "signal-map";
pub(super) const MONITORING: &str = "monitoring";
pub(super) const COVERAGE: &str = "coverage";
pub(super) const APPENDIX: &str = "appendix";

/// Heading and name in the document of each part that is no section.
pub(super) const PARTS: [(&str, &str, &str); 6] = [
    (SUMMARY, "Executive summary", "executive_summary"),
    (DECISION, "Decision summary", "decision_summary"),
    (SIGNAL_MAP, "Signal map", "signal_map"),
    (MONITORING, "What to watch", "monitoring"),
    (COVERAGE, "Coverage", "coverage"),
    (APPENDIX, "Evidence appendix", "appendix"),
];

pub(super) fn key_of(section: &Section) -> String {
    section.kind.id().replace('_', "-")
}

/// The headings under which notices stand.
pub(crate) fn labels(document: &ReportDocument, removed: &BTreeSet<String>) -> Withheld {
    let sections = document.sections.iter().map(|one| (key_of(one), one.kind.label()));
    let others = PARTS.iter().map(|(key, label, _)| ((*key).to_owned(), *label));
    sections.chain(others).filter(|(key, _)| removed.contains(key)).collect()
}

/// The document without what is removed. Coverage stays in it, since it has no
/// empty form; whoever prints the document leaves it out.
pub fn without(document: &ReportDocument, removed: &BTreeSet<String>) -> ReportDocument {
    let mut rest = document.clone();
    if removed.is_empty() {
        return rest;
    }
    let gone = |key: &str| removed.contains(key);
    for section in rest.sections.iter_mut().filter(|section| gone(&key_of(section))) {
        section.developments.clear();
        section.statements.clear();
    }
    if gone(SUMMARY) {
        rest.executive_summary.clear();
    }
    if gone(DECISION) {
        rest.decision_summary.clear();
    }
    if gone(SIGNAL_MAP) {
        rest.signal_map.clear();
    }
    if gone(MONITORING) {
        rest.monitoring.clear();
    }
    if gone(APPENDIX) {
        rest.appendix.clear();
    }
    let cited: BTreeSet<_> = rest
        .claims()
        .flat_map(|(_, claim)| &claim.evidence)
        .chain(rest.executive_summary.iter().flat_map(|bullet| &bullet.evidence))
        .cloned()
        .collect();
    rest.references.retain(|reference| cited.contains(&reference.evidence));
    rest
}

/// The same as JSON, where what is removed is null.
pub(super) fn json_without(
    document: &ReportDocument,
    removed: &BTreeSet<String>,
) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(without(document, removed))?;
    for (key, _, name) in PARTS {
        if removed.contains(key) {
            value[name] = Value::Null;
        }
    }
    for (index, section) in document.sections.iter().enumerate() {
        if removed.contains(&key_of(section)) {
            value["sections"][index] = json!({
                "kind": section.kind, "developments": null, "statements": null,
            });
        }
    }
    Ok(value)
}
