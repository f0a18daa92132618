//! What is counted and measured: names, labels and one function for each event.
//!
//! A label has few values, whoever calls. So its argument is a word of the
//! program, a thing of the registry, or a type that can only be made of what
//! was loaded; never text of a request.

use crate::{capability::Capability, pattern::Plan, runtime::StepStatus};
use domain::pricing_pack::{BuildStage, PackStatus, PricingPackId, PricingPolicy};
use metrics::{Counter, Histogram, counter, gauge, histogram};
use std::{sync::OnceLock, time::Duration};

pub const PATTERN_LATENCY: &str = "pattern_latency_seconds";
pub const EXECUTOR_REQUESTS: &str = "executor_requests_total";
pub const FRESHNESS_GATE_BLOCKS: &str = "freshness_gate_blocks_total";
pub const PATTERN_STEP_DURATION: &str = "pattern_step_duration_seconds";
pub const AGENT_INVOCATIONS: &str = "agent_invocations_total";
pub const AGENT_LATENCY: &str = "agent_latency_seconds";
pub const AGENT_CALLS_WAITING: &str = "agent_calls_waiting";
pub const AGENT_QUEUE: &str = "agent_queue_seconds";
pub const CIRCUIT_BREAKER_STATE: &str = "circuit_breaker_state";
pub const CIRCUIT_BREAKER_FAILURES: &str = "circuit_breaker_failures_total";
pub const PRICING_PACK_STATUS: &str = "pricing_pack_status";
pub const PRICING_PACK_BUILD_DURATION: &str = "pricing_pack_build_duration_seconds";
pub const PROVIDER_REQUESTS: &str = "provider_requests_total";
pub const PROVIDER_LATENCY: &str = "provider_latency_seconds";
pub const PROVIDER_BANDWIDTH: &str = "provider_bandwidth_bytes";
pub const RATE_LIMIT_HITS: &str = "rate_limit_hits_total";
pub const CACHE_REQUESTS: &str = "cache_requests_total";
pub const HTTP_REQUEST_DURATION: &str = "http_request_duration_seconds";

/// Packs that have a label of their own: a month of trading days and some
/// restatements. Older ones share `other`.
pub const PACK_LABELS_MAX: usize = 30;

/// A pattern that was loaded at the start, or `unknown`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatternLabel<'a>(&'a str);

impl<'a> PatternLabel<'a> {
    /// Of a request that named no pattern of ours.
    pub const UNKNOWN: PatternLabel<'static> = PatternLabel("unknown");

    pub fn of_plan(plan: &'a Plan) -> Self {
        Self(&plan.id)
    }
}

/// A pack that exists, `other` or `none`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackLabel(String);

impl PackLabel {
    /// `newest` are the ids of packs that exist, newest first; of these the
    /// first [`PACK_LABELS_MAX`] count.
    pub fn of(pack: Option<&PricingPackId>, newest: &[PricingPackId]) -> Self {
        let Some(pack) = pack else { return Self("none".to_owned()) };
        if newest.iter().take(PACK_LABELS_MAX).any(|known| known == pack) {
            Self(pack.to_string())
        } else {
            Self("other".to_owned())
        }
    }
}

/// How an execution ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutionStatus {
    Success,
    Error,
    /// Behind the freshness gate.
    Blocked,
    /// The request was refused before anything ran.
    Invalid,
}

impl ExecutionStatus {
    /// As in the label `status` and in the span's `execution.status`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Blocked => "blocked",
            Self::Invalid => "invalid",
        }
    }
}

/// How a call that found no place of its agent free went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueResult {
    Placed,
    /// No place was free by its deadline.
    Late,
    /// As many waited as may.
    Full,
}

impl QueueResult {
    /// As in the label `result`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Late => "late",
            Self::Full => "full",
        }
    }
}

/// The states of a breaker as the gauge shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerGauge {
    Closed,
    Open,
    HalfOpen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheResult {
    Hit,
    Miss,
}

/// An execution ended, in whatever way; `took` from the request to its answer.
pub fn execution_ended(pattern: PatternLabel<'_>, status: ExecutionStatus, took: Duration) {
    let pattern = pattern.0.to_owned();
    let status = status.as_str();
    histogram!(PATTERN_LATENCY, "pattern_id" => pattern.clone(), "status" => status)
        .record(took.as_secs_f64());
    counter!(EXECUTOR_REQUESTS, "pattern_id" => pattern, "status" => status).increment(1);
}

/// The freshness gate was closed.
pub fn gate_blocked(pack: PackLabel) {
    counter!(FRESHNESS_GATE_BLOCKS, "pack_id" => pack.0).increment(1);
}

/// A step has its outcome; `status` is one of the trace's words.
pub fn step_ended(
    pattern: PatternLabel<'_>,
    capability: &Capability,
    status: &'static str,
    took: Duration,
) {
    step_handle(pattern, capability, status).record(took.as_secs_f64());
}

fn step_handle(
    pattern: PatternLabel<'_>,
    capability: &Capability,
    status: &'static str,
) -> Histogram {
    histogram!(
        PATTERN_STEP_DURATION,
        "pattern_id" => pattern.0.to_owned(),
        "capability" => capability.name.shared(),
        "status" => status
    )
}

/// What is counted of one capability's calls that went well, which nearly all do. The
/// collector is asked for it once: it has to be there before the first call.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallMeter(OnceLock<(Counter, Histogram)>);

impl CallMeter {
    pub fn went_well(&self, agent: &'static str, capability: &Capability, took: Duration) {
        let (calls, latency) =
            self.0.get_or_init(|| call_handles(agent, capability, StepStatus::Ok.as_str()));
        calls.increment(1);
        latency.record(took.as_secs_f64());
    }
}

