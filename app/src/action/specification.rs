use super::AppError;
use domain::{id::SpecificationId, specification::SpecificationDraft};
use leptos::prelude::*;

/// Starts a specification from the form.
#[server(prefix = "/action", endpoint = "create-specification")]
pub async fn create_specification(
    #[server(default)] draft: SpecificationDraft,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::ssr::{Request, TypedSpecification, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let typed = TypedSpecification { specification: None, draft: draft.clone(), reason };
    let outcome = async {
        request.orchestrator.create_specification(request.actor()?, draft, &typed.reason).await
    };
    let outcome = outcome.await;
    keep_unless_stored(&request, outcome.as_ref().map(|(_, saved)| saved).ok(), &typed).await;
    answer(&request, outcome, |(id, saved)| after_saving(*id, saved), "/specifications/new")
}

/// Saves the form over the specification's draft.
#[server(prefix = "/action", endpoint = "save-specification")]
pub async fn save_specification(
    specification: SpecificationId,
    #[server(default)] draft: SpecificationDraft,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::ssr::{Request, TypedSpecification, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let typed =
        TypedSpecification { specification: Some(specification), draft: draft.clone(), reason };
    let outcome = async {
        request
            .orchestrator
            .save_specification(request.actor()?, specification, draft, &typed.reason)
            .await
    };
    let outcome = outcome.await;
    keep_unless_stored(&request, outcome.as_ref().ok(), &typed).await;
    let back = format!("/specifications/{specification}/edit");
    answer(&request, outcome, |saved| after_saving(specification, saved), &back)
}

/// Keeps in the session what a refusal would lose: the whole form, or the reason
/// typed beside a draft that made no version.
#[cfg(feature = "ssr")]
async fn keep_unless_stored(
    request: &crate::ssr::Request,
    saved: Option<&orchestrator::specification::Saved>,
    typed: &crate::ssr::TypedSpecification,
) {
    use orchestrator::specification::Saved;
    match saved {
        Some(Saved::Version { .. } | Saved::Unchanged { .. }) => request.forget_typed().await,
        Some(Saved::Draft { .. }) | None => {
            if request.signed_in().is_some() {
                request.keep_typed(typed).await;
            }
        }
    }
}

/// A complete form leads to the specification's page, one with gaps back to the
/// form, where the stored draft is shown with what needs mending.
#[cfg(feature = "ssr")]
fn after_saving(id: SpecificationId, saved: &orchestrator::specification::Saved) -> String {
    use orchestrator::specification::Saved;
    match saved {
        Saved::Version { .. } => format!("/specifications/{id}?done=saved"),
        Saved::Unchanged { .. } => format!("/specifications/{id}?done=unchanged"),
        Saved::Draft { .. } => format!("/specifications/{id}/edit?checked=1"),
    }
}

#[server(prefix = "/action", endpoint = "clone-specification")]
pub async fn clone_specification(specification: SpecificationId) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome =
        async { request.orchestrator.clone_specification(request.actor()?, specification).await };
    let outcome = outcome.await;
    let back = format!("/specifications/{specification}");
    answer(&request, outcome, |copy| format!("/specifications/{copy}/edit?done=copied"), &back)
}

/// Hands the newest version to an administrator.
#[server(prefix = "/action", endpoint = "submit-specification")]
pub async fn submit_specification(specification: SpecificationId) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};
    use orchestrator::UseCaseError;

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome =
        async { request.orchestrator.submit_specification(request.actor()?, specification).await };
    let outcome = outcome.await;
    // Gaps are mended in the form.
    let back = match &outcome {
        Err(UseCaseError::Invalid(_)) => format!("/specifications/{specification}/edit?checked=1"),
        _ => format!("/specifications/{specification}"),
    };
    answer(&request, outcome, |_| format!("/specifications/{specification}?done=submitted"), &back)
}

#[server(prefix = "/action", endpoint = "pause-specification")]
pub async fn pause_specification(
    specification: SpecificationId,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::ssr::{ReasonForm, Request, TypedReason, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async {
        request.orchestrator.pause_specification(request.actor()?, specification, &reason).await
    };
    let outcome = outcome.await;
    let typed = TypedReason { specification, form: ReasonForm::Pause, reason };
    request.settle_reason(typed, &outcome).await;
    let page = format!("/specifications/{specification}");
    answer(&request, outcome, |()| format!("{page}?done=paused"), &page)
}

#[server(prefix = "/action", endpoint = "resume-specification")]
pub async fn resume_specification(specification: SpecificationId) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome =
        async { request.orchestrator.resume_specification(request.actor()?, specification).await };
    let outcome = outcome.await;
    let page = format!("/specifications/{specification}");
    answer(&request, outcome, |()| format!("{page}?done=resumed"), &page)
}

#[server(prefix = "/action", endpoint = "cancel-specification")]
pub async fn cancel_specification(
    specification: SpecificationId,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::ssr::{ReasonForm, Request, TypedReason, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async {
        request.orchestrator.cancel_specification(request.actor()?, specification, &reason).await
    };
    let outcome = outcome.await;
    let typed = TypedReason { specification, form: ReasonForm::Cancel, reason };
    request.settle_reason(typed, &outcome).await;
    let page = format!("/specifications/{specification}");
    answer(&request, outcome, |()| format!("{page}?done=cancelled"), &page)
}
