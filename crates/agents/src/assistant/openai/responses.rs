//! The Responses API, streamed. Events are read tolerantly: unknown ones are
//! passed over, and of the known ones only what is needed is looked at. What the
//! answer is stands in the last event; the pieces before it only count.

use super::{Access, background::Running, named, refusal, told, transport::Bounded};
use crate::assistant::{
    Answer, Answering, Ask, Failure, Heard, Identity, Listener, Looking, Model, Reply, TimedOut,
};
use async_openai::{error::OpenAIError, traits::RequestOptionsBuilder};
use domain::language_model::Tokens;
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// A model that is asked by `POST /responses`.
#[derive(Clone, Debug)]
pub struct Responses {
    access: Access,
    model: String,
    background: Background,
}

/// Whether the server goes on where nobody listens, which it has to store answers for.
#[derive(Clone, Debug)]
enum Background {
    Off,
    /// Until the server says that it has none, which is kept for as long as the process
    /// lives, as its address is.
    On {
        lacks: Arc<AtomicBool>,
    },
}

impl Background {
    fn is_on(&self) -> bool {
        matches!(self, Self::On { lacks } if !lacks.load(Ordering::Relaxed))
    }

    /// Takes in that the server has none.
    fn lacks(&self) {
        if let Self::On { lacks } = self {
            lacks.store(true, Ordering::Relaxed);
        }
    }
}

impl Responses {
    pub const ENGINE: &'static str = "openai-responses";
    pub const LABEL: &'static str = "Responses API";

    pub fn new(access: Access, model: impl Into<String>) -> Self {
        Self { access, model: model.into(), background: Background::Off }
    }

    /// The same with answers that are resumed where the connection breaks, and cancelled
    /// where nobody waits for them any more. A server that says that it has no such mode
    /// is asked without it.
    #[must_use]
    pub fn in_background(self) -> Self {
        Self { background: Background::On { lacks: Arc::default() }, ..self }
    }

    /// The instruction and the schema come first and are the same for every run, so
    /// that a server's cache can hold them. Nothing is stored there, save in the
    /// background, and there are no tools.
    fn request(&self, ask: &Ask, in_background: bool) -> Value {
        let mut request = json!({
            "model": self.model,
            "instructions": ask.instruction,
            "text": { "format": {
                "type": "json_schema",
                "name": ask.schema_name,
                "strict": true,
                "schema": ask.schema,
            } },
            "input": told(ask).collect::<Vec<_>>(),
            "max_output_tokens": self.access.bounds.output_tokens_max,
            "safety_identifier": ask.safety_identifier,
            "store": in_background,
            "stream": true,
        });
        if in_background {
            request["background"] = true.into();
        }
        request
    }

    async fn answer(&self, ask: Ask, mut listener: Listener<'_>) -> Reply {
        let mut transcript = Transcript::new(self.access.transport());
        // What another worker began is heard to its end, whatever was found since.
        let answer = if self.background.is_on() || ask.resumes.is_some() {
            self.hear_in_background(&ask, &mut transcript, &mut listener).await
        } else {
            Err(Failure::NoBackground)
        };
        let answer = if answer == Err(Failure::NoBackground) {
            if self.background.is_on() {
                tracing::warn!("the server has no background mode, and is asked without it");
                self.background.lacks();
            }
            transcript.running = None;
            self.hear_out(Start::Question(&ask), &mut transcript, &mut listener).await
        } else {
            answer
        };
        Reply { tokens: transcript.tokens, bytes: transcript.transport.taken(), answer }
    }

