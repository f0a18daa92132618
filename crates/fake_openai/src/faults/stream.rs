//! Faults at every point of an answer's stream.

use super::{Bound, Ends, Fault, raw};
use crate::{
    reply::{Piece, Reply},
    stream::{events_of, sse},
};
use serde_json::{Value, json};
use std::time::Duration;

/// Faults at every point of the stream.
pub(super) fn in_the_stream(sound: &str) -> Vec<Fault> {
    let events = events_of(sound);
    let failed = |code: &str| json!({ "type": "response.failed", "response": { "status": "failed", "error": { "code": code, "message": "…" } } });
    let error =
        |code: &str| json!({ "type": "error", "code": code, "message": "…", "param": null });
    let incomplete = |reason: &str| json!({ "type": "response.incomplete", "response": { "status": "incomplete", "incomplete_details": { "reason": reason } } });
    let mut cases = Vec::new();
    for at in 0..events.len() {
        let mut add = |what: &str, reply: Reply, ends: Ends| {
            cases.push(Fault::new(format!("{what} before event {at}"), reply, ends));
        };
        let ends = Ends::Fails;
        add("the connection breaks", up_to(&events, at, Some(Piece::Cut)), ends("truncated"));
        add("the stream ends", up_to(&events, at, None), ends("truncated"));
        add("[DONE] comes", with(&events, at, raw("data: [DONE]\n\n")), ends("truncated"));
        add(
            "broken JSON",
            with(&events, at, raw("data: {\"type\": \"response.outp\n\n")),
            ends("malformed"),
        );
        add(
            "a lone surrogate",
            with(
                &events,
                at,
                raw("data: {\"type\":\"response.output_text.delta\",\"delta\":\"\\ud800\"}\n\n"),
            ),
            ends("malformed"),
        );
        add(
            "bytes that are no text",
            with(&events, at, Piece::Bytes(b"data: {\"a\":\"\xff\xfe\"}\n\n".to_vec())),
            ends("malformed"),
        );
        add(
            "deep nesting",
            with(&events, at, raw(&format!("data: {}\n\n", "[".repeat(5000)))),
            ends("malformed"),
        );
        add("a server error", with(&events, at, event(&error("server_error"))), ends("overloaded"));
        add(
            "an unknown error",
            with(&events, at, event(&error("something_new"))),
            ends("overloaded"),
        );
        add(
            "an error without a code",
            with(&events, at, event(&json!({ "type": "error" }))),
            ends("overloaded"),
        );
        add(
            "a rate limit",
            with(&events, at, event(&failed("rate_limit_exceeded"))),
            ends("rate_limited"),
        );
        add(
            "used-up credit",
            with(&events, at, event(&failed("insufficient_quota"))),
            ends("quota_exhausted"),
        );
        add(
            "a failed response",
            with(&events, at, event(&failed("server_error"))),
            ends("overloaded"),
        );
        add(
            "the bound on tokens",
            with(&events, at, event(&incomplete("max_output_tokens"))),
            ends("incomplete"),
        );
        add("a filter", with(&events, at, event(&incomplete("content_filter"))), ends("refused"));
        add(
            "a refusal",
            with(&events, at, event(&json!({ "type": "response.refusal.delta", "delta": "I'm" }))),
            ends("refused"),
        );
        add(
            "bytes without end",
            with(&events, at, Piece::Endless(vec![b':'; 8192])),
            ends("over_long"),
        );
        add(
            "words without end",
            with(
                &events,
                at,
                Piece::Endless(sse(
                    &json!({ "type": "response.output_text.delta", "delta": "x".repeat(4096) }),
                )),
            ),
            ends("over_long"),
        );
        // What must do no harm.
        add(
            "an unknown event",
            with(&events, at, event(&json!({ "type": "response.dreamt", "x": [1] }))),
            Ends::Report,
        );
        add(
            "an event without a type",
            with(&events, at, event(&json!({ "delta": "x" }))),
            Ends::Report,
        );
        add("an event that is no object", with(&events, at, raw("data: 42\n\n")), Ends::Report);
        add("a comment", with(&events, at, raw(": keep-alive\n\n")), Ends::Report);
        add("a keep-alive", with(&events, at, raw("event: keepalive\ndata: {}\n\n")), Ends::Report);
        add("a pause", with(&events, at, Piece::Pause(Duration::from_millis(20))), Ends::Report);
        add("a duplicate", with(&events, at, event(&events[at])), Ends::Report);
        if at + 1 < events.len() {
            let mut swapped = events.clone();
            swapped.swap(at, at + 1);
            add("two events in reverse", Reply::events(&swapped), Ends::Report);
        }
        let silent = up_to(&events, at, Some(Piece::Silence));
        let name = format!("silence before event {at}");
        cases.push(Fault::new(name, silent, ends("timed_out")).met_by(Bound::Silence));
    }
    cases
}

fn pieces(events: &[Value]) -> Vec<Piece> {
    events.iter().map(|event| Piece::Bytes(sse(event))).collect()
}

/// A stream with `piece` before the event at `place`; what follows is kept.
fn with(events: &[Value], place: usize, piece: Piece) -> Reply {
    let mut pieces = pieces(events);
    pieces.insert(place, piece);
    Reply::stream(pieces)
}

/// The same, and nothing after it.
fn up_to(events: &[Value], place: usize, piece: Option<Piece>) -> Reply {
    let mut pieces = pieces(&events[..place]);
    pieces.extend(piece);
    Reply::stream(pieces)
}

fn event(value: &Value) -> Piece {
    Piece::Bytes(sse(value))
}
