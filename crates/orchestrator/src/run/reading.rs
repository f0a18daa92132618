use super::{
    RunView,
    progress::{arriving, last_event, timeline},
};
use crate::{Actor, Orchestrator, UseCaseError};
use domain::{
    id::RunId,
    package::{Instruction, Package},
    workspace::Role,
};
use storage::{
    StorageError, artifact,
    assistant_call::{self, CallsOf},
    journal,
    run::{
        self as store,
        event::{self, RunEvent},
        history::{self, Cursor, HistoryFilter, HistoryRow},
    },
    server_probe, tenancy,
};

/// Events of one run: seven steps, a few resumptions, an end.
const EVENTS_MAX: i64 = 500;
/// Calls of one run: as many as one report may make at most, and room.
const CALLS_MAX: i64 = 100;
/// Rows of a page of history.
const PAGE_ROWS: usize = 25;

/// One page of a list of runs.
#[derive(Clone, Debug)]
pub struct HistoryPage {
    pub rows: Vec<HistoryRow>,
    /// Where the next page begins; absent on the last.
    pub older: Option<Cursor>,
}

impl Orchestrator {
    pub async fn view_run(&self, actor: &Actor, run: RunId) -> Result<RunView, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        // All of one moment, so that a run is not shown as running beside its report, and what
        // happens later is told by the events after these.
        let mut tx = tenancy::begin_snapshot(&self.pool, membership.workspace).await?;
        let events = event::load_after(&mut tx, run, 0, EVENTS_MAX).await?;
        let row = store::load(&mut tx, run).await?.ok_or(UseCaseError::NotFound)?;
        let journal = journal::load(&mut tx, run).await?;
        Ok(RunView {
            stages: timeline(&row, journal),
            seal: artifact::load_seal(&mut tx, run).await?,
            package_hash: journal::load_package_hash(&mut tx, run).await?,
            model_calls: assistant_call::load(&mut tx, CallsOf::Run(run), CALLS_MAX).await?,
            probe: server_probe::load(&mut tx, run).await?,
            arriving: arriving(&events),
            last_event: last_event(&events),
            time_zone: membership.time_zone.clone(),
            row,
        })
    }

    /// What the package of a run has a language model told to do. None before there is a
    /// package, where it does not match its hash, for the portfolio desk, whose reports no model
    /// writes, and for another workspace's run.
    pub async fn instruction_of_run(
        &self,
        actor: &Actor,
        run: RunId,
    ) -> Result<Option<Instruction>, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        match journal::load_package(&mut tx, run).await {
            Err(StorageError::Corrupt(_)) => Ok(None),
            package => Ok(package?.and_then(|(_, package)| match package {
                Package::Polyurethane(package) => Some(package.instruction),
                Package::Portfolio(_) => None,
            })),
        }
    }

    /// What happened to a run after event `after`, the oldest first.
    pub async fn run_events_after(
        &self,
        actor: &Actor,
        run: RunId,
        after: i64,
    ) -> Result<Vec<RunEvent>, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        store::load(&mut tx, run).await?.ok_or(UseCaseError::NotFound)?;
        Ok(event::load_after(&mut tx, run, after, EVENTS_MAX).await?)
    }

    /// The workspace's runs, the newest first.
    pub async fn history(
        &self,
        actor: &Actor,
        filter: &HistoryFilter,
        before: Option<Cursor>,
    ) -> Result<HistoryPage, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        page(&mut tx, filter, before).await
    }

    /// All workspaces' runs, for administrators.
    pub async fn platform_history(
        &self,
        actor: &Actor,
        filter: &HistoryFilter,
        before: Option<Cursor>,
    ) -> Result<HistoryPage, UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        page(&mut tx, filter, before).await
    }
}

async fn page(
    tx: &mut storage::PgConnection,
    filter: &HistoryFilter,
    before: Option<Cursor>,
) -> Result<HistoryPage, UseCaseError> {
    let limit = i64::try_from(PAGE_ROWS + 1).unwrap_or(i64::MAX);
    let mut rows = history::load_page(tx, filter, before, limit).await?;
    let more = rows.len() > PAGE_ROWS;
    rows.truncate(PAGE_ROWS);
    let older =
        rows.last().filter(|_| more).map(|row| Cursor { claimed_at: row.claimed_at, run: row.id });
    Ok(HistoryPage { rows, older })
}
