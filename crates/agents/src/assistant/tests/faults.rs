//! Everything that a server can do to an answer, at every point of it. Each fault says how
//! the capability ends; how often the server was asked, and what the breaker makes of it,
//! follows from the table.

use super::{
    book::Notes,
    table::line_of,
    world::{BRIEF, BRIEF_HEAD, KEY, PATIENT, compose, compose_at, compose_by, two_events},
};
use crate::{
    analyst::Basis,
    assistant::{
        Answering, Ask, Assistant, Bounds, Failure, Heard, Identity, Listener, Looking, Model,
        openai,
    },
    evidence::select,
};
use domain::report::ReportDocument;
use executor::{
    capability::Fault,
    runtime::{
        BreakerState,
        breaker::{BreakerPolicy, Guard},
    },
};
use fake_openai::{Bound, Ends, Piece, Reply, Server, faults};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::net::{TcpSocket, TcpStream};

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

fn raw(text: &str) -> Piece {
    Piece::Bytes(text.as_bytes().to_vec())
}

/// A model with the most that was ever held of one of its answers: bytes off the wire, and
/// bytes of text.
#[derive(Debug)]
struct Watched {
    inner: openai::Responses,
    most: Arc<Most>,
}

#[derive(Debug, Default)]
struct Most {
    wire: AtomicU64,
    text: AtomicU64,
}

impl Most {
    fn is_within(&self, bounds: &Bounds) -> bool {
        self.wire.load(Ordering::SeqCst) <= bounds.stream_bytes_max
            && self.text.load(Ordering::SeqCst) <= bounds.answer_bytes_max as u64
    }
}

impl Model for Watched {
    fn identity(&self) -> Identity {
        self.inner.identity()
    }

    fn server(&self) -> &str {
        self.inner.server()
    }

    fn listing(&self) -> Looking<'_> {
        self.inner.listing()
    }

    fn ask<'a>(&'a self, ask: Ask, mut listener: Listener<'a>) -> Answering<'a> {
        let most = &*self.most;
        let mut told = 0;
        let counting = move |heard: Heard<'_>| {
            if let Heard::Text(piece) = heard {
                told += piece.len() as u64;
                most.text.fetch_max(told, Ordering::SeqCst);
            }
            listener(heard);
        };
        Box::pin(async move {
            let reply = self.inner.ask(ask, Box::new(counting)).await;
            most.wire.fetch_max(reply.bytes, Ordering::SeqCst);
            if let Ok(answer) = &reply.answer {
                most.text.fetch_max(answer.text.len() as u64, Ordering::SeqCst);
            }
            reply
        })
    }
}

/// What came of one fault.
struct Came {
    composed: Result<(ReportDocument, String), Fault>,
    asked: usize,
    /// What the breaker counts afterwards that the product has for the assistant.
    counted: u32,
    most: Arc<Most>,
}

async fn come_of(reply: Reply, bounds: Bounds) -> Came {
    let server = Server::start(KEY, move |_, _| reply.clone());
    let key = Some(SecretString::from(KEY));
    let access = openai::Access::new(Some(&server.base_url()), key, bounds).unwrap();
    let most = Arc::<Most>::default();
    let inner = openai::Responses::new(access, "test-model");
    let model = Watched { inner, most: Arc::clone(&most) };
    let assistant = Assistant::new(Arc::new(model), bounds).keeping(Arc::new(Notes::default()));
    let guard = guard();
    let permit = guard.admit().unwrap();
    let composed = compose_by(assistant, &two_events()).await;
    permit.settle(&composed);
    assert_eq!(server.refused(), [] as [&str; 0], "a request was not in the published form");
    Came { composed, asked: server.seen().len(), counted: guard.view().failures, most }
}

fn guard() -> Guard {
    Guard::new("assistant", BreakerPolicy::AGENT, || Timestamp::UNIX_EPOCH)
}

