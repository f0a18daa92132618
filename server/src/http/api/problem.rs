//! Answers that say what went wrong, by RFC 9457.

use crate::telemetry::trace_context::TraceContext;
use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use orchestrator::{Refusal, UseCaseError};
use serde::Serialize;
use serde_json::{Map, Value, json};
use storage::idempotency::StoredAnswer;
use utoipa::openapi::{
    RefOr,
    schema::{ObjectBuilder, Schema, Type},
};

pub const CONTENT_TYPE: &str = "application/problem+json";

macro_rules! codes {
    ($($name:ident = $code:literal, $path:literal, $status:ident, $title:literal;)+) => {
        /// Every kind of problem that the API answers with. What each means and what to
        /// do stands in `app::view::problem_type`, of which its page is made.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        pub enum Code {
            $(#[serde(rename = $code)] $name,)+
        }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable code.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The end of its address below `/problems/`.
            pub const fn path(self) -> &'static str {
                match self { $(Self::$name => $path,)+ }
            }

            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)+ }
            }

            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }
        }
    };
}

codes! {
    MalformedRequest = "MALFORMED_REQUEST", "malformed-request", BAD_REQUEST,
        "The request cannot be read";
    Unauthenticated = "UNAUTHENTICATED", "unauthenticated", UNAUTHORIZED,
        "Nobody is known behind the request";
    Forbidden = "FORBIDDEN", "forbidden", FORBIDDEN,
        "The request is not allowed";
    RightsBlocked = "RIGHTS_BLOCKED", "rights-blocked", FORBIDDEN,
        "A licence does not allow this export";
    CrossSite = "CROSS_SITE", "cross-site", FORBIDDEN,
        "The request came from another site";
    NotFound = "NOT_FOUND", "not-found", NOT_FOUND,
        "There is nothing here";
    PatternNotFound = "PATTERN_NOT_FOUND", "pattern-not-found", NOT_FOUND,
        "There is no such pattern";
    PortfolioNotFound = "PORTFOLIO_NOT_FOUND", "portfolio-not-found", NOT_FOUND,
        "There is no such portfolio";
    PackNotFound = "PACK_NOT_FOUND", "pack-not-found", NOT_FOUND,
        "There is no pricing pack for this date";
    SecurityNotFound = "SECURITY_NOT_FOUND", "security-not-found", NOT_FOUND,
        "There is no such security";
    MethodNotAllowed = "METHOD_NOT_ALLOWED", "method-not-allowed", METHOD_NOT_ALLOWED,
        "The address does not take this method";
    ExecutionInProgress = "EXECUTION_IN_PROGRESS", "execution-in-progress", CONFLICT,
        "The same request is still being answered";
    ExportExpired = "EXPORT_EXPIRED", "export-expired", GONE,
        "The file is no longer kept";
    ExportNotPossible = "EXPORT_NOT_POSSIBLE", "export-not-possible", CONFLICT,
        "The export is not possible as things stand";
    NotReplayable = "NOT_REPLAYABLE", "not-replayable", CONFLICT,
        "The execution cannot be replayed";
    InvalidInput = "INVALID_INPUT", "invalid-input", UNPROCESSABLE_ENTITY,
        "Some fields do not fit";
    IdempotencyConflict = "IDEMPOTENCY_CONFLICT", "idempotency-conflict", UNPROCESSABLE_ENTITY,
        "The idempotency key belongs to another request";
    UnknownScenario = "UNKNOWN_SCENARIO", "unknown-scenario", UNPROCESSABLE_ENTITY,
        "There is no such scenario";
    RateLimited = "RATE_LIMITED", "rate-limited", TOO_MANY_REQUESTS,
        "A provider asks for fewer requests";
    ExecutionFailed = "EXECUTION_FAILED", "execution-failed", INTERNAL_SERVER_ERROR,
        "The execution failed";
    Internal = "INTERNAL", "internal", INTERNAL_SERVER_ERROR,
        "Something went wrong on our side";
    PackWarming = "PACK_WARMING", "pack-warming", SERVICE_UNAVAILABLE,
        "The pricing pack is being built";
    PackFailed = "PACK_FAILED", "pack-failed", SERVICE_UNAVAILABLE,
        "The pricing pack could not be built";
    CircuitBreakerOpen = "CIRCUIT_BREAKER_OPEN", "circuit-breaker-open", SERVICE_UNAVAILABLE,
        "An agent rests after failures";
    Overloaded = "OVERLOADED", "overloaded", SERVICE_UNAVAILABLE,
        "The server has too much to do";
    AuditUnavailable = "AUDIT_UNAVAILABLE", "audit-unavailable", SERVICE_UNAVAILABLE,
        "The export could not be put on record";
    DeadlineExceeded = "DEADLINE_EXCEEDED", "deadline-exceeded", GATEWAY_TIMEOUT,
        "It took too long";
}

