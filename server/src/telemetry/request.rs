//! One request as a span, with its trace, and as a sample of the latency.

use super::{SPANS, trace_context::TraceContext};
use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use executor::observe;
use http::Method;
use orchestrator::execution::Correlation;
use std::time::Instant;
use tracing::{Instrument, field::Empty};
use uuid::Uuid;

/// Gives the request its trace and its span, and measures it up to the answer's
/// first byte.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let route = route(&request);
    let method = method(request.method());
    let request_id = Uuid::now_v7();
    let span = tracing::info_span!(
        target: SPANS,
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        trace_id = Empty,
        request.id = %request_id,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
    );
    let context = TraceContext::of_request(request.headers(), request_id, &span);
    request.extensions_mut().insert(context.clone());
    // What a page hands on to the use case that it asks.
    request.extensions_mut().insert(Correlation {
        trace_id: context.trace_id.to_string(),
        request_id: context.request_id,
    });
    let mut measured = Measured { route: &route, method, begun, status: CLIENT_LEFT };
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    measured.status = status.as_u16();
    context.write(response.headers_mut());
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    drop(measured);
    span.in_scope(|| {
        let duration_ms = begun.elapsed().as_secs_f64() * 1000.0;
        tracing::debug!(duration_ms, "answered");
    });
    response
}

/// What nginx counts a request under whose client went away before its answer.
const CLIENT_LEFT: u16 = 499;

/// Counts and times a request when it is dropped, answered or not.
struct Measured<'r> {
    route: &'r str,
    method: &'static str,
    begun: Instant,
    status: u16,
}

impl Drop for Measured<'_> {
    fn drop(&mut self) {
        observe::request_answered(self.route, self.method, self.status, self.begun.elapsed());
    }
}

/// The template that the request's path matched: as many as there are routes,
/// whatever is asked for.
fn route(request: &Request) -> String {
    match request.extensions().get::<MatchedPath>() {
        Some(path) => path.as_str().to_owned(),
        // The router keeps no template for a folder of files.
        None if request.uri().path().starts_with("/pkg/") => "/pkg/{*file}".to_owned(),
        None => "unmatched".to_owned(),
    }
}

fn method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
