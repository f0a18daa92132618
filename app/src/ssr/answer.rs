use super::Request;
pub use crate::action::AppError;
use http::{HeaderValue, Method, StatusCode, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use orchestrator::{Refusal, UseCaseError};

/// The one table from error to status, code and sentence.
pub(super) fn describe(error: &UseCaseError) -> (StatusCode, String, String) {
    let (status, code) = match error {
        UseCaseError::SignedOut => (StatusCode::UNAUTHORIZED, "unauthenticated"),
        UseCaseError::NotFound => (StatusCode::NOT_FOUND, "not_found"),
        UseCaseError::RoleTooLow { .. } | UseCaseError::NotAdmin => {
            (StatusCode::FORBIDDEN, "forbidden")
        }
        UseCaseError::Refused(Refusal::SubmittedByYou | Refusal::OwnWorkspace) => {
            (StatusCode::FORBIDDEN, "conflict_of_interest")
        }
        UseCaseError::Transition(_) => (StatusCode::CONFLICT, Refusal::WrongState.code()),
        UseCaseError::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, Refusal::NotReady.code()),
        UseCaseError::ExceedsEntitlement(_) => {
            (StatusCode::CONFLICT, Refusal::ExceedsEntitlement.code())
        }
        UseCaseError::Refused(refusal) => (StatusCode::CONFLICT, refusal.code()),
        UseCaseError::SourceUnreadable(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "source_unreadable")
        }
        UseCaseError::RightsBlocked(_) => (StatusCode::FORBIDDEN, "rights_blocked"),
        UseCaseError::ExportUnrecorded(_) => (StatusCode::SERVICE_UNAVAILABLE, "audit_unavailable"),
        UseCaseError::Quarantined => (StatusCode::INTERNAL_SERVER_ERROR, "quarantined"),
        UseCaseError::Storage(_) | UseCaseError::Period(_) | UseCaseError::Internal(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "internal")
        }
    };
    let title = match error {
        UseCaseError::Storage(_) | UseCaseError::Period(_) | UseCaseError::Internal(_) => {
            "It did not work, and nothing was changed. Try again.".to_owned()
        }
        other => sentence(&other.to_string()),
    };
    (status, code.to_owned(), title)
}

/// A capital first and a full stop last.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let stop = if text.ends_with(['.', '?']) { "" } else { "." };
    format!("{first}{}{stop}", characters.as_str())
}

/// Logs the whole chain of causes once, where the error is handled.
pub(super) fn log(error: &UseCaseError, target: &str) {
    if !matches!(
        error,
        UseCaseError::Storage(_)
            | UseCaseError::ExportUnrecorded(_)
            | UseCaseError::Period(_)
            | UseCaseError::Internal(_)
            | UseCaseError::Quarantined
    ) {
        return;
    }
    let mut chain = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        chain.push_str(": ");
        chain.push_str(&inner.to_string());
        cause = inner.source();
    }
    tracing::error!(http.target = target, error = chain, "a request failed");
}

/// Sends a browser on to `location`, a path of this site. A client that posted
/// without asking for HTML keeps its own status and answer.
pub fn redirect_to(location: &str) {
    let (Some(parts), Some(response)) = (use_context::<Parts>(), use_context::<ResponseOptions>())
    else {
        return;
    };
    let accept = parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if parts.method == Method::POST && !accept.is_some_and(|accept| accept.contains("text/html")) {
        return;
    }
    if let Ok(location) = HeaderValue::from_str(location) {
        response.insert_header(header::LOCATION, location);
        response.set_status(StatusCode::SEE_OTHER);
    }
}

/// The end of every action: a browser is sent on to the page that shows what
/// happened, another client gets the error with its status.
///
/// `back` is the page that the form stands on; a refusal is named there.
///
/// # Errors
/// For clients that did not ask for HTML.
pub fn answer<T>(
    request: &Request,
    outcome: Result<T, UseCaseError>,
    onward: impl FnOnce(&T) -> String,
    back: &str,
) -> Result<(), AppError> {
    let error = match outcome {
        Ok(value) => {
            redirect_to(&onward(&value));
            return Ok(());
        }
        Err(error) => error,
    };
    log(&error, &request.target);
    let (status, code, title) = describe(&error);
    if request.accepts_html {
        let location = match &error {
            UseCaseError::SignedOut => "/sign-in".to_owned(),
            // The page itself says that there is nothing, or that it is not for them.
            UseCaseError::NotFound | UseCaseError::NotAdmin => back.to_owned(),
            UseCaseError::RoleTooLow { .. } => with_notice(back, Refusal::RoleTooLow.code()),
            _ => with_notice(back, refusal_code(&error, &code)),
        };
        redirect_to(&location);
        return Ok(());
    }
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
    Err(AppError { code, title })
}

fn refusal_code<'a>(error: &UseCaseError, code: &'a str) -> &'a str {
    match error {
        UseCaseError::Refused(refusal) => refusal.code(),
        _ => code,
    }
}

fn with_notice(back: &str, code: &str) -> String {
    let join = if back.contains('?') { '&' } else { '?' };
    format!("{back}{join}refused={code}")
}
