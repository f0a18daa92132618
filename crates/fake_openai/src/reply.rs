use crate::stream::{events_of, sse};
use serde_json::{Value, json};
use std::time::Duration;

/// What a body consists of.
#[derive(Clone, Debug)]
pub enum Piece {
    Bytes(Vec<u8>),
    Pause(Duration),
    /// Nothing more, and no end.
    Silence,
    /// The connection breaks.
    Cut,
    /// These bytes again and again, as long as anybody reads.
    Endless(Vec<u8>),
}

/// One answer, well or ill.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub pieces: Vec<Piece>,
    /// Not even a head.
    pub silent: bool,
}

impl Reply {
    pub fn new(status: u16, kind: &str, pieces: Vec<Piece>) -> Self {
        let headers = vec![("content-type", kind.to_owned())];
        Self { status, headers, pieces, silent: false }
    }

    /// The stream of a model that says `text`, each event a piece of its own.
    pub fn says(text: &str) -> Self {
        Self::events(&events_of(text))
    }

    pub fn events(events: &[Value]) -> Self {
        Self::stream(events.iter().map(|event| Piece::Bytes(sse(event))).collect())
    }

    pub fn stream(pieces: Vec<Piece>) -> Self {
        Self::new(200, "text/event-stream; charset=utf-8", pieces)
    }

    /// An error in the published form.
    pub fn error(status: u16, code: &str) -> Self {
        let error = json!({ "error": {
            "message": format!("The request failed: {code}."),
            "type": code,
            "param": null,
            "code": code,
        } });
        Self::new(status, "application/json", vec![Piece::Bytes(error.to_string().into_bytes())])
    }

    /// A server that does not know a parameter says so in the published form.
    pub fn unknown_parameter(name: &str) -> Self {
        let error = json!({ "error": {
            "message": format!("Unknown parameter: '{name}'."),
            "type": "invalid_request_error",
            "param": name,
            "code": "unknown_parameter",
        } });
        Self::new(400, "application/json", vec![Piece::Bytes(error.to_string().into_bytes())])
    }

    /// A connection on which nothing ever comes.
    pub fn silence() -> Self {
        Self { silent: true, ..Self::stream(Vec::new()) }
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }
}