    /// Goes on where the connection broke, a few times. What is left running at its end is
    /// cancelled, also where this future is dropped.
    async fn hear_in_background(
        &self,
        ask: &Ask,
        transcript: &mut Transcript,
        listener: &mut Listener<'_>,
    ) -> Result<Answer, Failure> {
        transcript.running = Some(Running::new(self.access.clone(), ask.resumes.clone()));
        let from = match &ask.resumes {
            Some(response) => Start::Response { response: response.clone(), after: None },
            None => Start::Question(ask),
        };
        let mut heard = self.hear_out(from, transcript, listener).await;
        let mut resumed = 0;
        while let Err(failure) = &heard {
            let Some(from) = transcript.rest().filter(|_| breaks_off(failure)) else { break };
            if resumed == RESUMED_MAX {
                break;
            }
            let pause_max = self.access.bounds.pause_max;
            let pause = failure.retry_after().unwrap_or(RESUME_PAUSE.min(pause_max));
            if pause > pause_max {
                break;
            }
            resumed += 1;
            let code = failure.terms().code;
            tracing::warn!(failure.code = code, resumed, "an answer broke off and is resumed");
            tokio::time::sleep(pause).await;
            match self.hear_out(from, transcript, listener).await {
                // The server does not have it any more: what broke off stays broken off.
                Err(Failure::Rejected) => break,
                again => heard = again,
            }
        }
        // A server that does not know what it was asked to go on with.
        if ask.resumes.is_some() && heard == Err(Failure::Rejected) {
            transcript.end();
            return Err(Failure::Truncated);
        }
        heard
    }

    async fn hear_out(
        &self,
        from: Start<'_>,
        transcript: &mut Transcript,
        listener: &mut Listener<'_>,
    ) -> Result<Answer, Failure> {
        let transport = transcript.transport.connection();
        let why = |error: &OpenAIError| transport.why(error);
        let client = self.access.client(transport.clone());
        let in_background = transcript.running.is_some();
        let events = match from {
            Start::Question(ask) => {
                let requests = named(client.responses(), ask).map_err(|error| why(&error))?;
                requests.create_stream_byot::<Value, Value>(self.request(ask, in_background)).await
            }
            Start::Response { response, after } => {
                let mut requests = client.responses();
                if let Some(after) = after {
                    let query = [("starting_after", after)];
                    requests = requests.query(&query).map_err(|error| why(&error))?;
                }
                requests.retrieve_stream_byot::<_, Value>(response).await
            }
        };
        let mut events = events.map_err(|error| why(&error))?;
        while let Some(event) = events.next().await {
            let event = event.map_err(|error| why(&error))?;
            if let Some(response) = transcript.began(&event) {
                listener(Heard::Began(response));
            }
            if let Some(answer) = transcript.hear(&event)? {
                return Ok(answer);
            }
            if let Some(piece) = piece_of(&event) {
                listener(Heard::Text(piece));
            }
        }
        Err(transport.stopped().unwrap_or(Failure::Truncated))
    }
}

impl Model for Responses {
    fn identity(&self) -> Identity {
        Identity { engine: Self::ENGINE, label: Self::LABEL, model: self.model.clone() }
    }

    fn server(&self) -> &str {
        self.access.base()
    }

    fn lacking(&self) -> Option<&'static str> {
        let is_lacking =
            matches!(self.background, Background::On { .. }) && !self.background.is_on();
        is_lacking.then_some(
            "The server was found to have no background mode, so an answer ends with its connection.",
        )
    }

    fn listing(&self) -> Looking<'_> {
        Box::pin(self.access.listing(&self.model))
    }

    fn ask<'a>(&'a self, ask: Ask, listener: Listener<'a>) -> Answering<'a> {
        Box::pin(self.answer(ask, listener))
    }
}

/// After these the server does nothing more.
const ENDS: [&str; 5] =
    ["error", "response.cancelled", "response.completed", "response.failed", "response.incomplete"];

/// Connections that may break of one answer.
const RESUMED_MAX: u32 = 3;
/// Pause before one is made anew, where the server does not ask for another.
const RESUME_PAUSE: Duration = Duration::from_millis(500);

/// Whether the server may be going on all the same.
const fn breaks_off(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Truncated
            | Failure::Unreachable
            | Failure::Overloaded { .. }
            | Failure::RateLimited { .. }
            | Failure::TimedOut(TimedOut::Connect | TimedOut::FirstByte | TimedOut::Idle)
    )
}

/// The piece of the answer's text that an event is.
fn piece_of(event: &Value) -> Option<&str> {
    event["delta"].as_str().filter(|_| event["type"] == "response.output_text.delta")
}

/// Where an answer is heard from.
enum Start<'a> {
    Question(&'a Ask),
    /// One that was begun before.
    Response {
        response: String,
        /// Number of the last event that was heard.
        after: Option<u64>,
    },
}

