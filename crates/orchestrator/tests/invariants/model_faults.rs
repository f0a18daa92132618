//! Every fault of a language model's server, through a whole run: it fails as the table of
//! failures says, the breaker of the product counts it or does not, each call is on record,
//! and the slot stays free, so that the next fault is met by the next run of the same period.

use crate::world::{Tenant, World, connect, count, draft, project, rights};
use agents::{
    assistant::{Assistant, Bounds, Engine, Failure, Recovery, TimedOut, openai},
    builtin,
    market::NoPacks,
};
use domain::{
    id::{RunId, SpecificationId},
    run::Stage,
};
use executor::{pattern::Patterns, runtime::Registry};
use fake_openai::{Bound, Ends, Fault, Reply, Server, faithful, faults, package_of};
use orchestrator::{
    Orchestrator,
    assistant::{CallBook, ModelAccount},
    identity::PasswordKeeper,
    run::{Executed, Triggered},
};
use sqlx::PgPool;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use storage::setup::ActAs;
use tokio::task::JoinSet;

const KEY: &str = "sk-test-0123456789abcdef";

/// Generous, so that a busy machine makes no difference; two calls, short pauses.
const PATIENT: Bounds = Bounds {
    connect: Duration::from_mins(1),
    first_byte: Duration::from_mins(1),
    idle: Duration::from_mins(1),
    total: Duration::from_secs(110),
    pause_max: Duration::from_millis(10),
    calls_max: 2,
    prompt_bytes_max: 512 * 1024,
    answer_bytes_max: 64 * 1024,
    stream_bytes_max: 512 * 1024,
    output_tokens_max: 4000,
};

fn bounds(bound: Option<Bound>) -> Bounds {
    let second = Duration::from_secs(1);
    match bound {
        None => PATIENT,
        Some(Bound::Silence) => Bounds { idle: Duration::from_millis(300), ..PATIENT },
        Some(Bound::NoHead) => Bounds { connect: second, first_byte: second, ..PATIENT },
    }
}

/// Faults that one process meets: fewer than open its breaker.
const OF_ONE_PROCESS: usize = 4;
/// Specifications whose runs meet faults side by side.
const LANES: usize = 4;

/// A process whose model is a server that does as it is told now.
struct Process {
    app: Orchestrator,
    server: Server,
    reply: Arc<Mutex<Reply>>,
}

impl Process {
    fn new(pool: &PgPool, bounds: Bounds) -> Self {
        let reply = Arc::new(Mutex::new(Reply::error(500, "server_error")));
        let told = Arc::clone(&reply);
        let server = Server::start(KEY, move |_, _| told.lock().unwrap().clone());
        let key = Some(KEY.to_owned().into());
        let access = openai::Access::new(Some(&server.base_url()), key, bounds).unwrap();
        let model = Arc::new(openai::Responses::new(access, "test-model"));
        let account = Arc::new(ModelAccount::default());
        let book = Arc::new(CallBook::new(pool.clone(), account));
        let engine = Engine::Model(Assistant::new(model, bounds).keeping(book));
        let registry = Registry::new(builtin::agents(Arc::new(NoPacks), &engine)).unwrap();
        let patterns = Patterns::load_dir(&project("patterns"), &registry).unwrap();
        let passwords = PasswordKeeper::new().unwrap();
        let app = Orchestrator::new(pool.clone(), passwords, patterns, registry).unwrap();
        Self { app: app.with_rights(rights()), server, reply }
    }

    /// Consecutive failures that the assistant's breaker has counted.
    fn counted(&self, world: &World) -> u32 {
        let breakers = self.app.breakers(&world.admin).unwrap();
        breakers.iter().find(|one| one.agent == "assistant").unwrap().failures
    }

    fn says(&self, reply: Reply) {
        *self.reply.lock().unwrap() = reply;
    }
}

/// A specification, and the runs of its one period.
struct Lane {
    world: Arc<World>,
    tenant: Tenant,
    id: SpecificationId,
    pool: PgPool,
}

