//! Servers that speak OpenAI's API: OpenAI itself, or whoever stands at the
//! configured address. The client is async-openai's with our own requests, events
//! and transport; its retries are not used.

mod access;
mod chat;
mod refusal;
mod responses;
mod transport;

pub use access::{Access, AccessError};
pub use chat::ChatCompletions;
pub use responses::Responses;
