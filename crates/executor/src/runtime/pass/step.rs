//! One step: its condition and arguments, and its value from the journal, a
//! cache, its capability or the fallback.

use super::{Pass, State, Target};
use crate::{
    capability::{Call, Capability, Fault, FaultKind, Output, call_id},
    lineage::{Lineages, Ttl},
    observe::{self, CacheResult},
    pattern::{EvaluationError, Scope, Step, Template},
    runtime::{
        StepValue,
        cache::{Arguments, Kept, Looked},
        error::in_words,
        trace::StepStatus,
        ward::Deadline,
    },
};
use serde_json::Value;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tracing::{Instrument, Span, field};

/// A step after all that needs no waiting.
pub(super) enum Begun<'r> {
    Call(Box<Prepared<'r>>),
    Ended(Box<Carried<'r>>),
}

/// A step that ended, for the scheduler.
pub(super) struct Carried<'r> {
    pub span: Span,
    pub end: End,
    pub instead: Option<Instead<'r>>,
}

/// The fallback gave the value, because the step itself had this fault.
pub(super) struct Instead<'r> {
    pub target: Target<'r>,
    pub of: Fault,
}

pub(super) enum End {
    Value(StepValue, StepStatus),
    /// The journal had it from an earlier hold.
    Recalled(StepValue),
    Skipped,
    /// The pattern may take null instead.
    Failed(Fault),
    /// There was a value, and the journal could not keep it.
    NotKept(Fault),
}

/// A step whose arguments are known.
pub(super) struct Prepared<'r> {
    span: Span,
    asked: Asked<'r>,
    /// Rendered before it is known to be needed, while the values are at hand.
    fallback: Option<Result<Asked<'r>, Fault>>,
}

/// A capability with its arguments.
struct Asked<'r> {
    target: Target<'r>,
    args: Value,
    arguments: Arguments,
    lineage: Arc<Lineages>,
}

