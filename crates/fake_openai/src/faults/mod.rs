//! Everything that a server can do to an answer, each with how whoever asks it has to end.
//! The table is told twice: to the assistant alone, and to a whole run with its slot.

mod content;
mod status;
mod stream;

use crate::reply::{Piece, Reply};
use serde_json::Value;

/// One fault. The server does the same to every repetition of a question.
#[derive(Clone, Debug)]
pub struct Fault {
    pub name: String,
    pub reply: Reply,
    /// What brings it to its end, where the server does not.
    pub bound: Option<Bound>,
    pub ends: Ends,
}

/// A bound on waiting, which a test sets low enough to be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Until the head of the answer.
    NoHead,
    /// Between two pieces of it.
    Silence,
}

/// How a fault ends, by the code of the table of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// It does no harm: there is a report that passes every rule, after one call.
    Report,
    /// There is no document.
    Fails(&'static str),
    /// The same, though a repetition was possible: the server asks for too long a pause.
    FailsAtOnce(&'static str),
    /// There is a document, also when it was sent back, and validation refuses it.
    Unfit(&'static str),
}

impl Fault {
    fn new(name: impl Into<String>, reply: Reply, ends: Ends) -> Self {
        Self { name: name.into(), reply, bound: None, ends }
    }

    fn met_by(self, bound: Bound) -> Self {
        Self { bound: Some(bound), ..self }
    }
}

/// Every fault of an answer that is `sound` otherwise, for a client that takes so many
/// bytes of text and pauses for no longer than some milliseconds.
pub fn faults(sound: &Value, answer_bytes_max: usize) -> Vec<Fault> {
    let text = sound.to_string();
    let mut all = stream::in_the_stream(&text);
    all.extend(status::by_status(&text));
    all.extend(content::by_content(sound, answer_bytes_max));
    all
}

fn raw(text: &str) -> Piece {
    Piece::Bytes(text.as_bytes().to_vec())
}
