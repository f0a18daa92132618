//! Where the server is, and by which key.

use super::transport::Bounded;
use crate::assistant::Bounds;
use async_openai::{Client, config::Config};
use reqwest::{
    header::{AUTHORIZATION, HeaderMap, HeaderValue},
    redirect::Policy,
};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use url::{Host, Url};

/// The address that OpenAI serves.
pub const OPENAI: &str = "https://api.openai.com/v1";

/// One server as this installation reaches it.
#[derive(Clone, Debug)]
pub struct Access {
    /// Without a slash at its end.
    base: String,
    key: SecretString,
    http: reqwest::Client,
    pub(super) bounds: Bounds,
}

/// Why a server cannot be used; the key is in none of the words.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    #[error("it is no address of the form https://host/path")]
    NotAnAddress,
    #[error("it holds a user, a password, a query or a fragment")]
    MoreThanAnAddress,
    #[error("a key would cross the network in the clear; use https")]
    KeyInTheClear,
    #[error("the key holds characters that no header can carry")]
    Key,
    #[error("no HTTP client could be made")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Access {
    /// `base` defaults to OpenAI. Plain http is for this machine, or for servers
    /// that ask for no key.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn new(
        base: Option<&str>,
        key: Option<SecretString>,
        bounds: Bounds,
    ) -> Result<Self, AccessError> {
        let url = Url::parse(base.unwrap_or(OPENAI)).map_err(|_| AccessError::NotAnAddress)?;
        let Some(host) = url.host() else { return Err(AccessError::NotAnAddress) };
        let is_plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        match url.scheme() {
            "https" | "http" if !is_plain => return Err(AccessError::MoreThanAnAddress),
            "https" => {}
            "http" if key.is_none() || is_this_machine(&host) => {}
            "http" => return Err(AccessError::KeyInTheClear),
            _ => return Err(AccessError::NotAnAddress),
        }
        let key = key.unwrap_or_default();
        bearer(&key).ok_or(AccessError::Key)?;
        Ok(Self {
            base: url.as_str().trim_end_matches('/').to_owned(),
            key,
            http: http_client(&bounds)?,
            bounds,
        })
    }

    /// Address of the server, without user, key or query.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// Whether it is OpenAI's own server.
    pub(super) fn is_openai(&self) -> bool {
        self.base == OPENAI
    }

    /// A client for one call, whose transport says in `bounded` what stopped it.
    pub(super) fn client(&self, bounded: Bounded) -> Client<Self> {
        Client::build(self.http.clone(), self.clone()).with_http_service(bounded)
    }

    pub(super) fn transport(&self) -> Bounded {
        Bounded::new(self.http.clone(), self.bounds)
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// The header of a key; none where there is no key to send.
fn bearer(key: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Follows no redirect and asks no proxy: it talks to the configured host alone.
fn http_client(bounds: &Bounds) -> Result<reqwest::Client, AccessError> {
    let client = |error: Box<dyn std::error::Error + Send + Sync>| AccessError::Client(error);
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| client(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(bounds.connect)
        .build()
        .map_err(|error| client(error.into()))
}

/// What async-openai asks of a configuration; nothing is read from the environment.
impl Config for Access {
    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if !self.key.expose_secret().is_empty()
            && let Some(value) = bearer(&self.key)
        {
            headers.insert(AUTHORIZATION, value);
        }
        headers
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn query(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }

    fn api_base(&self) -> &str {
        &self.base
    }

    fn api_key(&self) -> &SecretString {
        &self.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever prints headers for debugging prints no key then.
    #[test]
    fn the_header_of_a_key_is_marked_as_sensitive() {
        let key = Some("sk-somebodys".to_owned().into());
        let headers = Access::new(None, key, Bounds::default()).unwrap().headers();
        assert!(headers[AUTHORIZATION].is_sensitive());
        assert!(!format!("{headers:?}").contains("somebodys"));
        let without = Access::new(None, None, Bounds::default()).unwrap().headers();
        assert!(without.is_empty(), "a server that asks for no key is sent none");
    }
}
