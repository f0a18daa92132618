//! The sealed artifact: in the preview's frame, and as a file.

use super::{
    api::problem::{Problem, sent},
    protection::problem,
};
use crate::telemetry::trace_context::TraceContext;
use app::ssr::PeerAddress;
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use domain::id::RunId;
use orchestrator::{
    Actor, Orchestrator, UseCaseError,
    export::{Export, Origin},
    rights::Format,
};
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

/// The report as a file. A browser that may not have it is sent to the page that
/// says why; a program gets the problem.
pub async fn download(
    State(orchestrator): State<Orchestrator>,
    actor: Option<Extension<Actor>>,
    Extension(PeerAddress(address)): Extension<PeerAddress>,
    Extension(trace): Extension<TraceContext>,
    headers: HeaderMap,
    uri: Uri,
    Path((run, format)): Path<(String, String)>,
) -> Response {
    let origin = Origin {
        address,
        agent: text_of(&headers, &header::USER_AGENT),
        trace_id: trace.trace_id.to_string(),
    };
    let given = match (actor, run.parse::<RunId>(), format.parse::<Format>()) {
        (None, _, _) => Err(UseCaseError::SignedOut),
        (_, Err(_), _) | (_, _, Err(_)) => Err(UseCaseError::NotFound),
        (Some(actor), Ok(run), Ok(format)) => orchestrator
            .download_report(&actor, run, format, &origin)
            .await
            .map(|export| file(run, export)),
    };
    given.unwrap_or_else(|error| match error {
        UseCaseError::RightsBlocked(_)
            if text_of(&headers, &header::ACCEPT).contains("text/html") =>
        {
            Redirect::to(&format!("/runs/{run}/report?refused={format}")).into_response()
        }
        error @ (UseCaseError::RightsBlocked(_)
        | UseCaseError::ExportUnrecorded(_)
        | UseCaseError::Refused(_)) => {
            sent(Problem::from(error).told(&origin.trace_id, uri.path()))
        }
        error => refused(&error),
    })
}

pub(super) fn text_of(headers: &HeaderMap, name: &HeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

fn file(run: RunId, export: Export) -> Response {
    let name = format!("attachment; filename=\"observatory_{run}.{}\"", export.extension());
    let mut response = (
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(export.media_type())),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(ARTIFACT_POLICY)),
        ],
        export.bytes,
    )
        .into_response();
    let headers = response.headers_mut();
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    if let Ok(hash) = HeaderValue::from_str(&export.hash.to_string()) {
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
