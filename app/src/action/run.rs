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

/// Ends a run that is on its way. The period's slot is free again.
#[server(prefix = "/action", endpoint = "cancel-run")]
pub async fn cancel_run(run: RunId) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async { request.orchestrator.cancel_run(request.actor()?, run).await }.await;
    let page = format!("/runs/{run}");
    answer(&request, outcome, |()| format!("{page}?done=run_cancelled"), &page)
}
