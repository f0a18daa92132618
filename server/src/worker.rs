//! Claims jobs of the queue and keeps the evidence fresh.

mod queue;

use self::queue::{Wake, WokenDatabase};
use crate::{
    config::{FileOptions, WorkOptions},
    telemetry::{SPANS, trace_context::join_trace_of_run},
};
use domain::id::{ExportJobId, RunId, SourceId, WorkspaceId};
use graphile_worker::{
    Database, IntoTaskHandlerResult, TaskHandler, Worker, WorkerBuildError, WorkerContext,
    WorkerOptions,
};
use jiff::tz::TimeZone;
use orchestrator::{
    Orchestrator,
    assistant::Retirement,
    evidence::CollectOutcome,
    pricing::{Listings, Night, Nightly},
    run::{Executed, Swept},
    schedule::Dispatched,
};
use serde::{Deserialize, Serialize};
use std::{error::Error, path::PathBuf, time::Duration};
use storage::session::PgSessionStore;
use tokio::{sync::watch, task::JoinSet, time::MissedTickBehavior};
use tracing::Instrument;

/// A worker that is silent for this long has died; its jobs go to others. As
/// long as the lease of a run, so that the next worker finds it run out.
const SILENCE_MAX: Duration = Duration::from_secs(20);
/// Pause before the queue's loop is begun anew.
const BEGIN_ANEW: Duration = Duration::from_secs(1);
/// How often abandoned runs are looked for at least; more often where leases are
/// short.
const SWEEP_INTERVAL_MAX: Duration = Duration::from_secs(5);
/// How often schedules are planned and what is due is started.
const SCHEDULE_INTERVAL: Duration = Duration::from_secs(5);
/// How often sources that are due are queued.
const COLLECT_INTERVAL: Duration = Duration::from_secs(20);
/// How often the prices of a day are thought of; they are asked for when they are due.
const PRICES_INTERVAL: Duration = Duration::from_mins(1);
/// How often a new pack is thought of; it is sealed when one is due.
const EVIDENCE_INTERVAL: Duration = Duration::from_mins(10);
/// A reading older than this is renewed, well within the gate's half day.
const EVIDENCE_AGE_MAX_H: i64 = 4;
/// How long running jobs may go on after the process is asked to stop.
const DRAIN: Duration = Duration::from_secs(8);

/// The job that carries a run to its end.
#[derive(Debug, Deserialize, Serialize)]
struct ExecuteRun {
    workspace: WorkspaceId,
    run: RunId,
}

impl TaskHandler for ExecuteRun {
    const IDENTIFIER: &'static str = storage::run::queue::TASK;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(orchestrator) = context.get_ext::<Orchestrator>() else {
            return Err("the orchestrator was not provided to the worker".to_owned());
        };
        let _job = context.get_ext::<Wake>().map(Wake::begin);
        let span = tracing::info_span!(
            target: SPANS,
            "run",
            otel.kind = "consumer",
            trace_id = tracing::field::Empty,
            run.id = %self.run,
        );
        join_trace_of_run(self.run.as_uuid(), &span);
        match orchestrator.execute_run(self.workspace, self.run).instrument(span.clone()).await {
            // A run that waits, or was handed back, has a new job already.
            Ok(
                Executed::Final
                | Executed::HeldElsewhere
                | Executed::Waiting
                | Executed::HandedBack,
            ) => Ok(()),
            Err(error) => {
                let error = crate::log::chain(&error);
                let _within = span.entered();
                tracing::error!(run.id = %self.run, error, "a run was interrupted; it will be resumed");
                Err(error)
            }
        }
    }
}

/// The job that reads one source.
#[derive(Debug, Deserialize, Serialize)]
struct CollectSource {
    source: SourceId,
}

