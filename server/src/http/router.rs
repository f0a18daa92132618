use super::{
    api::{
        self,
        options::{ApiConfigError, Door},
    },
    download,
    events::{self, Streams},
    export_log, health,
    metrics::{self, MetricsDoor},
    pack_events::{self, PackStreams},
    protection::{self, Protection},
    report, session,
};
use crate::{config::ServeOptions, telemetry};
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
    pub pack_streams: PackStreams,
    pub options: LeptosOptions,
    pub metrics: MetricsDoor,
    pub door: Door,
}

/// Endpoints beside pages and server functions: path, access, handler. The
/// router and the list of routes are both made of it.
fn endpoints() -> Vec<(&'static str, Access, MethodRouter<State>)> {
    vec![
        ("/health", Access::Public, get(health::live)),
        ("/ready", Access::Public, get(health::ready)),
        ("/metrics", Access::MetricsToken, get(metrics::metrics)),
        ("/runs/{run}/events", Access::Viewer, get(events::stream)),
        ("/pack/events", Access::Viewer, get(pack_events::stream)),
        ("/runs/{run}/artifact", Access::Viewer, get(report::artifact)),
        ("/runs/{run}/download/{form}", Access::Viewer, get(download::report)),
        ("/execution-log/{execution}/download/{form}", Access::Editor, get(download::execution)),
        ("/exports/{export}/status", Access::Viewer, get(download::status)),
        ("/exports/{export}/file", Access::Viewer, get(download::fetch)),
        ("/admin/exports.csv", Access::Admin, get(export_log::file)),
    ]
}

/// Method, path and access of every endpoint, static files included.
pub fn endpoint_table() -> Vec<(&'static str, &'static str, Access)> {
    let beside = endpoints().into_iter().map(|(path, access, _)| ("GET", path, access));
    let api = api::endpoints().into_iter().map(|api| (api.method, api.path, api.access));
    let files = [("GET", "/pkg/{*file}", Access::Public), ("GET", "/favicon.svg", Access::Public)];
    beside.chain(api).chain(files).collect()
}

/// # Errors
/// [`ApiConfigError`] for a secret or an origin that must not be served with.
pub fn router(
    orchestrator: &Orchestrator,
    serve: &ServeOptions,
    metrics: telemetry::metrics::Metrics,
    stopping: watch::Receiver<bool>,
) -> Result<Router, ApiConfigError> {
    let site_root = serve.site_root.to_string_lossy().into_owned();
    let options = LeptosOptions::builder()
        .output_name("observatory")
        .site_root(site_root)
        .site_pkg_dir("pkg")
        .build();
    let provide = {
        let orchestrator = orchestrator.clone();
        let described = api::described();
        move || {
            provide_context(orchestrator.clone());
            provide_context(described.clone());
        }
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
        streams: Streams::new(orchestrator.clone(), stopping.clone()),
        pack_streams: PackStreams::new(stopping),
        orchestrator: orchestrator.clone(),
        options: options.clone(),
        metrics: MetricsDoor::new(metrics, serve),
        door: serve.api.door()?,
    };

    let mut dynamic = Router::new()
        .route("/action/{name}", act)
        .leptos_routes_with_context(&state, generate_route_list(shell::App), provide, document)
        .fallback(not_found);
    for (path, _, handler) in endpoints() {
        dynamic = dynamic.route(path, handler);
    }
    let mut programs = Router::new();
    for endpoint in api::endpoints() {
        programs = programs.route(endpoint.path, endpoint.handler);
    }
    if let Some(origins) = serve.api.cors()? {
        programs = programs.layer(origins);
    }
    let dynamic = dynamic.merge(programs);
    let protection = Protection::new(serve);
    let router = dynamic
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
        .layer(middleware::from_fn(api::problem::tell))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(telemetry::request::observe))
        .with_state(state);
    Ok(router)
}
