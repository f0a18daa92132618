//! A pattern's form on its way to the use case, and back with what was wrong.

use super::{AppError, Request, TypedExecution, answer::answer, encode, redirect_to};
use crate::view::pattern::inputs_of;
use executor::pattern::{InputFault, Plan};
use http::{StatusCode, request::Parts};
use leptos::prelude::use_context;
use orchestrator::{
    UseCaseError,
    execution::{Caller, Correlation, ExecuteRequest, ExecutionRefused},
};
use std::sync::Arc;

/// Executes what was typed. A browser is sent on to the execution, or back to
/// the form, which says what is wrong and has lost nothing.
///
/// # Errors
/// For clients that did not ask for HTML.
pub async fn execute_typed(request: &Request, mut typed: TypedExecution) -> Result<(), AppError> {
    let page = format!("/pattern-library/{}", encode(&typed.pattern));
    let begun = begin(request, &typed);
    let (caller, plan, correlation) = match begun {
        Ok(begun) => begun,
        Err(error) => return answer(request, Err::<(), _>(error), |()| page.clone(), &page),
    };
    let refused = match request_of(&plan, &typed) {
        Err(faults) => ExecutionRefused::InvalidInput(faults),
        Ok(asked) => match request.orchestrator.execute(&caller, asked, correlation).await {
            Ok(executed) => {
                request.forget_typed_execution().await;
                redirect_to(&format!("/execution-log/{}", executed.execution));
                return Ok(());
            }
            Err(refused) => refused,
        },
    };
    let (code, status, sentence) = match refused {
        ExecutionRefused::UseCase(error) => {
            return answer(request, Err::<(), _>(error), |()| page.clone(), &page);
        }
        ExecutionRefused::PatternNotFound => {
            let error = UseCaseError::NotFound;
            return answer(request, Err::<(), _>(error), |()| page.clone(), &page);
        }
        // It began, so it has a page of its own that says how far it came.
        ExecutionRefused::Failed(failed) => {
            request.forget_typed_execution().await;
            redirect_to(&format!("/execution-log/{}", failed.execution));
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            return AppError::for_others(request, status, "execution_failed", &failed.message);
        }
        ExecutionRefused::InvalidInput(faults) => {
            typed.faults = faults.into_iter().map(|fault| (fault.pointer, fault.message)).collect();
            (
                "input",
                StatusCode::UNPROCESSABLE_ENTITY,
                "Some answers need a change, so nothing was executed.",
            )
        }
        ExecutionRefused::PortfolioNotFound => {
            let message = "This workspace has no such portfolio.";
            typed.faults = vec![("/portfolio_id".to_owned(), message.to_owned())];
            ("input", StatusCode::NOT_FOUND, message)
        }
        ExecutionRefused::PackNotFound => {
            let message = "There are no prices of this day or before it.";
            typed.faults = vec![("/asof".to_owned(), message.to_owned())];
            ("input", StatusCode::NOT_FOUND, message)
        }
        ExecutionRefused::Forbidden(reason) => {
            typed.refusal = Some(reason);
            ("forbidden", StatusCode::FORBIDDEN, "You may not execute this pattern.")
        }
        ExecutionRefused::PackWarming(closed) => {
            super::retry_after(closed.retry_after_s);
            ("gate", StatusCode::SERVICE_UNAVAILABLE, "The prices are still being prepared.")
        }
        ExecutionRefused::PackFailed(closed) => {
            super::retry_after(closed.retry_after_s);
            ("gate", StatusCode::SERVICE_UNAVAILABLE, "The prices could not be prepared.")
        }
    };
    for input in plan.inputs.iter().filter(|input| input.sensitive) {
        typed.inputs.remove(&input.name);
    }
    request.keep_typed_execution(&typed).await;
    redirect_to(&format!("{page}?problem={code}"));
    AppError::for_others(request, status, code, sentence)
}

fn begin(
    request: &Request,
    typed: &TypedExecution,
) -> Result<(Caller, Arc<Plan>, Correlation), UseCaseError> {
    let caller = Caller::from(request.actor()?.clone());
    let plan = request.orchestrator.patterns().get(&typed.pattern).ok_or(UseCaseError::NotFound)?;
    let correlation = use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<Correlation>().cloned())
        .ok_or_else(|| UseCaseError::Internal("the correlation was not provided".to_owned()))?;
    Ok((caller, Arc::clone(plan), correlation))
}

/// What has a form of its own is read here; everything else is the check's.
fn request_of(plan: &Plan, typed: &TypedExecution) -> Result<ExecuteRequest, Vec<InputFault>> {
    let mut faults = Vec::new();
    let mut fault = |pointer: &str, message: &str| {
        faults.push(InputFault { pointer: pointer.to_owned(), message: message.to_owned() });
    };
    let (portfolio, asof) = (typed.portfolio.trim(), typed.asof.trim());
    let portfolio_id = portfolio.parse().ok();
    if portfolio_id.is_none() && !portfolio.is_empty() {
        fault("/portfolio_id", "This is not the id of a portfolio.");
    }
    let day = asof.parse().ok();
    if day.is_none() && !asof.is_empty() {
        fault("/asof", "Write the day as 2026-11-23.");
    }
    let inputs = inputs_of(&plan.inputs, &typed.inputs);
    if !faults.is_empty() {
        faults.extend(plan.check_inputs(inputs).err().unwrap_or_default());
        return Err(faults);
    }
    Ok(ExecuteRequest {
        pattern_id: plan.id.clone(),
        portfolio_id,
        inputs,
        asof: day,
        require_fresh: !typed.use_stale,
    })
}
