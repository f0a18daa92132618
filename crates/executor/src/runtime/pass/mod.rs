//! One pass of a plan: steps begin as soon as those they need have ended, a
//! bounded number at once, all in one task.

mod answer;
mod step;

use super::{
    Answer, ExecutionError, Journal, Limits, Runtime, StepValue, TraceRecorder, WholeLimit,
    cache::{ContextText, ScopedCache},
    trace::{Called, Ending, Reason, StepStatus},
    ward::Deadline,
};
use crate::{
    capability::{Capability, CapabilityName, Fault},
    context::Context,
    lineage::Lineages,
    observe::{self, PatternLabel},
    pattern::{OnError, Plan, Scope},
};
use futures_util::{StreamExt, stream::FuturesUnordered};
use serde_json::{Map, Value};
use std::{cmp::Reverse, collections::BinaryHeap, future::poll_fn, sync::Arc, task::Poll};
use step::{Begun, Carried, End};
use tokio::time::Instant;

/// What does not change while the steps run.
pub(super) struct Pass<'r> {
    runtime: &'r Runtime,
    plan: &'r Plan,
    inputs: &'r Map<String, Value>,
    ctx: Value,
    context: &'r Arc<Context>,
    context_text: ContextText,
    /// By step: its capability and the index of its agent.
    targets: Vec<Target<'r>>,
    limits: Limits,
    deadline: Option<Deadline>,
    journal: Option<&'r dyn Journal>,
    recorder: &'r TraceRecorder,
    scoped: ScopedCache,
}

#[derive(Clone, Copy)]
struct Target<'r> {
    capability: &'r Capability,
    agent: usize,
}

/// What the steps gave so far, by index; none of a step that gave null.
#[derive(Default)]
struct State {
    values: Vec<Option<Arc<Value>>>,
    lineages: Vec<Option<Arc<Lineages>>>,
    summaries: Vec<Option<Arc<str>>>,
    /// Why a step gave null, for the panels that it feeds.
    reasons: Vec<Option<String>>,
}

/// Which steps may begin.
struct Order {
    /// How many steps each still waits for.
    waits_for: Vec<usize>,
    dependants: Vec<Vec<usize>>,
    /// In the order of the file.
    ready: BinaryHeap<Reverse<usize>>,
}

impl<'r> Pass<'r> {
    pub fn new(
        runtime: &'r Runtime,
        plan: &'r Plan,
        inputs: &'r Map<String, Value>,
        context: &'r Arc<Context>,
        limits: Limits,
        journal: Option<&'r dyn Journal>,
        recorder: &'r TraceRecorder,
    ) -> Result<Self, Box<ExecutionError>> {
        let targets: Vec<Target<'r>> = plan
            .steps
            .iter()
            .map(|step| Target::of(runtime, &step.capability))
            .collect::<Result<_, _>>()
            .map_err(|fault| Box::new(ExecutionError::whole(fault)))?;
        recorder.owned_by(targets.iter().map(|target| runtime.ward(target.agent).agent()));
        let limit = match limits.whole {
            WholeLimit::Budget => Some(plan.budget.deadline),
            WholeLimit::After(limit) => Some(limit),
            WholeLimit::Unbounded => None,
        };
        let deadline = limit
            .and_then(|limit| recorder.start().checked_add(limit).map(|at| Deadline { at, limit }));
        let context_text = ContextText::new(context)
            .map_err(|error| Box::new(ExecutionError::whole(Fault::internal(error.to_string()))))?;
        Ok(Self {
            runtime,
            plan,
            inputs,
            ctx: context.template_root(),
            context,
            context_text,
            targets,
            limits,
            deadline,
            journal,
            recorder,
            scoped: ScopedCache::default(),
        })
    }

    pub async fn run(&self) -> Result<Answer, Box<ExecutionError>> {
        let state =
            match self.deadline {
                None => self.carry_steps().await?,
                Some(Deadline { at, limit }) => tokio::time::timeout_at(at, self.carry_steps())
                    .await
                    .unwrap_or_else(|_| Err(Box::new(ExecutionError::deadline(limit))))?,
            };
        self.answer(state)
    }

