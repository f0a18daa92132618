//! The narrow way to a language model, whoever serves it.

use super::Failure;
use domain::{hash::ContentHash, language_model::Tokens};
use futures_util::future::BoxFuture;
use jiff::civil::Date;
use serde_json::Value;

/// A language model behind some API. It is asked once per call: retries, repair
/// and bounds on the number of calls belong to [`Assistant`](super::Assistant).
pub trait Model: std::fmt::Debug + Send + Sync {
    /// What a report says of who wrote it.
    fn identity(&self) -> Identity;

    /// Where it is served, as an administrator configured it.
    fn server(&self) -> &str;

    /// Whether its server is probed before it is told anything: not where what it can do
    /// is published.
    fn is_probed(&self) -> bool {
        false
    }

    /// What its server was found to lack while it was asked, in a sentence; nothing where
    /// there is nothing to say.
    fn lacking(&self) -> Option<&'static str> {
        None
    }

    /// What the server's list of models says of this one.
    fn listing(&self) -> Looking<'_>;

    /// One call, whose answer is told to `listener` as it comes. Dropping the future
    /// ends it.
    fn ask<'a>(&'a self, ask: Ask, listener: Listener<'a>) -> Answering<'a>;
}

pub type Answering<'a> = BoxFuture<'a, Reply>;

pub type Looking<'a> = BoxFuture<'a, Result<Listing, Failure>>;

/// A model in its server's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    Listed {
        shutdown: Shutdown,
    },
    /// The server lists others, or none.
    NotListed,
}

/// What a server says of the end of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    NotAnnounced,
    /// The day on which it is shut down.
    On(Date),
    /// Something is announced, and not in a form that is known here.
    NotReadable,
}

/// Hears an answer as it comes.
pub type Listener<'a> = Box<dyn FnMut(Heard<'_>) + Send + 'a>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard<'a> {
    /// The server goes on by itself from here, and can be asked for the answer under this
    /// name.
    Began(&'a str),
    /// A piece of the text, unchecked.
    Text(&'a str),
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What it used, also where it failed; none where the server did not say.
    pub tokens: Option<Tokens>,
    /// What was taken off the wire for it, over all its connections; never more than
    /// [`Bounds::stream_bytes_max`](super::Bounds::stream_bytes_max) of an answer.
    pub bytes: u64,
    pub answer: Result<Answer, Failure>,
}

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
    /// What the server calls the schema.
    pub schema_name: &'static str,
    /// Strict JSON Schema of the answer.
    pub schema: Value,
    /// Says whose request it is, without saying who.
    pub safety_identifier: String,
    /// The same for every repetition of this question.
    pub request_id: String,
    /// The server's name of the answer that it has begun, for whoever died before its end.
    pub resumes: Option<String>,
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
}

/// What a server adds to a question, such as marks around each message, counted
/// generously.
const ADDED_TOKENS: u64 = 1024;

impl Ask {
    /// Of everything that the model is told.
    pub fn hash(&self) -> ContentHash {
        let schema = self.schema.to_string();
        let messages = self.messages.iter().flat_map(|message| {
            let author: &[u8] = match message.author {
                Author::Platform => b"platform",
                Author::Model => b"model",
            };
            [author, message.text.as_bytes()]
        });
        let parts = [self.instruction.as_bytes(), schema.as_bytes()].into_iter().chain(messages);
        let digests = parts.map(|part| *ContentHash::of_bytes(part).as_bytes());
        ContentHash::of_bytes(&digests.collect::<Vec<_>>().concat())
    }

    /// The most that one call with this question can use. A token stands for one byte
    /// of text at least, so bytes bound tokens for every tokenizer.
    pub fn worst(&self, output_tokens_max: u32) -> Tokens {
        let texts = self.messages.iter().map(|message| message.text.len()).sum::<usize>();
        let bytes = self.instruction.len() + self.schema.to_string().len() + texts;
        Tokens {
            input: u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(ADDED_TOKENS),
            output: u64::from(output_tokens_max),
            ..Tokens::NONE
        }
    }
}

/// A server's name for its model is shown to readers, so it must look like one.
pub(super) fn is_model_name(name: &str) -> bool {
    const CHARACTERS_MAX: usize = 100;
    !name.is_empty()
        && name.len() <= CHARACTERS_MAX
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/@".contains(c))
}
