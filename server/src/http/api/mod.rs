//! The API of programs: bearer tokens, JSON, problems by RFC 9457. It calls the
//! same use cases as the pages and has no way round them.

mod body;
mod caller;
mod capabilities;
mod execute;
mod executions;
mod health_pack;
mod keyed;
mod openapi;
pub mod options;
mod patterns;
pub mod problem;
mod refused;
mod token;
mod wire;

use super::router::State;
use app::{action::Access, view::api_document::ApiDocument};
use axum::routing::{MethodRouter, get, post};
use std::sync::Arc;

/// One address of the API: its only method, who may use it, its handler.
pub struct Endpoint {
    pub method: &'static str,
    pub path: &'static str,
    pub access: Access,
    pub handler: MethodRouter<State>,
}

/// The router, the list of routes and the test of `/openapi.json` are made of it.
pub fn endpoints() -> Vec<Endpoint> {
    let read = |path, access, handler| Endpoint { method: "GET", path, access, handler };
    let act = |path, access, handler| Endpoint { method: "POST", path, access, handler };
    vec![
        act("/execute", Access::Viewer, post(execute::execute)),
        act("/v1/execute", Access::Viewer, post(execute::execute)),
        read("/executions/{execution}", Access::Viewer, get(executions::one)),
        act("/executions/{execution}/replay", Access::Viewer, post(executions::replay)),
        read("/patterns", Access::Viewer, get(patterns::list)),
        read("/patterns/{pattern}", Access::Viewer, get(patterns::one)),
        read("/capabilities", Access::Viewer, get(capabilities::list)),
        act("/token", Access::Viewer, post(token::mint)),
        read("/health/pack", Access::Public, get(health_pack::health)),
        read("/openapi.json", Access::Public, get(openapi::json)),
    ]
}

/// The document of `/openapi.json`, for the page that makes it readable.
pub fn described() -> ApiDocument {
    let document = serde_json::to_value(openapi::document());
    ApiDocument(Arc::new(document.expect("what is served as JSON has a JSON form")))
}

/// Whether an address belongs to the API, whether or not something stands there.
pub fn is_api(path: &str) -> bool {
    const TOPS: [&str; 7] =
        ["/execute", "/v1", "/executions", "/patterns", "/capabilities", "/token", "/health/pack"];
    path == "/openapi.json"
        || TOPS.iter().any(|top| {
            path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_lies_where_the_api_is_and_no_page_does() {
        for endpoint in endpoints() {
            assert!(is_api(endpoint.path), "{}", endpoint.path);
        }
        for page in [
            "/",
            "/pattern-library",
            "/execution-log/1",
            "/tokens",
            "/problems/not-found",
            "/health",
            "/executes",
        ] {
            assert!(!is_api(page), "{page}");
        }
    }
}