impl TaskHandler for CollectSource {
    const IDENTIFIER: &'static str = storage::source::TASK;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(orchestrator) = context.get_ext::<Orchestrator>() else {
            return Err("the orchestrator was not provided to the worker".to_owned());
        };
        let _job = context.get_ext::<Wake>().map(Wake::begin);
        match orchestrator.collect_source(self.source).await {
            Ok(CollectOutcome::Read { entries, new_items }) => {
                tracing::info!(source.id = %self.source, entries, new_items, "a source was read");
                Ok(())
            }
            Ok(CollectOutcome::Failed { error }) => {
                tracing::warn!(source.id = %self.source, error, "a source could not be read");
                Ok(())
            }
            Ok(CollectOutcome::NotModified | CollectOutcome::NotEnabled) => Ok(()),
            Err(error) => {
                let error = crate::log::chain(&error);
                tracing::error!(source.id = %self.source, error, "a reading was not written down");
                Err(error)
            }
        }
    }
}

/// The job that prints a large export.
#[derive(Debug, Deserialize, Serialize)]
struct MakeExport {
    workspace: WorkspaceId,
    job: ExportJobId,
}

impl TaskHandler for MakeExport {
    const IDENTIFIER: &'static str = storage::export_job::TASK;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(orchestrator) = context.get_ext::<Orchestrator>() else {
            return Err("the orchestrator was not provided to the worker".to_owned());
        };
        let _job = context.get_ext::<Wake>().map(Wake::begin);
        orchestrator.make_export(self.workspace, self.job).await.map_err(|error| {
            let error = crate::log::chain(&error);
            tracing::error!(export.id = %self.job, error, "an export was interrupted; it will be tried again");
            error
        })
    }
}

/// The job that builds a pack of evidence that an administrator asked for.
#[derive(Debug, Deserialize, Serialize)]
struct BuildEvidencePack {
    build: i64,
}

/// Where the feeds are that are files.
#[derive(Clone, Debug)]
struct Feeds(PathBuf);

impl TaskHandler for BuildEvidencePack {
    const IDENTIFIER: &'static str = storage::pack_build::TASK;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let (Some(orchestrator), Some(Feeds(feeds))) =
            (context.get_ext::<Orchestrator>(), context.get_ext::<Feeds>())
        else {
            return Err("orchestrator or feeds were not provided to the worker".to_owned());
        };
        let _job = context.get_ext::<Wake>().map(Wake::begin);
        match orchestrator.build_requested_pack(self.build, feeds).await {
            Ok(Some(Ok(built))) => {
                tracing::info!(pack.id = %built.pack, items = built.items, "a pack was built as asked");
                Ok(())
            }
            Ok(Some(Err(error))) => {
                tracing::warn!(build = self.build, error, "a pack that was asked for failed");
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(error) => {
                let error = crate::log::chain(&error);
                tracing::error!(
                    build = self.build,
                    error,
                    "what came of a pack was not written down"
                );
                Err(error)
            }
        }
    }
}

