//! Where every call of a model is written down: before it is sent, and how it ended.

use super::Answer;
use domain::{
    hash::ContentHash,
    id::{ModelCallId, RunId, WorkspaceId},
    language_model::{Exhausted, Question, Tokens},
};
use futures_util::future::BoxFuture;
use std::fmt::Debug;

/// Keeps the calls of all runs, and the budgets that they have to keep to. Tokens
/// and bounds are the assistant's business; prices and budgets the book's.
pub trait Book: Debug + Send + Sync {
    /// Writes a call down and sets aside the most that it can use. Nothing may be
    /// sent before. Where the server goes on with the same call for a worker that has
    /// died, that call is given instead, to be resumed; where it has answered such a
    /// worker, the answer is given, and nothing is sent.
    fn open(&self, call: NewCall) -> BoxFuture<'_, Result<Opened, NotOpened>>;

    /// Writes down under which name the server goes on with the call by itself. Where that
    /// cannot be done nobody resumes it.
    fn began<'a>(&'a self, entry: &'a Entry, response: &'a str) -> BoxFuture<'a, ()>;

    /// Keeps what was found of the server with the run. Where that cannot be done the run
    /// goes on, and its page says nothing of the server.
    fn found(&self, found: Found) -> BoxFuture<'_, ()>;

    /// Tells who watches the run what its report has come to, in the package's words.
    /// Where that cannot be done nothing is lost.
    fn arrived<'a>(&'a self, entry: &'a Entry, words: &'a str) -> BoxFuture<'a, ()>;

    /// Writes down, once, how the call ended. Where that cannot be done the call stays
    /// open, and what was set aside for it stays so.
    fn close(&self, entry: Entry, end: CallEnd) -> BoxFuture<'_, ()>;
}

/// A call that is about to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCall {
    pub workspace: WorkspaceId,
    pub run: RunId,
    /// Fencing token of the worker that carries the run.
    pub hold: i64,
    pub question: Question,
    /// What the answer before is sent back for; nothing for another question.
    pub findings: Vec<String>,
    /// What the server is told; the same for every repetition of a question.
    pub request_id: String,
    /// Where the server is, without key.
    pub server: String,
    pub engine: &'static str,
    pub model: String,
    /// Of everything that is sent as text.
    pub prompt_hash: ContentHash,
    /// The most tokens that it can use.
    pub worst: Tokens,
    /// Calls that its run may make at most, this one included.
    pub calls_max: u32,
}

/// What is known of the server of a model that is probed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub workspace: WorkspaceId,
    pub run: RunId,
    /// Fencing token of the worker that carries the run.
    pub hold: i64,
    pub server: String,
    pub model: String,
    /// Whether it counts tokens; none of a server that does not hold to a schema.
    pub counts_tokens: Option<bool>,
    /// For this run, and not by this process before.
    pub asked: bool,
}

/// What is to be done for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It is written down and may be sent.
    Call(Entry),
    /// It was made and answered before, of the same words.
    Answered(Kept),
}

/// An answer that the book has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Of the call that was answered, in its run.
    pub ordinal: u32,
    pub answer: Answer,
    /// Whether the server said what the call used.
    pub counted: bool,
}

/// A call that was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: ModelCallId,
    pub workspace: WorkspaceId,
    pub run: RunId,
    /// The model whose price counts.
    pub model: String,
    /// 1 for the first call of the run, whichever worker made it.
    pub ordinal: u32,
    /// The server's name of the answer, where the call was made before and goes on.
    pub resumes: Option<String>,
}

/// Why a call was not written down, and so must not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOpened {
    Exhausted(Exhausted),
    /// The book cannot be reached, or another worker carries the run.
    Unavailable,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallEnd {
    /// `answered`, or the code of the failure.
    pub outcome: &'static str,
    /// As the server names it, where that looks like a model's name.
    pub model: Option<String>,
    /// None where the server did not say.
    pub tokens: Option<Tokens>,
    /// What was answered, unchecked.
    pub answer: Option<String>,
}

impl CallEnd {
    /// There was an answer, be it fit or not.
    pub const ANSWERED: &'static str = "answered";
}

/// Opens nothing: what an assistant has until it is given a book.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoBook;

impl Book for NoBook {
    fn open(&self, _: NewCall) -> BoxFuture<'_, Result<Opened, NotOpened>> {
        Box::pin(std::future::ready(Err(NotOpened::Unavailable)))
    }

    fn began<'a>(&'a self, _: &'a Entry, _: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    fn found(&self, _: Found) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn arrived<'a>(&'a self, _: &'a Entry, _: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    fn close(&self, _: Entry, _: CallEnd) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}