    /// Steps are taken in the order of the file; each of them sees only values
    /// of earlier ones, so the result does not depend on which ends first.
    async fn carry_steps(&self) -> Result<State, Box<ExecutionError>> {
        let mut state = State::of(self.plan.steps.len());
        let mut order = Order::new(self.plan);
        let mut under_way = FuturesUnordered::new();
        let most = self.plan.budget.max_parallel.max(1);
        loop {
            while under_way.len() < most
                && let Some(Reverse(index)) = order.ready.pop()
            {
                let carried = match self.begin(index, &state) {
                    Begun::Ended(carried) => *carried,
                    Begun::Call(call) => {
                        let mut call = Box::pin(self.carry(index, call));
                        // Work that waits for nothing is done here and now; a place in the
                        // set costs more than such work.
                        match poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx))).await {
                            Poll::Ready((_, carried)) => carried,
                            Poll::Pending => {
                                under_way.push(call);
                                continue;
                            }
                        }
                    }
                };
                self.settle(index, carried, &mut state)?;
                order.ended(index);
                // Other tasks have their turn, however many such steps there are.
                tokio::task::coop::consume_budget().await;
            }
            let Some((index, carried)) = under_way.next().await else { return Ok(state) };
            self.settle(index, carried, &mut state)?;
            order.ended(index);
        }
    }

    /// Records how a step ended and keeps its value. An error that the pattern
    /// does not take ends the pass; steps under way are dropped with it.
    fn settle(
        &self,
        index: usize,
        carried: Carried<'r>,
        state: &mut State,
    ) -> Result<(), Box<ExecutionError>> {
        let step = &self.plan.steps[index];
        let Carried { span, end, instead } = carried;
        let taken = step.on_error == OnError::Null && matches!(end, End::Failed(_));
        let reason = match &end {
            End::Value(..) => instead.as_ref().map(|_| Reason::Fallback),
            End::Recalled(_) => Some(Reason::Recalled),
            End::Skipped => Some(Reason::ConditionFalse),
            End::Failed(_) => taken.then_some(Reason::OnErrorNull),
            End::NotKept(_) => None,
        };
        let target = instead.as_ref().map_or(self.targets[index], |instead| instead.target);
        let mut ending = Ending { reason, ..Ending::of(StepStatus::Ok) };
        if let Some(instead) = instead {
            ending.instead = Some(self.called(target));
            ending.error = Some(instead.of);
        }
        let mut failed = None;
        match end {
            End::Value(value, status) => {
                ending.status = status;
                ending.lineage = Some(state.keep(index, value));
            }
            End::Recalled(value) => ending.lineage = Some(state.keep(index, value)),
            End::Skipped => {
                ending.status = StepStatus::Skipped;
                state.reasons[index] = Some(Reason::ConditionFalse.as_str().to_owned());
            }
            End::Failed(fault) | End::NotKept(fault) => {
                ending.status = StepStatus::Error;
                ending.error = Some(fault.clone());
                state.reasons[index] = Some(fault.message.clone());
                failed = Some(fault).filter(|_| !taken);
            }
        }
        let status = ending.status.as_str();
        let is_usual = ending.status == StepStatus::Ok && ending.instead.is_none();
        let took = self.recorder.step_ended(index, ending);
        span.record("status", status);
        span.record("duration_ms", took.as_secs_f64() * 1e3);
        let pattern = PatternLabel::of_plan(self.plan);
        if is_usual {
            step.meter.went_well(pattern, target.capability, took);
        } else {
            observe::step_ended(pattern, target.capability, status, took);
        }
        let Some(fault) = failed else { return Ok(()) };
        let Called { capability, agent } = self.called(target);
        Err(Box::new(ExecutionError {
            step: Some(step.key.clone()),
            agent: Some(agent),
            capability: Some(capability),
            fault,
        }))
    }

    const fn scope<'s>(&'s self, state: &'s State) -> Scope<'s> {
        Scope { inputs: self.inputs, ctx: &self.ctx, state: state.values.as_slice() }
    }

    fn called(&self, target: Target<'_>) -> Called {
        Called {
            capability: target.capability.name.clone(),
            agent: self.runtime.ward(target.agent).agent(),
        }
    }

    /// The earlier of the step's deadline and the whole's.
    fn deadline_of(&self, index: usize) -> Option<Deadline> {
        let limit = self.plan.steps[index].deadline.or(self.limits.step);
        let own = limit
            .and_then(|limit| Instant::now().checked_add(limit).map(|at| Deadline { at, limit }));
        own.into_iter().chain(self.deadline).min_by_key(|deadline| deadline.at)
    }
}

impl<'r> Target<'r> {
    fn of(runtime: &'r Runtime, name: &CapabilityName) -> Result<Self, Fault> {
        let registry = runtime.registry();
        registry
            .get(name)
            .zip(registry.agent_index(name))
            .map(|(capability, agent)| Self { capability, agent })
            .ok_or_else(|| Fault::internal(format!("Nobody owns {name}.")))
    }
}

impl State {
    fn of(steps: usize) -> Self {
        Self {
            values: vec![None; steps],
            lineages: vec![None; steps],
            summaries: vec![None; steps],
            reasons: vec![None; steps],
        }
    }

    fn keep(&mut self, index: usize, value: StepValue) -> Arc<Lineages> {
        let StepValue { value, lineage, summary } = value;
        self.values[index] = Some(value);
        self.summaries[index] = Some(summary);
        Arc::clone(self.lineages[index].insert(lineage))
    }
}

impl Order {
    fn new(plan: &Plan) -> Self {
        let mut dependants = vec![Vec::new(); plan.steps.len()];
        let mut waits_for = Vec::with_capacity(plan.steps.len());
        let mut ready = BinaryHeap::new();
        for (index, step) in plan.steps.iter().enumerate() {
            waits_for.push(step.after.len());
            for earlier in &step.after {
                dependants[*earlier].push(index);
            }
            if step.after.is_empty() {
                ready.push(Reverse(index));
            }
        }
        Self { waits_for, dependants, ready }
    }

    fn ended(&mut self, index: usize) {
        for &dependant in &self.dependants[index] {
            self.waits_for[dependant] -= 1;
            if self.waits_for[dependant] == 0 {
                self.ready.push(Reverse(dependant));
            }
        }
    }
}
