//! A fresh, migrated database, people in it, and hands to do what they do.

mod agents;
mod drafts;
mod large;
mod market;
mod model_calls;
mod site;
mod sources;
mod sql;

use agents::agents_with;
pub use agents::{Calls, Hold, altered, analyst, builtin_agents, counted, hanging, held};
pub use drafts::{draft, entitlement};
pub use large::{EVENTS, large_order, tell_everything, write_large_feeds};
pub use market::{LEDGER, Market, PORTFOLIO, git};
pub use model_calls::{USED, answered, in_new_words, model_call, to_send};
pub use site::{Page, Site};
pub use sources::source_form;
pub use sql::{code_of, count, message_of, wait_for_locks, wait_for_sleepers};

use domain::{
    evidence::EvidencePack,
    hash::ContentHash,
    id::{ExportJobId, RunId, SpecificationId, UserId, WorkspaceId},
    specification::SpecificationDraft,
    workspace::Role,
};
use executor::{capability::Agent, pattern::Patterns, runtime::Registry};
use jiff::{SignedDuration, civil::date};
use orchestrator::{
    Actor, Orchestrator, Refusal, UseCaseError,
    execution::{Caller, Correlation, ExecuteRequest, ExecutionAnswer, ExecutionRefused},
    export::{Download, ExportLimits, Origin},
    identity::{PasswordKeeper, SignedIn},
    press::PrintBounds,
    pricing::StoredPacks,
    rights::{Format, Right},
    run::{BlockReason, Executed, Triggered},
    workspace_licence::LicenceTerms,
};
use sqlx::PgPool;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use storage::{
    evidence_pack,
    setup::{self, ActAs},
    tenancy, user, workspace,
};
use uuid::Uuid;

/// What the accounts that sign in by [`Actor`] alone have: no password has it.
const NO_PASSWORD: &str = "$argon2id$";

pub struct World {
    /// Of a superuser: what an operator, or somebody who broke in, could do.
    pub superuser: PgPool,
    /// With this build's agents, acting as the application's role.
    pub orchestrator: Orchestrator,
    /// Belongs to no workspace.
    pub admin: Actor,
}

/// A workspace that has bought everything, with a member of each role.
pub struct Tenant {
    pub workspace: WorkspaceId,
    pub viewer: Actor,
    pub editor: Actor,
    pub owner: Actor,
}

pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Why a use case did not do what it was asked.
pub fn refused(outcome: Result<(), UseCaseError>) -> Refusal {
    match outcome {
        Err(UseCaseError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// Connections to the same database as `pool`'s, in another role.
pub async fn connect(pool: &PgPool, act_as: ActAs, connections_max: u32) -> PgPool {
    let options = (*pool.connect_options()).clone();
    setup::pool_options(act_as, connections_max).connect_with(options).await.unwrap()
}

impl World {
    pub async fn new(superuser: PgPool) -> Self {
        setup::migrate(&superuser).await.unwrap();
        let agents = agents_with(StoredPacks::new(superuser.clone()));
        let orchestrator = orchestrator(&superuser, agents, 5).await;
        let admin = add_user(&orchestrator, "admin", true, None).await;
        let admin = actor(&orchestrator, admin, None).await;
        Self { superuser, orchestrator, admin }
    }

    /// One more process on the same database, with the agents given.
    pub async fn process(&self, agents: Vec<Agent>) -> Orchestrator {
        orchestrator(&self.superuser, agents, 5).await
    }

    /// The same with other patterns than the repository's.
    pub async fn process_of(&self, patterns: &Path) -> Orchestrator {
        let agents = agents_with(StoredPacks::new(self.superuser.clone()));
        orchestrator_of(patterns, &self.superuser, agents, 5).await
    }

    pub async fn tenant(&self, name: &str, time_zone: &str) -> Tenant {
        let app = &self.orchestrator;
        let workspace = app.add_workspace(name, time_zone).await.unwrap();
        app.seed_entitlement(workspace, &entitlement()).await.unwrap();
        let mut members = Vec::new();
        for role in [Role::Viewer, Role::Editor, Role::Owner] {
            let address = format!("{}.{}", role.id(), workspace.as_uuid().simple());
            let user = add_user(app, &address, false, Some((workspace, role))).await;
            members.push(actor(app, user, Some(workspace)).await);
        }
        let [viewer, editor, owner] = members.try_into().unwrap();
        Tenant { workspace, viewer, editor, owner }
    }

    /// A workspace in a zone where it is broad day, so that no period ends while
    /// a test runs.
    pub async fn tenant_by_day(&self, name: &str) -> Tenant {
        let now = self.orchestrator.now().await.unwrap();
        let zone = ["Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland"]
            .into_iter()
            .find(|zone| (5..21).contains(&now.in_tz(zone).unwrap().hour()))
            .unwrap();
        self.tenant(name, zone).await
    }

    /// A day of publication that is no day to come in whichever zone a workspace is.
    pub async fn yesterday(&self) -> String {
        let now = self.orchestrator.now().await.unwrap();
        (now - SignedDuration::from_hours(24)).strftime("%Y-%m-%d").to_string()
    }

    /// What `xtask up` reads: the samples of the repository.
    pub async fn read_samples(&self) {
        self.orchestrator.read_evidence(&project("samples/feeds")).await.unwrap();
    }

    /// The pack of a reading of the samples now, with its hash.
    pub async fn read_pack(&self) -> (ContentHash, EvidencePack) {
        let reading = self.orchestrator.read_evidence(&project("samples/feeds")).await.unwrap();
        let mut conn = self.superuser.acquire().await.unwrap();
        let (hash, text) =
            evidence_pack::load_document(&mut conn, reading.pack).await.unwrap().unwrap();
        (hash, serde_json::from_str(&text).unwrap())
    }

    /// Written by the editor, activated by the administrator.
    pub async fn active(&self, tenant: &Tenant, draft: SpecificationDraft) -> SpecificationId {
        let app = &self.orchestrator;
        let (id, _) = app.create_specification(&tenant.editor, draft, "").await.unwrap();
        app.submit_specification(&tenant.editor, id).await.unwrap();
        app.activate_specification(&self.admin, id).await.unwrap();
        id
    }

    /// Makes a later version of an active specification the active one.
    pub async fn change(&self, tenant: &Tenant, id: SpecificationId, draft: SpecificationDraft) {
        let app = &self.orchestrator;
        app.save_specification(&tenant.editor, id, draft, "").await.unwrap();
        app.submit_specification(&tenant.editor, id).await.unwrap();
        app.activate_specification(&self.admin, id).await.unwrap();
    }

    pub async fn trigger(&self, tenant: &Tenant, id: SpecificationId) -> RunId {
        match self.orchestrator.trigger_run(&tenant.editor, id).await.unwrap() {
            Triggered::Started(run) => run,
            other => panic!("no run was started: {other:?}"),
        }
    }

    pub async fn blocked(&self, tenant: &Tenant, id: SpecificationId) -> BlockReason {
        match self.orchestrator.trigger_run(&tenant.editor, id).await.unwrap() {
            Triggered::Blocked(reason) => reason,
            other => panic!("the trigger was not blocked: {other:?}"),
        }
    }

    /// A run from the trigger to its sealed report, on the samples.
    pub async fn succeed(&self, tenant: &Tenant, id: SpecificationId) -> RunId {
        let run = self.trigger(tenant, id).await;
        let executed = self.orchestrator.execute_run(tenant.workspace, run).await.unwrap();
        assert_eq!(executed, Executed::Final);
        assert_eq!(self.status(run).await, "succeeded");
        run
    }

    /// A large export of the run's report that is queued.
    pub async fn queued_export(&self, tenant: &Tenant, run: RunId, format: Format) -> ExportJobId {
        let large = ExportLimits { cells_at_once: 0, ..ExportLimits::default() };
        let app = self.orchestrator.clone().with_export_limits(large);
        match app.download_report(&tenant.viewer, run, format, &origin()).await.unwrap() {
            Download::Job(job) => job,
            Download::File { .. } => panic!("it was printed at once"),
        }
    }

    /// One that a worker has made.
    pub async fn made_export(&self, tenant: &Tenant, run: RunId, format: Format) -> ExportJobId {
        let job = self.queued_export(tenant, run, format).await;
        self.orchestrator.make_export(tenant.workspace, job).await.unwrap();
        job
    }

    /// The example pattern as of a date, with its defaults.
    pub async fn execute(
        &self,
        actor: &Actor,
        asof: &str,
    ) -> Result<ExecutionAnswer, ExecutionRefused> {
        let request = ExecuteRequest {
            pattern_id: "example_prices".to_owned(),
            portfolio_id: None,
            inputs: serde_json::Map::new(),
            asof: Some(asof.parse().unwrap()),
            require_fresh: true,
        };
        let correlation = Correlation {
            trace_id: Uuid::now_v7().simple().to_string(),
            request_id: Uuid::now_v7(),
        };
        self.orchestrator.execute(&Caller::from(actor.clone()), request, correlation).await
    }

    pub async fn status(&self, run: RunId) -> String {
        sqlx::query_scalar("select status from runs where id = $1")
            .bind(run.as_uuid())
            .fetch_one(&self.superuser)
            .await
            .unwrap()
    }

    /// As if the worker that holds the run had been silent for a whole lease.
    pub async fn let_the_lease_run_out(&self, run: RunId) {
        sqlx::query("update runs set lease_until = now() - interval '1 second' where id = $1")
            .bind(run.as_uuid())
            .execute(&self.superuser)
            .await
            .unwrap();
    }

    /// Changes what nothing in the product can: no trigger and no constraint
    /// looks. `sql` is one statement.
    pub async fn tamper(&self, sql: &'static str) {
        let mut tx = self.superuser.begin().await.unwrap();
        sqlx::query("set local session_replication_role = replica")
            .execute(&mut *tx)
            .await
            .unwrap();
        let changed = sqlx::query(sql).execute(&mut *tx).await.unwrap();
        assert!(changed.rows_affected() > 0, "{sql} changed nothing");
        tx.commit().await.unwrap();
    }
}

/// The registry of the repository.
pub fn rights() -> orchestrator::rights::Registry {
    orchestrator::rights::Registry::load(&project(".ops/RIGHTS_REGISTRY.yaml")).unwrap()
}

/// The registry of the repository with another line about the samples.
pub fn samples(from: &str, to: &str) -> orchestrator::rights::Registry {
    let text = include_str!("../../../../../.ops/RIGHTS_REGISTRY.yaml");
    let (before, sample) = text.split_once("  Sample:").unwrap();
    let unblock = "unblock: \"wait for real prices\"";
    let sample = sample.replacen(from, to, 1).replacen("unblock: null", unblock, 1);
    let text = format!("{before}  Sample:{sample}");
    orchestrator::rights::Registry::parse("rights.yaml", &text).unwrap()
}

/// A request, as the record of an export keeps it.
pub fn origin() -> Origin {
    Origin { address: "192.0.2.1".to_owned(), agent: "a test".to_owned(), trace_id: "1".repeat(32) }
}

/// A workspace's own licence to hand out, as a document, what `NewsAPI`'s developer plan
/// does not allow.
pub fn licence() -> LicenceTerms {
    LicenceTerms {
        provider: "NewsAPI".parse().unwrap(),
        rights: vec![Right::Pdf],
        reference: "Contract 2026-17".to_owned(),
        valid_from: date(2020, 1, 1),
        valid_until: date(2999, 12, 31),
    }
}

pub async fn orchestrator(
    superuser: &PgPool,
    agents: Vec<Agent>,
    connections_max: u32,
) -> Orchestrator {
    orchestrator_of(&project("patterns"), superuser, agents, connections_max).await
}

async fn orchestrator_of(
    patterns: &Path,
    superuser: &PgPool,
    agents: Vec<Agent>,
    connections_max: u32,
) -> Orchestrator {
    let registry = Registry::new(agents).unwrap();
    let patterns = Patterns::load_dir(patterns, &registry).unwrap();
    let app = connect(superuser, ActAs::Application, connections_max).await;
    Orchestrator::new(app, PasswordKeeper::new().unwrap(), patterns, registry)
        .unwrap()
        .with_rights(rights())
        .with_print_bounds(patient)
}

/// The bounds of files with time to spare: a build that is not optimised sets pages some
/// twenty times slower, on a machine that tests keep busy.
fn patient(format: Format) -> PrintBounds {
    PrintBounds { time: Duration::from_mins(5), ..PrintBounds::of(format) }
}

/// Somebody who has an account, and never signs in with a password.
async fn add_user(
    orchestrator: &Orchestrator,
    name: &str,
    is_admin: bool,
    joins: Option<(WorkspaceId, Role)>,
) -> UserId {
    let id = UserId::from_uuid(Uuid::now_v7());
    let email = format!("{name}@test.example");
    let new = user::NewUser { id, email: &email, name, password_hash: NO_PASSWORD, is_admin };
    let mut tx = match joins {
        Some((workspace, _)) => {
            tenancy::begin_workspace(orchestrator.pool(), workspace).await.unwrap()
        }
        None => tenancy::begin_global(orchestrator.pool()).await.unwrap(),
    };
    user::insert(&mut tx, &new).await.unwrap();
    if let Some((workspace, role)) = joins {
        workspace::insert_member(&mut tx, workspace, id, role).await.unwrap();
    }
    tx.commit().await.unwrap();
    id
}

async fn actor(orchestrator: &Orchestrator, user: UserId, chosen: Option<WorkspaceId>) -> Actor {
    let session = SignedIn { user, password_epoch: 0 };
    orchestrator.actor(session, chosen).await.unwrap().unwrap()
}
