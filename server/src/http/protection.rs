//! What every answer carries and every request must pass, whatever it is for.

use crate::config::ServeOptions;
use app::ssr::{PeerAddress, SecureCookies};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::uri::Authority,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{net::SocketAddr, sync::Arc};
use tokio::sync::Semaphore;

#[derive(Clone)]
pub struct Protection {
    requests: Arc<Semaphore>,
    trusted_proxies: usize,
    secure: bool,
}

impl Protection {
    pub fn new(serve: &ServeOptions) -> Self {
        Self {
            requests: Arc::new(Semaphore::new(
                usize::try_from(serve.requests_max).unwrap_or(usize::MAX),
            )),
            trusted_proxies: serve.trusted_proxies.into(),
            secure: serve.plain_http.is_none(),
        }
    }
}

/// Answers at most so many requests at once; more are told to come back, and
/// none waits in a queue without end.
pub async fn limit(State(protection): State<Protection>, request: Request, next: Next) -> Response {
    match Arc::clone(&protection.requests).try_acquire_owned() {
        Ok(_permit) => next.run(request).await,
        Err(_) => retry_later(StatusCode::SERVICE_UNAVAILABLE, 1).into_response(),
    }
}

/// A problem answer that says when to come back.
pub fn retry_later(status: StatusCode, seconds: u32) -> impl IntoResponse {
    (
        status,
        [(header::RETRY_AFTER, HeaderValue::from(seconds))],
        problem(status, "overloaded", "The server has too much to do. Try again in a moment."),
    )
}

/// An answer by RFC 9457.
pub fn problem(status: StatusCode, code: &str, title: &str) -> impl IntoResponse + use<> {
    let body = serde_json::json!({
        "type": format!("urn:observatory:problem:{code}"),
        "title": title,
        "status": status.as_u16(),
        "code": code,
    });
    (
        status,
        [(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))],
        body.to_string(),
    )
}

/// Refuses unsafe requests that another site may have caused, and puts the
/// protective headers on every answer.
pub async fn guard(
    State(protection): State<Protection>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = if is_safe(request.method())
        || is_same_origin(request.headers(), request.uri())
        || acts_without_session(&path, request.headers())
    {
        let address = peer_address(&request, protection.trusted_proxies);
        request.extensions_mut().insert(PeerAddress(address));
        request.extensions_mut().insert(SecureCookies(protection.secure));
        next.run(request).await
    } else {
        tracing::warn!(http.path = path, "an unsafe request without our own origin was refused");
        problem(
            StatusCode::FORBIDDEN,
            "cross_site",
            "The request did not come from this site, so it was refused.",
        )
        .into_response()
    };
    protect(response.headers_mut(), &path, protection.secure);
    response
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// A request of the API that no session stands behind: it carries a bearer token,
/// by which alone it is then known, or nothing that a browser adds by itself.
fn acts_without_session(path: &str, headers: &HeaderMap) -> bool {
    super::api::is_api(path)
        && (headers.contains_key(header::AUTHORIZATION) || !headers.contains_key(header::COOKIE))
}

/// The browser says `same-origin`, or names our own host as the origin. Neither
/// is no answer, and is refused.
fn is_same_origin(headers: &HeaderMap, uri: &Uri) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin";
    }
    let host = text(header::HOST).or_else(|| uri.authority().map(Authority::as_str));
    match (text(header::ORIGIN), host) {
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(scheme, authority)| {
                matches!(scheme, "http" | "https") && authority.eq_ignore_ascii_case(host)
            })
        }
        _ => false,
    }
}

/// The peer's address, or what the outermost trusted proxy saw.
fn peer_address(request: &Request, trusted_proxies: usize) -> String {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or_else(|| "unknown".to_owned(), |peer| peer.0.ip().to_string());
    if trusted_proxies == 0 {
        return peer;
    }
    let forwarded: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    forwarded
        .len()
        .checked_sub(trusted_proxies)
        .and_then(|at| forwarded.get(at))
        .filter(|address| address.parse::<std::net::IpAddr>().is_ok())
        .map_or(peer, |address| (*address).to_owned())
}

fn protect(headers: &mut HeaderMap, path: &str, secure: bool) {
    let mut set = |name: &'static str, value: &'static str| {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    };
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "same-origin");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    set("x-frame-options", "DENY");
    set("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()");
    set(
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    if secure {
        set("strict-transport-security", "max-age=31536000; includeSubDomains");
    }
    // Built files are revalidated; everything else is private to its reader.
    let is_static = path.starts_with("/pkg/") || path == "/favicon.svg";
    set("cache-control", if is_static { "no-cache" } else { "no-store" });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pairs: &[(&'static str, &'static str)], expected: bool) {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        assert_eq!(is_same_origin(&headers, &Uri::from_static("/action/x")), expected, "{pairs:?}");
    }

    #[test]
    fn unsafe_requests_need_our_own_origin() {
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("host", "observatory.example"), ("origin", "https://observatory.example")], true);
        check(&[("host", "127.0.0.1:3000"), ("origin", "http://127.0.0.1:3000")], true);
    }

    #[test]
    fn only_the_api_is_used_without_an_origin_and_never_by_a_cookie_alone() {
        let check = |path: &str, names: &[&'static str], expected: bool| {
            let mut headers = HeaderMap::new();
            for name in names {
                headers.insert(*name, HeaderValue::from_static("x"));
            }
            assert_eq!(acts_without_session(path, &headers), expected, "{path} {names:?}");
        };
        check("/execute", &[], true);
        check("/execute", &["authorization"], true);
        check("/execute", &["authorization", "cookie"], true);
        check("/execute", &["cookie"], false);
        for page in ["/action/trigger-run", "/", "/executed"] {
            check(page, &[], false);
            check(page, &["authorization"], false);
        }
    }

    #[test]
    fn another_site_or_no_origin_at_all_is_refused() {
        check(&[], false);
        check(&[("host", "observatory.example")], false);
        check(&[("host", "observatory.example"), ("origin", "null")], false);
        check(&[("host", "observatory.example"), ("origin", "https://evil.example")], false);
        check(
            &[("host", "observatory.example"), ("origin", "https://observatory.example.evil")],
            false,
        );
        check(
            &[("host", "observatory.example:443"), ("origin", "https://observatory.example:8443")],
            false,
        );
        for site in ["same-site", "cross-site", "none"] {
            let origin = "https://observatory.example";
            check(
                &[("sec-fetch-site", site), ("host", "observatory.example"), ("origin", origin)],
                false,
            );
        }
    }
}
