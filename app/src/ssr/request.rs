use axum::extract::ConnectInfo;
use http::request::Parts;
use leptos::prelude::use_context;
use orchestrator::{Actor, Orchestrator, UseCaseError};
use std::{collections::HashMap, net::SocketAddr};
use tower_sessions::Session;

/// Session key of who is signed in.
pub const SESSION_SIGNED_IN: &str = "signed_in";
/// Session key of the chosen workspace.
pub const SESSION_WORKSPACE: &str = "workspace";

/// The network address that a request is counted under: the peer's, or what a
/// trusted proxy says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerAddress(pub String);

/// Whether cookies may be sent over TLS only, as everywhere but in development.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecureCookies(pub bool);

/// One request as a use case needs it.
#[derive(Clone)]
pub struct Request {
    pub orchestrator: Orchestrator,
    pub session: Session,
    actor: Option<Actor>,
    pub address: String,
    /// Path with query, as it was asked for.
    pub target: String,
    pub path: String,
    query: HashMap<String, String>,
    pub accepts_html: bool,
}

impl Request {
    /// The request that is being answered.
    ///
    /// # Errors
    /// When the server did not provide it, which is a fault of its wiring.
    pub fn current() -> Result<Self, UseCaseError> {
        let missing = |what: &str| UseCaseError::Internal(format!("{what} was not provided"));
        let orchestrator =
            use_context::<Orchestrator>().ok_or_else(|| missing("the orchestrator"))?;
        let parts = use_context::<Parts>().ok_or_else(|| missing("the request"))?;
        let session =
            parts.extensions.get::<Session>().cloned().ok_or_else(|| missing("the session"))?;
        let address = parts
            .extensions
            .get::<PeerAddress>()
            .map(|address| address.0.clone())
            .or_else(|| {
                parts
                    .extensions
                    .get::<ConnectInfo<SocketAddr>>()
                    .map(|peer| peer.0.ip().to_string())
            })
            .unwrap_or_else(|| "unknown".to_owned());
        let query = axum::extract::Query::<HashMap<String, String>>::try_from_uri(&parts.uri)
            .map(|query| query.0)
            .unwrap_or_default();
        let accepts_html = parts
            .headers
            .get(http::header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
        Ok(Self {
            orchestrator,
            session,
            actor: parts.extensions.get::<Actor>().cloned(),
            address,
            target: parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned(),
            path: parts.uri.path().to_owned(),
            query,
            accepts_html,
        })
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// [`UseCaseError::SignedOut`].
    pub fn actor(&self) -> Result<&Actor, UseCaseError> {
        self.actor.as_ref().ok_or(UseCaseError::SignedOut)
    }

    pub fn signed_in(&self) -> Option<&Actor> {
        self.actor.as_ref()
    }

    /// The zone that times are shown in: the chosen workspace's, else UTC.
    pub fn time_zone(&self) -> &str {
        self.actor
            .as_ref()
            .and_then(|actor| actor.membership.as_ref())
            .map_or("UTC", |membership| &membership.time_zone)
    }

    /// A parameter of the address, trimmed; empty counts as absent.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// A parameter that has a form; anything else counts as absent.
    pub fn parsed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.query(name)?.parse().ok()
    }
}
