use super::{
    events::{self, Streams},
    health,
    protection::{self, Protection},
    report, session,
};
use crate::config::ServeOptions;
use app::{action::Access, shell};
use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef, Request},
    http::StatusCode,
    middleware,
    routing::{MethodRouter, get, post},
};
use leptos::prelude::*;
use leptos_axum::{LeptosRoutes, generate_route_list, handle_server_fns_with_context};
use orchestrator::Orchestrator;
use std::time::Duration;
use tokio::sync::watch;
use tower_http::{compression::CompressionLayer, services::ServeDir, timeout::TimeoutLayer};

/// A form is far smaller; an upload does not exist.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// An answer begins within this time or not at all; a stream of events has begun
/// with its first byte.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(30);

/// What handlers share.
#[derive(Clone, FromRef)]
pub struct State {
    pub orchestrator: Orchestrator,
    pub streams: Streams,
    pub options: LeptosOptions,
}

/// Endpoints beside pages and server functions: path, access, handler. The
/// router and the list of routes are both made of it.
fn endpoints() -> Vec<(&'static str, Access, MethodRouter<State>)> {
    vec![
        ("/health", Access::Public, get(health::live)),
        ("/ready", Access::Public, get(health::ready)),
        ("/runs/{run}/events", Access::Viewer, get(events::stream)),
        ("/runs/{run}/artifact", Access::Viewer, get(report::artifact)),
        ("/runs/{run}/download/{form}", Access::Viewer, get(report::download)),
    ]
}

/// Path and access of every endpoint, static files included.
pub fn endpoint_table() -> Vec<(&'static str, Access)> {
    let mut table: Vec<_> =
        endpoints().into_iter().map(|(path, access, _)| (path, access)).collect();
    table.push(("/pkg/{*file}", Access::Public));
    table.push(("/favicon.svg", Access::Public));
    table
}

pub fn router(
    orchestrator: &Orchestrator,
    serve: &ServeOptions,
    stopping: watch::Receiver<bool>,
) -> Router {
    let site_root = serve.site_root.to_string_lossy().into_owned();
    let options = LeptosOptions::builder()
        .output_name("observatory")
        .site_root(site_root)
        .site_pkg_dir("pkg")
        .build();
    let provide = {
        let orchestrator = orchestrator.clone();
        move || provide_context(orchestrator.clone())
    };
    let document = {
        let options = options.clone();
        move || shell::shell(options.clone())
    };
    let act = {
        let provide = provide.clone();
        post(move |request: Request| handle_server_fns_with_context(provide.clone(), request))
    };
    let not_found = leptos_axum::render_app_async_with_context(provide.clone(), document.clone());
    let state = State {
        streams: Streams::new(orchestrator.clone(), stopping),
        orchestrator: orchestrator.clone(),
        options: options.clone(),
    };

    let mut dynamic = Router::new()
        .route("/action/{name}", act)
        .leptos_routes_with_context(&state, generate_route_list(shell::App), provide, document)
        .fallback(not_found);
    for (path, _, handler) in endpoints() {
        dynamic = dynamic.route(path, handler);
    }
    let protection = Protection::new(serve);
    dynamic
        .layer(middleware::from_fn_with_state(orchestrator.clone(), session::identify))
        .layer(session::layer(orchestrator, serve.plain_http.is_some()))
        .nest_service("/pkg", ServeDir::new(serve.site_root.join("pkg")).precompressed_gzip())
        .route_service(
            "/favicon.svg",
            tower_http::services::ServeFile::new(serve.site_root.join("favicon.svg")),
        )
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_TIME_MAX))
        .layer(middleware::from_fn_with_state(protection.clone(), protection::limit))
        .layer(middleware::from_fn_with_state(protection, protection::guard))
        .layer(CompressionLayer::new())
        .with_state(state)
}
