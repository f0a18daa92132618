//! Answers in the background, from the references of "Get a model response" and "Cancel a
//! response" and the guide "Background mode".

use crate::{Piece, Reply, Seen, schema::Refusal};
use axum::http::Method;
use serde_json::{Value, json};

/// The one answer that is ever begun.
const RESPONSE: &str = "/v1/responses/resp_1";

/// Checks a request about an answer that was begun before.
pub(crate) fn check(method: &Method, path: &str, seen: &Seen) -> Result<(), Refusal> {
    match (method, path.strip_prefix(RESPONSE)) {
        (&Method::GET, Some("")) => {
            let known = |part: &str| match part.split_once('=') {
                Some(("stream", value)) => value == "true",
                Some(("starting_after", value)) => value.parse::<u64>().is_ok(),
                _ => false,
            };
            let asked: Vec<_> = seen.query.split('&').collect();
            if asked.contains(&"stream=true") && asked.iter().all(|part| known(part)) {
                Ok(())
            } else {
                Err(format!("This test retrieves streams alone, not ?{}", seen.query))
            }
        }
        (&Method::POST, Some("/cancel")) if seen.body == json!({}) => Ok(()),
        _ => Err(format!("No response found: {method} {path}")),
    }
}

/// The event after which an answer is asked for again; none of other requests. Before the
/// first event it is -1.
pub fn resumes(seen: &Seen) -> Option<i64> {
    let after = seen.query.split('&').find_map(|part| part.strip_prefix("starting_after="));
    (seen.method == Method::GET).then(|| after.map_or(-1, |after| after.parse().unwrap()))
}

pub fn is_cancel(seen: &Seen) -> bool {
    seen.path.ends_with("/cancel")
}

/// The events that a request which resumes still has to hear.
pub fn rest_of(seen: &Seen, events: &[Value]) -> Vec<Value> {
    let after = resumes(seen).unwrap();
    let is_left = |event: &&Value| event["sequence_number"].as_i64().unwrap() > after;
    events.iter().filter(is_left).cloned().collect()
}

/// The answer to a cancellation.
pub fn cancelled() -> Reply {
    let response = json!({ "id": "resp_1", "object": "response", "status": "cancelled" });
    Reply::new(200, "application/json", vec![Piece::Bytes(response.to_string().into_bytes())])
}
