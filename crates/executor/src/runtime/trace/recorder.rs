//! Keeps what happens to each step while it happens, so that a trace can be had
//! at any moment: also when the execution is dropped half-way.

use super::{
    CacheTrace, FreshnessTrace, PanelTrace, Reason, StepError, StepStatus, StepTrace, Trace,
    ttl_seconds,
};
use crate::{
    capability::{CapabilityName, Fault, FaultKind},
    context::Context,
    lineage::Lineages,
    pattern::{Plan, Step},
    runtime::ExecutionError,
};
use domain::{hash::ContentHash, pricing_pack::PackStatus};
use std::{
    borrow::Cow,
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// The record of one execution. Make it beside the execution and keep it: it
/// outlives the future that carries the steps.
#[derive(Debug)]
pub struct TraceRecorder {
    plan: Arc<Plan>,
    context: Arc<Context>,
    pack_status: Option<PackStatus>,
    start: Instant,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    steps: Vec<Record>,
    panels: Vec<PanelTrace>,
    cache: CacheTrace,
    /// The error that ended the execution.
    error: Option<ExecutionError>,
    ended: Option<Duration>,
}

/// One step, so far.
#[derive(Clone, Debug, Default)]
struct Record {
    agent: &'static str,
    args_hash: Option<ContentHash>,
    started: Option<Duration>,
    ending: Option<Ending>,
    took: Option<Duration>,
}

/// How a step ended.
#[derive(Clone, Debug)]
pub(in crate::runtime) struct Ending {
    pub status: StepStatus,
    pub lineage: Option<Arc<Lineages>>,
    pub reason: Option<Reason>,
    pub error: Option<Fault>,
    /// What was called in the end, if that was the fallback.
    pub instead: Option<Called>,
}

/// A capability with its agent.
#[derive(Clone, Debug)]
pub(in crate::runtime) struct Called {
    pub capability: CapabilityName,
    pub agent: &'static str,
}

impl Ending {
    pub(in crate::runtime) const fn of(status: StepStatus) -> Self {
        Self { status, lineage: None, reason: None, error: None, instead: None }
    }

    /// What was called of a step, and whose that is.
    fn called<'e>(
        &'e self,
        planned: &'e Step,
        agent: &'static str,
    ) -> (&'e CapabilityName, &'static str) {
        let instead = self.instead.as_ref();
        instead.map_or((&planned.capability, agent), |called| (&called.capability, called.agent))
    }
}

impl TraceRecorder {
    /// Times are counted from here.
    pub fn new(plan: Arc<Plan>, context: Arc<Context>) -> Self {
        let fresh = !context.stale && context.pricing_pack.is_some();
        let inner = Inner { steps: vec![Record::default(); plan.steps.len()], ..Inner::default() };
        Self {
            plan,
            context,
            pack_status: fresh.then_some(PackStatus::Fresh),
            start: Instant::now(),
            inner: Mutex::new(inner),
        }
    }

    /// The status of a pack that is not fresh; a caller accepted it.
    #[must_use]
    pub fn with_pack_status(self, status: PackStatus) -> Self {
        Self { pack_status: Some(status), ..self }
    }

    pub(in crate::runtime) const fn start(&self) -> Instant {
        self.start
    }

    pub(in crate::runtime) fn owned_by(&self, agents: impl Iterator<Item = &'static str>) {
        for (record, agent) in self.lock().steps.iter_mut().zip(agents) {
            record.agent = agent;
        }
    }

    pub(in crate::runtime) fn started(&self, step: usize) {
        let now = self.start.elapsed();
        self.lock().steps[step].started = Some(now);
    }

    pub(in crate::runtime) fn args(&self, step: usize, hash: ContentHash) {
        self.lock().steps[step].args_hash = Some(hash);
    }

    /// How long the step has been under way.
    pub(in crate::runtime) fn took(&self, step: usize) -> Duration {
        let now = self.start.elapsed();
        self.lock().steps[step].started.map_or(Duration::ZERO, |began| now.saturating_sub(began))
    }

    pub(in crate::runtime) fn cache_asked(&self, hit: bool) {
        let cache = &mut self.lock().cache;
        *(if hit { &mut cache.hits } else { &mut cache.misses }) += 1;
    }

    pub(in crate::runtime) fn step_ended(&self, step: usize, ending: Ending) -> Duration {
        let now = self.start.elapsed();
        let mut inner = self.lock();
        let record = &mut inner.steps[step];
        let took = now.saturating_sub(*record.started.get_or_insert(now));
        record.took = Some(took);
        record.ending = Some(ending);
        took
    }

    pub(in crate::runtime) fn panel(&self, panel: PanelTrace) {
        self.lock().panels.push(panel);
    }

