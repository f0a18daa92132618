//! What of the API can be configured. A wrong value refuses to start.

use axum::http::{HeaderName, HeaderValue, Method, header};
use clap::Args;
use orchestrator::identity::jwt::{JwtKeeper, SecretTooShort};
use secrecy::SecretString;
use std::{sync::Arc, time::Duration};
use tower_http::cors::CorsLayer;

/// How long a browser may remember what an origin is allowed.
const PREFLIGHT_KEPT: Duration = Duration::from_hours(1);

#[derive(Clone, Debug, Args)]
pub struct ApiOptions {
    /// Secret that JWTs are signed with, of 32 bytes or more; without it the
    /// server mints none and takes none.
    #[arg(long, env = "JWT_SECRET", hide_env_values = true)]
    pub jwt_secret: Option<SecretString>,
    /// Origins whose pages may call the API, such as `https://desk.example`,
    /// separated by commas; none unless named.
    #[arg(long, env = "CORS_ORIGINS", value_delimiter = ',')]
    pub cors_origins: Vec<String>,
    /// The longest that one request of the API may take, in seconds; a pattern's
    /// own deadline comes first where it is shorter.
    #[arg(long, env = "EXECUTE_DEADLINE_S", default_value_t = 15,
          value_parser = clap::value_parser!(u64).range(1..=25))]
    pub execute_deadline_s: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum ApiConfigError {
    #[error(transparent)]
    Secret(#[from] SecretTooShort),
    #[error(
        "CORS_ORIGINS names “{0}”, which is not an origin: write scheme, host and port alone, \
         such as https://desk.example; “*” is not possible"
    )]
    NotAnOrigin(String),
}

/// What the handlers of the API share.
#[derive(Clone)]
pub struct Door {
    pub jwt: Option<Arc<JwtKeeper>>,
    pub deadline: Duration,
}

impl ApiOptions {
    /// # Errors
    /// [`ApiConfigError`] for a value that must not be served with.
    pub fn door(&self) -> Result<Door, ApiConfigError> {
        let jwt = self.jwt_secret.as_ref().map(JwtKeeper::new).transpose()?;
        let deadline = Duration::from_secs(self.execute_deadline_s);
        Ok(Door { jwt: jwt.map(Arc::new), deadline })
    }

    /// Who may read answers from another origin: the exact list, never with the
    /// session's cookie.
    ///
    /// # Errors
    /// [`ApiConfigError::NotAnOrigin`].
    pub fn cors(&self) -> Result<Option<CorsLayer>, ApiConfigError> {
        let named: Vec<&str> = self
            .cors_origins
            .iter()
            .map(|origin| origin.trim())
            .filter(|o| !o.is_empty())
            .collect();
        if named.is_empty() {
            return Ok(None);
        }
        let origins = named.into_iter().map(origin).collect::<Result<Vec<_>, _>>()?;
        let exposed = [
            "x-trace-id",
            "x-pack-id",
            "x-rights-version",
            "x-data-stale",
            "x-execution-id",
            "idempotent-replay",
        ];
        Ok(Some(
            CorsLayer::new()
                .allow_origin(origins)
                .allow_methods([Method::GET, Method::POST])
                .allow_headers([
                    header::AUTHORIZATION,
                    header::CONTENT_TYPE,
                    HeaderName::from_static("idempotency-key"),
                    HeaderName::from_static("traceparent"),
                ])
                .expose_headers(
                    exposed
                        .map(HeaderName::from_static)
                        .into_iter()
                        .chain([header::RETRY_AFTER])
                        .collect::<Vec<_>>(),
                )
                .max_age(PREFLIGHT_KEPT),
        ))
    }
}

/// An origin exactly as a browser writes it.
fn origin(text: &str) -> Result<HeaderValue, ApiConfigError> {
    let wrong = || ApiConfigError::NotAnOrigin(text.to_owned());
    let url = url::Url::parse(text).map_err(|_| wrong())?;
    // A host with a star parses, and would match no browser's origin.
    let is_exact = url.origin().ascii_serialization() == text && !text.contains('*');
    if !matches!(url.scheme(), "http" | "https") || !is_exact {
        return Err(wrong());
    }
    HeaderValue::from_str(text).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(origins: &[&str], good: bool) {
        let options = ApiOptions {
            jwt_secret: None,
            cors_origins: origins.iter().map(|&origin| origin.to_owned()).collect(),
            execute_deadline_s: 15,
        };
        assert_eq!(options.cors().is_ok(), good, "{origins:?}");
    }

    #[test]
    fn only_exact_origins_are_allowed() {
        check(&[], true);
        check(&[""], true);
        check(&["https://desk.example", " http://127.0.0.1:8080"], true);
        for wrong in [
            "*",
            "null",
            "desk.example",
            "https://desk.example/",
            "https://desk.example/path",
            "https://*.example",
            "https://Desk.example",
            "https://desk.example:443",
            "https://user@desk.example",
            "file:///etc",
        ] {
            check(&["https://desk.example", wrong], false);
        }
    }
}
