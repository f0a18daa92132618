use super::AppError;
use domain::{access::Right, id::ApiTokenId};
use leptos::prelude::*;
use std::collections::BTreeSet;

#[cfg(feature = "ssr")]
const PAGE: &str = "/account/tokens";

/// Makes an API token for who asks. The page that follows shows its text once.
#[server(prefix = "/action", endpoint = "create-api-token")]
pub async fn create_api_token(
    #[server(default)] name: String,
    #[server(default)] scopes: BTreeSet<Right>,
    #[server(default)] days: u16,
) -> Result<(), AppError> {
    use crate::ssr::{Request, TypedToken, answer};
    use orchestrator::{UseCaseError, identity::TokenRequest};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let typed = TypedToken { name, scopes, days };
    let outcome = async {
        let actor = request.actor()?;
        let TypedToken { name, scopes, days } = typed.clone();
        let created = request
            .orchestrator
            .create_api_token(actor, TokenRequest { name, scopes, days })
            .await?;
        let now = request.orchestrator.now().await?;
        request.keep_new_token(created.id, &created.text, now).await;
        request.forget_typed_token().await;
        Ok(())
    };
    let outcome = match outcome.await {
        // A browser gets its form back, with what to mend.
        Err(UseCaseError::Refused(refusal)) if request.accepts_html => {
            request.keep_typed_token(&typed).await;
            Ok(Some(refusal))
        }
        other => other.map(|()| None),
    };
    answer(
        &request,
        outcome,
        |refusal| match refusal {
            None => format!("{PAGE}?done=token_created"),
            Some(refusal) => format!("{PAGE}?problem={}", refusal.code()),
        },
        PAGE,
    )
}

/// Ends a token at once, and every JWT that was minted for it.
#[server(prefix = "/action", endpoint = "revoke-api-token")]
pub async fn revoke_api_token(token: ApiTokenId) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async { request.orchestrator.revoke_api_token(request.actor()?, token).await };
    let outcome = outcome.await;
    answer(&request, outcome, |()| format!("{PAGE}?done=token_revoked"), PAGE)
}
