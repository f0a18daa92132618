//! The sealed artifact: in the preview's frame, and as a file.

use super::protection::problem;
use app::ssr::PeerAddress;
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use domain::id::RunId;
use orchestrator::{Actor, Orchestrator, UseCaseError, report::SealedText};
use storage::artifact::Form;

/// Nothing in an artifact runs or loads, whatever a report holds; links may
/// open in a tab of their own.
const ARTIFACT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'; \
    sandbox allow-popups allow-popups-to-escape-sandbox";

/// The artifact for the preview's frame and for printing.
pub async fn artifact(
    State(orchestrator): State<Orchestrator>,
    actor: Option<Extension<Actor>>,
    Path(run): Path<String>,
) -> Response {
    let text = match (actor, run.parse::<RunId>()) {
        (None, _) => Err(UseCaseError::SignedOut),
        (_, Err(_)) => Err(UseCaseError::NotFound),
        (Some(actor), Ok(run)) => orchestrator.report_text(&actor, run, Form::Html).await,
    };
    match text {
        Ok(sealed) => (
            [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
                (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(ARTIFACT_POLICY)),
                (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
            ],
            sealed.text,
        )
            .into_response(),
        Err(error) => refused(&error),
    }
}

/// The artifact or its document as a file; the attempt is on record first.
pub async fn download(
    State(orchestrator): State<Orchestrator>,
    actor: Option<Extension<Actor>>,
    Extension(PeerAddress(address)): Extension<PeerAddress>,
    Path((run, form)): Path<(String, String)>,
) -> Response {
    let form = match form.as_str() {
        "html" => Ok((Form::Html, "text/html; charset=utf-8", "html")),
        "json" => Ok((Form::Json, "application/json", "json")),
        _ => Err(UseCaseError::NotFound),
    };
    let given = match (actor, run.parse::<RunId>(), form) {
        (None, _, _) => Err(UseCaseError::SignedOut),
        (_, Err(_), _) => Err(UseCaseError::NotFound),
        (_, _, Err(error)) => Err(error),
        (Some(actor), Ok(run), Ok((form, content_type, extension))) => orchestrator
            .download_report(&actor, run, form, &address)
            .await
            .map(|sealed| file(run, sealed, content_type, extension)),
    };
    given.unwrap_or_else(|error| refused(&error))
}

fn file(run: RunId, sealed: SealedText, content_type: &'static str, extension: &str) -> Response {
    let name = format!("attachment; filename=\"observatory_{run}.{extension}\"");
    let mut response = (
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(ARTIFACT_POLICY)),
        ],
        sealed.text,
    )
        .into_response();
    let headers = response.headers_mut();
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    if let Ok(hash) = HeaderValue::from_str(&sealed.hash.to_string()) {
        headers.insert(HeaderName::from_static("x-content-sha256"), hash);
    }
    response
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
