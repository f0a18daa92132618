//! The artifact in the preview's frame.

use super::protection::problem;
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use domain::id::RunId;
use orchestrator::{Actor, Orchestrator, UseCaseError};

/// Nothing in an artifact runs or loads, whatever a report holds; links may
/// open in a tab of their own.
pub(super) const ARTIFACT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'; \
    sandbox allow-popups allow-popups-to-escape-sandbox";

/// The artifact for the preview's frame and for printing, as far as it may be shown.
pub async fn artifact(
    State(orchestrator): State<Orchestrator>,
    actor: Option<Extension<Actor>>,
    Path(run): Path<String>,
) -> Response {
    let text = match (actor, run.parse::<RunId>()) {
        (None, _) => Err(UseCaseError::SignedOut),
        (_, Err(_)) => Err(UseCaseError::NotFound),
        (Some(actor), Ok(run)) => page_of(&orchestrator, &actor, run).await,
    };
    match text {
        Ok(html) => (
            [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
                (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(ARTIFACT_POLICY)),
                (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
            ],
            html,
        )
            .into_response(),
        Err(error) => refused(&error),
    }
}

/// Of whichever desk.
async fn page_of(
    orchestrator: &Orchestrator,
    actor: &Actor,
    run: RunId,
) -> Result<String, UseCaseError> {
    match orchestrator.portfolio_report(actor, run).await? {
        Some(sealed) => Ok(sealed.html),
        None => Ok(orchestrator.shown_report(actor, run).await?.html),
    }
}

pub(super) fn text_of(headers: &HeaderMap, name: &HeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// Why there is no report here.
pub fn refused(error: &UseCaseError) -> Response {
    match error {
        UseCaseError::SignedOut => Redirect::to("/sign-in").into_response(),
        UseCaseError::NotFound | UseCaseError::RoleTooLow { .. } => problem(
            StatusCode::NOT_FOUND,
            "not_found",
            "Nothing stands at this address.",
        )
        .into_response(),
        UseCaseError::Quarantined => problem(
            StatusCode::INTERNAL_SERVER_ERROR,
            "quarantined",
            "What is stored does not match its seal, so it is not shown. An administrator has to look at it.",
        )
        .into_response(),
        other => {
            tracing::error!(error = crate::log::chain(other), "a report could not be read");
            problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "It did not work. Try again in a moment.",
            )
            .into_response()
        }
    }
}
