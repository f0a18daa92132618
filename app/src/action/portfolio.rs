use super::AppError;
use domain::id::PortfolioId;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
const PAGE: &str = "/portfolios";

/// Reads the ledger for the workspace. The page that follows says what came of it.
#[server(prefix = "/action", endpoint = "read-ledger")]
pub async fn read_ledger() -> Result<(), AppError> {
    use crate::ssr::{Request, answer, redirect_to};
    use http::StatusCode;
    use orchestrator::portfolio::Read;

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async { request.orchestrator.read_ledger(request.actor()?).await };
    let (code, sentence) = match outcome.await {
        Ok(Read::Refused(faults)) => (
            "ledger_refused",
            format!("The ledger has {} faults; nothing was stored.", faults.len()),
        ),
        Ok(Read::Unreadable(problem)) => ("ledger_unreadable", problem),
        other => {
            let onward = |read: &Read| {
                let done = if matches!(read, Read::Stored(_)) {
                    "ledger_read"
                } else {
                    "ledger_unchanged"
                };
                format!("{PAGE}?done={done}")
            };
            return answer(&request, other, onward, PAGE);
        }
    };
    redirect_to(&format!("{PAGE}?read=refused"));
    AppError::for_others(&request, StatusCode::CONFLICT, code, &sentence)
}

/// Adds a portfolio of the ledger to the workspace.
#[server(prefix = "/action", endpoint = "add-portfolio")]
pub async fn add_portfolio(
    portfolio: PortfolioId,
    #[server(default)] name: String,
) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome =
        async { request.orchestrator.add_portfolio(request.actor()?, portfolio, &name).await };
    let outcome = outcome.await;
    answer(&request, outcome, |()| format!("{PAGE}/{portfolio}"), PAGE)
}

/// Names the repository that the workspace's ledger is read from.
#[server(prefix = "/action", endpoint = "set-ledger-repository")]
pub async fn set_ledger_repository(#[server(default)] address: String) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};
    use orchestrator::UseCaseError;

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome =
        async { request.orchestrator.set_ledger_repository(request.actor()?, &address).await };
    let outcome = outcome.await;
    request.settle_repository(&address, &outcome).await;
    let outcome = match outcome {
        // A browser gets its form back, with what to mend.
        Err(UseCaseError::Refused(refusal)) if request.accepts_html => Ok(Some(refusal)),
        other => other.map(|()| None),
    };
    let onward = |refusal: &Option<orchestrator::Refusal>| match refusal {
        None => format!("{PAGE}?done=repository_named"),
        Some(refusal) => format!("{PAGE}?problem={}", refusal.code()),
    };
    answer(&request, outcome, onward, PAGE)
}

/// Takes the workspace's repository away.
#[server(prefix = "/action", endpoint = "remove-ledger-repository")]
pub async fn remove_ledger_repository() -> Result<(), AppError> {
    use crate::ssr::{Request, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async { request.orchestrator.remove_ledger_repository(request.actor()?).await };
    let outcome = outcome.await;
    answer(&request, outcome, |()| format!("{PAGE}?done=repository_removed"), PAGE)
}
