//! Metrics for who may read them: the holder of the token, or, where there is
//! no token, this machine in development.

use super::protection::problem;
use crate::{
    config::{PlainHttp, ServeOptions},
    telemetry::metrics::Metrics,
};
use axum::{
    Router,
    extract::{FromRef, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::pricing_pack::PricingPolicy;
use orchestrator::Orchestrator;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// The form that Prometheus asks for.
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// The metrics and their readers.
#[derive(Clone)]
pub struct MetricsDoor {
    metrics: Metrics,
    reader: Reader,
}

/// Which patterns, agents and packs a house has, and how busy it is, is nobody
/// else's business.
#[derive(Clone)]
enum Reader {
    Holder(SecretString),
    ThisMachine,
    Nobody,
}

/// The little that a process answers which only carries runs: its metrics, and that
/// it lives.
pub fn metrics_router(
    orchestrator: Orchestrator,
    metrics: Metrics,
    token: Option<SecretString>,
) -> Router {
    let reader = token.map_or(Reader::ThisMachine, Reader::Holder);
    let state = WorkState { orchestrator, door: MetricsDoor { metrics, reader } };
    Router::new()
        .route("/metrics", get(self::metrics))
        .route("/health", get(super::health::live))
        .with_state(state)
}

#[derive(Clone, FromRef)]
struct WorkState {
    orchestrator: Orchestrator,
    door: MetricsDoor,
}

impl MetricsDoor {
    pub fn new(metrics: Metrics, serve: &ServeOptions) -> Self {
        let reader = match (&serve.metrics_token, serve.plain_http) {
            (Some(token), _) => Reader::Holder(token.clone()),
            // Such a server listens on the loopback address, without a proxy.
            (None, Some(PlainHttp::Loopback)) => Reader::ThisMachine,
            (None, None) => Reader::Nobody,
        };
        Self { metrics, reader }
    }
}

pub async fn metrics(
    State(door): State<MetricsDoor>,
    State(orchestrator): State<Orchestrator>,
    headers: HeaderMap,
) -> Response {
    let may_read = match &door.reader {
        Reader::Holder(token) => bearer(&headers)
            .is_some_and(|given| given.ct_eq(token.expose_secret().as_bytes()).into()),
        Reader::ThisMachine => true,
        Reader::Nobody => false,
    };
    if may_read {
        // Sets the gauge of the pack; without a database the others still tell.
        if let Err(error) = orchestrator.pack_health(&PricingPolicy::usual()).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the pack's state is not known"
            );
        }
        ([(header::CONTENT_TYPE, TEXT)], door.metrics.text()).into_response()
    } else {
        (
            [(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))],
            problem(
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "Metrics are for the holder of METRICS_TOKEN.",
            ),
        )
            .into_response()
    }
}

fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    headers.get(header::AUTHORIZATION)?.as_bytes().strip_prefix(b"Bearer ")
}
