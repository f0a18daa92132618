//! Everything that a server can do to an answer, at every point of it. Each case says
//! how the capability ends and how often the server was asked; the rest follows from
//! the table.

use super::{
    table::line_of,
    world::{BRIEF, BRIEF_HEAD, KEY, PATIENT, compose, compose_at, two_events},
};
use crate::{analyst::Basis, assistant::Bounds, evidence::select};
use fake_openai::{Piece, Reply, Server, events_of, sse};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};

/// How a case ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    /// With a report that passes every rule.
    Report,
    /// As the table has it for this code.
    Fails(&'static str),
    /// The same, though a repetition was possible: the server asks for too long a pause.
    FailsAtOnce(&'static str),
}

struct Case {
    name: String,
    reply: Reply,
    bounds: Bounds,
    ends: Ends,
}

fn case(name: impl Into<String>, reply: Reply, ends: Ends) -> Case {
    Case { name: name.into(), reply, bounds: PATIENT, ends }
}

/// What a sound model says of [`two_events`].
pub fn sound() -> Value {
    let package = two_events();
    let selection = select(&package);
    let basis = Basis::new(&package, &selection).unwrap();
    let developments = basis.events().iter().enumerate().map(|(place, event)| {
        let item = event.lead();
        json!({
            "event": format!("V{}", place + 1),
            "headline": item.title,
            "claims": [{
                "kind": "fact",
                "text": format!("{} reports: {}", item.publisher, item.excerpt),
                "evidence": [item.id],
                "confidence": "medium",
            }],
        })
    });
    json!({
        "executive_summary": [],
        "decision_summary": [],
        "developments": developments.collect::<Vec<_>>(),
        "strategic_implications": [],
        "monitoring": [],
    })
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

fn raw(text: &str) -> Piece {
    Piece::Bytes(text.as_bytes().to_vec())
}

fn event(value: &Value) -> Piece {
    Piece::Bytes(sse(value))
}

/// Faults at every point of the stream.
fn in_the_stream() -> Vec<Case> {
    let events = events_of(&sound().to_string());
    let failed = |code: &str| json!({ "type": "response.failed", "response": { "status": "failed", "error": { "code": code, "message": "…" } } });
    let error =
        |code: &str| json!({ "type": "error", "code": code, "message": "…", "param": null });
    let incomplete = |reason: &str| json!({ "type": "response.incomplete", "response": { "status": "incomplete", "incomplete_details": { "reason": reason } } });
    let mut cases = Vec::new();
    for at in 0..events.len() {
        let mut add = |what: &str, reply: Reply, ends: Ends| {
            cases.push(case(format!("{what} before event {at}"), reply, ends));
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
        cases.push(Case {
            name: format!("silence before event {at}"),
            reply: up_to(&events, at, Some(Piece::Silence)),
            bounds: BRIEF,
            ends: Ends::Fails("timed_out"),
        });
    }
    cases
}

/// Answers that are none.
fn by_status() -> Vec<Case> {
    let mut cases = Vec::new();
    let of = |statuses: &[u16], code: &'static str| {
        let case_of = |status: &u16| {
            let reply = Reply::error(*status, "some_code");
            case(format!("status {status}"), reply, Ends::Fails(code))
        };
        statuses.iter().map(case_of).collect::<Vec<_>>()
    };
    cases.extend(of(&[401, 403], "invalid_key"));
    cases.extend(of(&[402], "quota_exhausted"));
    cases.extend(of(&[429], "rate_limited"));
    cases.extend(of(&[408], "timed_out"));
    cases.extend(of(
        &[400, 404, 405, 406, 410, 411, 413, 414, 415, 417, 422, 428, 431, 451],
        "rejected",
    ));
    cases.extend(of(
        &[409, 425, 500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 522, 524, 529, 599],
        "overloaded",
    ));
    cases.extend(of(&[201, 202, 203, 206, 226, 300, 301, 302, 303, 307, 308], "malformed"));
    for code in ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"] {
        cases.push(case(
            format!("429 {code}"),
            Reply::error(429, code),
            Ends::Fails("quota_exhausted"),
        ));
    }
    for code in ["content_filter", "content_policy_violation", "invalid_prompt"] {
        cases.push(case(format!("400 {code}"), Reply::error(400, code), Ends::Fails("refused")));
    }
    for status in [429, 503] {
        let code = if status == 429 { "rate_limited" } else { "overloaded" };
        let after = |value: &str| Reply::error(status, "x").header("retry-after", value);
        for soon in ["0", "0.005", "soon", "-1", "1e999", "Tue, 24 Nov 2026 18:30:00 GMT"] {
            cases.push(case(
                format!("{status}, again after {soon}"),
                after(soon),
                Ends::Fails(code),
            ));
        }
        for late in ["3600", "1", "99999999999999999999"] {
            // Beyond the bound on pauses: the server is not asked again.
            let ends = if late.len() > 10 { Ends::Fails(code) } else { Ends::FailsAtOnce(code) };
            cases.push(case(format!("{status}, again after {late}"), after(late), ends));
        }
        let ms = Reply::error(status, "x").header("retry-after-ms", "60000");
        cases.push(case(format!("{status}, again after 60000 ms"), ms, Ends::FailsAtOnce(code)));
    }
    for (what, body) in [
        ("nothing", vec![]),
        ("no JSON", vec![raw("<html>Bad gateway</html>")]),
        ("half an error", vec![raw("{\"error\":{\"code\":"), Piece::Cut]),
        ("an endless body", vec![Piece::Endless(vec![b'x'; 8192])]),
    ] {
        let reply = Reply::new(502, "text/html", body);
        cases.push(case(format!("502 with {what}"), reply, Ends::Fails("overloaded")));
    }
    for kind in ["text/html", "application/json", "text/plain", "", "application/octet-stream"] {
        let mut reply = Reply::says(&sound().to_string());
        reply.headers = vec![("content-type", kind.to_owned())];
        cases.push(case(format!("200 of type “{kind}”"), reply, Ends::Fails("malformed")));
    }
    let silent = Case {
        name: "not even a head".to_owned(),
        reply: Reply::silence(),
        bounds: BRIEF_HEAD,
        ends: Ends::Fails("timed_out"),
    };
    cases.push(silent);
    cases.push(Case {
        name: "502 whose body never ends".to_owned(),
        reply: Reply::new(502, "text/html", vec![raw("<html>"), Piece::Silence]),
        bounds: BRIEF,
        ends: Ends::Fails("timed_out"),
    });
    let cancelled = json!({ "type": "response.cancelled", "response": { "id": "resp_1" } });
    cases.push(Case {
        name: "cancelled by somebody, and then silence".to_owned(),
        reply: Reply::stream(vec![event(&cancelled), Piece::Silence]),
        bounds: BRIEF,
        ends: Ends::Fails("truncated"),
    });
    cases
}

/// Streams that end as they should, and say something else than a report.
fn by_content() -> Vec<Case> {
    let mut cases = Vec::new();
    for (what, text) in [
        ("prose", "Here is your report."),
        ("an empty object", "{}"),
        ("an empty list", "[]"),
        ("null", "null"),
        ("HTML", "<h1>Report</h1>"),
        ("fenced JSON", "```json\n{}\n```"),
        ("half a draft", "{\"developments\": ["),
        ("a number", "17"),
    ] {
        cases.push(case(what, Reply::says(text), Ends::Fails("schema_violated")));
    }
    let changed = |name: &str, value: Value| {
        let mut draft = sound();
        draft[name] = value;
        Reply::says(&draft.to_string())
    };
    for (what, reply) in [
        ("a field too many", changed("html", json!("<b>"))),
        ("a list as text", changed("developments", json!("none"))),
        (
            "an unknown kind",
            changed(
                "decision_summary",
                json!([{ "kind": "rumour", "text": "x", "evidence": [], "confidence": "low" }]),
            ),
        ),
        (
            "an unknown theme",
            changed("executive_summary", json!([{ "theme": "love", "text": "x", "evidence": [] }])),
        ),
        (
            "a number as evidence",
            changed(
                "strategic_implications",
                json!([{ "kind": "fact", "text": "x", "evidence": [1], "confidence": "low" }]),
            ),
        ),
    ] {
        cases.push(case(what, reply, Ends::Fails("schema_violated")));
    }
    let long = "x".repeat(PATIENT.answer_bytes_max + 1);
    cases.push(case("a text beyond its bound", Reply::says(&long), Ends::Fails("over_long")));
    let text = sound().to_string();
    let edited = |edit: &dyn Fn(&mut Vec<Value>)| {
        let mut events = events_of(&text);
        edit(&mut events);
        Reply::events(&events)
    };
    let last = |events: &mut Vec<Value>| events.len() - 1;
    cases.push(case(
        "a last event without output",
        edited(&|events| {
            let last = last(events);
            events[last]["response"]["output"] = json!([]);
        }),
        Ends::Report,
    ));
    cases.push(case(
        "only a last event",
        edited(&|events| drop(events.drain(..events.len() - 1))),
        Ends::Report,
    ));
    cases.push(case(
        "an end without any text",
        edited(&|events| {
            events.retain(|event| event["type"] == "response.completed");
            events[0]["response"]["output"] = json!([]);
        }),
        Ends::Fails("malformed"),
    ));
    cases.push(case(
        "a refusal in the output",
        edited(&|events| {
            let last = last(events);
            events[last]["response"]["output"][0]["content"] =
                json!([{ "type": "refusal", "refusal": "No." }]);
        }),
        Ends::Fails("refused"),
    ));
    cases.push(case(
        "a last event with more text than its pieces had, and than an answer may have",
        edited(&|events| {
            let last = last(events);
            events[last]["response"]["output"][0]["content"][0]["text"] =
                json!("x".repeat(PATIENT.answer_bytes_max + 1));
        }),
        Ends::Fails("over_long"),
    ));
    cases.push(case(
        "nothing but what is needed",
        edited(&|events| {
            for event in events.iter_mut() {
                for name in
                    ["sequence_number", "item_id", "output_index", "content_index", "logprobs"]
                {
                    event.as_object_mut().unwrap().remove(name);
                }
            }
            let last = last(events);
            for name in ["id", "object", "created_at", "usage", "model", "status", "error"] {
                events[last]["response"].as_object_mut().unwrap().remove(name);
            }
        }),
        Ends::Report,
    ));
    cases.push(case(
        "a thought before the message",
        edited(&|events| {
            let last = last(events);
            let output = events[last]["response"]["output"].as_array_mut().unwrap();
            output.insert(0, json!({ "type": "reasoning", "summary": [], "content": [{ "type": "reasoning_text", "text": "hm" }] }));
        }),
        Ends::Report,
    ));
    let crlf = events_of(&text).iter().map(sse).collect::<Vec<_>>().concat();
    let crlf = String::from_utf8(crlf).unwrap().replace('\n', "\r\n");
    cases.push(case("lines that end in CR LF", Reply::stream(vec![raw(&crlf)]), Ends::Report));
    let bytes: Vec<u8> = events_of(&text).iter().flat_map(sse).collect();
    let bits = bytes.chunks(7).map(|bit| Piece::Bytes(bit.to_vec())).collect();
    cases.push(case("pieces of seven bytes", Reply::stream(bits), Ends::Report));
    cases
}

/// What is wrong with how a case ended, if anything is.
async fn wrong(case: Case) -> Option<String> {
    let Case { name, reply, bounds, ends } = case;
    let package = two_events();
    let (composed, server) = compose(bounds, &package, move |_, _| reply.clone()).await;
    let asked = server.seen().len();
    // What a socket holds comes on top of what the assistant lets in.
    let sent_max = 2 * (bounds.stream_bytes_max + 8 * 1024 * 1024);
    if server.sent() > sent_max {
        return Some(format!("{name}: {} bytes were taken", server.sent()));
    }
    let (code, may_repeat) = match ends {
        Ends::Report => {
            return match composed {
                Ok((document, _))
                    if reports::validate(&document, &package).is_empty() && asked == 1 =>
                {
                    None
                }
                other => Some(format!("{name}: no report but {other:?} after {asked} calls")),
            };
        }
        Ends::Fails(code) => (code, true),
        Ends::FailsAtOnce(code) => (code, false),
    };
    let line = line_of(code);
    let fault = match composed {
        Err(fault) => fault,
        Ok((_, summary)) => return Some(format!("{name}: a document: {summary}")),
    };
    let sent_back = code == "schema_violated";
    let expected = if (line.repeated && may_repeat) || sent_back { 2 } else { 1 };
    let as_specified = fault.code == Some(code)
        && asked == expected
        && fault.kind.counts() == line.counted
        && fault.kind.failure().id() == line.failure
        && fault.message.contains(line.reads)
        && fault.reasons.is_empty() != sent_back;
    (!as_specified)
        .then(|| format!("{name}: {fault:?} after {asked} calls, not {code} after {expected}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_fault_ends_as_the_table_says_at_every_point_of_the_answer() {
    const AT_ONCE: usize = 12;
    let mut cases = in_the_stream();
    cases.extend(by_status());
    cases.extend(by_content());
    assert!(cases.len() >= 200, "only {} faults", cases.len());
    let wrong: Vec<String> = stream::iter(cases)
        .map(wrong)
        .buffer_unordered(AT_ONCE)
        .filter_map(async |one| one)
        .collect()
        .await;
    assert!(wrong.is_empty(), "{} cases: {wrong:#?}", wrong.len());
}

#[tokio::test]
async fn a_fault_that_passes_leaves_a_report() {
    for fault in [Reply::error(503, "x"), Reply::error(429, "x"), Reply::stream(vec![Piece::Cut])] {
        let text = sound().to_string();
        let package = two_events();
        let (composed, server) = compose(PATIENT, &package, move |_, before| {
            if before == 0 { fault.clone() } else { Reply::says(&text) }
        })
        .await;
        assert_eq!(reports::validate(&composed.unwrap().0, &package), []);
        let ids: Vec<_> =
            server.seen().iter().map(|seen| seen.headers["idempotency-key"].clone()).collect();
        assert_eq!(ids.len(), 2);
        assert_eq!(ids[0], ids[1], "a repetition is the same request");
    }
}

#[tokio::test]
async fn nobody_at_the_address_is_unreachable() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let fault = compose_at(&format!("http://{port}/v1"), PATIENT, &two_events()).await.unwrap_err();
    assert_eq!(fault.code, Some("unreachable"));
    assert!(fault.kind.counts());
}

/// A server whose queue of connections is full: nobody refuses, and nobody answers.
#[tokio::test]
async fn a_server_that_takes_no_connection_meets_the_bound_on_connecting() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let full = socket.listen(1).unwrap();
    let address = full.local_addr().unwrap();
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..8 {
        waiting.spawn(TcpStream::connect(address));
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let bounds = Bounds { connect: Duration::from_millis(200), ..PATIENT };
    let (base, package) = (format!("http://{address}/v1"), two_events());
    let composing = compose_at(&base, bounds, &package);
    let composed = tokio::time::timeout(Duration::from_secs(20), composing).await;
    let fault = composed.expect("it waits beyond the bound").unwrap_err();
    assert_eq!(fault.code, Some("timed_out"));
}

#[tokio::test]
async fn a_server_that_trickles_for_ever_meets_the_bound_on_all_time() {
    let bounds = Bounds { total: Duration::from_millis(400), ..PATIENT };
    let (composed, server) = compose(bounds, &two_events(), |_, _| {
        let drop = [raw(": still here\n\n"), Piece::Pause(Duration::from_millis(20))];
        Reply::stream(drop.into_iter().cycle().take(20_000).collect())
    })
    .await;
    let fault = composed.unwrap_err();
    assert_eq!(fault.code, Some("timed_out"));
    assert!(fault.message.contains("did not finish the report in time"), "{fault}");
    assert_eq!(server.seen().len(), 1);
}

/// With a redirect that is followed, whoever answers could send the evidence anywhere.
#[tokio::test]
async fn a_redirect_is_not_followed_so_that_the_evidence_goes_nowhere_else() {
    let elsewhere = Server::start(KEY, |_, _| Reply::says(&sound().to_string()));
    let address = format!("{}/responses", elsewhere.base_url());
    for status in [301, 302, 303, 307, 308] {
        let to = address.clone();
        let redirect = Reply::new(status, "text/plain", Vec::new()).header("location", to);
        let script = move |_: &_, _| redirect.clone();
        let (composed, server) = compose(PATIENT, &two_events(), script).await;
        assert_eq!(composed.unwrap_err().code, Some("malformed"), "{status}");
        assert_eq!(server.seen().len(), 2, "{status}");
    }
    assert_eq!((elsewhere.seen().len(), elsewhere.refused().len()), (0, 0));
}
