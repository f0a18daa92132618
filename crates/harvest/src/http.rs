//! What every request to another machine has in common.

use reqwest::{Response, redirect::Policy};
use std::{error::Error, sync::Arc};

pub type Unusable = Box<dyn Error + Send + Sync>;

/// TLS by ring, trusting the roots that are built in.
///
/// # Errors
/// Where the machine has no usable TLS.
pub fn tls() -> Result<rustls::ClientConfig, Unusable> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// A client that follows no redirect and asks no proxy.
pub fn client(tls: rustls::ClientConfig) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .no_proxy()
        .user_agent(crate::fetch::USER_AGENT)
}

/// Why there is no whole body.
pub enum Unread {
    TooLarge,
    Broken(reqwest::Error),
}

/// The body as far as the limit goes, and not a byte further.
pub async fn read_within(mut response: Response, bytes_max: usize) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(Unread::Broken)? {
        if bytes.len() + piece.len() > bytes_max {
            return Err(Unread::TooLarge);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}
