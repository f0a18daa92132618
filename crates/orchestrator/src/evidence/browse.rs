//! Looking at what packs hold.

use super::{
    screen::{EvidenceScreen, ListedEvent},
    status::{PackStanding, Readings},
};
use crate::{Actor, Orchestrator, UseCaseError, workspace_licence};
use desk::entity::EntityTable;
use domain::{
    evidence::{CompanyId, EvidenceEvent, EvidenceId, EvidencePack},
    hash::ContentHash,
    id::{PackId, RunId},
    taxonomy::Region,
    workspace::Role,
};
use rights::{Screen, Terms};
use storage::{
    PgConnection, artifact,
    event_decision::{self, EventDecisionRow, Wanted},
    evidence_pack, pack_build,
    pack_event::{self, EventVersion, EventView, FacetCount, Filter},
    setup, source_item, tenancy,
};

/// Events on a page.
const PAGE_SIZE: i64 = 25;

/// Events shown of a company.
const COMPANY_EVENTS_MAX: i64 = 100;

/// Versions shown of an event, and decisions on it.
const VERSIONS_MAX: i64 = 20;
const HISTORY_MAX: i64 = 200;

/// A page of events of the newest pack.
#[derive(Clone, Debug)]
pub struct BrowseEvidence {
    pub pack: evidence_pack::CurrentPack,
    pub standing: PackStanding,
    pub events: Vec<ListedEvent>,
    /// What the events of the whole pack can be narrowed by, with their number.
    pub facets: Vec<FacetCount>,
    /// What asks to be named with what is shown.
    pub terms: Terms,
    pub total: i64,
    /// From 1.
    pub page: i64,
    pub pages: i64,
}

/// One event in its pack.
#[derive(Clone, Debug)]
pub struct EventPage {
    pub pack: PackId,
    pub pack_hash: ContentHash,
    /// Without the reports that may not be shown.
    pub view: EventView,
    /// What may be shown: a part for each report, and [`MEANING`](super::MEANING).
    pub screen: Screen,
    /// Whether the newest pack has it; it alone can be decided on.
    pub current: bool,
    /// The event of the newest pack that tells what this one told, where that is another.
    pub successor: Option<String>,
    /// How it stood over all packs, the newest first.
    pub versions: Vec<EventVersion>,
    /// What administrators decided on its reports, in their order.
    pub decisions: Vec<EventDecisionRow>,
}

/// A whole pack, checked against its seal.
#[derive(Clone, Debug)]
pub struct PackPage {
    pub id: PackId,
    pub hash: ContentHash,
    pub pack: EvidencePack,
    /// What may be shown: a part for each item.
    pub screen: Screen,
    pub standing: PackStanding,
}

/// A company of the desk's table, and the events of the newest pack that name it.
#[derive(Clone, Debug)]
pub struct CompanyView {
    pub name: String,
    pub parent: Option<(String, String)>,
    pub home: Option<&'static str>,
    pub links: Vec<&'static str>,
    pub pure_polyurethane: bool,
    pub body: bool,
    pub sample: bool,
    pub sites: Vec<(String, &'static str)>,
    pub events: Vec<ListedEvent>,
    /// What asks to be named with those that are shown.
    pub terms: Terms,
}

impl Orchestrator {
    /// Searches the newest pack; none where no source has been read yet.
    pub async fn browse_evidence(
        &self,
        actor: &Actor,
        filter: &Filter,
        page: i64,
    ) -> Result<Option<BrowseEvidence>, UseCaseError> {
        require_reader(actor)?;
        let licences = self.licences_of_reader(actor).await?;
        let mut conn = self.pool.acquire().await?;
        let Some(pack) = evidence_pack::load_current(&mut conn).await? else { return Ok(None) };
        let standing = standing(&mut conn, actor, Some(&pack)).await?;
        let page = page.clamp(1, 10_000);
        let offset = (page - 1) * PAGE_SIZE;
        let (events, total) =
            pack_event::search(&mut conn, pack.id, filter, offset, PAGE_SIZE).await?;
        let pages = (total + PAGE_SIZE - 1) / PAGE_SIZE;
        let facets = pack_event::count_facets(&mut conn, pack.id).await?;
        let screen = self.evidence_screen(&mut conn, licences, pack.id).await?;
        let (events, Screen { terms, .. }) = screen.list(&mut conn, events).await?;
        Ok(Some(BrowseEvidence { pack, standing, events, facets, terms, total, page, pages }))
    }

