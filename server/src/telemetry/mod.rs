//! What a process tells of itself: logs, metrics, traces.

mod json;
pub mod log;
pub mod metrics;
mod otlp;
pub mod request;
pub mod trace_context;

use clap::Args;
use std::time::Duration;
use tracing_subscriber::{Registry, layer::SubscriberExt, util::SubscriberInitExt};

/// The target of the spans that put a trace id on every line of the log, whatever
/// the log's filter says.
pub const SPANS: &str = "observatory::span";

/// What is not yet with the collector when the process ends gets so long.
const FLUSH_MAX: Duration = Duration::from_secs(3);

#[derive(Clone, Debug, Args)]
pub struct TelemetryOptions {
    #[command(flatten)]
    log: log::LogOptions,
    /// Where spans are sent: the address of an OTLP collector, such as
    /// `http://127.0.0.1:4318`. Without it none are recorded.
    #[arg(long, env = "OTLP_ENDPOINT", hide_env_values = true, global = true)]
    otlp_endpoint: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// Does not repeat the value, which may hold a password.
    #[error(
        "OTLP_ENDPOINT is not the address of a collector, such as http://127.0.0.1:4318 (http or \
         https, a host, neither user nor query)"
    )]
    Endpoint,
    #[error("spans cannot be exported: {0}")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
}

/// What must be ended with the process.
pub struct Telemetry {
    spans: Option<opentelemetry_sdk::trace::SdkTracerProvider>,
}

/// Starts logs and spans. Metrics are started by who serves them.
///
/// # Errors
/// An address of a collector that cannot be one.
pub fn start(options: &TelemetryOptions) -> Result<Telemetry, TelemetryError> {
    let spans = options.otlp_endpoint.as_deref().map(otlp::provider).transpose()?;
    Registry::default().with(spans.as_ref().map(otlp::layer)).with(log::layer(&options.log)).init();
    Ok(Telemetry { spans })
}

impl Telemetry {
    /// Sends what is still here, for [`FLUSH_MAX`] at most.
    pub async fn end(self) {
        let Some(spans) = self.spans else { return };
        let ended =
            tokio::task::spawn_blocking(move || spans.shutdown_with_timeout(FLUSH_MAX)).await;
        if let Ok(Err(error)) = ended {
            tracing::warn!(error = %error, "the last spans may not have reached the collector");
        }
    }
}
