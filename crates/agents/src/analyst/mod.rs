//! The built-in analyst: writes a report from the selected evidence by rules
//! alone. No language model, no clock, no chance: the same package and selection
//! give the same document.
//!
//! It quotes rather than tells: each fact is the words of its evidence under the
//! publisher's name; interpretations and implications are conditional and cite
//! what they rest on. It knows nothing that the package does not say, and leaves
//! out whatever it could not support.

mod agent;
mod basis;
mod coverage;
mod development;
mod event;
mod outcome;
mod outlook;
mod reading;
mod references;
mod selection;
mod summary;
mod words;
mod writer;

#[cfg(test)]
pub(crate) mod tests;

pub use agent::agent;
pub(crate) use basis::{Basis, Prose};
pub(crate) use event::Event;

use crate::evidence::Selection;
use development::Written;
use domain::{
    package::RunPackage,
    report::{Engine, ReportDocument},
};
use writer::Writer;

/// Raised whenever the same input would give another report.
pub const ENGINE_VERSION: &str = "2";
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
    Ok(write(&Basis::new(package, selection)?))
}

/// Writes on what the rules let in.
pub(crate) fn write(basis: &Basis<'_>) -> ReportDocument {
    let package = basis.package;
    let mut writer = Writer::default();
    let told = write_developments(basis.events(), &mut writer);
    let executive_summary = summary::bullets(&told, &mut writer);
    let decision_summary = outlook::decision_summary(&told, package, &mut writer);
    let statements = outlook::statements(&told, basis, &mut writer);
    let monitoring = outlook::monitoring(&told, &mut writer);
    let developments = told.into_iter().map(|one| (one.event.section, one.development)).collect();
    let written =
        Prose { developments, executive_summary, decision_summary, statements, monitoring };
    basis.document(written, engine())
}

/// How a report names the engine that composed it.
fn engine() -> Engine {
    Engine {
        id: ENGINE_ID.to_owned(),
        label: ENGINE_LABEL.to_owned(),
        version: ENGINE_VERSION.to_owned(),
        // Rules alone wrote: what a model is told had no part in it.
        instruction: None,
    }
}

/// In reading order, numbered `D1`, `D2`, …
fn write_developments<'a>(events: &'a [Event<'a>], writer: &mut Writer) -> Vec<Written<'a>> {
    let mut written = Vec::new();
    for event in events {
        let id = format!("D{}", written.len() + 1);
        written.extend(development::write(event, id, writer));
    }
    written
}
