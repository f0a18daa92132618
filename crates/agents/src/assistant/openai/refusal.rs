//! What a server means that does not answer.
//!
//! Source: OpenAI, "Error codes", and the error codes of the Responses API's
//! reference; RFC 9110, sections 10.2.3 and 15.

use crate::assistant::{Failure, TimedOut};
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::{
    StatusCode,
    header::{DATE, HeaderMap, RETRY_AFTER},
};
use serde_json::Value;
use std::time::Duration;

/// The failure that an answer with this status is.
pub(super) fn of_response(status: StatusCode, headers: &HeaderMap, said: &[u8]) -> Failure {
    let said: Value = serde_json::from_slice(said).unwrap_or_default();
    let code = code_of(&said["error"]);
    let retry_after = retry_after(headers);
    match status.as_u16() {
        401 | 403 => Failure::InvalidKey,
        402 => Failure::QuotaExhausted,
        408 => Failure::TimedOut(TimedOut::FirstByte),
        429 if is_quota(code) => Failure::QuotaExhausted,
        429 => Failure::RateLimited { retry_after },
        400 if is_refusal(code) => Failure::Refused,
        400 | 422 if is_of_background(&said) => Failure::NoBackground,
        409 | 425 | 500..=599 => Failure::Overloaded { retry_after },
        400..=499 => Failure::Rejected,
        _ => Failure::Malformed,
    }
}

/// The failure that an error inside a stream is.
pub(super) fn of_event(error: &Value) -> Failure {
    match code_of(error) {
        code if is_quota(code) => Failure::QuotaExhausted,
        code if is_refusal(code) => Failure::Refused,
        "rate_limit_exceeded" => Failure::RateLimited { retry_after: None },
        "invalid_api_key" => Failure::InvalidKey,
        "context_length_exceeded" | "invalid_request_error" | "model_not_found" => {
            Failure::Rejected
        }
        _ => Failure::Overloaded { retry_after: None },
    }
}

/// The code, or the type where a server gives no code.
fn code_of(error: &Value) -> &str {
    error["code"].as_str().or_else(|| error["type"].as_str()).unwrap_or_default()
}

fn is_quota(code: &str) -> bool {
    matches!(code, "insufficient_quota" | "billing_hard_limit_reached" | "billing_not_active")
}

fn is_refusal(code: &str) -> bool {
    matches!(code, "content_filter" | "content_policy_violation" | "invalid_prompt")
}

/// Whether a server does not take `background`: OpenAI and its like name the parameter, or
/// speak of it where they say that they do not know it; servers that check bodies by a
/// schema name the place in the body.
fn is_of_background(said: &Value) -> bool {
    const BACKGROUND: &str = "background";
    let error = &said["error"];
    let is_place = |fault: &Value| {
        fault["loc"].as_array().is_some_and(|place| place.iter().any(|one| one == BACKGROUND))
    };
    let message = error["message"].as_str().unwrap_or_default().to_lowercase();
    let is_unknown = ["unknown", "unrecognized", "unsupported", "not supported", "not permitted"]
        .iter()
        .any(|words| message.contains(words));
    match error["param"].as_str() {
        Some(param) => param == BACKGROUND,
        None => {
            (is_unknown && message.contains(BACKGROUND))
                || said["detail"].as_array().is_some_and(|faults| faults.iter().any(is_place))
        }
    }
}

/// Milliseconds as OpenAI gives them, else seconds, else a date, counted from the
/// date of the answer. None where it cannot be read.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(ms) = text("retry-after-ms").and_then(|ms| ms.parse::<f64>().ok()) {
        return Duration::try_from_secs_f64(ms / 1000.0).ok();
    }
    let after = text(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = after.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let moment = |text: &str| DateTimeParser::new().parse_timestamp(text).ok();
    let until = moment(after)?.duration_since(moment(text(DATE.as_str())?)?);
    Some(Duration::try_from(until).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, headers: &[(&'static str, &str)], said: &str, expected: &Failure) {
        let headers = headers.iter().map(|(name, value)| {
            (name.parse::<reqwest::header::HeaderName>().unwrap(), value.parse().unwrap())
        });
        let status = StatusCode::from_u16(status).unwrap();
        let failure = of_response(status, &headers.collect(), said.as_bytes());
        assert_eq!(&failure, expected, "{status} {said}");
    }

    #[test]
    fn a_server_says_when_to_come_back_in_milliseconds_seconds_or_by_a_date() {
        let limited = |seconds: Option<f64>| Failure::RateLimited {
            retry_after: seconds.map(Duration::from_secs_f64),
        };
        let date = ("date", "Tue, 24 Nov 2026 18:30:00 GMT");
        let later = ("retry-after", "Tue, 24 Nov 2026 18:30:07 GMT");
        check(429, &[("retry-after-ms", "1500"), ("retry-after", "9")], "", &limited(Some(1.5)));
        check(429, &[("retry-after", "9")], "", &limited(Some(9.0)));
        check(429, &[later, date], "", &limited(Some(7.0)));
        check(
            429,
            &[("retry-after", "Tue, 24 Nov 2026 18:29:00 GMT"), date],
            "",
            &limited(Some(0.0)),
        );
        for unreadable in ["soon", "-3", "1e400", "", "NaN"] {
            check(429, &[("retry-after", unreadable)], "", &limited(None));
        }
        check(429, &[later], "", &limited(None));
    }

    #[test]
    fn a_server_without_a_background_says_so_in_several_ways() {
        for said in [
            r#"{"error":{"message":"…","type":"invalid_request_error","param":"background","code":"unsupported_parameter"}}"#,
            r#"{"error":{"message":"Unrecognized request argument supplied: background","param":null}}"#,
            r#"{"detail":[{"type":"extra_forbidden","loc":["body","background"],"msg":"…"}]}"#,
        ] {
            check(400, &[], said, &Failure::NoBackground);
            check(422, &[], said, &Failure::NoBackground);
        }
        for said in [
            r#"{"error":{"message":"Unknown parameter: 'store'.","param":"store"}}"#,
            r#"{"error":{"message":"Unknown model of a background","param":"model"}}"#,
            r#"{"error":{"message":"The background of this is unclear."}}"#,
            r#"{"detail":"background"}"#,
        ] {
            check(400, &[], said, &Failure::Rejected);
        }
        check(
            500,
            &[],
            r#"{"error":{"param":"background"}}"#,
            &Failure::Overloaded { retry_after: None },
        );
    }

    #[test]
    fn used_up_credit_is_no_rate_limit() {
        let said =
            r#"{"error":{"message":"…","type":"insufficient_quota","code":"insufficient_quota"}}"#;
        check(429, &[("retry-after", "1")], said, &Failure::QuotaExhausted);
        check(402, &[], "", &Failure::QuotaExhausted);
    }
}
