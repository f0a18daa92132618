//! The built-in analyst: writes a report from the selected evidence by rules
//! alone. No language model, no clock, no chance: the same package and selection
//! give the same document.
//!
//! It quotes rather than tells: each fact is the words of its evidence under the
//! publisher's name; interpretations and implications are conditional and cite
//! what they rest on. It knows nothing that the package does not say, and leaves
//! out whatever it could not support.

mod agent;
mod conflict;
mod coverage;
mod development;
mod event;
mod outcome;
mod outlook;
mod product;
mod rank;
mod reading;
mod references;
mod selection;
mod summary;
mod words;
mod writer;

#[cfg(test)]
mod tests;

pub use agent::agent;

use crate::evidence::Selection;
use development::Written;
use domain::{
    package::RunPackage,
    report::{Engine, Outcome, ReportDocument, ReportScope, Section, signal_map},
    specification::SectionKind,
};
use event::Event;
use selection::Kept;
use writer::Writer;

/// Raised whenever the same input would give another report.
pub const ENGINE_VERSION: &str = "1";
pub const ENGINE_ID: &str = "builtin";
pub const ENGINE_LABEL: &str = "Built-in analyst (deterministic, no language model)";

/// Why no report can be composed, not even one of no material change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// Silence of unread sources is not a quiet week.
    #[error("there was no evidence to report on: {0}")]
    NoEvidence(Silence),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    #[error("the evidence pack holds no items")]
    EmptyPack,
    #[error("no source could be read")]
    NoSourceRead,
}

/// The report of one run's package on the items selected from it.
pub fn compose(
    package: &RunPackage,
    selection: &Selection,
) -> Result<ReportDocument, ComposeError> {
    if package.pack.items.is_empty() {
        return Err(ComposeError::NoEvidence(Silence::EmptyPack));
    }
    if package.pack.sources.iter().all(|source| source.error.is_some()) {
        return Err(ComposeError::NoEvidence(Silence::NoSourceRead));
    }
    let events = event::group(&selection.items, package);
    let kept = selection::keep(events, package);
    let mut writer = Writer::default();
    let written = write_developments(&kept, &mut writer);
    Ok(assemble(package, selection, &kept, &written, &mut writer))
}

/// In reading order, numbered `D1`, `D2`, …
fn write_developments<'a>(kept: &'a Kept<'a>, writer: &mut Writer) -> Vec<Written<'a>> {
    let mut written = Vec::new();
    for event in &kept.events {
        let id = format!("D{}", written.len() + 1);
        written.extend(development::write(event, id, writer));
    }
    written
}

fn assemble(
    package: &RunPackage,
    selection: &Selection,
    kept: &Kept<'_>,
    written: &[Written<'_>],
    writer: &mut Writer,
) -> ReportDocument {
    let options = &package.specification.options;
    let executive_summary = summary::bullets(written, writer);
    let decision_summary = outlook::decision_summary(written, package, writer);
    let statements = outlook::statements(written, package, writer);
    let monitoring = outlook::monitoring(written, writer);
    let mut sections = sections_of(written);
    if !statements.is_empty() {
        sections.push(Section {
            kind: SectionKind::StrategicImplications,
            developments: Vec::new(),
            statements,
        });
    }
    let mut document = ReportDocument {
        schema: ReportDocument::SCHEMA,
        title: options.title.clone(),
        scope: scope(package),
        outcome: if written.is_empty() { Outcome::NoMaterialChange } else { Outcome::Developments },
        executive_summary,
        decision_summary,
        signal_map: Vec::new(),
        sections,
        monitoring,
        coverage: coverage::counts(package, selection),
        references: Vec::new(),
        appendix: Vec::new(),
    };
    if options.signal_map {
        let developments = document.sections.iter().flat_map(|section| &section.developments);
        document.signal_map = signal_map(developments);
    }
    document.references = references::of(&document, selection);
    if options.evidence_appendix {
        document.appendix = references::appendix(&document, selection);
    }
    document.coverage = coverage::note(&document, package, selection, &kept.left_out);
    document
}

/// Developments come in reading order, so that each section is one run of them.
fn sections_of(written: &[Written<'_>]) -> Vec<Section> {
    written
        .chunk_by(|a, b| a.event.section == b.event.section)
        .map(|chunk| Section {
            kind: chunk[0].event.section,
            developments: chunk.iter().map(|one| one.development.clone()).collect(),
            statements: Vec::new(),
        })
        .collect()
}

fn scope(package: &RunPackage) -> ReportScope {
    let specification = &package.specification;
    ReportScope {
        specification_name: specification.name.clone(),
        specification_version: package.specification_version,
        cadence: specification.cadence,
        period: package.period.clone(),
        window_from: package.window_from,
        window_to: package.window_to,
        scope: specification.scope.clone(),
        watchlist: specification.watchlist.clone(),
        engine: Engine {
            id: ENGINE_ID.to_owned(),
            label: ENGINE_LABEL.to_owned(),
            version: ENGINE_VERSION.to_owned(),
        },
        sample_data: package.pack.sample,
    }
}
