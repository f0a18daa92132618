//! The runtime: what all executions of a process share.

use super::{
    ExecutionError, Journal, Registry, StepValue, TraceRecorder, breaker::BreakerView,
    cache::SharedCache, pass::Pass, trace::Trace, ward::Ward,
};
use crate::{
    context::Context,
    pattern::{PanelDocument, Plan},
};
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::{sync::Arc, time::Duration};

/// Runs plans over the agents of a registry. Breakers, bounds on parallel calls
/// and the cache are those of this process.
#[derive(Debug)]
pub struct Runtime {
    registry: Registry,
    /// By the agent's index in the registry.
    wards: Vec<Ward>,
    cache: SharedCache,
}

/// Bounds that a caller sets in place of the plan's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// For steps whose pattern states no deadline of their own.
    pub step: Option<Duration>,
    pub whole: WholeLimit,
}

/// How long an execution may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WholeLimit {
    /// As the plan's budget says.
    #[default]
    Budget,
    After(Duration),
    /// Each step has its deadline, and there are few.
    Unbounded,
}

/// An execution that has ended. The trace is complete in both cases.
#[derive(Debug)]
pub struct Finished {
    pub result: Result<Answer, ExecutionError>,
    pub trace: Trace,
}

/// What an execution gave.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Exactly the declared outputs.
    pub data: Map<String, Value>,
    pub panels: Vec<PanelDocument>,
    /// By step; none of a step that gave null.
    pub state: Vec<Option<StepValue>>,
}

impl Runtime {
    pub fn new(registry: Registry) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the edge: it dates trips for readers")]
        Self::with_clock(registry, Timestamp::now)
    }

    /// `clock` dates the trips of breakers; nothing else depends on it.
    pub fn with_clock(registry: Registry, clock: fn() -> Timestamp) -> Self {
        let wards = registry.agents().iter().map(|agent| Ward::new(agent, clock)).collect();
        Self { registry, wards, cache: SharedCache::new() }
    }

    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Every agent's breaker, in the registry's order.
    pub fn breakers(&self) -> Vec<BreakerView> {
        self.wards.iter().map(Ward::view).collect()
    }

    /// Runs a plan to its end. `inputs` are those that
    /// [`Plan::check_inputs`] gave. Dropping the future cancels its steps.
    pub async fn run(
        &self,
        plan: &Arc<Plan>,
        inputs: Map<String, Value>,
        context: Arc<Context>,
        limits: Limits,
        journal: Option<&dyn Journal>,
    ) -> Finished {
        let recorder = TraceRecorder::new(Arc::clone(plan), Arc::clone(&context));
        self.run_recorded(plan, inputs, context, limits, journal, &recorder).await
    }

    /// The same, into a record that the caller keeps: it has the trace also when
    /// the future is dropped.
    pub async fn run_recorded(
        &self,
        plan: &Arc<Plan>,
        inputs: Map<String, Value>,
        context: Arc<Context>,
        limits: Limits,
        journal: Option<&dyn Journal>,
        recorder: &TraceRecorder,
    ) -> Finished {
        let result = Pass::new(self, plan, &inputs, &context, limits, journal, recorder);
        let result = match result {
            Ok(pass) => pass.run().await,
            Err(error) => Err(error),
        };
        recorder.ended(result.as_ref().err().map(|error| &**error));
        Finished { result: result.map_err(|error| *error), trace: recorder.trace() }
    }

    pub(super) fn ward(&self, agent: usize) -> &Ward {
        &self.wards[agent]
    }

    pub(super) const fn cache(&self) -> &SharedCache {
        &self.cache
    }
}
