//! Spans to a collector: OTLP as JSON over HTTP.
//!
//! A thread of its own takes spans from a bounded queue and sends them in
//! batches. Nobody waits for it: a queue that is full drops spans, a collector
//! that does not answer costs the thread its time and the process nothing.

use super::{TelemetryError, trace_context::Ids};
use http::StatusCode;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider},
};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tracing::{Metadata, Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};
use ureq::Agent;
use url::Url;

/// One batch has so long to reach the collector.
const SEND_MAX: Duration = Duration::from_secs(5);
/// Spans that wait for the collector; a busy minute of executions, some megabytes.
const QUEUE_MAX: usize = 8192;
/// A batch leaves after this long, full or not: a trace is looked for soon after
/// its request.
const SEND_EVERY: Duration = Duration::from_secs(1);
/// What a collector answers is a few words.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// The rooms whose spans are sent; libraries' own are not.
const ROOMS: &[&str] = &["observatory", "orchestrator", "executor", "agents", "storage", "reports"];

/// The exporter, started.
pub fn provider(endpoint: &str) -> Result<SdkTracerProvider, TelemetryError> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Client::new())
        .with_protocol(Protocol::HttpJson)
        .with_endpoint(address(endpoint)?)
        .with_timeout(SEND_MAX)
        .build()?;
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(QUEUE_MAX)
        .with_scheduled_delay(SEND_EVERY)
        .build();
    let resource = Resource::builder()
        .with_service_name("observatory")
        .with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    Ok(SdkTracerProvider::builder()
        .with_span_processor(
            BatchSpanProcessor::builder(exporter).with_batch_config(batches).build(),
        )
        .with_id_generator(Ids::default())
        .with_resource(resource)
        .build())
}

/// Hands our spans to the exporter, independent of what is logged.
pub fn layer<S>(provider: &SdkTracerProvider) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let ours = |metadata: &Metadata<'_>| {
        let room = metadata.target().split("::").next().unwrap_or_default();
        metadata.is_span() && ROOMS.contains(&room) && *metadata.level() <= LevelFilter::INFO
    };
    tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("observatory"))
        .with_location(false)
        .with_target(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(filter_fn(ours))
}

/// Where traces go at a collector. The endpoint is its base, as in the
/// specification of OTLP.
fn address(endpoint: &str) -> Result<String, TelemetryError> {
    let base = Url::parse(endpoint).map_err(|_| TelemetryError::Endpoint)?;
    let fits = matches!(base.scheme(), "http" | "https")
        && base.host_str().is_some()
        && base.username().is_empty()
        && base.password().is_none()
        && base.query().is_none()
        && base.fragment().is_none();
    if !fits {
        return Err(TelemetryError::Endpoint);
    }
    Ok(format!("{}/v1/traces", base.as_str().trim_end_matches('/')))
}

/// The exporter's way out. It blocks, which is well in the exporter's thread.
#[derive(Debug)]
struct Client {
    agent: Agent,
    /// Whether the last batch arrived: said once when that changes.
    arrives: AtomicBool,
}

impl Client {
    fn new() -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(SEND_MAX))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .build();
        Self { agent: config.new_agent(), arrives: AtomicBool::new(true) }
    }

    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, ureq::Error> {
        let (parts, body) = request.into_parts();
        let answer = self.agent.run(Request::from_parts(parts, body.as_ref()))?;
        let (parts, mut body) = answer.into_parts();
        let body = body.with_config().limit(ANSWER_BYTES_MAX).read_to_vec()?;
        Ok(Response::from_parts(parts, body.into()))
    }

    fn tell(&self, outcome: Result<StatusCode, &ureq::Error>) {
        let arrives = outcome.as_ref().is_ok_and(StatusCode::is_success);
        if self.arrives.swap(arrives, Ordering::Relaxed) == arrives {
            return;
        }
        match outcome {
            Ok(status) if status.is_success() => {
                tracing::info!("the collector takes spans again");
            }
            Ok(status) => {
                tracing::warn!(http.status = status.as_u16(), "the collector refuses spans");
            }
            Err(error) => {
                tracing::warn!(error = %error, "the collector cannot be reached; spans are lost");
            }
        }
    }
}

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answer = self.send(request);
        self.tell(answer.as_ref().map(Response::status));
        Ok(answer?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_is_the_collectors_base() {
        for (endpoint, expected) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("https://collector.example/", "https://collector.example/v1/traces"),
            ("https://collector.example/otlp", "https://collector.example/otlp/v1/traces"),
        ] {
            assert_eq!(address(endpoint).unwrap(), expected);
        }
    }

    #[test]
    fn what_cannot_be_a_collector_is_refused_without_repeating_it() {
        for wrong in [
            "",
            "collector:4318",
            "127.0.0.1:4318",
            "file:///tmp/spans",
            "http://",
            "http://user:hush@collector.example",
            "http://collector.example?token=hush",
        ] {
            let error = address(wrong).unwrap_err().to_string();
            assert!(error.starts_with("OTLP_ENDPOINT"), "{wrong}: {error}");
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
