//! What of evidence pages may show: decided report by report, by the provider of the source
//! that it was read from; what its owner wants named stands with it. An event says what all of
//! its reports say together.

use crate::{Actor, Orchestrator, UseCaseError, workspace_licence};
use domain::{
    evidence::{EvidenceItem, EvidencePack, SourceReading, provider_of},
    id::PackId,
};
use rights::{DocumentLineage, Owner, Part, Registry, Screen, WithheldPart, WorkspaceLicences};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use storage::{
    PgConnection, evidence_pack,
    pack_event::{self, EventRow},
    tenancy,
};

/// The key of what an event means, which all of its reports are behind.
pub const MEANING: &str = "meaning";

/// An event in a list.
#[derive(Clone, Debug)]
pub struct ListedEvent {
    pub id: String,
    /// What may be shown of it, else why it may not.
    pub shown: Result<EventRow, WithheldPart>,
}

/// By what it is decided what a reader may be shown of one pack.
pub(super) struct EvidenceScreen {
    registry: Arc<Registry>,
    licences: WorkspaceLicences,
    pack: PackId,
    sources: Vec<SourceReading>,
}

impl Orchestrator {
    /// The licences that count for a reader: those of the chosen workspace, if there is one.
    pub(super) async fn licences_of_reader(
        &self,
        actor: &Actor,
    ) -> Result<WorkspaceLicences, UseCaseError> {
        let Some(workspace) = actor.workspace() else { return Ok(WorkspaceLicences::none()) };
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let licences = workspace_licence::load_today(&mut tx, workspace).await?;
        tx.commit().await?;
        Ok(licences)
    }

    pub(super) async fn evidence_screen(
        &self,
        conn: &mut PgConnection,
        licences: WorkspaceLicences,
        pack: PackId,
    ) -> Result<EvidenceScreen, UseCaseError> {
        let sources = evidence_pack::load_sources(conn, pack).await?;
        Ok(EvidenceScreen { registry: self.rights.current(), licences, pack, sources })
    }

    /// What may be shown of the items of a pack that was read whole, each a part under its id.
    pub(super) fn screened_pack(
        &self,
        pack: &EvidencePack,
        licences: &WorkspaceLicences,
    ) -> Screen {
        let lineage = DocumentLineage { parts: parts(&pack.sources, &pack.items) };
        self.rights.current().screen(&lineage, licences)
    }
}

impl EvidenceScreen {
    /// Events as a list shows them, and what asks to be named with those that are shown.
    pub async fn list(
        &self,
        conn: &mut PgConnection,
        events: Vec<EventRow>,
    ) -> Result<(Vec<ListedEvent>, Screen), UseCaseError> {
        let ids: Vec<String> = events.iter().map(|event| event.id.clone()).collect();
        let mut cited: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
        for one in pack_event::load_cited_sources(conn, self.pack, &ids).await? {
            cited.entry(one.event).or_default().push((one.source, one.sample));
        }
        let parts = ids.iter().map(|id| {
            let read_from = cited.remove(id).unwrap_or_default();
            let read_from = read_from.iter().map(|(source, sample)| (source.as_str(), *sample));
            part(&self.sources, id.clone(), format!("Event {id}"), read_from)
        });
        let screen = self.decide(parts.collect());
        let listed = events.into_iter().map(|event| {
            let withheld = screen.withheld.iter().find(|part| part.key == event.id).cloned();
            ListedEvent { id: event.id.clone(), shown: withheld.map_or(Ok(event), Err) }
        });
        Ok((listed.collect(), screen))
    }

    /// The reports of one event, each a part under its id, and what they mean together under
    /// [`MEANING`].
    pub fn event(&self, items: &[EvidenceItem]) -> Screen {
        let mut parts = parts(&self.sources, items);
        let all = items.iter().map(|item| (item.source.as_str(), item.sample));
        parts.push(part(&self.sources, MEANING.to_owned(), "What it means".to_owned(), all));
        self.decide(parts)
    }

    fn decide(&self, parts: Vec<Part>) -> Screen {
        self.registry.screen(&DocumentLineage { parts }, &self.licences)
    }
}

/// Reports of a pack, each a part under its id.
fn parts(sources: &[SourceReading], items: &[EvidenceItem]) -> Vec<Part> {
    let report = |item: &EvidenceItem| {
        let read_from = [(item.source.as_str(), item.sample)];
        part(sources, item.id.to_string(), format!("Report {}", item.id), read_from)
    };
    items.iter().map(report).collect()
}

/// What rests on all of these together, each the name of its source and whether it is a
/// sample. Without a provider where that of one is not recorded: then nobody can be asked for
/// the whole.
fn part<'a>(
    sources: &[SourceReading],
    key: String,
    title: String,
    read_from: impl IntoIterator<Item = (&'a str, bool)>,
) -> Part {
    let (mut providers, mut owners) = (Some(BTreeSet::new()), BTreeSet::new());
    for (source, sample) in read_from {
        match (&mut providers, provider_of(sources, source, sample)) {
            (Some(providers), Some(provider)) => {
                providers.insert(provider);
            }
            _ => providers = None,
        }
        owners.extend(Owner::of(sources, source, sample));
    }
    Part { key, title, providers: providers.unwrap_or_default(), owners }
}