/// Written by hand: the derived schema does not see codes that a macro hands on.
impl utoipa::PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(Self::ALL.iter().map(|code| code.id())))
            .into()
    }
}

impl utoipa::ToSchema for Code {}

/// One problem, told once the request that met it is known.
#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    detail: String,
    extra: Map<String, Value>,
    retry_after_s: Option<u32>,
}

impl Problem {
    /// `detail`: a sentence on this one occurrence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), extra: Map::new(), retry_after_s: None }
    }

    /// Faults of the request by JSON pointer.
    pub fn invalid(errors: &[(String, String)]) -> Self {
        let errors: Vec<Value> = errors
            .iter()
            .map(|(pointer, message)| json!({ "pointer": pointer, "message": message }))
            .collect();
        let detail = match errors.len() {
            1 => "One field does not fit.".to_owned(),
            many => format!("{many} fields do not fit."),
        };
        Self::new(Code::InvalidInput, detail).with("errors", errors)
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        // What has no JSON form is left out rather than hiding the problem.
        if let Ok(value) = serde_json::to_value(value) {
            self.extra.insert(name.to_owned(), value);
        }
        self
    }

    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }

    /// The whole answer to the request for `instance` within a trace.
    pub fn told(&self, trace_id: &str, instance: &str) -> StoredAnswer {
        let mut body = self.extra.clone();
        let status = self.code.status().as_u16();
        for (name, value) in [
            ("type", json!(format!("/problems/{}", self.code.path()))),
            ("title", json!(self.code.title())),
            ("status", json!(status)),
            ("detail", json!(self.detail)),
            ("instance", json!(instance)),
            ("code", json!(self.code.id())),
            ("trace_id", json!(trace_id)),
        ] {
            body.insert(name.to_owned(), value);
        }
        let mut headers = vec![("content-type".to_owned(), CONTENT_TYPE.to_owned())];
        if let Some(seconds) = self.retry_after_s {
            headers.push(("retry-after".to_owned(), seconds.to_string()));
        }
        if self.code == Code::Unauthenticated {
            headers.push(("www-authenticate".to_owned(), "Bearer".to_owned()));
        }
        StoredAnswer { status, headers, body: Value::Object(body).to_string() }
    }
}

/// Marks an answer whose words are final.
#[derive(Clone, Copy)]
pub struct Told;

/// Told by [`tell`], which knows the request.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// An answer as it is kept, on its way out.
pub fn sent(answer: StoredAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, answer.body).into_response();
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) =
            (header::HeaderName::try_from(name), HeaderValue::try_from(value))
        {
            response.headers_mut().insert(name, value);
        }
    }
    response.extensions_mut().insert(Told);
    response
}

/// Gives every refusal at an address of the API its words, also those of the
/// layers below: no such route, wrong method, too many requests.
pub async fn tell(request: Request, next: Next) -> Response {
    let instance = request.uri().path().to_owned();
    if !super::is_api(&instance) {
        return next.run(request).await;
    }
    let trace_id = request
        .extensions()
        .get::<TraceContext>()
        .map_or_else(String::new, |trace| trace.trace_id.to_string());
    let response = next.run(request).await;
    let told = response.extensions().get::<Told>().is_some();
    let problem = match response.extensions().get::<Problem>() {
        Some(problem) => problem.clone(),
        None if told || !is_refusal(response.status()) => return response,
        None => of_status(response.status()),
    };
    let mut answer = sent(problem.told(&trace_id, &instance));
    let ours = answer.headers().clone();
    let headers = answer.headers_mut();
    for (name, value) in response.headers() {
        if name != header::CONTENT_LENGTH && name != header::CONTENT_ENCODING {
            headers.insert(name, value.clone());
        }
    }
    // What the problem says of itself goes before what lay below.
    headers.extend(ours);
    answer
}

