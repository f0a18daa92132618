//! How an engine fares with a package: what it wrote, held against every rule.

use crate::{
    analyst::{self, Basis},
    assistant::Engine,
    evidence::select,
    governed::Sealed,
};
use executor::capability::{Call, Fault, FaultKind};
use reports::{Finding, validate};

/// One report in figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// What keeps it from being published; nothing where it would be.
    pub findings: Vec<Finding>,
    /// Findings for which a first answer was sent back.
    pub sent_back: usize,
    pub claims: usize,
    /// Events that the rules let in, and of them those that the report tells.
    pub events: usize,
    pub told: usize,
}

impl Measured {
    pub fn is_valid(&self) -> bool {
        self.findings.is_empty()
    }

    /// Findings that the report states what its evidence does not.
    pub fn ungrounded(&self) -> usize {
        self.findings.iter().filter(|finding| finding.code.is_of_grounding()).count()
    }
}

/// Has the report of a package written, and holds it against every rule.
///
/// # Errors
/// The fault of an engine that gave no report.
pub async fn measure(
    engine: &Engine,
    governed: &Sealed<'_>,
    call: &Call,
) -> Result<Measured, Fault> {
    let package = governed.package;
    let selection = select(package);
    let basis = Basis::new(package, &selection)
        .map_err(|error| Fault::new(FaultKind::Empty, error.to_string()))?;
    let (document, sent_back) = match engine {
        Engine::Builtin => (analyst::write(&basis), 0),
        Engine::Model(assistant) => {
            let composed = assistant.compose(governed, &selection, call).await?;
            (composed.document, composed.repaired.len())
        }
    };
    Ok(Measured {
        findings: validate(&document, package),
        sent_back,
        claims: document.claims().count(),
        events: basis.events().len(),
        told: document.sections.iter().map(|section| section.developments.len()).sum(),
    })
}