impl Lane {
    async fn new(world: &Arc<World>, pool: &PgPool, number: usize) -> Self {
        let tenant = world.tenant_by_day(&format!("Lane {number}")).await;
        let id = world.active(&tenant, draft("Monthly")).await;
        Self { world: Arc::clone(world), tenant, id, pool: pool.clone() }
    }

    async fn text(&self, column: &'static str, run: RunId) -> String {
        let sql = format!("select coalesce(({column})::text, '') from runs where id = $1");
        let text = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(run.as_uuid());
        text.fetch_one(&self.world.superuser).await.unwrap()
    }

    /// A run that was started, for the slot is free, and carried to its end.
    async fn run(&self, process: &Process) -> RunId {
        let started = process.app.trigger_run(&self.tenant.editor, self.id).await.unwrap();
        let Triggered::Started(run) = started else { panic!("the slot is not free: {started:?}") };
        let executed = process.app.execute_run(self.tenant.workspace, run).await.unwrap();
        assert_eq!(executed, Executed::Final);
        run
    }

    /// What is wrong with how a fault ended, if anything is.
    async fn wrong(&self, process: &Process, fault: Fault) -> Option<String> {
        let Fault { name, reply, ends, .. } = fault;
        process.says(reply);
        let (asked_before, counted_before) =
            (process.server.seen().len(), process.counted(&self.world));
        let run = self.run(process).await;
        let asked = process.server.seen().len() - asked_before;
        let expected = Expected::of(ends, counted_before);
        let view = self.world.orchestrator.view_run(&self.tenant.viewer, run).await.unwrap();
        let Some((stage, message, reasons)) = view.failure() else {
            return Some(format!("{name}: {:?} after {asked} calls", view.row.status));
        };
        let on_record = format!(
            "select count(*) from assistant_calls where run_id = '{run}' and outcome is not null"
        );
        // Nothing of the period is taken: no run of it succeeded, none is alive.
        let slot = format!(
            "select count(*) from runs where specification_id = '{}' and status <> 'failed'",
            self.id
        );
        let came = Came {
            status: self.text("status", run).await,
            slot_ordinal: self.text("slot_ordinal", run).await,
            kind: self.text("failure_kind", run).await,
            stage: stage.unwrap(),
            asked,
            on_record: count(&self.world.superuser, &on_record).await,
            counted: process.counted(&self.world),
            slot_taken: count(&self.world.superuser, &slot).await,
        };
        let as_specified = came == expected.came
            && message.contains(expected.reads)
            && (reasons.is_empty() || expected.has_reasons);
        (!as_specified)
            .then(|| format!("{name}: {came:?}, “{message}” {reasons:?}, not {expected:?}"))
    }
}

/// What became of a run.
#[derive(Debug, PartialEq, Eq)]
struct Came {
    status: String,
    slot_ordinal: String,
    kind: String,
    stage: Stage,
    /// Calls that the server saw, and calls on record.
    asked: usize,
    on_record: i64,
    counted: u32,
    slot_taken: i64,
}

#[derive(Debug)]
struct Expected {
    came: Came,
    reads: &'static str,
    has_reasons: bool,
}

impl Expected {
    fn of(ends: Ends, counted_before: u32) -> Self {
        let (code, is_unfit, at_once) = match ends {
            Ends::Fails(code) => (code, false, false),
            Ends::FailsAtOnce(code) => (code, false, true),
            Ends::Unfit(code) => (code, true, false),
            Ends::Report => panic!("it does no harm"),
        };
        let terms = failure_of(code).terms();
        let repeated = match terms.recovery {
            Recovery::Nothing => false,
            Recovery::Retry => !at_once,
            Recovery::Repair => true,
        };
        let asked = 1 + usize::from(repeated);
        // A document is an answer, whatever validation makes of it.
        let counted = if is_unfit { 0 } else { counted_before + u32::from(terms.kind.counts()) };
        Self {
            came: Came {
                status: "failed".to_owned(),
                slot_ordinal: "0".to_owned(),
                kind: terms.kind.failure().id().to_owned(),
                stage: if is_unfit { Stage::Validate } else { Stage::Execute },
                asked,
                on_record: i64::try_from(asked).unwrap(),
                counted,
                slot_taken: 0,
            },
            reads: if is_unfit { "did not pass validation" } else { terms.sentence },
            has_reasons: terms.recovery == Recovery::Repair,
        }
    }
}