    /// How evidence stands where there is no pack yet.
    pub async fn standing_without_pack(&self, actor: &Actor) -> Result<PackStanding, UseCaseError> {
        require_reader(actor)?;
        let mut conn = self.pool.acquire().await?;
        standing(&mut conn, actor, None).await
    }

    /// An event of the newest pack that has it.
    pub async fn view_event(&self, actor: &Actor, event: &str) -> Result<EventPage, UseCaseError> {
        require_reader(actor)?;
        let licences = self.licences_of_reader(actor).await?;
        let mut conn = self.pool.acquire().await?;
        let pack = pack_event::load_newest_pack(&mut conn, event).await?;
        let (pack, pack_hash) = pack.ok_or(UseCaseError::NotFound)?;
        let screen = self.evidence_screen(&mut conn, licences, pack).await?;
        event_page(&mut conn, &screen, pack, pack_hash, event).await
    }

    /// The event behind a citation of a run's report, in the pack that the run used.
    pub async fn cited_event(
        &self,
        actor: &Actor,
        run: RunId,
        evidence: &str,
    ) -> Result<EventPage, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        let seal = artifact::load_seal(&mut tx, run).await?.ok_or(UseCaseError::NotFound)?;
        let pack = evidence_pack::load_id(&mut tx, seal.pack_hash).await?;
        let pack = pack.ok_or(UseCaseError::NotFound)?;
        let event = pack_event::load_event_of(&mut tx, pack, evidence).await?;
        let event = event.ok_or(UseCaseError::NotFound)?;
        let licences = workspace_licence::load_today(&mut tx, membership.workspace).await?;
        let screen = self.evidence_screen(&mut tx, licences, pack).await?;
        event_page(&mut tx, &screen, pack, seal.pack_hash, &event).await
    }

    /// A pack by its content hash.
    ///
    /// # Errors
    /// Among others [`UseCaseError::Quarantined`] where it does not match its seal.
    pub async fn view_pack(
        &self,
        actor: &Actor,
        hash: ContentHash,
    ) -> Result<PackPage, UseCaseError> {
        require_reader(actor)?;
        let licences = self.licences_of_reader(actor).await?;
        let mut conn = self.pool.acquire().await?;
        let id = evidence_pack::load_id(&mut conn, hash).await?.ok_or(UseCaseError::NotFound)?;
        let document = evidence_pack::load_document(&mut conn, id).await?;
        let (sealed, text) = document.ok_or(UseCaseError::NotFound)?;
        if ContentHash::of_bytes(text.as_bytes()) != sealed {
            return Err(UseCaseError::Quarantined);
        }
        let current = evidence_pack::load_current(&mut conn).await?;
        let standing = match current.filter(|current| current.id == id) {
            Some(current) => standing(&mut conn, actor, Some(&current)).await?,
            None => {
                PackStanding::superseded(evidence_pack::load_superseded_at(&mut conn, id).await?)
            }
        };
        let pack: EvidencePack = serde_json::from_str(&text)?;
        Ok(PackPage { id, hash, screen: self.screened_pack(&pack, &licences), pack, standing })
    }

