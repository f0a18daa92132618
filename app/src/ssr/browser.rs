//! Small things that go to or come from the browser beside the page.

use http::{HeaderValue, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Name of the cookie that keeps a mistyped sign-in's address for a minute.
const EMAIL_COOKIE: &str = "sign-in-email";

/// A path of this site to go on to; anything else becomes the first page, so
/// that no link can lead a person elsewhere through us.
pub fn local_path(next: &str) -> &str {
    let local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(['\\', '\r', '\n'])
        && next.is_ascii();
    if local { next } else { "/" }
}

/// Keeps what was typed as the address for the next minute's sign-in form.
pub fn remember_email(email: &str) {
    let Some(response) = use_context::<ResponseOptions>() else { return };
    let value: String = super::encode(email.trim()).chars().take(1000).collect();
    let secure = use_context::<http::request::Parts>()
        .and_then(|parts| parts.extensions.get::<super::SecureCookies>().copied())
        .is_none_or(|secure| secure.0);
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!(
        "{EMAIL_COOKIE}={value}; Path=/sign-in; Max-Age=60; HttpOnly; SameSite=Strict{secure}"
    );
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.append_header(header::SET_COOKIE, value);
    }
}

/// What [`remember_email`] kept.
pub fn remembered_email() -> Option<String> {
    let parts = use_context::<http::request::Parts>()?;
    parts.headers.get_all(header::COOKIE).iter().find_map(|cookies| {
        cookies.to_str().ok()?.split(';').find_map(|cookie| {
            let value = cookie.trim().strip_prefix(EMAIL_COOKIE)?.strip_prefix('=')?;
            decode(value)
        })
    })
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Tells a client when to come back.
pub fn retry_after(seconds: u32) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_page_is_a_path_of_this_site_or_the_first_page() {
        for good in ["/", "/history?period=2026-W48", "/runs/1"] {
            assert_eq!(local_path(good), good);
        }
        for bad in ["", "//evil.example", "https://evil.example", "/\\evil", "/a\r\nSet-Cookie: x"]
        {
            assert_eq!(local_path(bad), "/", "{bad:?}");
        }
    }

    #[test]
    fn what_is_remembered_reads_back() {
        for text in ["anna@nordwerk.example", "ä+b; c=%41@example.com"] {
            assert_eq!(decode(&super::super::encode(text)).as_deref(), Some(text));
        }
    }
}
