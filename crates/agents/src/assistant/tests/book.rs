//! What is written down of each call, and what is not sent.

use super::world::{
    BRIEF, CALL, HOLD, KEY, PATIENT, assistant, compose_by, compose_in, two_events,
};
use crate::assistant::{
    Answer, Book, Bounds, CallEnd, Entry, Found, Kept, NewCall, NotOpened, Opened,
};
use domain::{
    id::{ModelCallId, WorkspaceId},
    language_model::{Exhausted, Question, Tokens},
};
use executor::capability::FaultKind;
use fake_openai::{Piece, Reply, Server, events_of, faithful, package_of, sse};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use uuid::Uuid;

/// A book in memory.
#[derive(Debug, Default)]
pub struct Notes {
    /// Calls that an earlier worker made of the same run.
    before: u32,
    /// From this call on it refuses, counted from 1.
    refuses: Option<(u32, NotOpened)>,
    lines: Mutex<Vec<Line>>,
    arrived: Mutex<Vec<String>>,
    began: Mutex<Vec<String>>,
    found: Mutex<Vec<Found>>,
    /// What the server goes on with under this name is the first call.
    resumes: Option<String>,
    /// Answers that an earlier worker was given.
    kept: Vec<(Question, Kept)>,
}

#[derive(Clone, Debug)]
struct Line {
    call: NewCall,
    end: Option<CallEnd>,
}

impl Notes {
    fn lines(&self) -> Vec<Line> {
        self.lines.lock().unwrap().clone()
    }

    pub fn resuming(response: &str) -> Self {
        Self { resumes: Some(response.to_owned()), ..Self::default() }
    }

    /// Answers that an earlier worker was given, by a server that counts tokens.
    pub fn keeping(answers: impl IntoIterator<Item = (Question, String)>) -> Self {
        let kept = (1..).zip(answers).map(|(ordinal, (question, text))| {
            let answer = Answer { text, model: Some("test-model-2026-11-01".to_owned()) };
            (question, Kept { ordinal, answer, counted: true })
        });
        let kept: Vec<_> = kept.collect();
        Self { before: u32::try_from(kept.len()).unwrap(), kept, ..Self::default() }
    }

    pub fn questions(&self) -> Vec<Question> {
        self.lines().iter().map(|line| line.call.question).collect()
    }

    pub fn arrived(&self) -> Vec<String> {
        self.arrived.lock().unwrap().clone()
    }

    pub fn began(&self) -> Vec<String> {
        self.began.lock().unwrap().clone()
    }

    /// Whether the server counts tokens, and whether it was asked, by report.
    pub fn found(&self) -> Vec<(Option<bool>, bool)> {
        self.found.lock().unwrap().iter().map(|one| (one.counts_tokens, one.asked)).collect()
    }

    pub fn ends(&self) -> Vec<CallEnd> {
        self.lines().into_iter().map(|line| line.end.expect("every call was ended")).collect()
    }
}

impl Book for Notes {
    fn open(&self, call: NewCall) -> BoxFuture<'_, Result<Opened, NotOpened>> {
        if let Some((_, kept)) = self.kept.iter().find(|(question, _)| *question == call.question) {
            return Box::pin(std::future::ready(Ok(Opened::Answered(kept.clone()))));
        }
        let mut lines = self.lines.lock().unwrap();
        let number = u32::try_from(lines.len()).unwrap() + 1;
        let opened = match self.refuses {
            Some((from, why)) if number >= from => Err(why),
            _ => {
                let entry = Entry {
                    id: ModelCallId::from_uuid(Uuid::from_u128(number.into())),
                    workspace: call.workspace,
                    run: call.run,
                    model: call.model.clone(),
                    ordinal: self.before + number,
                    resumes: self.resumes.clone().filter(|_| number == 1),
                };
                lines.push(Line { call, end: None });
                Ok(Opened::Call(entry))
            }
        };
        Box::pin(std::future::ready(opened))
    }

    fn began<'a>(&'a self, _: &'a Entry, response: &'a str) -> BoxFuture<'a, ()> {
        self.began.lock().unwrap().push(response.to_owned());
        Box::pin(std::future::ready(()))
    }

    fn found(&self, found: Found) -> BoxFuture<'_, ()> {
        self.found.lock().unwrap().push(found);
        Box::pin(std::future::ready(()))
    }

    fn arrived<'a>(&'a self, _: &'a Entry, words: &'a str) -> BoxFuture<'a, ()> {
        self.arrived.lock().unwrap().push(words.to_owned());
        Box::pin(std::future::ready(()))
    }

    fn close(&self, entry: Entry, end: CallEnd) -> BoxFuture<'_, ()> {
        let place = usize::try_from(entry.ordinal - self.before - 1).unwrap();
        let before = self.lines.lock().unwrap()[place].end.replace(end);
        assert_eq!(before, None, "a call ends once");
        Box::pin(std::future::ready(()))
    }
}

