use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use orchestrator::Orchestrator;

/// The process lives.
pub async fn live() -> &'static str {
    "ok\n"
}

/// The process can answer: its database does.
pub async fn ready(State(orchestrator): State<Orchestrator>) -> Response {
    match orchestrator.now().await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(error = crate::log::chain(&error), "not ready");
            super::protection::retry_later(StatusCode::SERVICE_UNAVAILABLE, 5).into_response()
        }
    }
}