fn is_refusal(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

/// The words for an answer of a layer that only gave a status.
fn of_status(status: StatusCode) -> Problem {
    match status {
        StatusCode::FORBIDDEN => Problem::new(
            Code::CrossSite,
            "The request did not come from this site, so it was refused.",
        ),
        StatusCode::NOT_FOUND => Problem::new(Code::NotFound, "Nothing stands at this address."),
        StatusCode::METHOD_NOT_ALLOWED => {
            Problem::new(Code::MethodNotAllowed, "This address does not take this method.")
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            Problem::new(Code::Overloaded, "Try again in a moment.").retry_after(1)
        }
        StatusCode::GATEWAY_TIMEOUT => {
            Problem::new(Code::DeadlineExceeded, "The answer took too long.")
        }
        status if status.is_client_error() => {
            Problem::new(Code::MalformedRequest, "The request cannot be read.")
        }
        _ => Problem::new(Code::Internal, "It did not work. Try again in a moment."),
    }
}

impl From<UseCaseError> for Problem {
    fn from(error: UseCaseError) -> Self {
        match error {
            UseCaseError::SignedOut => Self::new(Code::Unauthenticated, "Sign in first."),
            UseCaseError::NotFound => Self::new(Code::NotFound, "There is nothing here."),
            UseCaseError::RoleTooLow { .. } | UseCaseError::NotAdmin => {
                Self::new(Code::Forbidden, sentence(&error.to_string()))
            }
            UseCaseError::Refused(refusal @ Refusal::NotReplayable) => {
                Self::new(Code::NotReplayable, refusal.message())
            }
            UseCaseError::Refused(refusal @ (Refusal::ExportExpired | Refusal::ExportOutdated)) => {
                Self::new(Code::ExportExpired, refusal.message())
            }
            UseCaseError::Refused(
                refusal @ (Refusal::StaleExport
                | Refusal::NothingToExport
                | Refusal::NotOfPattern
                | Refusal::ExportsWaiting
                | Refusal::ExportStoreFull
                | Refusal::ExportNotReady),
            ) => Self::new(Code::ExportNotPossible, refusal.message()),
            UseCaseError::Refused(refusal) => {
                Self::invalid(&[(String::new(), refusal.message().to_owned())])
            }
            UseCaseError::RightsBlocked(denial) => {
                Self::new(Code::RightsBlocked, denial.sentence())
                    .with("reason", denial.reason)
                    .with("blocked", denial.blocked)
            }
            UseCaseError::ExportUnrecorded(_) => {
                tracing::error!(
                    error = crate::telemetry::log::chain(&error),
                    "an export could not be put on record"
                );
                let words = "Nothing leaves without its record, so nothing was sent.";
                Self::new(Code::AuditUnavailable, words).retry_after(AUDIT_RETRY_AFTER_S)
            }
            other => {
                tracing::error!(
                    error = crate::telemetry::log::chain(&other),
                    "a request of the API failed"
                );
                Self::new(Code::Internal, "It did not work. Try again in a moment.")
            }
        }
    }
}

/// The database is back by then, or an operator knows.
const AUDIT_RETRY_AFTER_S: u32 = 30;

fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_has_an_address_made_of_its_own_name() {
        for code in Code::ALL {
            assert_eq!(code.path(), code.id().to_lowercase().replace('_', "-"));
        }
        let codes: BTreeSet<_> = Code::ALL.iter().map(|code| code.id()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
    }

    #[test]
    fn every_code_has_a_page_that_says_the_same_and_no_page_has_no_code() {
        for code in Code::ALL {
            let page = app::view::problem_type::ProblemType::of(code.id());
            let page = page.unwrap_or_else(|| panic!("{} has no page", code.id()));
            assert_eq!(page.slug(), code.path());
            assert_eq!(page.title, code.title());
            assert_eq!(page.statuses, [code.status().as_u16()]);
        }
        assert_eq!(app::view::problem_type::PROBLEM_TYPES.len(), Code::ALL.len());
    }

    #[test]
    fn a_problem_has_its_members_and_its_extras_cannot_hide_them() {
        let problem =
            Problem::new(Code::PackWarming, "Soon.").with("status", "hidden").with("pack_id", "P");
        let told = problem.retry_after(7).told("4bf92f3577b34da6a3ce929d0e0e4736", "/execute");
        assert_eq!(told.status, 503);
        assert!(told.headers.contains(&("retry-after".into(), "7".into())));
        let body: Value = serde_json::from_str(&told.body).unwrap();
        let expected = json!({
            "type": "/problems/pack-warming", "title": "The pricing pack is being built", "status": 503,
            "detail": "Soon.", "instance": "/execute", "code": "PACK_WARMING",
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "pack_id": "P",
        });
        assert_eq!(body, expected);
    }
}
