//! Answers in the background: resumed where they break off, cancelled where nobody wants
//! them any more.

use super::{
    book::Notes,
    world::{BRIEF, KEY, PATIENT, compose_by, two_events},
};
use crate::assistant::{Assistant, Bounds, openai};
use domain::report::ReportDocument;
use executor::capability::Fault;
use fake_openai::{
    Piece, Reply, Seen, Server, cancelled, events_of, faithful, is_cancel, package_of, rest_of,
    resumes, sse,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

fn assistant(server: &Server, bounds: Bounds) -> Assistant {
    let key = Some(SecretString::from(KEY));
    let access = openai::Access::new(Some(&server.base_url()), key, bounds).unwrap();
    let model = openai::Responses::new(access, "test-model").in_background();
    Assistant::new(Arc::new(model), bounds)
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

/// What a sound model says of [`two_events`], whoever asks.
fn sound() -> Vec<Value> {
    events_of(&super::faults::sound().to_string())
}

fn up_to(events: &[Value], place: usize, end: Piece) -> Reply {
    let mut pieces: Vec<_> = events[..place].iter().map(|one| Piece::Bytes(sse(one))).collect();
    pieces.push(end);
    Reply::stream(pieces)
}

fn posts(server: &Server) -> usize {
    server.seen().iter().filter(|seen| seen.method == "POST" && !is_cancel(seen)).count()
}

fn resumed(server: &Server) -> Vec<i64> {
    server.seen().iter().filter_map(resumes).collect()
}

/// The cancellation is sent by a task of its own.
async fn cancellations(server: &Server, expected: usize) {
    let begun = Instant::now();
    let sent = || server.seen().iter().filter(|seen| is_cancel(seen)).count();
    while sent() < expected && begun.elapsed() < Duration::from_secs(20) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // One too many would have been sent by now.
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(sent(), expected, "cancellations");
}

#[tokio::test]
async fn an_answer_in_the_background_is_stored_and_named_in_the_book() {
    let (composed, server, notes) =
        compose(PATIENT, |seen, _| Reply::says(&faithful(&package_of(seen)).to_string())).await;
    assert_eq!(reports::validate(&composed.unwrap().0, &two_events()), []);
    let body = &server.seen()[0].body;
    assert_eq!((&body["background"], &body["store"]), (&json!(true), &json!(true)));
    assert_eq!(notes.began(), ["resp_1"]);
    cancellations(&server, 0).await;
}

/// The connection breaks, falls silent or ends before every event.
#[tokio::test]
async fn an_answer_that_breaks_off_is_resumed_at_every_point_and_asked_for_once() {
    let events = sound();
    for (what, bounds, end) in [
        ("cut", PATIENT, Piece::Cut),
        ("ended", PATIENT, Piece::Pause(Duration::ZERO)),
        ("silent", BRIEF, Piece::Silence),
    ] {
        for at in 1..events.len() {
            let (all, end) = (events.clone(), end.clone());
            let (composed, server, notes) = compose(bounds, move |seen, _| match resumes(seen) {
                Some(_) => Reply::events(&rest_of(seen, &all)),
                None => up_to(&all, at, end.clone()),
            })
            .await;
            let place = format!("{what} before event {at}");
            let (document, _) = composed.unwrap_or_else(|fault| panic!("{place}: {fault:?}"));
            assert_eq!(reports::validate(&document, &two_events()), [], "{place}");
            assert_eq!(posts(&server), 1, "{place}");
            assert_eq!(resumed(&server), [i64::try_from(at).unwrap() - 1], "{place}");
            assert_eq!(notes.ends().len(), 1, "{place}: one call");
            cancellations(&server, 0).await;
        }
    }
}

/// A server that asks to be left alone is left alone, as long as it may be waited for; what
/// it has begun is not asked for again meanwhile.
#[tokio::test]
async fn a_server_that_asks_for_a_pause_is_resumed_after_it_or_not_at_all() {
    for status in [429, 503] {
        for (after, resumptions) in [("0", 2), ("3600", 1)] {
            let events = sound();
            let resumed_before = AtomicUsize::new(0);
            let (composed, server, _) = compose(PATIENT, move |seen, _| match resumes(seen) {
                Some(_) if resumed_before.fetch_add(1, Ordering::SeqCst) > 0 => {
                    Reply::events(&rest_of(seen, &events))
                }
                Some(_) => Reply::error(status, "rate_limit_exceeded").header("retry-after", after),
                None => up_to(&events, 2, Piece::Cut),
            })
            .await;
            let place = format!("{status}, {after} s");
            assert_eq!(composed.is_ok(), after == "0", "{place}: {composed:?}");
            assert_eq!((posts(&server), resumed(&server).len()), (1, resumptions), "{place}");
        }
    }
}

#[tokio::test]
async fn what_breaks_off_before_it_has_a_name_is_asked_for_again() {
    let events = sound();
    let (composed, server, _) = compose(PATIENT, move |_, before| match before {
        0 => up_to(&events, 0, Piece::Cut),
        _ => Reply::events(&events),
    })
    .await;
    composed.unwrap();
    assert_eq!((posts(&server), resumed(&server).len()), (2, 0));
}

#[tokio::test]
async fn a_server_that_is_out_for_a_moment_is_asked_to_go_on_again() {
    let events = sound();
    let (composed, server, _) =
        compose(PATIENT, move |seen, before| match (resumes(seen), before) {
            (None, _) => up_to(&events, 4, Piece::Cut),
            (Some(_), 1) => Reply::error(503, "server_error"),
            (Some(_), 2) => up_to(&rest_of(seen, &events), 2, Piece::Cut),
            (Some(_), _) => Reply::events(&rest_of(seen, &events)),
        })
        .await;
    composed.unwrap();
    assert_eq!((posts(&server), resumed(&server)), (1, vec![3, 3, 5]));
}

#[tokio::test]
async fn an_answer_that_the_server_no_longer_has_is_asked_for_again() {
    let events = sound();
    let (composed, server, _) = compose(PATIENT, move |seen, before| match before {
        0 => up_to(&events, 4, Piece::Cut),
        1 => Reply::error(404, "not_found"),
        _ if is_cancel(seen) => cancelled(),
        _ => Reply::events(&events),
    })
    .await;
    composed.unwrap();
    assert_eq!(posts(&server), 2);
}

#[tokio::test]
async fn a_connection_that_breaks_again_and_again_is_given_up_and_the_answer_cancelled() {
    let events = sound();
    let (composed, server, notes) = compose(PATIENT, move |seen, _| match resumes(seen) {
        _ if is_cancel(seen) => cancelled(),
        Some(_) => up_to(&rest_of(seen, &events), 0, Piece::Cut),
        None => up_to(&events, 3, Piece::Cut),
    })
    .await;
    assert_eq!(composed.unwrap_err().code, Some("truncated"));
    // The question and its repetition, each resumed three times.
    assert_eq!((posts(&server), resumed(&server).len()), (2, 6));
    assert_eq!(notes.ends().len(), 2);
    cancellations(&server, 2).await;
}

#[tokio::test]
async fn what_ends_by_itself_is_not_cancelled_and_what_is_stopped_is() {
    let ended = |kind: &str, response: Value| json!({ "type": kind, "response": response });
    let failed = json!({ "id": "resp_1", "error": { "code": "insufficient_quota" } });
    let incomplete =
        json!({ "id": "resp_1", "incomplete_details": { "reason": "max_output_tokens" } });
    for (name, event, code, cancels) in [
        ("failed", ended("response.failed", failed), "quota_exhausted", 0),
        ("incomplete", ended("response.incomplete", incomplete), "incomplete", 0),
        // The model declines, and may go on declining.
        ("refusal", json!({ "type": "response.refusal.delta", "delta": "No" }), "refused", 1),
        (
            "too long",
            json!({ "type": "response.output_text.delta", "delta": "x".repeat(65 * 1024) }),
            "over_long",
            1,
        ),
    ] {
        let events = sound();
        let (composed, server, _) = compose(PATIENT, move |seen, _| {
            if is_cancel(seen) {
                return cancelled();
            }
            let mut pieces = vec![Piece::Bytes(sse(&events[0])), Piece::Bytes(sse(&event))];
            pieces.push(Piece::Silence);
            Reply::stream(pieces)
        })
        .await;
        assert_eq!(composed.unwrap_err().code, Some(code), "{name}");
        cancellations(&server, cancels).await;
    }
}

/// A name stands in addresses, and in the book.
#[tokio::test]
async fn what_is_no_name_of_an_answer_is_taken_for_none() {
    for name in ["resp/../models".to_owned(), String::new(), "x".repeat(201)] {
        let (composed, _, notes) = compose(PATIENT, move |seen, _| {
            let mut events = events_of(&faithful(&package_of(seen)).to_string());
            for event in &mut events {
                if event["response"].is_object() {
                    event["response"]["id"] = json!(name);
                }
            }
            Reply::events(&events)
        })
        .await;
        assert_eq!(reports::validate(&composed.unwrap().0, &two_events()), []);
        assert_eq!(notes.began(), [] as [&str; 0]);
    }
}

/// As where a run is cancelled: whoever waits goes away.
#[tokio::test]
async fn an_answer_is_cancelled_when_all_time_is_used_up_and_when_nobody_waits() {
    let silent = |seen: &Seen, _| {
        if is_cancel(seen) { cancelled() } else { up_to(&events_of("{}"), 2, Piece::Silence) }
    };
    let bounds = Bounds { total: Duration::from_millis(400), ..PATIENT };
    let (composed, server, _) = compose(bounds, silent).await;
    assert_eq!(composed.unwrap_err().code, Some("timed_out"));
    cancellations(&server, 1).await;

    let server = Server::start(KEY, silent);
    let notes = Arc::new(Notes::default());
    let assistant = assistant(&server, PATIENT).keeping(notes.clone());
    let waiting = tokio::spawn(async move { compose_by(assistant, &two_events()).await });
    let begun = Instant::now();
    while notes.began().is_empty() && begun.elapsed() < Duration::from_secs(20) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    waiting.abort();
    cancellations(&server, 1).await;
}

/// A worker died; the next one is told the name that the book has.
#[tokio::test]
async fn a_call_of_a_dead_worker_is_resumed_from_its_beginning_or_made_again() {
    let events = sound();
    let server = Server::start(KEY, move |seen, _| match resumes(seen) {
        Some(_) => Reply::events(&rest_of(seen, &events)),
        None => Reply::error(500, "server_error"),
    });
    let notes = Arc::new(Notes::resuming("resp_1"));
    let composed =
        compose_by(assistant(&server, PATIENT).keeping(notes.clone()), &two_events()).await;
    composed.unwrap();
    assert_eq!((posts(&server), resumed(&server)), (0, vec![-1]));
    assert_eq!(notes.began(), [] as [&str; 0], "it has its name already");

    let events = sound();
    let server = Server::start(KEY, move |seen, _| match resumes(seen) {
        Some(_) => Reply::error(404, "not_found"),
        None => Reply::events(&events),
    });
    let notes = Arc::new(Notes::resuming("resp_1"));
    let composed =
        compose_by(assistant(&server, PATIENT).keeping(notes.clone()), &two_events()).await;
    composed.unwrap();
    assert_eq!((posts(&server), resumed(&server)), (1, vec![-1]));
    let outcomes: Vec<_> = notes.ends().iter().map(|end| end.outcome).collect();
    assert_eq!(outcomes, ["truncated", "answered"]);
}

/// One refusal, and no other run of the process asks for it again.
#[tokio::test]
async fn a_server_without_a_background_is_asked_without_it_and_says_so_once() {
    let server = Server::start(KEY, |seen, _| {
        if seen.body["background"] == true {
            Reply::unknown_parameter("background")
        } else {
            Reply::says(&faithful(&package_of(seen)).to_string())
        }
    });
    let notes = Arc::new(Notes::default());
    let assistant = assistant(&server, PATIENT).keeping(notes.clone());
    for _ in 0..2 {
        let (document, summary) = compose_by(assistant.clone(), &two_events()).await.unwrap();
        assert_eq!(reports::validate(&document, &two_events()), []);
        assert!(summary.contains("have no background mode"), "{summary}");
    }
    let asked = server.seen();
    let stored: Vec<_> = asked.iter().map(|seen| seen.body["store"] == true).collect();
    assert_eq!(stored, [true, false, false], "nothing is stored without a background");
    let ids = |seen: &Seen| seen.headers["idempotency-key"].clone();
    assert_eq!(ids(&asked[0]), ids(&asked[1]), "it is the same question");
    // One call of each run, and none that the server could resume.
    assert_eq!(notes.ends().len(), 2);
    assert_eq!(notes.began(), [] as [&str; 0]);
    cancellations(&server, 0).await;
    assert_eq!(server.refused(), [] as [&str; 0]);
}

/// What is refused for another reason is refused.
#[tokio::test]
async fn a_request_that_is_refused_for_another_parameter_is_not_sent_again() {
    let (composed, server, _) = compose(PATIENT, |_, _| Reply::unknown_parameter("store")).await;
    assert_eq!(composed.unwrap_err().code, Some("rejected"));
    assert_eq!(posts(&server), 1);
}

/// Another worker began it, when the server still had its background.
#[tokio::test]
async fn an_answer_that_was_begun_in_the_background_is_resumed_also_where_there_is_none_now() {
    let events = sound();
    let server = Server::start(KEY, move |seen, _| match resumes(seen) {
        Some(_) => Reply::events(&rest_of(seen, &events)),
        None if seen.body["background"] == true => Reply::unknown_parameter("background"),
        None => Reply::events(&events),
    });
    let assistant = assistant(&server, PATIENT);
    let first = Arc::new(Notes::default());
    compose_by(assistant.clone().keeping(first), &two_events()).await.unwrap();
    let notes = Arc::new(Notes::resuming("resp_1"));
    compose_by(assistant.keeping(notes), &two_events()).await.unwrap();
    assert_eq!((posts(&server), resumed(&server)), (2, vec![-1]));
}