impl<'r> Pass<'r> {
    /// Evaluates the condition and the arguments against what is there.
    pub(super) fn begin(&self, index: usize, state: &State) -> Begun<'r> {
        let step = &self.plan.steps[index];
        let span = tracing::info_span!(
            "pattern_step",
            pattern.id = self.plan.id,
            step.key = step.key,
            capability = step.capability.as_str(),
            agent = self.runtime.ward(self.targets[index].agent).agent(),
            status = field::Empty,
            duration_ms = field::Empty,
        );
        self.recorder.started(index);
        match self.prepare(index, state) {
            Ok((asked, fallback)) => Begun::Call(Box::new(Prepared { span, asked, fallback })),
            Err(end) => Begun::Ended(Box::new(Carried { span, end, instead: None })),
        }
    }

    /// What to call, or how the step ends without a call.
    fn prepare(
        &self,
        index: usize,
        state: &State,
    ) -> Result<(Asked<'r>, Option<Result<Asked<'r>, Fault>>), End> {
        let step = &self.plan.steps[index];
        let target = self.targets[index];
        if let Some(kept) = self.journal.and_then(|journal| journal.recall(&step.key)) {
            let from = step.args.lineages(&state.lineages).everything();
            let summary = "Done before the run was taken up again.".to_owned();
            let output = Output { summary, ..kept };
            return Err(End::Recalled(StepValue::new(output, target.capability, from)));
        }
        if !is_wanted(step, &self.scope(state)).map_err(End::Failed)? {
            return Err(End::Skipped);
        }
        let asked = self.ask(target, &step.args, state).map_err(End::Failed)?;
        self.recorder.args(index, asked.arguments.hash);
        let fallback = step.fallback.as_ref().map(|fallback| {
            let target = Target::of(self.runtime, &fallback.capability)?;
            self.ask(target, fallback.args.as_ref().unwrap_or(&step.args), state)
        });
        Ok((asked, fallback))
    }

    fn ask(&self, target: Target<'r>, args: &Template, state: &State) -> Result<Asked<'r>, Fault> {
        let lineage = Arc::new(args.lineages(&state.lineages));
        let args =
            args.render(&self.scope(state)).map_err(|error| not_evaluated("arguments", &error))?;
        let arguments =
            Arguments::new(&args).map_err(|error| Fault::internal(error.to_string()))?;
        Ok(Asked { target, args, arguments, lineage })
    }

    pub(super) async fn carry(
        &self,
        index: usize,
        prepared: Box<Prepared<'r>>,
    ) -> (usize, Carried<'r>) {
        let Prepared { span, asked, fallback } = *prepared;
        let (end, instead) = self.obtain(index, asked, fallback).instrument(span.clone()).await;
        (index, Carried { span, end, instead })
    }

    async fn obtain(
        &self,
        index: usize,
        asked: Asked<'r>,
        fallback: Option<Result<Asked<'r>, Fault>>,
    ) -> (End, Option<Instead<'r>>) {
        let mut instead = None;
        let mut found = self.value_of(index, asked).await;
        if let (Err(fault), Some(Ok(other))) = (&found, fallback)
            && (fault.kind.counts() || fault.kind == FaultKind::BreakerOpen)
        {
            let (target, of) = (other.target, fault.clone());
            // Seldom gone into: not a part of every step's future.
            if let Ok(value) = Box::pin(self.value_of(index, other)).await {
                found = Ok(value);
                instead = Some(Instead { target, of });
            }
        }
        match found {
            Err(fault) => (End::Failed(fault), None),
            Ok((value, status)) => match self.keep(index, &value).await {
                Ok(()) => (End::Value(value, status), instead),
                Err(fault) => (End::NotKept(fault), instead),
            },
        }
    }

    /// Steps that need the value begin after the journal has it.
    async fn keep(&self, index: usize, value: &StepValue) -> Result<(), Fault> {
        let Some(journal) = self.journal else { return Ok(()) };
        let output = Output {
            value: (*value.value).clone(),
            lineage: (*value.lineage).clone(),
            summary: value.summary.to_string(),
        };
        let took = self.recorder.took(index);
        journal.settled(&self.plan.steps[index], took, &output).await.map_err(|error| {
            tracing::error!(step = self.plan.steps[index].key, error, "a result was not kept");
            Fault::internal("The result could not be written to the journal.")
        })
    }

    async fn value_of(
        &self,
        index: usize,
        asked: Asked<'r>,
    ) -> Result<(StepValue, StepStatus), Fault> {
        let deadline = self.deadline_of(index);
        let capability = asked.target.capability;
        if capability.pure {
            // Of its own, so that a step without a cache does not carry its future about.
            return Box::pin(self.cached_value_of(index, asked, deadline)).await;
        }
        let from = asked.lineage.everything();
        let call = self.call(index, capability, asked.lineage);
        let ward = self.runtime.ward(asked.target.agent);
        let output = ward.call(capability, asked.args, call, deadline).await?;
        Ok((StepValue::new(output, capability, from), StepStatus::Ok))
    }

    fn call(&self, index: usize, capability: &Capability, lineage: Arc<Lineages>) -> Call {
        let step = &self.plan.steps[index].key;
        let call_id = call_id(self.context.request_id, step, &capability.name);
        Call { context: Arc::clone(self.context), lineage, call_id }
    }

    async fn cached_value_of(
        &self,
        index: usize,
        asked: Asked<'r>,
        deadline: Option<Deadline>,
    ) -> Result<(StepValue, StepStatus), Fault> {
        let Asked { target: Target { capability, agent }, args, arguments, lineage } = asked;
        let from = lineage.everything();
        // Taken by the one computation that this call may do.
        let work = Mutex::new(Some(args));
        let compute = || async {
            let args = work.lock().unwrap_or_else(PoisonError::into_inner).take();
            let call = self.call(index, capability, Arc::clone(&lineage));
            let ward = self.runtime.ward(agent);
            let output = ward.call(capability, args.unwrap_or_default(), call, deadline).await?;
            Ok(Kept::new(output, capability, from.clone()))
        };
        let look = async {
            if capability.ttl == Ttl::Execution {
                return self.scoped.look(&capability.name, arguments.hash, compute()).await;
            }
            let key = arguments.key(capability, &self.context_text);
            let pinned = self.context.pricing_pack.is_some() || self.context.governed.is_some();
            let life = (!pinned).then(|| Duration::from_secs(capability.ttl.seconds().into()));
            self.runtime.cache().look(key, life, compute).await
        };
        let span = tracing::info_span!("cache_lookup", capability = capability.name.as_str());
        let Looked { kept, hit } = within(deadline, look.instrument(span)).await?;
        self.recorder.cache_asked(hit);
        observe::cache_asked(capability, if hit { CacheResult::Hit } else { CacheResult::Miss });
        let status = if hit { StepStatus::Cached } else { StepStatus::Ok };
        Ok((kept.for_call(capability, from), status))
    }
}

/// Waiting for another caller's computation has an end, too.
async fn within<T>(
    deadline: Option<Deadline>,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    let Some(Deadline { at, limit }) = deadline else { return work.await };
    tokio::time::timeout_at(at, work).await.unwrap_or_else(|_| {
        let message = format!("The value was not there within {}.", in_words(limit));
        Err(Fault::new(FaultKind::Timeout, message))
    })
}

/// An error is a failure of the step; it never counts as false.
fn is_wanted(step: &Step, scope: &Scope<'_>) -> Result<bool, Fault> {
    let Some(condition) = &step.condition else { return Ok(true) };
    condition.evaluate(scope).map_err(|error| not_evaluated("condition", &error))
}

fn not_evaluated(what: &str, error: &EvaluationError) -> Fault {
    Fault::internal(format!("The {what} of this step cannot be evaluated: {error}."))
        .with_code("EVALUATION_FAILED")
}