/// Works until `stop` completes, then lets running jobs end. The queue's loop ends when
/// it cannot take a job: it is begun anew until the process stops.
pub async fn work(
    orchestrator: Orchestrator,
    options: &WorkOptions,
    files: &FileOptions,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Box<dyn Error>> {
    let (stopped, stopping) = watch::channel(false);
    let mut beside = JoinSet::new();
    let carrying = orchestrator.clone();
    beside.spawn(async move {
        stop.await;
        carrying.stop_runs();
        let _ = stopped.send(true);
        // Whoever waits for the word must not find its sender gone.
        std::future::pending::<()>().await;
    });
    // What is wrong at the start is told by not starting.
    let wake = Wake::new(options.worker_concurrency.into());
    let feeds = Feeds(files.feeds_dir());
    let mut queue = queue(&orchestrator, options, &feeds, &wake, stopping.clone()).await?;
    if let Some(nightly) = options.prices.nightly(orchestrator.allowances())? {
        Listings::read(&nightly.listings).await?;
        beside.spawn(keep_prices(orchestrator.clone(), nightly));
    }
    let kept_days = options.executions_kept_days;
    beside.spawn(keep_house(orchestrator.clone(), files.feeds_dir(), kept_days));
    beside.spawn(sweep(orchestrator.clone()));
    beside.spawn(keep_schedules(orchestrator.clone()));
    beside.spawn(keep_collecting(orchestrator.clone()));
    let hearing = orchestrator.clone();
    beside.spawn(async move { hearing.hear_cancellations().await });
    let (hearing, woken) = (orchestrator.clone(), wake.clone());
    beside.spawn(async move { hearing.hear_jobs(|| woken.call()).await });
    tracing::info!(concurrency = options.worker_concurrency, "the worker is ready");
    loop {
        let outcome = queue.run().await;
        if *stopping.borrow() {
            return Ok(outcome?);
        }
        let error = outcome.err().map(|error| crate::log::chain(&error));
        tracing::error!(error, "the queue was lost; it is begun anew");
        queue = loop {
            tokio::time::sleep(BEGIN_ANEW).await;
            if *stopping.borrow() {
                return Ok(());
            }
            match self::queue(&orchestrator, options, &feeds, &wake, stopping.clone()).await {
                Ok(queue) => break queue,
                Err(error) => {
                    tracing::warn!(error = crate::log::chain(&error), "the queue is not back yet");
                }
            }
        };
    }
}

/// The queue's loop, which ends when `stopping` says so.
async fn queue(
    orchestrator: &Orchestrator,
    options: &WorkOptions,
    feeds: &Feeds,
    wake: &Wake,
    mut stopping: watch::Receiver<bool>,
) -> Result<Worker, WorkerBuildError> {
    let database = WokenDatabase::new(orchestrator.pool().clone(), wake.clone());
    WorkerOptions::default()
        .database(Database::new(database))
        .concurrency(options.worker_concurrency.into())
        .poll_interval(Duration::from_secs(2))
        .heartbeat_interval(Duration::from_secs(5))
        .sweep_interval(Duration::from_secs(5))
        .sweep_threshold(SILENCE_MAX)
        .recovery_delay(Duration::ZERO)
        .listen_os_shutdown_signals(false)
        .shutdown_signal(async move {
            let _ = stopping.wait_for(|stopping| *stopping).await;
        })
        .shutdown_grace_period(DRAIN)
        .shutdown_interrupted_job_retry_delay(Duration::ZERO)
        .add_extension(orchestrator.clone())
        .add_extension(wake.clone())
        .add_extension(feeds.clone())
        .define_job::<ExecuteRun>()
        .define_job::<CollectSource>()
        .define_job::<MakeExport>()
        .define_job::<BuildEvidencePack>()
        .init()
        .await
}

/// Sees to runs that no worker carries.
async fn sweep(orchestrator: Orchestrator) {
    let lease = Duration::from_secs(orchestrator.limits().lease_s.into());
    let mut tick = tokio::time::interval(SWEEP_INTERVAL_MAX.min(lease / 2));
    // After a lost database one sweep is enough for all that were missed.
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        match orchestrator.sweep_runs().await {
            Ok(swept) if swept == Swept::default() => {}
            Ok(Swept { queued_again, overdue }) => {
                tracing::warn!(queued_again, overdue, "runs without a worker were seen to");
            }
            Err(error) => {
                let error = crate::log::chain(&error);
                tracing::error!(error, "abandoned runs were not looked for");
            }
        }
    }
}

/// Queues the readings of sources that are due.
async fn keep_collecting(orchestrator: Orchestrator) {
    let mut tick = tokio::time::interval(COLLECT_INTERVAL);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = orchestrator.queue_due_sources().await {
            let error = crate::log::chain(&error);
            tracing::error!(error, "sources that are due were not queued");
        }
    }
}

/// Builds the pack of each day once it is over.
async fn keep_prices(orchestrator: Orchestrator, nightly: Nightly) {
    let mut tick = tokio::time::interval(PRICES_INTERVAL);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut given_up = None;
    loop {
        tick.tick().await;
        match orchestrator.build_due_pack(&nightly).await {
            Ok(Night::Built(built)) => tracing::info!(?built, "the day's prices are there"),
            Ok(Night::Waiting) => {}
            // Told once for each day.
            Ok(Night::GivenUp(date)) if given_up == Some(date) => {}
            Ok(Night::GivenUp(date)) => {
                given_up = Some(date);
                tracing::error!(%date, "the prices of a day failed too often; build its pack by hand");
            }
            Err(error) => {
                let error = crate::log::chain(&error);
                tracing::error!(error, "the day's prices are not there yet");
            }
        }
    }
}

