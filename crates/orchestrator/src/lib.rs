//! The use cases of Observatory: whatever a page, the API or a worker asks for
//! goes through here. This room begins and commits every transaction, decides
//! who may do what, and knows the order of the run flow; it knows no SQL, no
//! HTTP and no markup.

pub mod actor;
pub mod administration;
pub mod assistant;
pub mod error;
pub mod evaluation;
pub mod evidence;
pub mod execution;
pub mod export;
pub mod export_log;
pub mod idempotency;
pub mod identity;
pub mod portfolio;
pub mod portfolio_report;
pub mod press;
pub mod pricing;
pub mod refusal;
pub mod report;
pub mod rights;
pub mod run;
pub mod schedule;
pub mod slot_override;
pub mod specification;
pub mod workspace_licence;

pub use actor::Actor;
pub use error::UseCaseError;
pub use refusal::Refusal;

use crate::{
    assistant::ModelAccount,
    rights::{Registry as RightsRegistry, Rights},
};
use agents::assistant::Assistant;
use domain::id::RunId;
use executor::{
    capability::Cost,
    context::RightsProfile,
    pattern::{Patterns, Plan},
    runtime::{BreakerView, Registry, Runtime},
};
use identity::PasswordKeeper;
use run::RunLimits;
use std::{path::Path, sync::Arc};
use storage::PgPool;
use tokio::sync::{broadcast, watch};

/// The shared orchestrator of one process: cheap to clone, holds no user,
/// preference or run.
#[derive(Clone)]
pub struct Orchestrator {
    pool: PgPool,
    passwords: Arc<PasswordKeeper>,
    patterns: Arc<Patterns>,
    /// The patterns that governed runs execute, one for each desk.
    report: Arc<Plan>,
    portfolio_report: Arc<Plan>,
    runtime: Arc<Runtime>,
    limits: RunLimits,
    rights: Rights,
    rights_profile: RightsProfile,
    model_account: Arc<ModelAccount>,
    /// What composes reports, where rules alone do not.
    language_model: Option<Assistant>,
    /// Where files are printed.
    press: press::Press,
    /// Top folder of the ledger's git repository.
    ledger: Option<Arc<Path>>,
    /// What workspaces may name as repositories of their own.
    repositories: Option<portfolio::LedgerRepositories>,
    /// What reads sources of other people's hosts.
    collectors: evidence::Collectors,
    /// What is printed by workers, and kept.
    export_limits: export::ExportLimits,
    /// What exports are sealed with, if anything.
    seal: Option<export::SealKey>,
    /// Tells the runs that this process carries which of them were cancelled.
    cancellations: broadcast::Sender<RunId>,
    /// Tells them that the process stops.
    stopping: watch::Sender<bool>,
}

/// Cancellations kept for a run that is busy; one that missed some learns of its
/// own when it renews its lease.
const CANCELLATIONS_KEPT: usize = 256;

/// The id of the pattern that runs of the polyurethane desk execute.
pub const REPORT_PATTERN: &str = "observatory_report";
/// The id of the pattern that runs of the portfolio desk execute.
pub const PORTFOLIO_REPORT_PATTERN: &str = "portfolio_report";

/// The patterns lack one that runs execute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no pattern {0}, which the runs of specifications execute")]
pub struct NoReportPattern(&'static str);

impl Orchestrator {
    /// # Errors
    /// [`NoReportPattern`].
    pub fn new(
        pool: PgPool,
        passwords: PasswordKeeper,
        patterns: Patterns,
        registry: Registry,
    ) -> Result<Self, NoReportPattern> {
        let plan = |id| patterns.get(id).map(Arc::clone).ok_or(NoReportPattern(id));
        let (report, portfolio_report) = (plan(REPORT_PATTERN)?, plan(PORTFOLIO_REPORT_PATTERN)?);
        Ok(Self {
            pool,
            passwords: Arc::new(passwords),
            patterns: Arc::new(patterns),
            report,
            portfolio_report,
            runtime: Arc::new(Runtime::new(registry)),
            limits: RunLimits::default(),
            rights: Rights::new(RightsRegistry::empty()),
            rights_profile: RightsProfile::Production,
            model_account: Arc::default(),
            language_model: None,
            press: press::Press::default(),
            ledger: None,
            repositories: None,
            collectors: None,
            export_limits: export::ExportLimits::default(),
            seal: None,
            cancellations: broadcast::Sender::new(CANCELLATIONS_KEPT),
            stopping: watch::Sender::new(false),
        })
    }

    /// The same with other bounds for its runs. Workers that share a database
    /// share their bounds.
    #[must_use]
    pub fn with_limits(self, limits: RunLimits) -> Self {
        Self { limits, ..self }
    }

    pub fn limits(&self) -> RunLimits {
        self.limits
    }

    /// The same, and it reads sources of other people's hosts, in turn with all processes
    /// that share the database.
    #[must_use]
    pub fn with_fetcher(self, fetcher: harvest::fetch::Fetcher) -> Self {
        let turns = evidence::StoredTurns::new(self.pool.clone());
        Self { collectors: Some(Arc::new(fetcher.sharing(Arc::new(turns)))), ..self }
    }

    /// The same under another profile of rights.
    #[must_use]
    pub fn with_rights_profile(self, rights_profile: RightsProfile) -> Self {
        Self { rights_profile, ..self }
    }

    /// The same with a ledger, by the top folder of its git repository.
    #[must_use]
    pub fn with_ledger(self, folder: Option<&Path>) -> Self {
        Self { ledger: folder.map(Arc::from), ..self }
    }

    /// The same, and workspaces may name repositories of their own.
    #[must_use]
    pub fn with_repositories(self, repositories: Option<portfolio::LedgerRepositories>) -> Self {
        Self { repositories, ..self }
    }

    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub fn patterns(&self) -> &Patterns {
        &self.patterns
    }

    pub fn registry(&self) -> &Registry {
        self.runtime.registry()
    }

    /// Whether a run calls something that is paid for each time.
    pub fn has_language_model(&self) -> bool {
        let mut steps = self.report.steps.iter();
        let capability = |step: &executor::pattern::Step| self.registry().get(&step.capability);
        steps.any(|step| capability(step).is_some_and(|called| called.cost == Cost::Paid))
    }

    /// The breakers of this process, for administrators.
    pub fn breakers(&self, actor: &Actor) -> Result<Vec<BreakerView>, UseCaseError> {
        actor.require_admin()?;
        Ok(self.runtime.breakers())
    }
}

/// A new time-ordered id. Ids are names, not secrets.
fn new_id() -> uuid::Uuid {
    uuid::Uuid::now_v7()
}

impl std::fmt::Debug for Orchestrator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Orchestrator").field("report", &self.report.id).finish_non_exhaustive()
    }
}
