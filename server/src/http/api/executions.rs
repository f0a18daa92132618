//! `GET /executions/{id}` and `POST /executions/{id}/replay`.

use super::{
    caller::Asker,
    execute::correlation,
    options::Door,
    problem::{Code, Problem},
    refused,
    wire::{self, ExecutionView, ReplayAnswer},
};
use crate::telemetry::trace_context::TraceContext;
use axum::{
    Extension, Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use domain::id::ExecutionId;
use orchestrator::Orchestrator;

/// A kept execution with its trace, also of one that failed. Arguments appear
/// as hashes only.
#[utoipa::path(
    get, path = "/executions/{id}", tag = "executions", operation_id = "get_execution",
    params(("id" = String, Path, format = "uuid", description = "As X-Execution-ID gave it.")),
    responses(
        (status = 200, description = "The execution.", body = ExecutionView),
        (status = 404, description = "This workspace has no such execution. Codes: NOT_FOUND.", body = wire::ProblemBody,
            content_type = "application/problem+json"),
        wire::AskerProblems,
    ),
    security(("bearer" = []), ("session" = [])),
)]
pub async fn one(
    State(app): State<Orchestrator>,
    Asker(caller): Asker,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let record = app.execution(&caller, parse(&id)?).await.map_err(not_found)?;
    Ok(Json(ExecutionView::of(&record)).into_response())
}

/// Executes it again on the same pack and compares the data. The replay is an
/// execution of its own.
#[utoipa::path(
    post, path = "/executions/{id}/replay", tag = "executions", operation_id = "replay_execution",
    params(("id" = String, Path, format = "uuid", description = "As X-Execution-ID gave it.")),
    responses(
        (status = 200, description = "How the answers compare.", body = ReplayAnswer),
        (status = 422, description = "The kept inputs no longer fit the pattern. Codes: INVALID_INPUT.", body = wire::ProblemBody,
            content_type = "application/problem+json"),
        wire::AskerProblems, wire::ExecuteProblems,
    ),
    security(("bearer" = []), ("session" = [])),
)]
pub async fn replay(
    State(app): State<Orchestrator>,
    State(door): State<Door>,
    Asker(caller): Asker,
    Extension(trace): Extension<TraceContext>,
    Path(id): Path<String>,
) -> Result<Json<ReplayAnswer>, Problem> {
    let replaying = app.replay(&caller, parse(&id)?, correlation(&trace));
    match tokio::time::timeout(door.deadline, replaying).await {
        Err(_) => Err(Problem::new(Code::DeadlineExceeded, "The replay took too long.")),
        Ok(Err(error)) => Err(refused::problem(error)),
        Ok(Ok(replay)) => Ok(Json(replay.into())),
    }
}

/// What is no id names nothing.
fn parse(id: &str) -> Result<ExecutionId, Problem> {
    id.parse().map_err(|_| not_found(orchestrator::UseCaseError::NotFound))
}

fn not_found(error: orchestrator::UseCaseError) -> Problem {
    error.into()
}
