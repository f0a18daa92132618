//! `GET /patterns` and `GET /patterns/{id}`.

use super::{
    caller::Asker,
    problem::{Code, Problem},
    wire::{self, PatternView, PatternsAnswer},
};
use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use orchestrator::Orchestrator;

/// Every pattern with what it needs and gives.
#[utoipa::path(
    get, path = "/patterns", tag = "patterns", operation_id = "list_patterns",
    responses((status = 200, description = "The patterns.", body = PatternsAnswer), wire::AskerProblems),
    security(("bearer" = []), ("session" = [])),
)]
pub async fn list(State(app): State<Orchestrator>, Asker(_): Asker) -> Response {
    let patterns = app.patterns().iter().map(|plan| PatternView::of(plan, false)).collect();
    Json(PatternsAnswer { patterns }).into_response()
}

/// One pattern with its steps.
#[utoipa::path(
    get, path = "/patterns/{id}", tag = "patterns", operation_id = "get_pattern",
    params(("id" = String, Path, description = "The pattern's id.")),
    responses(
        (status = 200, description = "The pattern.", body = PatternView),
        (status = 404, description = "There is no such pattern. Codes: PATTERN_NOT_FOUND.", body = wire::ProblemBody,
            content_type = "application/problem+json"),
        wire::AskerProblems,
    ),
    security(("bearer" = []), ("session" = [])),
)]
pub async fn one(
    State(app): State<Orchestrator>,
    Asker(_): Asker,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let plan = app.patterns().get(&id);
    let plan =
        plan.ok_or_else(|| Problem::new(Code::PatternNotFound, "No pattern has this id."))?;
    Ok(Json(PatternView::of(plan, true)).into_response())
}