/// What is wrong with how a fault ended, if anything is.
async fn wrong(fault: fake_openai::Fault) -> Option<String> {
    let fake_openai::Fault { name, reply, bound, ends } = fault;
    let bounds = match bound {
        None => PATIENT,
        Some(Bound::Silence) => BRIEF,
        Some(Bound::NoHead) => BRIEF_HEAD,
    };
    let Came { composed, asked, counted, most } = come_of(reply, bounds).await;
    if !most.is_within(&bounds) {
        return Some(format!("{name}: held {most:?}"));
    }
    let (code, may_repeat) = match ends {
        Ends::Report | Ends::Unfit(_) => {
            let (code, calls) = match ends {
                Ends::Unfit(code) => (Some(code), 2),
                _ => (None, 1),
            };
            let found = composed.as_ref().ok().map(|(document, _)| {
                let findings = reports::validate(document, &two_events());
                Failure::of_findings(&findings).map(|failure| failure.terms().code)
            });
            return (found != Some(code) || (asked, counted) != (calls, 0))
                .then(|| format!("{name}: {found:?} after {asked} calls, {counted} counted"));
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
        && counted == u32::from(line.counted)
        && fault.kind.failure().id() == line.failure
        && fault.message.contains(line.reads)
        && fault.reasons.is_empty() != sent_back;
    (!as_specified).then(|| {
        format!(
            "{name}: {fault:?} after {asked} calls, {counted} counted, not {code} after {expected}"
        )
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_fault_ends_as_the_table_says_at_every_point_of_the_answer() {
    const AT_ONCE: usize = 12;
    const HARMFUL_MIN: usize = 200;
    let all = faults(&sound(), PATIENT.answer_bytes_max);
    let harmful = all.iter().filter(|fault| fault.ends != Ends::Report).count();
    assert!(harmful >= HARMFUL_MIN, "only {harmful} faults");
    for code in ["out_of_scope", "ungrounded", "schema_violated"] {
        let of_code = |ends| matches!(ends, Ends::Fails(one) | Ends::Unfit(one) if one == code);
        assert!(all.iter().any(|fault| of_code(fault.ends)), "no fault is {code}");
    }
    let wrong: Vec<String> = stream::iter(all)
        .map(wrong)
        .buffer_unordered(AT_ONCE)
        .filter_map(async |one| one)
        .collect()
        .await;
    assert!(wrong.is_empty(), "{} cases: {wrong:#?}", wrong.len());
}

/// Without it the bound on memory above could not fail.
#[tokio::test]
async fn what_is_held_of_an_answer_is_counted_to_the_byte() {
    let text = sound().to_string();
    let events = fake_openai::events_of(&text);
    let sent: usize = events.iter().map(|event| fake_openai::sse(event).len()).sum();
    let Came { composed, most, .. } = come_of(Reply::says(&text), PATIENT).await;
    composed.unwrap();
    assert_eq!(most.wire.load(Ordering::SeqCst), sent as u64);
    assert_eq!(most.text.load(Ordering::SeqCst), text.len() as u64);
    let bounds = Bounds { stream_bytes_max: sent as u64 - 1, ..PATIENT };
    let Came { composed, most, .. } = come_of(Reply::says(&text), bounds).await;
    assert_eq!(composed.unwrap_err().code, Some("over_long"));
    assert!(most.is_within(&bounds), "{most:?}");
}

/// Five of one kind in a row, by the breaker that the product has.
#[test]
fn faults_that_count_open_the_breaker_and_no_number_of_others_does() {
    for failure in super::table::every_failure() {
        let guard = guard();
        for _ in 0..5 {
            let permit = guard.admit().unwrap_or_else(|_| panic!("{failure:?} opened it early"));
            permit.settle(&Err::<(), _>(failure.clone().into_fault(Vec::new())));
        }
        let counted = line_of(failure.terms().code).counted;
        let expected = if counted { BreakerState::Open } else { BreakerState::Closed };
        assert_eq!(guard.view().state, expected, "{failure:?}");
        assert_eq!(guard.admit().is_err(), counted, "{failure:?}");
    }
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
