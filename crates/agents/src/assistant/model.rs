//! The narrow way to a language model, whoever serves it.

use super::Failure;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A language model behind some API. It is asked once per call: retries, repair
/// and bounds on the number of calls belong to [`Assistant`](super::Assistant).
pub trait Model: std::fmt::Debug + Send + Sync {
    /// What a report says of who wrote it.
    fn identity(&self) -> Identity;

    /// One call. Dropping the future ends it.
    fn ask(&self, ask: Ask) -> Answering<'_>;
}

pub type Answering<'a> = BoxFuture<'a, Result<Answer, Failure>>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `openai-responses`, as the configuration names it.
    pub engine: &'static str,
    /// For readers: `Responses API`.
    pub label: &'static str,
    /// The configured model.
    pub model: String,
}

/// One question to a model.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Ours, versioned in the repository; the only text in a privileged role.
    pub instruction: String,
    /// Everything else, in order.
    pub messages: Vec<Message>,
    /// Strict JSON Schema of the answer.
    pub schema: Value,
    /// Says whose request it is, without saying who.
    pub safety_identifier: String,
    /// The same for every repetition of this question.
    pub request_id: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub author: Author,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// Data that we hand over, in the role of a user.
    Platform,
    /// What the model said before.
    Model,
}

/// What a model said, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub text: String,
    /// As the server names it, which may be more exact than what was asked for.
    pub model: Option<String>,
    pub usage: Option<Usage>,
}

/// Tokens of one call, as the server counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub input: u64,
    /// Of the input, read from the server's cache.
    pub cached: u64,
    pub output: u64,
    /// Of the output, thought and not said.
    pub reasoning: u64,
}
