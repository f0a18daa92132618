//! The hands of the flow: they look, write and call as they are told, and know what
//! the flow only names: the package, the results, and who is asking.

use super::{
    drive::Task,
    journal::{Settled, recalled},
    prices, writes,
};
use crate::{
    Actor, Orchestrator, UseCaseError,
    evidence::{Evidence, Gate},
};
use domain::{
    id::{RunId, WorkspaceId},
    run::{FailureKind, Stage},
    specification::Desk,
};
use executor::{
    capability::Output,
    context::{Context, Governed},
    pattern::Plan,
};
use flow::{Act, Answer, Event, Failure, Job, Live, Outcome, Standing, StepId, Why, Write};
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, HashMap},
    error::Error,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use storage::{
    StorageError, Transaction, journal,
    run::{
        self as store, Lease, RunRow,
        look::{self, Look},
    },
    specification, tenancy,
};
use tokio::sync::mpsc;

pub(super) struct Shell<'a> {
    pub app: &'a Orchestrator,
    pub workspace: WorkspaceId,
    pub run: RunId,
    pub by: Option<&'a Actor>,
    pub settling: mpsc::Sender<Settled>,
    known: Mutex<Known>,
}

/// What was learnt so far.
#[derive(Default)]
pub(super) struct Known {
    /// The transaction of the look, until an act ends it.
    open: Option<Transaction>,
    pub row: Option<Arc<RunRow>>,
    pub lease: Option<Lease>,
    pub context: Option<Arc<Context>>,
    /// Results that the journal has from earlier holds, by step.
    pub finished: BTreeMap<String, Output<Value>>,
    /// Steps that have their result and wait for leave to go on.
    pub settled: HashMap<StepId, Settled>,
    /// What the pattern gave.
    pub data: Option<Arc<Map<String, Value>>>,
    /// The last fault of the store.
    fault: Option<UseCaseError>,
}

impl<'a> Shell<'a> {
    pub fn new(app: &'a Orchestrator, task: &Task<'a>, settling: mpsc::Sender<Settled>) -> Self {
        let &Task { workspace, run, by, .. } = task;
        Self { app, workspace, run, by, settling, known: Mutex::default() }
    }