fn failure_of(code: &str) -> Failure {
    let known = [
        Failure::InvalidKey,
        Failure::QuotaExhausted,
        Failure::RateLimited { retry_after: None },
        Failure::Overloaded { retry_after: None },
        Failure::TimedOut(TimedOut::Idle),
        Failure::Truncated,
        Failure::Refused,
        Failure::Incomplete,
        Failure::Malformed,
        Failure::OverLong,
        Failure::Rejected,
        Failure::SchemaViolated,
        Failure::OutOfScope,
        Failure::Ungrounded,
    ];
    let found = known.into_iter().find(|failure| failure.terms().code == code);
    found.unwrap_or_else(|| panic!("no failure is called {code}"))
}

/// What a model that adds nothing says of the evidence of these runs.
async fn sound(lane: &Lane) -> serde_json::Value {
    let process = Process::new(&lane.pool, PATIENT);
    process.says(Reply::error(400, "model_not_found"));
    lane.run(&process).await;
    faithful(&package_of(&process.server.seen()[0]))
}

#[sqlx::test(migrations = false)]
async fn every_fault_of_a_models_server_fails_its_run_and_leaves_the_slot_to_the_next(
    superuser: PgPool,
) {
    const HARMFUL_MIN: usize = 200;
    let pool = connect(&superuser, ActAs::Application, 20).await;
    let world = Arc::new(World::new(superuser).await);
    world.read_samples().await;
    let mut lanes = Vec::new();
    for number in 0..LANES {
        lanes.push(Lane::new(&world, &pool, number).await);
    }
    let sound = sound(&lanes[0]).await;
    let mut harmful = faults(&sound, PATIENT.answer_bytes_max);
    harmful.retain(|fault| fault.ends != Ends::Report);
    let number = harmful.len();
    assert!(number >= HARMFUL_MIN, "only {number} faults");
    // One process has one set of bounds.
    harmful.sort_by_key(|fault| fault.bound.map(|bound| bound as u8));
    let groups = harmful.chunk_by(|one, other| one.bound == other.bound);
    let shares: Vec<Vec<Fault>> =
        groups.flat_map(|group| group.chunks(OF_ONE_PROCESS)).map(<[Fault]>::to_vec).collect();

    let shares = Arc::new(Mutex::new(shares));
    let mut met = JoinSet::new();
    for lane in lanes {
        let (shares, sound) = (Arc::clone(&shares), sound.clone());
        met.spawn(async move {
            let mut wrong = Vec::new();
            loop {
                let share = shares.lock().unwrap().pop();
                let Some(share) = share else { break };
                let process = Process::new(&lane.pool, bounds(share[0].bound));
                for fault in share {
                    wrong.extend(lane.wrong(&process, fault).await);
                }
            }
            // After all that, the regular slot of the same period is there for a report.
            let process = Process::new(&lane.pool, PATIENT);
            process.says(Reply::says(&sound.to_string()));
            let run = lane.run(&process).await;
            assert_eq!(lane.text("status || ' ' || slot_ordinal", run).await, "succeeded 0");
            assert_eq!(lane.world.blocked(&lane.tenant, lane.id).await.code(), "slot_taken");
            wrong
        });
    }
    let wrong = met.join_all().await.concat();
    assert!(wrong.is_empty(), "{} of {number} faults: {wrong:#?}", wrong.len());
    let sql = "select count(*) from runs where status = 'failed'";
    // The one that was only looked at, too.
    assert_eq!(count(&world.superuser, sql).await, i64::try_from(number).unwrap() + 1);
}
