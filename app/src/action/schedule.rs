use super::AppError;
use domain::{id::SpecificationId, schedule::ScheduleDraft};
use leptos::prelude::*;

/// Sets when a specification runs by itself. A form with something to mend comes back
/// as it was typed.
#[server(prefix = "/action", endpoint = "set-schedule")]
pub async fn set_schedule(
    specification: SpecificationId,
    #[server(default)] schedule: ScheduleDraft,
) -> Result<(), AppError> {
    use crate::ssr::{Request, TypedSchedule, answer};
    use orchestrator::{Refusal, UseCaseError};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let page = format!("/specifications/{specification}");
    let outcome = async {
        request.orchestrator.set_schedule(request.actor()?, specification, &schedule).await?;
        request.forget_typed_schedule().await;
        Ok(false)
    };
    let outcome = match outcome.await {
        Err(UseCaseError::Refused(Refusal::ScheduleForm)) if request.accepts_html => {
            request.keep_typed_schedule(&TypedSchedule { specification, draft: schedule }).await;
            Ok(true)
        }
        other => other,
    };
    answer(
        &request,
        outcome,
        |is_refused| {
            if *is_refused {
                format!("{page}/schedule?checked=1")
            } else {
                format!("{page}?done=schedule_set#schedule")
            }
        },
        &page,
    )
}

#[server(prefix = "/action", endpoint = "pause-schedule")]
pub async fn pause_schedule(
    specification: SpecificationId,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async {
        request.orchestrator.pause_schedule(request.actor()?, specification, &reason).await
    };
    let outcome = outcome.await;
    let page = format!("/specifications/{specification}");
    answer(&request, outcome, |()| format!("{page}?done=schedule_paused"), &page)
}

#[server(prefix = "/action", endpoint = "resume-schedule")]
pub async fn resume_schedule(specification: SpecificationId) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome =
        async { request.orchestrator.resume_schedule(request.actor()?, specification).await };
    let outcome = outcome.await;
    let page = format!("/specifications/{specification}");
    answer(&request, outcome, |()| format!("{page}?done=schedule_resumed"), &page)
}
