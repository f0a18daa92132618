use super::AppError;
use domain::id::{RunId, SpecificationId};
use leptos::prelude::*;

/// Runs an active specification for the present period. A second trigger leads
/// to the same run; a blocked one to the page that says why.
#[server(prefix = "/action", endpoint = "trigger-run")]
pub async fn trigger_run(specification: SpecificationId) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};
    use orchestrator::run::Triggered;

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async { request.orchestrator.trigger_run(request.actor()?, specification).await };
    let outcome = outcome.await;
    let page = format!("/specifications/{specification}");
    if let Ok(Triggered::Blocked(reason)) = &outcome
        && !request.accepts_html
    {
        return Err(blocked(reason));
    }
    answer(
        &request,
        outcome,
        |triggered| match triggered {
            Triggered::Started(run) => format!("/runs/{run}"),
            Triggered::AlreadyLive(run) => format!("/runs/{run}?done=joined"),
            Triggered::Blocked(_) => format!("{page}?blocked=1"),
        },
        &page,
    )
}

/// What a program is told of a trigger that gave no run: a full queue is a matter of
/// time, everything else of how things stand.
#[cfg(feature = "ssr")]
fn blocked(reason: &orchestrator::run::BlockReason) -> AppError {
    use http::StatusCode;
    use orchestrator::run::{BlockReason, QueueFull};

    let status = match reason {
        BlockReason::QueueFull(full) => {
            crate::ssr::retry_after(full.retry_after_s());
            match full {
                QueueFull::OfWorkspace { .. } => StatusCode::TOO_MANY_REQUESTS,
                QueueFull::OfAll => StatusCode::SERVICE_UNAVAILABLE,
            }
        }
        _ => StatusCode::CONFLICT,
    };
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(status);
    }
    AppError { code: reason.code().to_owned(), title: reason.message() }
}

/// Ends a run that is on its way. The period's slot is free again.
#[server(prefix = "/action", endpoint = "cancel-run")]
pub async fn cancel_run(run: RunId) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async { request.orchestrator.cancel_run(request.actor()?, run).await }.await;
    let page = format!("/runs/{run}");
    answer(&request, outcome, |()| format!("{page}?done=run_cancelled"), &page)
}