/// As the fake server counts.
const USED: Tokens = Tokens { input: 1200, cached: 1000, output: 300, reasoning: 40 };

#[tokio::test]
async fn a_call_is_written_down_before_it_is_sent_and_how_it_ended_after() {
    let notes = Arc::new(Notes::default());
    let seen_open = Arc::clone(&notes);
    let package = two_events();
    let (composed, server) = compose_in(notes.clone(), PATIENT, &package, move |seen, before| {
        let lines = seen_open.lines();
        assert_eq!(lines.len(), before + 1, "a request is not in the book");
        assert_eq!(lines[before].end, None);
        Reply::says(&faithful(&package_of(seen)).to_string())
    })
    .await;
    composed.unwrap();
    let [Line { call, end }] = notes.lines().try_into().unwrap();
    assert_eq!(call.workspace, WorkspaceId::from_uuid(CALL));
    assert_eq!((call.run, call.hold), (package.run_id, HOLD));
    assert_eq!(call.question, Question::Compose);
    assert_eq!(call.request_id, server.seen()[0].headers["x-client-request-id"].to_str().unwrap());
    assert_eq!((call.engine, call.model.as_str()), ("openai-responses", "test-model"));
    assert_eq!((call.calls_max, call.worst.output), (2, 4000));
    // Everything that was sent as text, and nothing else, bounds what it can use.
    let body = &server.seen()[0].body;
    let sent = body["instructions"].as_str().unwrap().len()
        + body["input"][0]["content"].as_str().unwrap().len()
        + body["text"]["format"]["schema"].to_string().len();
    assert!(call.worst.input >= u64::try_from(sent).unwrap(), "{call:?}");
    let end = end.unwrap();
    assert_eq!(end.outcome, CallEnd::ANSWERED);
    assert_eq!(end.model.as_deref(), Some("test-model-2026-11-01"));
    assert_eq!(end.tokens, Some(USED));
}

#[tokio::test]
async fn a_repetition_keeps_its_request_and_a_repair_has_one_of_its_own() {
    let notes = Arc::new(Notes::default());
    let bounds = Bounds { calls_max: 3, ..PATIENT };
    let (composed, _) = compose_in(notes.clone(), bounds, &two_events(), |seen, before| {
        let draft = faithful(&package_of(seen)).to_string();
        match before {
            0 => Reply::error(503, "server_error"),
            1 => Reply::says("I cannot see a package."),
            _ => Reply::says(&draft),
        }
    })
    .await;
    composed.unwrap();
    let [first, again, repair] = notes.lines().try_into().unwrap();
    assert_eq!(first.call, again.call);
    assert_eq!(repair.call.question, Question::Repair);
    assert_ne!(repair.call.request_id, first.call.request_id);
    assert_ne!(repair.call.prompt_hash, first.call.prompt_hash);
    assert!(repair.call.worst.input > first.call.worst.input);
    let ends = notes.ends();
    let outcomes: Vec<_> = ends.iter().map(|end| (end.outcome, end.tokens)).collect();
    let answered = ("answered", Some(USED));
    assert_eq!(outcomes, [("overloaded", Some(Tokens::NONE)), answered, answered]);
}

/// How the only call ended of an answer that is no report.
async fn ended(bounds: Bounds, reply: Reply) -> CallEnd {
    let notes = Arc::new(Notes::default());
    let bounds = Bounds { calls_max: 1, ..bounds };
    let script = move |_: &_, _| reply.clone();
    compose_in(notes.clone(), bounds, &two_events(), script).await.0.unwrap_err();
    notes.ends().pop().unwrap()
}

#[tokio::test]
async fn what_a_failed_call_used_is_kept_where_the_server_says_it() {
    let last = |event: Value| Reply::stream(vec![Piece::Bytes(sse(&event))]);
    let usage = json!({
        "input_tokens": 1200, "input_tokens_details": { "cached_tokens": 1000 },
        "output_tokens": 300, "output_tokens_details": { "reasoning_tokens": 40 },
    });
    let incomplete = |usage: Value| {
        last(json!({ "type": "response.incomplete", "response": {
            "incomplete_details": { "reason": "max_output_tokens" }, "usage": usage,
        } }))
    };
    let check = async |reply: Reply, outcome, tokens| {
        let end = ended(PATIENT, reply).await;
        assert_eq!((end.outcome, end.tokens), (outcome, tokens));
    };
    check(incomplete(usage.clone()), "incomplete", Some(USED)).await;
    check(incomplete(Value::Null), "incomplete", None).await;
    // More from the cache than there was: no count is believed.
    let mut impossible = usage;
    impossible["input_tokens_details"]["cached_tokens"] = json!(1201);
    check(incomplete(impossible), "incomplete", None).await;
    check(Reply::stream(vec![Piece::Cut]), "truncated", None).await;
    check(Reply::error(401, "invalid_api_key"), "invalid_key", Some(Tokens::NONE)).await;
    check(Reply::error(429, "rate_limit_exceeded"), "rate_limited", Some(Tokens::NONE)).await;
}

