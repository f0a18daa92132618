//! The exporter of the metrics that all rooms count: names with their help and
//! their buckets.

use executor::observe;
use metrics::{describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{
    BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};
use std::time::Duration;

/// Samples are taken out of their buffers so often, whether anybody reads or not.
const UPKEEP: Duration = Duration::from_secs(5);

/// Upper edges in seconds, with what is measured.
const HISTOGRAMS: &[(&str, &[f64], &str)] = &[
    (
        observe::PATTERN_LATENCY,
        &[0.1, 0.25, 0.5, 1.0, 1.2, 2.0, 2.5, 5.0, 10.0, 30.0],
        "From request to answer of an execution, whatever its outcome.",
    ),
    (
        observe::PATTERN_STEP_DURATION,
        &[0.001, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0],
        "Duration of a step.",
    ),
    (
        observe::AGENT_LATENCY,
        &[0.001, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0],
        "Duration of a call of an agent.",
    ),
    (
        observe::AGENT_QUEUE,
        &[0.001, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0],
        "How long a call waited for a place of its agent, of those that found none free.",
    ),
    (
        observe::HTTP_REQUEST_DURATION,
        &[0.1, 0.5, 1.0, 1.2, 2.0, 5.0, 10.0],
        "From request to the first byte of its answer.",
    ),
    (
        observe::PRICING_PACK_BUILD_DURATION,
        &[60.0, 300.0, 600.0, 900.0, 1200.0],
        "Duration of a stage of the build of a pricing pack.",
    ),
    (
        observe::PROVIDER_LATENCY,
        &[0.1, 0.5, 1.0, 2.0, 5.0, 10.0],
        "Duration of a request to a provider of market data.",
    ),
];

const COUNTERS: &[(&str, &str)] = &[
    (observe::EXECUTOR_REQUESTS, "Executions by outcome."),
    (observe::FRESHNESS_GATE_BLOCKS, "Executions that met a closed freshness gate."),
    (observe::AGENT_INVOCATIONS, "Calls of agents by outcome."),
    (observe::CIRCUIT_BREAKER_FAILURES, "Failures that count towards opening a breaker."),
    (orchestrator::export::EXPORTS, "Exports asked for, by format and decision."),
    (observe::PROVIDER_REQUESTS, "Requests to providers of market data by outcome."),
    (observe::PROVIDER_BANDWIDTH, "Bytes of the answers of providers of market data."),
    (observe::RATE_LIMIT_HITS, "Requests that a provider refused because they were too many."),
    (observe::CACHE_REQUESTS, "Look-ups in the caches of capabilities."),
];

const GAUGES: &[(&str, &str)] = &[
    (observe::AGENT_CALLS_WAITING, "Calls that wait for a place of their agent."),
    (observe::CIRCUIT_BREAKER_STATE, "0 closed, 1 open, 2 half-open."),
    (
        observe::PRICING_PACK_STATUS,
        "The newest pack: 0 building, 1 warming, 2 fresh, 3 error, 4 superseded.",
    ),
];

#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    #[error("the metrics cannot be exported")]
    Build(#[from] BuildError),
    #[error("something else already counts in this process")]
    Taken,
}

/// The counts of this process as text.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Counts from now on, for the whole process. To be called once, in the
    /// runtime that lives as long as the process.
    ///
    /// # Errors
    /// When it was called before.
    pub fn start() -> Result<Self, MetricsError> {
        let recorder = recorder()?;
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).map_err(|_| MetricsError::Taken)?;
        describe();
        let upkeep = handle.clone();
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(UPKEEP);
            loop {
                tick.tick().await;
                upkeep.run_upkeep();
            }
        });
        Ok(Self(handle))
    }

    /// In the text format of Prometheus.
    pub fn text(&self) -> String {
        self.0.render()
    }
}

fn recorder() -> Result<PrometheusRecorder, BuildError> {
    let mut builder = PrometheusBuilder::new();
    for (name, edges, _) in HISTOGRAMS {
        builder = builder.set_buckets_for_metric(Matcher::Full((*name).to_owned()), edges)?;
    }
    Ok(builder.build_recorder())
}

