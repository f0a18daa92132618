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
