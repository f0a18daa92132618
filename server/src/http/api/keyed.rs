//! `Idempotency-Key`: a request that comes twice is answered once.

use super::problem::{Code, Problem, sent};
use axum::{
    http::{HeaderMap, HeaderValue},
    response::Response,
};
use domain::hash::ContentHash;
use orchestrator::{Orchestrator, execution::Caller, idempotency::Keyed};
use std::future::Future;
use storage::idempotency::{KeyedRequest, StoredAnswer};

/// Seconds after which somebody who asks too early asks again.
const RUNNING_RETRY_AFTER_S: u32 = 2;
const KEY_BYTES_MAX: usize = 255;

/// The key that the sender chose, if any.
pub fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all("idempotency-key").iter();
    let Some(value) = values.next() else { return Ok(None) };
    let is_key = |text: &&str| {
        (1..=KEY_BYTES_MAX).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    match value.to_str().ok().filter(is_key).filter(|_| values.next().is_none()) {
        Some(key) => Ok(Some(key.to_owned())),
        None => Err(Problem::new(
            Code::MalformedRequest,
            "The header Idempotency-Key is one word of 1 to 255 visible ASCII characters.",
        )),
    }
}

/// Answers, unless an earlier request under the key has or does. Dropped before
/// it is done, it frees the key.
pub async fn once(
    app: &Orchestrator,
    caller: &Caller,
    key: String,
    body: &[u8],
    answering: impl Future<Output = StoredAnswer>,
) -> Result<Response, Problem> {
    let membership = caller.actor.membership.as_ref();
    let workspace = membership
        .map(|here| here.workspace)
        .ok_or_else(|| Problem::new(Code::Forbidden, "You belong to no workspace."))?;
    let request =
        KeyedRequest { workspace, user: caller.actor.user, key, hash: hash(caller, body) };
    match app.keyed(request).await? {
        Keyed::First(claim) => {
            let answer = answering.await;
            let settled = if is_final(answer.status) {
                claim.answer(&answer).await
            } else {
                claim.release().await
            };
            if let Err(error) = settled {
                let error = crate::telemetry::log::chain(&error);
                tracing::error!(error, "an idempotency key could not be settled");
            }
            Ok(sent(answer))
        }
        Keyed::Answered(answer) => {
            let mut response = sent(answer);
            response.headers_mut().insert("idempotent-replay", HeaderValue::from_static("true"));
            Ok(response)
        }
        Keyed::Running => Err(Problem::new(
            Code::ExecutionInProgress,
            "A request under this key is still being answered.",
        )
        .retry_after(RUNNING_RETRY_AFTER_S)),
        Keyed::Conflict => Err(Problem::new(
            Code::IdempotencyConflict,
            "This key was used for another request within the last 24 hours.",
        )),
    }
}

/// Whether asking again would give the same: what passes by itself is not kept.
const fn is_final(status: u16) -> bool {
    !matches!(status, 429 | 503 | 504)
}

/// Of the body and of what the caller may do, so that a kept answer never
/// reaches somebody who could not have asked for it.
fn hash(caller: &Caller, body: &[u8]) -> ContentHash {
    let rights: Vec<&str> = caller.rights.iter().map(|right| right.id()).collect();
    let role = caller.actor.membership.as_ref().map_or("", |here| here.role.id());
    let mut bytes = format!("execute\n{role}\n{}\n", rights.join(",")).into_bytes();
    bytes.extend_from_slice(body);
    ContentHash::of_bytes(&bytes)
}
