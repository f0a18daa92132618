use super::AppError;
use domain::id::WorkspaceId;
use leptos::prelude::*;

/// Signs in and goes on to `next`, a path of this site.
#[server(prefix = "/action", endpoint = "sign-in")]
pub async fn sign_in(
    email: String,
    password: String,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    use crate::ssr::{Request, SESSION_SIGNED_IN, answer, local_path, redirect_to, remember_email};
    use orchestrator::{UseCaseError, identity::SignInRefused};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let next = local_path(&next);
    let query =
        if next == "/" { String::new() } else { format!("&next={}", crate::ssr::encode(next)) };
    match request.orchestrator.sign_in(&email, password, &request.address).await {
        Ok(signed_in) => {
            let outcome = async {
                request.session.cycle_id().await?;
                request.session.insert(SESSION_SIGNED_IN, signed_in).await
            };
            let outcome = outcome.await.map_err(|error| UseCaseError::Internal(error.to_string()));
            answer(&request, outcome, |()| next.to_owned(), "/sign-in")
        }
        Err(SignInRefused::Credentials) => {
            remember_email(&email);
            redirect_to(&format!("/sign-in?problem=credentials{query}"));
            AppError::for_others(
                &request,
                http::StatusCode::UNAUTHORIZED,
                "credentials",
                "The e-mail address or the password is not right.",
            )
        }
        Err(SignInRefused::RateLimited { retry_after_s }) => {
            remember_email(&email);
            crate::ssr::retry_after(retry_after_s);
            redirect_to(&format!("/sign-in?problem=limited&retry_after={retry_after_s}{query}"));
            AppError::for_others(
                &request,
                http::StatusCode::TOO_MANY_REQUESTS,
                "rate_limited",
                "Too many failed attempts. Try again later.",
            )
        }
        Err(SignInRefused::Failed(error)) => {
            answer(&request, Err::<(), _>(error), |()| String::new(), "/sign-in")
        }
    }
}

#[server(prefix = "/action", endpoint = "sign-out")]
pub async fn sign_out() -> Result<(), AppError> {
    use crate::ssr::{Request, answer};
    use orchestrator::UseCaseError;

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async {
        let actor = request.actor()?;
        request.orchestrator.record_sign_out(actor.user, &request.address).await?;
        request.session.flush().await.map_err(|error| UseCaseError::Internal(error.to_string()))
    };
    let outcome = outcome.await;
    answer(&request, outcome, |()| "/sign-in?problem=signed_out".to_owned(), "/sign-in")
}

#[server(prefix = "/action", endpoint = "change-password")]
pub async fn change_password(current: String, new: String, repeat: String) -> Result<(), AppError> {
    use crate::ssr::{Request, SESSION_SIGNED_IN, answer};
    use orchestrator::{UseCaseError, identity::PasswordProblem};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async {
        let actor = request.actor()?;
        if new != repeat {
            return Ok(Some(PasswordProblem::RepeatDiffers));
        }
        match request.orchestrator.change_password(actor, current, new, &request.address).await? {
            Err(problem) => Ok(Some(problem)),
            Ok(signed_in) => {
                let renewed = async {
                    request.session.cycle_id().await?;
                    request.session.insert(SESSION_SIGNED_IN, signed_in).await
                };
                renewed.await.map_err(|error| UseCaseError::Internal(error.to_string()))?;
                Ok(None)
            }
        }
    };
    let outcome = outcome.await;
    answer(
        &request,
        outcome,
        |problem| match problem {
            None => "/account?done=password".to_owned(),
            Some(problem) => format!("/account?problem={}", problem.code()),
        },
        "/account",
    )
}

/// Looks at another workspace of the signed-in person's.
#[server(prefix = "/action", endpoint = "switch-workspace")]
pub async fn switch_workspace(
    workspace: WorkspaceId,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    use crate::ssr::{Request, SESSION_WORKSPACE, answer, local_path};
    use orchestrator::UseCaseError;

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async {
        let actor = request.actor()?;
        if !actor.memberships.iter().any(|membership| membership.workspace == workspace) {
            return Err(UseCaseError::NotFound);
        }
        request
            .session
            .insert(SESSION_WORKSPACE, workspace)
            .await
            .map_err(|error| UseCaseError::Internal(error.to_string()))
    };
    let outcome = outcome.await;
    answer(&request, outcome, |()| local_path(&next).to_owned(), "/")
}