    /// A company of the desk's table.
    pub async fn view_company(&self, actor: &Actor, id: &str) -> Result<CompanyView, UseCaseError> {
        require_reader(actor)?;
        let table = EntityTable::built_in();
        let company = table
            .companies()
            .find(|company| company.id.as_str() == id)
            .ok_or(UseCaseError::NotFound)?;
        let filter = Filter { company: Some(id.to_owned()), ..Filter::default() };
        let licences = self.licences_of_reader(actor).await?;
        let mut conn = self.pool.acquire().await?;
        let (events, terms) = match evidence_pack::load_current(&mut conn).await? {
            Some(pack) => {
                let (found, _) =
                    pack_event::search(&mut conn, pack.id, &filter, 0, COMPANY_EVENTS_MAX).await?;
                let screen = self.evidence_screen(&mut conn, licences, pack.id).await?;
                let (events, Screen { terms, .. }) = screen.list(&mut conn, found).await?;
                (events, terms)
            }
            None => (Vec::new(), Terms::default()),
        };
        let name = |id: &CompanyId| {
            table.company(id).map(|company| (id.to_string(), company.name.clone()))
        };
        let sites = table.sites().filter(|site| site.company == company.id);
        Ok(CompanyView {
            name: company.name.clone(),
            parent: company.parent.as_ref().and_then(name),
            home: company.home.map(Region::label),
            links: company.links.iter().map(|link| link.label()).collect(),
            pure_polyurethane: company.pure_polyurethane,
            body: company.body,
            sample: company.sample,
            sites: sites.map(|site| (site.place.clone(), site.region.label())).collect(),
            events,
            terms,
        })
    }
}

async fn event_page(
    conn: &mut PgConnection,
    screen: &EvidenceScreen,
    pack: PackId,
    pack_hash: ContentHash,
    event: &str,
) -> Result<EventPage, UseCaseError> {
    let mut view = pack_event::load(conn, pack, event).await?.ok_or(UseCaseError::NotFound)?;
    let screen = screen.event(&view.items);
    let withheld = screen.withheld_keys();
    let items: Vec<EvidenceId> = view.items.iter().map(|item| item.id.clone()).collect();
    let newest = evidence_pack::load_current(conn).await?.map(|pack| pack.id);
    let told_by = match (newest, items.first()) {
        (Some(newest), Some(item)) => {
            pack_event::load_event_of(conn, newest, item.as_str()).await?
        }
        _ => None,
    };
    view.items.retain(|item| !withheld.contains(item.id.as_str()));
    // A pack keeps what was allowed when it was sealed; a page shows what is allowed today.
    let keys: Vec<String> = view.items.iter().map(|item| item.canonical_url.clone()).collect();
    let unquoted = source_item::load_without_excerpt(conn, &keys).await?;
    for item in view.items.iter_mut().filter(|item| unquoted.contains(&item.canonical_url)) {
        item.excerpt.clear();
    }
    Ok(EventPage {
        current: newest == Some(pack),
        successor: told_by.filter(|told_by| told_by != event),
        versions: pack_event::load_versions(conn, event, VERSIONS_MAX).await?,
        decisions: event_decision::load(conn, Wanted::Naming(&items), HISTORY_MAX).await?,
        pack,
        pack_hash,
        view,
        screen,
    })
}

async fn standing(
    conn: &mut PgConnection,
    actor: &Actor,
    newest: Option<&evidence_pack::CurrentPack>,
) -> Result<PackStanding, UseCaseError> {
    let build = pack_build::load_newest(conn).await?;
    let readings = Readings {
        read_at: newest.map(|pack| pack.read_at),
        failing: evidence_pack::load_failing(conn).await?,
        building: build.filter(|build| build.state.is_under_way()).map(|build| build.requested_at),
    };
    let standing = PackStanding::of(&readings, setup::load_now(conn).await?);
    Ok(PackStanding { error: standing.error.filter(|_| actor.is_admin), ..standing })
}

/// Evidence is the platform's: whoever belongs to a workspace reads it, and so do
/// administrators.
fn require_reader(actor: &Actor) -> Result<(), UseCaseError> {
    if actor.is_admin { Ok(()) } else { actor.require(Role::Viewer).map(|_| ()) }
}

/// The name of a company by its id; what no table knows stands for itself.
pub fn company_name(id: &CompanyId) -> String {
    EntityTable::built_in()
        .company(id)
        .map_or_else(|| id.to_string(), |company| company.name.clone())
}

/// Names of an event's companies with their ids, in the order of its citations.
pub fn companies_of(event: &EvidenceEvent) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for id in event.citations.iter().flat_map(|citation| &citation.companies) {
        if !found.iter().any(|(known, _)| known == id.as_str()) {
            found.push((id.to_string(), company_name(id)));
        }
    }
    found
}
