//! The same reports by the Chat Completions API, and servers that hold to less of it.

use super::{
    book::Notes,
    table::line_of,
    world::{BRIEF, KEY, PATIENT, compose_by, two_events},
};
use crate::assistant::{Assistant, Bounds, openai};
use domain::{language_model::Question, report::ReportDocument};
use executor::capability::Fault;
use fake_openai::{
    Piece, Reply, Seen, Server, chat_events_of, faithful, is_probe, package_of, says_in_chat,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::Arc;

/// Room for the probe.
const BOUNDS: Bounds = Bounds { calls_max: 3, ..PATIENT };

fn assistant(server: &Server, bounds: Bounds) -> Assistant {
    let key = Some(SecretString::from(KEY));
    let access = openai::Access::new(Some(&server.base_url()), key, bounds).unwrap();
    Assistant::new(Arc::new(openai::ChatCompletions::new(access, "test-model")), bounds)
}

async fn compose(
    bounds: Bounds,
    script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
) -> (Result<(ReportDocument, String), Fault>, Server, Arc<Notes>) {
    let server = Server::start(KEY, script);
    let notes = Arc::new(Notes::default());
    let composed =
        compose_by(assistant(&server, bounds).keeping(notes.clone()), &two_events()).await;
    assert_eq!(server.refused(), [] as [&str; 0], "a request was not in the published form");
    (composed, server, notes)
}

/// Chunks as the wire has them, and whatever ends them.
fn wire(chunks: &[Value], end: Option<Piece>) -> Reply {
    let said = chunks.iter().map(|chunk| Piece::Bytes(format!("data: {chunk}\n\n").into_bytes()));
    Reply::stream(said.chain(end).collect())
}

fn sound(seen: &Seen) -> Vec<Value> {
    chat_events_of(&faithful(&package_of(seen)).to_string())
}

#[tokio::test]
async fn a_model_by_chat_completions_gives_a_report_that_names_it_and_what_was_found() {
    let (composed, server, notes) = compose(BOUNDS, |seen, _| {
        if is_probe(seen) { says_in_chat(seen, "") } else { wire(&sound(seen), None) }
    })
    .await;
    let (document, summary) = composed.unwrap();
    assert_eq!(reports::validate(&document, &two_events()), []);
    let engine = &document.scope.engine;
    assert_eq!(
        (engine.id.as_str(), engine.version.as_str()),
        ("openai-chat", "test-model-2026-11-01")
    );
    assert_eq!(engine.label, "Language model test-model (Chat Completions API)");
    assert!(
        summary.ends_with("The server was found to hold answers to a schema and to count tokens."),
        "{summary}"
    );
    assert_eq!(notes.questions(), [Question::Probe, Question::Compose]);
    // The probe says nothing of the order, the report's question everything.
    let [probe, compose] = server.seen().try_into().unwrap();
    let words = ["Acme Foam", "Urethane Gazette", "Weekly"];
    for word in words {
        assert!(!probe.body.to_string().contains(word), "{word}");
        assert!(compose.body["messages"][1]["content"].as_str().unwrap().contains(word));
        assert!(!compose.body["messages"][0]["content"].as_str().unwrap().contains(word));
    }
    assert!(compose.body.get("tools").is_none());
}

/// A worker that follows on a dead one.
async fn compose_after(
    kept: impl IntoIterator<Item = (Question, String)>,
) -> (Vec<Seen>, Arc<Notes>) {
    let server = Server::start(KEY, |seen, _| says_in_chat(seen, &faithful_or_empty(seen)));
    let notes = Arc::new(Notes::keeping(kept));
    let composed =
        compose_by(assistant(&server, BOUNDS).keeping(notes.clone()), &two_events()).await;
    assert_eq!(reports::validate(&composed.unwrap().0, &two_events()), []);
    (server.seen(), notes)
}

#[tokio::test]
async fn what_a_dead_worker_was_answered_is_not_asked_again() {
    let probe = (Question::Probe, r#"{"answer":"held to the schema"}"#.to_owned());
    let (seen, notes) = compose_after([probe.clone()]).await;
    assert_eq!(notes.questions(), [Question::Compose]);
    assert_eq!(notes.found(), [(Some(true), true)], "as the dead worker found it");
    assert_eq!(seen.len(), 1);
    let compose = (Question::Compose, super::faults::sound().to_string());
    let (seen, notes) = compose_after([probe, compose]).await;
    assert_eq!(notes.questions(), []);
    assert!(seen.is_empty(), "nothing is left to be asked");
}

#[tokio::test]
async fn a_server_is_probed_once_by_a_process_and_again_while_it_lacks_something() {
    let script = |seen: &Seen, before: usize| match before {
        // A server that takes the schema and does not hold to it.
        0 => wire(&chat_events_of("Hello, and welcome!"), None),
        _ => says_in_chat(seen, &faithful_or_empty(seen)),
    };
    let server = Server::start(KEY, script);
    let notes = Arc::new(Notes::default());
    let assistant = assistant(&server, BOUNDS).keeping(notes.clone());
    let fault = compose_by(assistant.clone(), &two_events()).await.unwrap_err();
    assert_eq!(fault.code, Some("server_lacks"));
    assert!(fault.message.contains("was not given the evidence"), "{fault}");
    assert_eq!(server.seen().len(), 1);
    for calls in [3, 4] {
        compose_by(assistant.clone(), &two_events()).await.unwrap();
        assert_eq!(server.seen().len(), calls);
    }
    let probes: Vec<_> = server.seen().iter().map(is_probe).collect();
    assert_eq!(probes, [true, true, false, false]);
    // Each report has on record what was found, the refused one too.
    assert_eq!(notes.found(), [(None, true), (Some(true), true), (Some(true), false)]);
}

fn faithful_or_empty(seen: &Seen) -> String {
    if is_probe(seen) { String::new() } else { faithful(&package_of(seen)).to_string() }
}

#[tokio::test]
async fn a_server_that_does_not_take_a_schema_is_told_nothing() {
    let refusal = "response_format json_schema is not supported";
    let (composed, server, _) = compose(BOUNDS, move |_, _| Reply::error(400, refusal)).await;
    assert_eq!(composed.unwrap_err().code, Some("rejected"));
    assert_eq!(server.seen().len(), 1);
    assert!(is_probe(&server.seen()[0]));
}

#[tokio::test]
async fn a_server_that_does_not_count_is_named_as_one() {
    let (composed, _, notes) = compose(BOUNDS, |seen, _| {
        let text = faithful_or_empty(seen);
        let held = json!({ "answer": "held to the schema" }).to_string();
        let mut chunks = chat_events_of(if is_probe(seen) { &held } else { &text });
        chunks.pop();
        wire(&chunks, Some(Piece::Bytes(b"data: [DONE]\n\n".to_vec())))
    })
    .await;
    let (_, summary) = composed.unwrap();
    assert!(summary.ends_with("hold answers to a schema, and not to count tokens."), "{summary}");
    assert!(notes.ends().iter().all(|end| end.tokens.is_none()));
    assert_eq!(notes.found(), [(Some(false), true)]);
}

/// What becomes of a report's question whose chunks are altered; the probe is sound.
async fn ends_with(
    bounds: Bounds,
    alter: impl Fn(&mut Vec<Value>) -> Option<Piece> + Send + Sync + 'static,
) -> Option<&'static str> {
    let (composed, server, _) = compose(bounds, move |seen, _| {
        if is_probe(seen) {
            return says_in_chat(seen, "");
        }
        let mut chunks = sound(seen);
        let end = alter(&mut chunks);
        wire(&chunks, end)
    })
    .await;
    let code = composed.err().and_then(|fault| fault.code);
    let repeated = code.is_some_and(|code| line_of(code).repeated);
    let sent_back = code == Some("schema_violated");
    // The probe, the question, and its repetition or repair.
    assert_eq!(server.seen().len(), if repeated || sent_back { 3 } else { 2 }, "{code:?}");
    code
}

#[tokio::test]
async fn every_end_of_a_chat_is_what_the_table_says_at_every_point() {
    let length = chat_events_of("long enough for every piece").len();
    // The chunk that says why it ended is the last but one.
    let end = length - 2;
    for at in 0..=length {
        let before_end = at <= end;
        let expected = |code| if before_end { Some(code) } else { None };
        let cut = ends_with(BOUNDS, move |chunks| {
            chunks.truncate(at);
            Some(Piece::Cut)
        });
        assert_eq!(cut.await, expected("truncated"), "cut before chunk {at}");
        let ended = ends_with(BOUNDS, move |chunks| {
            chunks.truncate(at);
            None
        });
        assert_eq!(ended.await, expected("truncated"), "ended before chunk {at}");
        let silent = ends_with(Bounds { calls_max: 3, ..BRIEF }, move |chunks| {
            chunks.truncate(at);
            Some(Piece::Silence)
        });
        assert_eq!(silent.await, expected("timed_out"), "silent before chunk {at}");
        let broken = ends_with(BOUNDS, move |chunks| {
            chunks.truncate(at);
            Some(Piece::Bytes(b"data: {\"choices\": [\n\n".to_vec()))
        });
        assert_eq!(broken.await, expected("malformed"), "broken before chunk {at}");
        let failed = ends_with(BOUNDS, move |chunks| {
            chunks.truncate(at);
            let error = json!({ "error": { "code": "server_error", "message": "…" } });
            Some(Piece::Bytes(format!("data: {error}\n\n").into_bytes()))
        });
        assert_eq!(failed.await, expected("overloaded"), "failed before chunk {at}");
    }
}

#[tokio::test]
async fn each_reason_of_an_end_has_its_failure() {
    for (reason, code) in [
        ("length", "incomplete"),
        ("content_filter", "refused"),
        ("tool_calls", "malformed"),
        ("something_new", "malformed"),
    ] {
        let found = ends_with(BOUNDS, move |chunks| {
            let end = chunks.len() - 2;
            chunks[end]["choices"][0]["finish_reason"] = json!(reason);
            None
        });
        assert_eq!(found.await, Some(code), "{reason}");
    }
    let refused = ends_with(BOUNDS, |chunks| {
        chunks[1]["choices"][0]["delta"] = json!({ "refusal": "I will not." });
        None
    });
    assert_eq!(refused.await, Some("refused"));
    let over_long = ends_with(BOUNDS, |chunks| {
        chunks[1]["choices"][0]["delta"]["content"] = json!("x".repeat(65 * 1024));
        None
    });
    assert_eq!(over_long.await, Some("over_long"));
    let twice = ends_with(BOUNDS, |chunks| {
        let piece = chunks[2].clone();
        chunks.insert(2, piece);
        None
    });
    assert_eq!(twice.await, Some("schema_violated"), "a piece that comes twice");
    let empty = ends_with(BOUNDS, |chunks| {
        let end = chunks.len() - 2;
        chunks.drain(1..end);
        None
    });
    assert_eq!(empty.await, Some("malformed"), "an answer of no piece");
    let after_the_end = ends_with(BOUNDS, |chunks| {
        let piece = chunks[2].clone();
        chunks.insert(chunks.len() - 1, piece);
        None
    });
    assert_eq!(after_the_end.await, None, "a piece after the end adds nothing");
}
