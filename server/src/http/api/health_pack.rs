//! `GET /health/pack`: whether there are fresh prices for today.

use super::{
    problem::{Problem, Told},
    wire,
};
use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::pricing_pack::PricingPolicy;
use orchestrator::{Orchestrator, pricing::Readiness};

/// How the pricing pack for today stands, by the usual policy.
#[utoipa::path(
    get, path = "/health/pack", tag = "health", operation_id = "get_pack_health",
    responses(
        (status = 200, description = "It is fresh.", body = wire::PackHealthBody),
        (status = 500, description = "It could not be built.", body = wire::PackHealthBody),
        (status = 503, description = "It is being built, or there is none yet.", body = wire::PackHealthBody,
            headers(("Retry-After" = i32))),
    ),
)]
pub async fn health(State(app): State<Orchestrator>) -> Result<Response, Problem> {
    let health = app.pack_health(&PricingPolicy::usual()).await?;
    let (status, wait) = match health.readiness {
        Readiness::Fresh => (StatusCode::OK, None),
        Readiness::NotYet { retry_after_s } => {
            (StatusCode::SERVICE_UNAVAILABLE, Some(retry_after_s))
        }
        Readiness::Failed => (StatusCode::INTERNAL_SERVER_ERROR, None),
    };
    let mut response = (status, Json(health)).into_response();
    response.extensions_mut().insert(Told);
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}
