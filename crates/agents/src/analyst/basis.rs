//! What every engine writes on: the events that enter the report, decided by
//! rules before anything is written; and what follows by rules from what was
//! written.

use super::{ComposeError, Silence, coverage, event::Event, references, selection};
use crate::evidence::Selection;
use domain::{
    evidence::Contradiction,
    package::RunPackage,
    report::{
        Claim, Development, Engine, MonitoringAdvice, Outcome, ReportDocument, ReportScope,
        Section, SummaryBullet, signal_map,
    },
    specification::SectionKind,
};

/// The events of one run, in reading order.
#[derive(Debug)]
pub(crate) struct Basis<'a> {
    pub package: &'a RunPackage,
    selection: &'a Selection,
    events: Vec<Event<'a>>,
    /// Events for which there is no room.
    beyond_limits: u32,
}

/// What an engine wrote; a document's other parts follow from it.
#[derive(Debug, Default)]
pub(crate) struct Prose {
    /// In reading order, each with its section.
    pub developments: Vec<(SectionKind, Development)>,
    pub executive_summary: Vec<SummaryBullet>,
    pub decision_summary: Vec<Claim>,
    /// Of Strategic Implications.
    pub statements: Vec<Claim>,
    pub monitoring: Vec<MonitoringAdvice>,
}

impl<'a> Basis<'a> {
    /// # Errors
    /// Where nothing was read there is nothing to report, not even silence.
    pub fn new(package: &'a RunPackage, selection: &'a Selection) -> Result<Self, ComposeError> {
        if package.pack.items.is_empty() {
            return Err(ComposeError::NoEvidence(Silence::EmptyPack));
        }
        if package.pack.sources.iter().all(|source| source.error.is_some()) {
            return Err(ComposeError::NoEvidence(Silence::NoSourceRead));
        }
        let events = selection.events.iter().map(|one| Event::of(one, package)).collect();
        let (events, beyond_limits) = selection::keep(events);
        Ok(Self { package, selection, events, beyond_limits })
    }

    pub fn events(&self) -> &[Event<'a>] {
        &self.events
    }

    /// What does not fit together among the selected events.
    pub fn contradictions(&self) -> &'a [Contradiction] {
        &self.selection.contradictions
    }

    /// The whole document of what `engine` wrote. Title, scope, counts, references
    /// and appendix come from the package, never from an engine.
    pub fn document(&self, written: Prose, engine: Engine) -> ReportDocument {
        let options = &self.package.specification.options;
        let quiet = written.developments.is_empty();
        let mut document = ReportDocument {
            schema: ReportDocument::SCHEMA,
            title: options.title.clone(),
            scope: scope(self.package, engine),
            outcome: if quiet { Outcome::NoMaterialChange } else { Outcome::Developments },
            executive_summary: written.executive_summary,
            decision_summary: written.decision_summary,
            signal_map: Vec::new(),
            sections: sections(written.developments, written.statements),
            monitoring: written.monitoring,
            coverage: coverage::counts(self.package, self.selection),
            references: Vec::new(),
            appendix: Vec::new(),
        };
        if options.signal_map {
            let developments = document.sections.iter().flat_map(|section| &section.developments);
            document.signal_map = signal_map(developments);
        }
        document.references = references::of(&document, self.selection);
        if options.evidence_appendix {
            document.appendix = references::appendix(&document, self.selection);
        }
        document.coverage =
            coverage::note(&document, self.package, self.selection, self.beyond_limits);
        document
    }
}

/// Developments come in reading order, so that each section is one run of them.
fn sections(developments: Vec<(SectionKind, Development)>, statements: Vec<Claim>) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for (kind, development) in developments {
        match sections.last_mut() {
            Some(section) if section.kind == kind => section.developments.push(development),
            _ => sections.push(Section {
                kind,
                developments: vec![development],
                statements: Vec::new(),
            }),
        }
    }
    if !statements.is_empty() {
        sections.push(Section {
            kind: SectionKind::StrategicImplications,
            developments: Vec::new(),
            statements,
        });
    }
    sections
}

fn scope(package: &RunPackage, engine: Engine) -> ReportScope {
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
        engine,
        sample_data: package.pack.sample,
    }
}