/// The same of one step of a pattern.
#[derive(Clone, Debug, Default)]
pub(crate) struct StepMeter(OnceLock<Histogram>);

impl StepMeter {
    pub fn went_well(&self, pattern: PatternLabel<'_>, capability: &Capability, took: Duration) {
        let status = StepStatus::Ok.as_str();
        let duration = self.0.get_or_init(|| step_handle(pattern, capability, status));
        duration.record(took.as_secs_f64());
    }
}

/// An agent was called; `status` is `ok` or the kind of fault.
pub fn agent_called(
    agent: &'static str,
    capability: &Capability,
    status: &'static str,
    took: Duration,
) {
    let (calls, latency) = call_handles(agent, capability, status);
    calls.increment(1);
    latency.record(took.as_secs_f64());
}

fn call_handles(
    agent: &'static str,
    capability: &Capability,
    status: &'static str,
) -> (Counter, Histogram) {
    let capability = capability.name.shared();
    let calls = counter!(
        AGENT_INVOCATIONS,
        "agent" => agent, "capability" => capability.clone(), "status" => status
    );
    let latency = histogram!(
        AGENT_LATENCY, "agent" => agent, "capability" => capability, "status" => status
    );
    (calls, latency)
}

/// A call waited for a place of `agent`, or would have.
pub fn call_queued(agent: &'static str, result: QueueResult, took: Duration) {
    histogram!(AGENT_QUEUE, "agent" => agent, "result" => result.as_str())
        .record(took.as_secs_f64());
}

/// So many calls wait for a place of `agent`.
pub fn calls_waiting(agent: &'static str, waiting: usize) {
    gauge!(AGENT_CALLS_WAITING, "agent" => agent)
        .set(u32::try_from(waiting).map_or(f64::MAX, f64::from));
}

/// The breaker of an agent, or of a provider, is in this state.
pub fn breaker_is(agent: &'static str, state: BreakerGauge) {
    let state = match state {
        BreakerGauge::Closed => 0.0,
        BreakerGauge::Open => 1.0,
        BreakerGauge::HalfOpen => 2.0,
    };
    gauge!(CIRCUIT_BREAKER_STATE, "agent" => agent).set(state);
}

/// A failure that the breaker of `agent` counts.
pub fn breaker_counted_failure(agent: &'static str) {
    counter!(CIRCUIT_BREAKER_FAILURES, "agent" => agent).increment(1);
}

/// How a provider answered one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderAnswer {
    Success,
    /// The key, the plan or the name; asking again changes nothing.
    Refused,
    RateLimited,
    Timeout,
    Error,
}

impl ProviderAnswer {
    /// As in the label `status`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Refused => "refused",
            Self::RateLimited => "rate_limited",
            Self::Timeout => "timeout",
            Self::Error => "error",
        }
    }
}

/// A provider of market data answered, or did not; `bytes` of its body.
pub fn provider_answered(
    provider: &'static str,
    answer: ProviderAnswer,
    took: Duration,
    bytes: usize,
) {
    let status = answer.as_str();
    counter!(PROVIDER_REQUESTS, "provider" => provider, "status" => status).increment(1);
    histogram!(PROVIDER_LATENCY, "provider" => provider, "status" => status)
        .record(took.as_secs_f64());
    counter!(PROVIDER_BANDWIDTH, "provider" => provider)
        .increment(u64::try_from(bytes).unwrap_or(u64::MAX));
    if answer == ProviderAnswer::RateLimited {
        counter!(RATE_LIMIT_HITS, "provider" => provider).increment(1);
    }
}

/// Where the newest pack of a policy stands.
pub fn pricing_pack_is(policy: &PricingPolicy, status: PackStatus) {
    let status = match status {
        PackStatus::Building => 0.0,
        PackStatus::Warming => 1.0,
        PackStatus::Fresh => 2.0,
        PackStatus::Failed => 3.0,
        PackStatus::Superseded => 4.0,
    };
    gauge!(PRICING_PACK_STATUS, "policy" => policy.to_string()).set(status);
}

/// A stage of a build went well.
pub fn build_stage_ended(stage: BuildStage, took: Duration) {
    histogram!(PRICING_PACK_BUILD_DURATION, "stage" => stage.id()).record(took.as_secs_f64());
}

/// A cache was asked for a value of `capability`.
pub fn cache_asked(capability: &Capability, result: CacheResult) {
    let result = match result {
        CacheResult::Hit => "hit",
        CacheResult::Miss => "miss",
    };
    let capability = capability.name.shared();
    counter!(CACHE_REQUESTS, "capability" => capability, "result" => result).increment(1);
}

/// A request has its answer. `route` is a template of the router, never a path.
pub fn request_answered(route: &str, method: &'static str, status: u16, took: Duration) {
    let class = match status {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    };
    histogram!(
        HTTP_REQUEST_DURATION,
        "route" => route.to_owned(), "method" => method, "status" => class
    )
    .record(took.as_secs_f64());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(version: u32) -> PricingPackId {
        format!("PP_2025-10-21_CLOSE_USD_v{version}_e4e74beeb7f9").parse().unwrap()
    }

    #[test]
    fn a_pack_is_named_only_among_the_thirty_newest_that_exist() {
        let newest: Vec<PricingPackId> = (1..=40).rev().map(pack).collect();
        let label = |asked: Option<u32>| PackLabel::of(asked.map(pack).as_ref(), &newest).0;
        assert_eq!(label(None), "none");
        assert_eq!(label(Some(40)), pack(40).to_string());
        assert_eq!(label(Some(11)), pack(11).to_string());
        assert_eq!(label(Some(10)), "other");
        assert_eq!(label(Some(99)), "other");
    }
}