fn describe() {
    for (name, _, help) in HISTOGRAMS {
        describe_histogram!(*name, *help);
    }
    for (name, help) in COUNTERS {
        describe_counter!(*name, *help);
    }
    for (name, help) in GAUGES {
        describe_gauge!(*name, *help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::pricing_pack::{BuildStage, PackStatus, PricingPolicy};
    use executor::{
        capability::{Call, Capability, Fault, Output},
        observe::{
            BreakerGauge, CacheResult, ExecutionStatus, PackLabel, PatternLabel, QueueResult,
        },
    };

    /// The text after `act`.
    fn counted(act: impl FnOnce()) -> String {
        let recorder = recorder().unwrap();
        metrics::with_local_recorder(&recorder, || {
            describe();
            act();
        });
        recorder.handle().render()
    }

    fn capability() -> Capability {
        let nothing = |(): (), _: Call| async { Ok::<_, Fault>(Output::computed((), "nothing")) };
        Capability::new("example.nothing", "1.0.0", "Does nothing.", nothing)
    }

    fn count_everything() {
        let took = Duration::from_millis(300);
        observe::execution_ended(PatternLabel::UNKNOWN, ExecutionStatus::Invalid, took);
        observe::gate_blocked(PackLabel::of(None, &[]));
        observe::step_ended(PatternLabel::UNKNOWN, &capability(), "ok", took);
        observe::agent_called("example", &capability(), "ok", took);
        observe::call_queued("example", QueueResult::Late, took);
        observe::calls_waiting("example", 3);
        observe::breaker_is("example", BreakerGauge::HalfOpen);
        observe::breaker_counted_failure("example");
        observe::pricing_pack_is(&PricingPolicy::usual(), PackStatus::Fresh);
        observe::build_stage_ended(BuildStage::ReconcileLedger, took);
        observe::cache_asked(&capability(), CacheResult::Miss);
        observe::request_answered("/runs/{run}", "GET", 503, took);
    }

    fn edges(text: &str, metric: &str) -> Vec<String> {
        let mut edges = Vec::new();
        for line in text.lines().filter(|line| line.starts_with(&format!("{metric}_bucket{{"))) {
            let edge = line.split("le=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
            if !edges.contains(&edge) {
                edges.push(edge);
            }
        }
        edges
    }

    #[test]
    fn every_histogram_has_the_buckets_of_the_domain() {
        // domain/portfolio.md section 13; it names none for agents and their queues.
        let text = counted(count_everything);
        for (metric, expected) in [
            ("pattern_latency_seconds", "0.1 0.25 0.5 1 1.2 2 2.5 5 10 30"),
            ("pattern_step_duration_seconds", "0.001 0.01 0.05 0.1 0.5 1 5"),
            ("agent_latency_seconds", "0.001 0.01 0.05 0.1 0.5 1 5"),
            ("agent_queue_seconds", "0.001 0.01 0.05 0.1 0.5 1 5"),
            ("pricing_pack_build_duration_seconds", "60 300 600 900 1200"),
            ("http_request_duration_seconds", "0.1 0.5 1 1.2 2 5 10"),
        ] {
            let expected: Vec<&str> = expected.split(' ').chain(["+Inf"]).collect();
            assert_eq!(edges(&text, metric), expected, "{metric}");
        }
    }

    #[test]
    fn every_metric_is_exported_under_its_name_with_its_labels() {
        let text = counted(count_everything);
        for line in [
            r#"pattern_latency_seconds_bucket{pattern_id="unknown",status="invalid",le="0.25"} 0"#,
            r#"pattern_latency_seconds_bucket{pattern_id="unknown",status="invalid",le="0.5"} 1"#,
            r#"executor_requests_total{pattern_id="unknown",status="invalid"} 1"#,
            r#"freshness_gate_blocks_total{pack_id="none"} 1"#,
            r#"pattern_step_duration_seconds_count{pattern_id="unknown",capability="example.nothing",status="ok"} 1"#,
            r#"agent_invocations_total{agent="example",capability="example.nothing",status="ok"} 1"#,
            r#"agent_latency_seconds_count{agent="example",capability="example.nothing",status="ok"} 1"#,
            r#"agent_queue_seconds_count{agent="example",result="late"} 1"#,
            r#"agent_calls_waiting{agent="example"} 3"#,
            r#"circuit_breaker_state{agent="example"} 2"#,
            r#"circuit_breaker_failures_total{agent="example"} 1"#,
            r#"pricing_pack_status{policy="CLOSE_USD"} 2"#,
            r#"pricing_pack_build_duration_seconds_count{stage="reconcile_ledger"} 1"#,
            r#"cache_requests_total{capability="example.nothing",result="miss"} 1"#,
            r#"http_request_duration_seconds_count{route="/runs/{run}",method="GET",status="5xx"} 1"#,
        ] {
            assert!(text.lines().any(|known| known == line), "{line} is not in\n{text}");
        }
        assert!(text.lines().all(|line| !line.contains("quantile=")), "a summary: {text}");
    }
}