/// What has been heard of one answer.
#[derive(Debug)]
struct Transcript {
    /// Counts what all its connections take.
    transport: Bounded,
    bytes_max: usize,
    /// In the background alone.
    running: Option<Running>,
    /// Number of the last event.
    last: Option<u64>,
    heard: usize,
    /// The text as its own last event gives it, for servers whose closing event is
    /// without output.
    done: String,
    /// What was used, as the last event that says so has it.
    tokens: Option<Tokens>,
}

impl Transcript {
    fn new(transport: Bounded) -> Self {
        let bytes_max = transport.bounds().answer_bytes_max;
        Self {
            transport,
            bytes_max,
            running: None,
            last: None,
            heard: 0,
            done: String::new(),
            tokens: None,
        }
    }

    /// The server's name of the answer, when it is heard for the first time of one that
    /// goes on in the background.
    fn began<'e>(&mut self, event: &'e Value) -> Option<&'e str> {
        self.last = event["sequence_number"].as_u64().max(self.last);
        let response = event["response"]["id"].as_str()?;
        self.running.as_mut()?.is_named(response).then_some(response)
    }

    /// Where to go on from, of an answer that goes on in the background.
    fn rest(&self) -> Option<Start<'static>> {
        let response = self.running.as_ref()?.response()?.to_owned();
        Some(Start::Response { response, after: self.last })
    }

    /// The server has nothing to go on with.
    fn end(&mut self) {
        if let Some(running) = &mut self.running {
            running.has_ended();
        }
    }

    /// The answer, once the event that ends it is there.
    fn hear(&mut self, event: &Value) -> Result<Option<Answer>, Failure> {
        let response = &event["response"];
        let kind = event["type"].as_str().unwrap_or_default();
        if ENDS.contains(&kind) {
            self.end();
        }
        self.tokens = tokens_of(&response["usage"]).or(self.tokens);
        match kind {
            "response.output_text.delta" => {
                self.heard += event["delta"].as_str().map_or(0, str::len);
                if self.heard > self.bytes_max {
                    return Err(Failure::OverLong);
                }
            }
            "response.output_text.done" => {
                let text = event["text"].as_str().unwrap_or_default();
                if text.len() > self.bytes_max {
                    return Err(Failure::OverLong);
                }
                text.clone_into(&mut self.done);
            }
            "response.refusal.delta" | "response.refusal.done" => return Err(Failure::Refused),
            "response.completed" => return self.completed(response).map(Some),
            "response.incomplete" => {
                let reason = response["incomplete_details"]["reason"].as_str();
                return Err(match reason {
                    Some("content_filter") => Failure::Refused,
                    _ => Failure::Incomplete,
                });
            }
            "response.failed" => return Err(refusal::of_event(&response["error"])),
            "response.cancelled" => return Err(Failure::Truncated),
            "error" if event["error"].is_object() => {
                return Err(refusal::of_event(&event["error"]));
            }
            // Its own type is `error`, which says nothing.
            "error" => return Err(refusal::of_event(&json!({ "code": event["code"] }))),
            _ => {}
        }
        Ok(None)
    }

    fn completed(&self, response: &Value) -> Result<Answer, Failure> {
        let mut text = String::new();
        for part in parts_of(response) {
            match part["type"].as_str() {
                Some("output_text") => text.push_str(part["text"].as_str().unwrap_or_default()),
                Some("refusal") => return Err(Failure::Refused),
                _ => {}
            }
        }
        if text.is_empty() {
            text.clone_from(&self.done);
        }
        match text.len() {
            0 => Err(Failure::Malformed),
            bytes if bytes > self.bytes_max => Err(Failure::OverLong),
            _ => Ok(Answer { text, model: response["model"].as_str().map(str::to_owned) }),
        }
    }
}

/// The pieces of what the model said; what it thought is not among them.
fn parts_of(response: &Value) -> impl Iterator<Item = &Value> {
    let items = list(&response["output"]).filter(|item| item["type"] == "message");
    items.flat_map(|item| list(&item["content"]))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn tokens_of(usage: &Value) -> Option<Tokens> {
    let part = |value: &Value| value.as_u64().unwrap_or_default();
    let tokens = Tokens {
        input: usage["input_tokens"].as_u64()?,
        cached: part(&usage["input_tokens_details"]["cached_tokens"]),
        output: usage["output_tokens"].as_u64()?,
        reasoning: part(&usage["output_tokens_details"]["reasoning_tokens"]),
    };
    tokens.reported()
}