#[tokio::test]
async fn an_answer_without_a_count_is_an_answer() {
    let mut events = events_of("I cannot see a package.");
    let last = events.len() - 1;
    events[last]["response"]["usage"] = Value::Null;
    let end = ended(PATIENT, Reply::events(&events)).await;
    assert_eq!((end.outcome, end.tokens), ("answered", None));
}

#[tokio::test]
async fn a_call_that_all_time_ran_out_on_is_ended_in_the_book() {
    let bounds = Bounds { total: Duration::from_millis(300), ..PATIENT };
    let end = ended(bounds, Reply::stream(vec![Piece::Silence])).await;
    assert_eq!((end.outcome, end.tokens), ("timed_out", None));
    let end = ended(BRIEF, Reply::stream(vec![Piece::Silence])).await;
    assert_eq!((end.outcome, end.tokens), ("timed_out", None));
}

#[tokio::test]
async fn what_the_book_refuses_is_not_sent() {
    for (bound, code) in [
        (Exhausted::Calls, "calls_used_up"),
        (Exhausted::Run, "run_budget_used_up"),
        (Exhausted::Month, "month_budget_used_up"),
        (Exhausted::PriceUnknown, "price_unknown"),
    ] {
        let refuses = Some((1, NotOpened::Exhausted(bound)));
        let notes = Arc::new(Notes { refuses, ..Notes::default() });
        let (composed, server) =
            compose_in(notes, PATIENT, &two_events(), |_, _| Reply::silence()).await;
        let fault = composed.unwrap_err();
        assert_eq!((fault.kind, fault.code), (FaultKind::Budget, Some(code)));
        assert!(!fault.kind.counts(), "a budget says nothing about the server");
        assert_eq!(server.seen().len(), 0);
    }
}

#[tokio::test]
async fn a_budget_that_ends_between_two_calls_stops_the_second() {
    let refuses = Some((2, NotOpened::Exhausted(Exhausted::Month)));
    let notes = Arc::new(Notes { refuses, ..Notes::default() });
    let (composed, server) =
        compose_in(notes, PATIENT, &two_events(), |_, _| Reply::says("No package.")).await;
    assert_eq!(composed.unwrap_err().code, Some("month_budget_used_up"));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_book_out_of_reach_is_tried_again_and_nothing_is_sent() {
    let refuses = Some((1, NotOpened::Unavailable));
    let notes = Arc::new(Notes { refuses, ..Notes::default() });
    let (composed, server) =
        compose_in(notes, PATIENT, &two_events(), |_, _| Reply::silence()).await;
    assert_eq!(composed.unwrap_err().code, Some("not_recorded"));
    assert_eq!(server.seen().len(), 0);
}

/// The model's own headline could say anything, and nobody has checked it.
#[tokio::test]
async fn what_arrives_is_told_once_while_it_does_in_the_words_of_the_package() {
    let notes = Arc::new(Notes::default());
    let (composed, _) = compose_in(notes.clone(), PATIENT, &two_events(), |seen, before| {
        let mut draft = faithful(&package_of(seen));
        if before == 0 {
            draft["developments"][1]["headline"] = json!("Buy Brio Chemie now \"event\":\"V1\"");
            draft["developments"][0]["event"] = json!("V9");
        }
        Reply::says(&draft.to_string())
    })
    .await;
    composed.unwrap();
    let arrived = notes.arrived();
    assert_eq!(notes.lines().len(), 2, "the first answer went back");
    assert_eq!(arrived.len(), 2, "{arrived:?}");
    assert!(arrived[0].ends_with(": Brio Chemie closes a TDI line in Italy"), "{arrived:?}");
    assert!(arrived[1].ends_with(": Acme Foam expands its MDI plant in Germany"), "{arrived:?}");
}

#[tokio::test]
async fn an_assistant_that_was_given_no_book_calls_nobody() {
    let server = Server::start(KEY, |_, _| Reply::silence());
    let composed = compose_by(assistant(&server.base_url(), PATIENT), &two_events()).await;
    assert_eq!(composed.unwrap_err().code, Some("not_recorded"));
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn calls_of_an_earlier_worker_count_for_the_same_run() {
    let notes = Arc::new(Notes { before: 1, ..Notes::default() });
    let (composed, server) =
        compose_in(notes, PATIENT, &two_events(), |_, _| Reply::error(503, "x")).await;
    assert_eq!(composed.unwrap_err().code, Some("overloaded"));
    assert_eq!(server.seen().len(), 1, "two calls, and one was made before");
}
