#![expect(
    clippy::too_many_arguments,
    reason = "one argument per control of a form; the attribute of the macro makes two functions of one"
)]

use super::AppError;
use domain::id::{SpecificationId, WorkspaceId, WorkspaceLicenceId};
use leptos::prelude::*;

/// Puts a submitted version in force.
#[server(prefix = "/action", endpoint = "activate-specification")]
pub async fn activate_specification(specification: SpecificationId) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async {
        request.orchestrator.activate_specification(request.actor()?, specification).await
    };
    let outcome = outcome.await;
    let back = format!("/admin/specifications/{specification}");
    answer(&request, outcome, |_| "/admin?done=activated".to_owned(), &back)
}

/// Gives a submitted version back with a reason.
#[server(prefix = "/action", endpoint = "return-specification")]
pub async fn return_specification(
    specification: SpecificationId,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::ssr::{ReasonForm, Request, TypedReason, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async {
        request.orchestrator.return_specification(request.actor()?, specification, &reason).await
    };
    let outcome = outcome.await;
    let typed = TypedReason { specification, form: ReasonForm::Return, reason };
    request.settle_reason(typed, &outcome).await;
    let back = format!("/admin/specifications/{specification}");
    answer(&request, outcome, |()| "/admin?done=returned".to_owned(), &back)
}

/// Opens one further slot of the present period. The kind is text, so that a form
/// without one is told what is missing.
#[server(prefix = "/action", endpoint = "grant-override")]
pub async fn grant_override(
    specification: SpecificationId,
    #[server(default)] kind: String,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::ssr::{ReasonForm, Request, TypedReason, answer};
    use domain::slot_override::OverrideKind;
    use orchestrator::{Refusal, UseCaseError};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let kind: Option<OverrideKind> = kind.parse().ok();
    let outcome = async {
        let actor = request.actor()?;
        actor.require_admin()?;
        let kind = kind.ok_or(UseCaseError::Refused(Refusal::OverrideKind))?;
        request.orchestrator.grant_override(actor, specification, kind, &reason).await
    };
    let outcome = outcome.await;
    let typed = TypedReason { specification, form: ReasonForm::Override(kind), reason };
    request.settle_reason(typed, &outcome).await;
    let page = format!("/admin/specifications/{specification}/overrides");
    answer(&request, outcome, |_| format!("{page}?done=override_granted"), &page)
}

/// Grants what a workspace has bought. Text as the form has it; a box that is
/// not ticked is not sent.
#[server(prefix = "/action", endpoint = "grant-entitlement")]
pub async fn grant_entitlement(
    workspace: WorkspaceId,
    #[server(default)] cadence: String,
    #[server(default)] tier: String,
    #[server(default)] company_news: String,
    #[server(default)] value_chain_links: String,
    #[server(default)] seats: String,
    #[server(default)] valid_from: String,
    #[server(default)] valid_until: String,
) -> Result<(), AppError> {
    use crate::ssr::{Request, TypedEntitlement, answer};
    use orchestrator::{Refusal, UseCaseError};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let typed = TypedEntitlement {
        workspace: Some(workspace),
        cadence,
        tier,
        company_news: company_news == "on",
        value_chain_links: value_chain_links == "on",
        seats,
        valid_from,
        valid_until,
    };
    let outcome = async {
        let actor = request.actor()?;
        actor.require_admin()?;
        let entitlement = typed.parse().ok_or(UseCaseError::Refused(Refusal::EntitlementForm))?;
        request.orchestrator.grant_entitlement(actor, workspace, &entitlement).await
    };
    let outcome = outcome.await;
    match &outcome {
        Ok(()) => request.forget_typed_entitlement().await,
        Err(UseCaseError::Refused(_)) => request.keep_typed_entitlement(&typed).await,
        Err(_) => {}
    }
    let page = format!("/admin/workspaces/{workspace}");
    answer(&request, outcome, |()| format!("{page}?done=entitled"), &page)
}

/// Sets what a workspace may use of the language model in a month. Text as the form has
/// it; an empty field is no bound.
#[server(prefix = "/action", endpoint = "set-model-budget")]
pub async fn set_model_budget(
    workspace: WorkspaceId,
    #[server(default)] tokens_max: String,
    #[server(default)] cost_max: String,
) -> Result<(), AppError> {
    use crate::ssr::{Request, TypedBudget, answer};
    use orchestrator::{Refusal, UseCaseError};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let typed = TypedBudget { tokens_max, cost_max };
    let outcome = async {
        let actor = request.actor()?;
        actor.require_admin()?;
        let form = UseCaseError::Refused(Refusal::ModelBudgetForm);
        let (tokens_max, cost_max) = typed.parse().ok_or(form)?;
        request.orchestrator.set_model_budget(actor, workspace, tokens_max, cost_max).await
    };
    let outcome = outcome.await;
    let page = format!("/admin/workspaces/{workspace}/language-model");
    let back = format!("{page}?{}", typed.query());
    answer(&request, outcome, |()| format!("{page}?done=model_budget_set"), &back)
}

/// Records a licence that a workspace has bought of a provider itself. Text as the form
/// has it; a box that is not ticked is not sent.
#[server(prefix = "/action", endpoint = "record-licence")]
pub async fn record_licence(
    workspace: WorkspaceId,
    #[server(default)] provider: String,
    #[server(default)] rights: Vec<String>,
    #[server(default)] reference: String,
    #[server(default)] valid_from: String,
    #[server(default)] valid_until: String,
) -> Result<(), AppError> {
    use crate::ssr::{Request, TypedLicence, answer};
    use orchestrator::{Refusal, UseCaseError};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let typed = TypedLicence {
        workspace: Some(workspace),
        provider,
        rights,
        reference,
        valid_from,
        valid_until,
    };
    let outcome = async {
        let actor = request.actor()?;
        actor.require_admin()?;
        let terms = typed.parse().ok_or(UseCaseError::Refused(Refusal::LicenceForm))?;
        request.orchestrator.record_licence(actor, workspace, &terms).await
    };
    let outcome = outcome.await;
    if let Err(UseCaseError::Refused(_)) = &outcome {
        request.keep_typed_licence(&typed).await;
    }
    let page = format!("/admin/workspaces/{workspace}/licences");
    answer(&request, outcome, |_| format!("{page}?done=licence_recorded"), &page)
}

/// Ends a workspace's licence before its last day.
#[server(prefix = "/action", endpoint = "withdraw-licence")]
pub async fn withdraw_licence(licence: WorkspaceLicenceId) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async { request.orchestrator.withdraw_licence(request.actor()?, licence).await };
    let outcome = outcome.await;
    let done = |workspace: &WorkspaceId| {
        format!("/admin/workspaces/{workspace}/licences?done=licence_withdrawn")
    };
    answer(&request, outcome, done, "/admin/workspaces")
}
