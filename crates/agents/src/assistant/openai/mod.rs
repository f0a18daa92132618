//! Servers that speak OpenAI's API: OpenAI itself, or whoever stands at the
//! configured address. The client is async-openai's with our own requests, events
//! and transport; its retries are not used.

mod access;
mod background;
mod chat;
mod models;
mod refusal;
mod responses;
mod transport;

pub use access::{Access, AccessError};
pub use chat::ChatCompletions;
pub use responses::Responses;

use super::{Ask, Author};
use async_openai::{error::OpenAIError, traits::RequestOptionsBuilder};
use serde_json::{Value, json};

/// The conversation so far, in the form that both APIs take.
fn told(ask: &Ask) -> impl Iterator<Item = Value> {
    ask.messages.iter().map(|message| {
        let role = match message.author {
            Author::Platform => "user",
            Author::Model => "assistant",
        };
        json!({ "role": role, "content": message.text })
    })
}

/// The same request has the same name whenever it is sent.
fn named<Requests: RequestOptionsBuilder>(
    requests: Requests,
    ask: &Ask,
) -> Result<Requests, OpenAIError> {
    requests
        .header("x-client-request-id", ask.request_id.as_str())?
        .header("idempotency-key", ask.request_id.as_str())
}