/// Starts the runs that schedules have due, and plans the next ones.
async fn keep_schedules(orchestrator: Orchestrator) {
    let mut tick = tokio::time::interval(SCHEDULE_INTERVAL);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = orchestrator.plan_schedules().await {
            let error = crate::log::chain(&error);
            tracing::error!(error, "schedules were not planned");
        }
        loop {
            match orchestrator.dispatch_schedules().await {
                Ok(Dispatched { started, not_run, waiting, is_full }) => {
                    if started + not_run + waiting > 0 {
                        tracing::info!(started, not_run, waiting, "slots of schedules were due");
                    }
                    // What waits is not due again at once, so this ends.
                    if !is_full {
                        break;
                    }
                }
                Err(error) => {
                    let error = crate::log::chain(&error);
                    tracing::error!(error, "what schedules have due was not started");
                    break;
                }
            }
        }
    }
}

/// Reads the sources when a reading is due, forgets expired sessions, answers and files,
/// spent jobs and old executions, and writes down which overrides expired.
async fn keep_house(orchestrator: Orchestrator, feeds: PathBuf, executions_kept_days: u16) {
    let mut tick = tokio::time::interval(EVIDENCE_INTERVAL);
    let sessions = PgSessionStore::new(orchestrator.pool().clone());
    loop {
        tick.tick().await;
        match reading_is_due(&orchestrator).await {
            Ok(true) => match orchestrator.read_evidence(&feeds).await {
                Ok(reading) => {
                    tracing::info!(pack.id = %reading.pack, items = reading.items, "evidence read");
                }
                Err(error) => {
                    tracing::error!(
                        error = crate::log::chain(&error),
                        "evidence could not be read"
                    );
                }
            },
            Ok(false) => {}
            Err(error) => tracing::error!(
                error = crate::log::chain(&error),
                "the evidence's age is not known"
            ),
        }
        look_after_model(&orchestrator).await;
        if let Err(error) = sessions.delete_expired().await {
            tracing::warn!(error = %error, "expired sessions were not deleted");
        }
        if let Err(error) = orchestrator.forget_expired_answers().await {
            let error = crate::telemetry::log::chain(&error);
            tracing::warn!(error, "expired answers were not deleted");
        }
        if let Err(error) = orchestrator.forget_spent_jobs().await {
            let error = crate::telemetry::log::chain(&error);
            tracing::warn!(error, "spent jobs were not deleted");
        }
        match orchestrator.forget_exports().await {
            Ok(0) => {}
            Ok(forgotten) => tracing::info!(forgotten, "files of exports were deleted"),
            Err(error) => {
                let error = crate::telemetry::log::chain(&error);
                tracing::warn!(error, "expired files of exports were not deleted");
            }
        }
        match orchestrator.forget_executions(executions_kept_days).await {
            Ok(0) => {}
            Ok(forgotten) => tracing::info!(forgotten, "old executions were deleted"),
            Err(error) => {
                let error = crate::telemetry::log::chain(&error);
                tracing::warn!(error, "old executions were not deleted");
            }
        }
        if let Err(error) = orchestrator.expire_overrides().await {
            let error = crate::telemetry::log::chain(&error);
            tracing::warn!(error, "the expiry of overrides was not written down");
        }
    }
}

/// Looks whether the language model is about to be shut down.
async fn look_after_model(orchestrator: &Orchestrator) {
    match orchestrator.look_after_model().await {
        Ok(Some(Retirement { model, shutdown_on, days, affected })) => tracing::warn!(
            model,
            %shutdown_on,
            days,
            affected,
            "the language model is shut down soon: evaluate another one and set OPENAI_MODEL"
        ),
        Ok(None) => {}
        Err(error) => {
            let error = crate::log::chain(&error);
            tracing::warn!(error, "the list of models was not looked at");
        }
    }
}

/// Due after some hours, when something was collected since, and on every new day, since
/// sample dates follow it.
async fn reading_is_due(orchestrator: &Orchestrator) -> Result<bool, orchestrator::UseCaseError> {
    let Some(pack) = orchestrator.current_pack().await? else { return Ok(true) };
    let now = orchestrator.now().await?;
    let today = now.to_zoned_datetime(TimeZone::UTC).date();
    Ok(pack.as_of != today
        || now.duration_since(pack.read_at).as_hours() >= EVIDENCE_AGE_MAX_H
        || orchestrator.has_newly_collected().await?)
}