    /// The execution ended; steps that had not are described by `error`.
    pub(in crate::runtime) fn ended(&self, error: Option<&ExecutionError>) {
        let now = self.start.elapsed();
        let mut inner = self.lock();
        inner.ended = Some(now);
        inner.error = error.cloned();
    }

    /// The trace, in whatever state the execution is. Steps that are under way
    /// in an execution that nobody ended were cancelled, for so are its callers.
    pub fn trace(&self) -> Trace {
        let inner = self.lock();
        let now = inner.ended.unwrap_or_else(|| self.start.elapsed());
        let cut = inner.error.as_ref().map_or_else(
            || Cow::Owned(ExecutionError::cancelled()),
            |error: &ExecutionError| Cow::Borrowed(error),
        );
        let mut agents = BTreeSet::new();
        let mut capabilities = BTreeSet::new();
        let mut sources = BTreeSet::new();
        let mut steps = Vec::with_capacity(inner.steps.len());
        for (planned, record) in self.plan.steps.iter().zip(&inner.steps) {
            let ending = record
                .ending
                .as_ref()
                .map_or_else(|| Cow::Owned(record.cut_by(&cut)), Cow::Borrowed);
            if record.was_called() {
                let (capability, agent) = ending.called(planned, record.agent);
                agents.insert(agent);
                if !capabilities.contains(capability) {
                    capabilities.insert(capability.clone());
                }
            }
            let step = self.step(planned, record, &ending, &cut, now);
            for source in &step.sources {
                if !sources.contains(source) {
                    sources.insert(source.clone());
                }
            }
            steps.push(step);
        }
        Trace {
            pattern_id: self.plan.id.clone(),
            pattern_version: self.plan.version.clone(),
            pricing_pack_id: self.context.pricing_pack.clone(),
            ledger_commit_hash: self.context.ledger_commit.clone(),
            trace_id: self.context.trace_id.clone(),
            request_id: self.context.request_id,
            agents_used: agents.into_iter().map(str::to_owned).collect(),
            capabilities_used: capabilities.into_iter().collect(),
            sources: sources.into_iter().collect(),
            steps,
            panels: inner.panels.clone(),
            cache: inner.cache,
            freshness: FreshnessTrace {
                bypassed: self.context.stale,
                pack_status: self.pack_status,
            },
            duration_ms: milliseconds(now),
        }
    }

    pub fn into_trace(self) -> Trace {
        self.trace()
    }

    fn step(
        &self,
        planned: &Step,
        record: &Record,
        ending: &Ending,
        cut: &ExecutionError,
        now: Duration,
    ) -> StepTrace {
        let lineage =
            ending.lineage.as_deref().map(Lineages::everything_borrowed).unwrap_or_default();
        let age = lineage.staleness(self.context.timestamp, None);
        let (capability, agent) = ending.called(planned, record.agent);
        let other = ending.reason == Some(Reason::AfterError);
        let step = cut.step.as_ref().filter(|key| other && **key != planned.key);
        StepTrace {
            key: planned.key.clone(),
            capability: capability.clone(),
            agent: agent.to_owned(),
            status: ending.status,
            started_ms: record.started.map(milliseconds),
            duration_ms: record
                .started
                .map(|started| milliseconds(record.took.unwrap_or(now.saturating_sub(started)))),
            args_hash: record.args_hash,
            sources: lineage.names(),
            asof: age.asof,
            ttl_s: ttl_seconds(age.ttl),
            reason: ending.reason,
            error: ending.error.as_ref().map(|fault| StepError {
                kind: fault.kind,
                code: fault.code.map(str::to_owned),
                step: step.cloned(),
                message: fault.message.clone(),
            }),
        }
    }

    /// The values behind it are whole after every statement, so a panic of a
    /// holder harms nothing.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    /// Whether the agent was asked, or would have been but for a cache.
    fn was_called(&self) -> bool {
        let skipped = |ending: &Ending| ending.status == StepStatus::Skipped;
        self.started.is_some() && !self.ending.as_ref().is_some_and(skipped)
    }

    /// How a step ended that the end of the execution cut off.
    fn cut_by(&self, error: &ExecutionError) -> Ending {
        let cancelled = error.fault.kind == FaultKind::Cancelled;
        let reason = if cancelled { Reason::Cancelled } else { Reason::AfterError };
        let (status, error) = if self.started.is_none() {
            (StepStatus::NotRun, error.fault.clone())
        } else if cancelled {
            (StepStatus::Error, error.fault.clone())
        } else {
            let message = format!("Cancelled, because the execution failed: {error}");
            (StepStatus::Error, Fault::new(FaultKind::Cancelled, message))
        };
        Ending { reason: Some(reason), error: Some(error), ..Ending::of(status) }
    }
}

/// To the microsecond.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
