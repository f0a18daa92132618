//! A pattern on a portfolio, executed for a page that is read.

use crate::ssr::Request;
use domain::id::PortfolioId;
use http::request::Parts;
use jiff::civil::Date;
use leptos::prelude::use_context;
use orchestrator::{
    UseCaseError,
    execution::{Caller, Correlation, ExecuteRequest, ExecutionAnswer, ExecutionRefused},
    rights::Terms,
};
use serde_json::{Map, Value};

/// An answer, or why there is none yet.
pub enum Shown {
    /// With the words that the licences of its data ask for.
    Answer(Box<ExecutionAnswer>, Terms),
    /// No prices of the day or before it.
    NoPack,
    /// The gate is closed: the page says how far the prices are.
    Gate,
    /// A step failed, with its sentence.
    Failed(String),
}

/// Executes `pattern` through the same gate as everything else; nothing is kept, because
/// a page that is read changes nothing.
pub async fn show(
    request: &Request,
    pattern: &str,
    portfolio: PortfolioId,
    asof: Option<Date>,
    inputs: Map<String, Value>,
) -> Result<Shown, UseCaseError> {
    let caller = Caller::from(request.actor()?.clone());
    let correlation = use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<Correlation>().cloned())
        .ok_or_else(|| UseCaseError::Internal("the correlation was not provided".to_owned()))?;
    let asked = ExecuteRequest {
        pattern_id: pattern.to_owned(),
        portfolio_id: Some(portfolio),
        inputs,
        asof,
        require_fresh: true,
    };
    match request.orchestrator.execute_to_show(&caller, asked, correlation).await {
        Ok((answer, terms)) => Ok(Shown::Answer(Box::new(answer), terms)),
        Err(ExecutionRefused::PackNotFound) => Ok(Shown::NoPack),
        Err(ExecutionRefused::PackWarming(closed)) => {
            crate::ssr::retry_after(closed.retry_after_s);
            Ok(Shown::Gate)
        }
        Err(ExecutionRefused::PackFailed(closed)) => {
            crate::ssr::retry_after(closed.retry_after_s);
            Ok(Shown::Gate)
        }
        Err(ExecutionRefused::Failed(failed)) if failed.code == Some("SECURITY_NOT_FOUND") => {
            Err(UseCaseError::NotFound)
        }
        Err(ExecutionRefused::Failed(failed)) => Ok(Shown::Failed(failed.message)),
        Err(ExecutionRefused::Forbidden(_)) => {
            Err(UseCaseError::RoleTooLow { needed: domain::workspace::Role::Viewer })
        }
        Err(ExecutionRefused::UseCase(error)) => Err(error),
        Err(_) => Err(UseCaseError::NotFound),
    }
}