    pub fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("no holder panics")
    }

    pub fn row(&self) -> Result<Arc<RunRow>, UseCaseError> {
        self.known().row.clone().ok_or_else(|| missing("row"))
    }

    /// The pattern of the run's desk.
    pub fn plan(&self) -> Result<Arc<Plan>, UseCaseError> {
        Ok(Arc::clone(self.app.report_plan(self.row()?.desk)))
    }

    pub fn lease(&self) -> Result<Lease, UseCaseError> {
        self.known().lease.ok_or_else(|| missing("lease"))
    }

    pub fn context(&self) -> Result<Arc<Context>, UseCaseError> {
        self.known().context.clone().ok_or_else(|| missing("package"))
    }

    pub async fn look(&self, why: Why) -> Event {
        let looked = async {
            let mut tx = tenancy::begin_workspace(&self.app.pool, self.workspace).await?;
            let has_room = match why {
                Why::Offered => {
                    let runs_max = self.app.limits.runs_max;
                    store::take_carrying_room(&mut tx, self.workspace, runs_max).await?
                }
                // Neither takes a run to carry it.
                Why::Swept | Why::Cancelled => true,
            };
            // Only of what never changes, so that it may be read before the lock.
            let row = store::load(&mut tx, self.run).await?.map(Arc::new);
            self.known().row = row;
            let standing = self.standing(&mut tx, None, has_room).await?;
            self.known().open = Some(tx);
            Ok(standing)
        };
        self.found(looked.await)
    }

    pub async fn look_back(&self, write: Write) -> Event {
        let looked = async {
            let mut tx = tenancy::begin_workspace(&self.app.pool, self.workspace).await?;
            let step = match write {
                Write::Step(step) => self.plan()?.steps.get(step.0).cloned(),
                _ => None,
            };
            self.standing(&mut tx, step.as_ref().map(|step| step.key.as_str()), true).await
        };
        self.found(looked.await)
    }

    fn found(&self, looked: Result<Standing, UseCaseError>) -> Event {
        match looked {
            Ok(standing) => Event::Looked(standing),
            Err(error) => Event::Answered(self.answer(Err(error), Stage::AssemblePackage)),
        }
    }

    async fn standing(
        &self,
        tx: &mut Transaction,
        step: Option<&str>,
        has_room: bool,
    ) -> Result<Standing, UseCaseError> {
        let Some(look) = look::look(tx, self.run, step).await? else { return Ok(Standing::Gone) };
        if !look.status.is_live() {
            return Ok(Standing::Final { status: look.status, token: look.fencing_token });
        }
        let gate = if look.packaged { None } else { Some(self.gate(tx, &look).await?) };
        Ok(Standing::Live(live(&look, gate, has_room)))
    }

    async fn gate(&self, tx: &mut Transaction, look: &Look) -> Result<flow::Gate, UseCaseError> {
        let row = self.row()?;
        if row.desk == Desk::Portfolio {
            let day = prices::day_of(&row)?;
            let pack = prices::load(tx, self.workspace, day).await?;
            return Ok(told(prices::gate(pack.as_ref(), day)));
        }
        let evidence = Evidence::load(tx).await?;
        let version = specification::load_version(tx, row.version)
            .await?
            .ok_or_else(|| UseCaseError::Internal(format!("version {} vanished", row.version)))?;
        let scope = &version.specification.scope;
        Ok(told(Gate::of(evidence.as_ref(), scope, row.period.cadence, look.now)))
    }

    /// In the transaction of the look.
    pub async fn act(&self, act: Act) -> Event {
        let done = async {
            let mut tx = self.known().open.take().ok_or_else(|| missing("look"))?;
            match act {
                Act::TakeLease { resumed } => self.take_lease(&mut tx, resumed).await?,
                Act::QueueAgain { after, waiting } => {
                    writes::queue_again(&mut tx, self.workspace, self.run, after, waiting).await?;
                }
                Act::Close(closing) => self.close(&mut tx, &closing).await?,
            }
            Ok(tx.commit().await?)
        };
        Event::Answered(self.answer(done.await, Stage::AssemblePackage))
    }

    pub async fn write(&self, write: Write) -> Event {
        let (done, stage) = match write {
            Write::Load => (self.load().await, Stage::AssemblePackage),
            Write::Assemble => match self.assemble().await {
                Ok(Some(answer)) => return Event::Answered(answer),
                Ok(None) => (Ok(()), Stage::AssemblePackage),
                Err(error) => (Err(error), Stage::AssemblePackage),
            },
            Write::Step(step) => self.write_step(step).await,
            Write::Renew => (self.renew().await, Stage::Execute),
            Write::Seal => (self.seal().await, Stage::Persist),
            Write::Fail(failure) => (self.fail(&failure).await, failure.stage),
            Write::HandBack { after, waiting } => {
                (self.hand_back(after, waiting).await, Stage::Execute)
            }
        };
        Event::Answered(self.answer(done, stage))
    }

    /// What an earlier hold left: package and journal.
    async fn load(&self) -> Result<(), UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.app.pool, self.workspace).await?;
        let (package_hash, package) =
            journal::load_package(&mut tx, self.run).await?.ok_or_else(|| missing("package"))?;
        let finished = journal::load_results(&mut tx, self.run).await?;
        let finished = finished.into_iter().map(recalled).collect::<Result<_, _>>()?;
        let hold = self.lease()?.token;
        self.package_is(Governed { package, package_hash, hold })?;
        self.known().finished = finished;
        Ok(())
    }

    pub fn keep(&self, settled: Settled) {
        self.known().settled.insert(settled.step, settled);
    }

    pub fn proceed(&self, step: StepId) {
        if let Some(settled) = self.known().settled.get_mut(&step) {
            settled.proceed();
        }
    }

    /// How the store's answer is told.
    fn answer(&self, done: Result<(), UseCaseError>, stage: Stage) -> Answer {
        let error = match done {
            Ok(()) => return Answer::Done,
            Err(UseCaseError::Storage(StorageError::LeaseLost)) => return Answer::Lost,
            Err(error) => error,
        };
        let run = self.run;
        if matches!(&error, UseCaseError::Storage(error) if error.may_pass()) {
            let cause = &error as &dyn Error;
            tracing::warn!(run.id = %run, error = cause, "the store gave no answer");
            self.known().fault = Some(error);
            return Answer::Unclear;
        }
        tracing::error!(
            run.id = %run, error = &error as &dyn Error, stage = stage.id(), "a run cannot go on"
        );
        let (kind, message) = match &error {
            UseCaseError::Storage(StorageError::Corrupt(_)) => {
                (FailureKind::Quarantine, "Stored data did not match its seal, so it was not used.")
            }
            _ => (FailureKind::Internal, "The result of this step could not be used."),
        };
        self.known().fault = Some(error);
        Answer::Refused(Failure { stage, kind, message: message.into(), reasons: Vec::new() })
    }

    /// The outcome for whoever began it.
    pub fn ended(&self, outcome: Outcome) -> Result<Outcome, UseCaseError> {
        if outcome != Outcome::Unanswered {
            return Ok(outcome);
        }
        let fault = self.known().fault.take();
        Err(fault.unwrap_or_else(|| UseCaseError::Internal("the store gave no answer".to_owned())))
    }
}

/// The gate in the flow's words.
pub(super) fn told(gate: Gate) -> flow::Gate {
    match gate {
        Gate::Open => flow::Gate::Open,
        Gate::Closed { reason } => flow::Gate::Closed { reason: reason.into() },
    }
}

pub(super) fn missing(what: &str) -> UseCaseError {
    UseCaseError::Internal(format!("the run has no {what}"))
}

/// The row in the flow's words.
fn live(look: &Look, gate: Option<flow::Gate>, has_room: bool) -> Live {
    let until = |at: jiff::Timestamp| at.duration_since(look.now);
    let positive = |left: jiff::SignedDuration| Duration::try_from(left).unwrap_or_default();
    Live {
        token: look.fencing_token,
        handed_back: look.handed_back.into(),
        age: positive(look.now.duration_since(look.claimed_at)),
        held_for: look.lease_until.map(until).filter(|left| !left.is_negative()).map(positive),
        reached: look.stages.iter().max().copied().unwrap_or(Stage::ALL[0]),
        gate,
        waits: look.waits,
        carried: look.carried,
        has_room,
        job: match look.job {
            None => Job::Missing,
            Some(job) if job.locked => Job::Taken,
            Some(job) => Job::Due(positive(until(job.run_at))),
        },
        journaled: look.journaled,
    }
}
