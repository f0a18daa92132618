//! What every request to another machine has in common.

use reqwest::{
    Response,
    header::{DATE, HeaderMap, HeaderName, RETRY_AFTER},
    redirect::Policy,
};
use std::{error::Error, sync::Arc, time::Duration};

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

/// The longest that anybody is left alone because of what it asked.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(24);

/// How long an answer asks to be left alone, at most a day: seconds, or a moment, counted
/// from the one at which it was sent by the same clock (RFC 9110, 10.2.3 and 5.6.7). None
/// where that cannot be told.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let asked = text(&RETRY_AFTER)?;
    let wait = if !asked.is_empty() && asked.bytes().all(|byte| byte.is_ascii_digit()) {
        Duration::from_secs(asked.parse().unwrap_or(u64::MAX))
    } else {
        let moment = |text: &str| httpdate::parse_http_date(text).ok();
        moment(asked)?.duration_since(moment(text(&DATE)?)?).unwrap_or_default()
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_by_seconds_or_by_a_date_of_its_clock_when_to_come_back() {
        let check = |asked: &str, sent: Option<&str>, expected: Option<u64>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, asked.parse().unwrap());
            if let Some(sent) = sent {
                headers.insert(DATE, sent.parse().unwrap());
            }
            let expected = expected.map(Duration::from_secs);
            assert_eq!(retry_after(&headers), expected, "{asked} {sent:?}");
        };
        let sent = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        check("120", None, Some(120));
        check(" 0 ", None, Some(0));
        // The three forms of a date that RFC 9110 has.
        check("Sun, 06 Nov 1994 08:51:37 GMT", sent, Some(120));
        check("Sunday, 06-Nov-94 08:51:37 GMT", sent, Some(120));
        check("Sun Nov  6 08:51:37 1994", sent, Some(120));
        // Gone by; a day at most.
        check("Sun, 06 Nov 1994 08:00:00 GMT", sent, Some(0));
        check("Sat, 06 Nov 2094 08:00:00 GMT", sent, Some(86_400));
        check("99999999999999999999999999", None, Some(86_400));
        for unreadable in ["", "soon", "-3", "1.5", "Sun, 06 Nov", "Sun, 36 Nov 1994 08:51:37 GMT"]
        {
            check(unreadable, sent, None);
        }
        check("Sun, 06 Nov 1994 08:51:37 GMT", None, None);
        check("Sun, 06 Nov 1994 08:51:37 GMT", Some("today"), None);
    }
}
