//! The Responses API, streamed. Events are read tolerantly: unknown ones are
//! passed over, and of the known ones only what is needed is looked at. What the
//! answer is stands in the last event; the pieces before it only count.

use super::{Access, named, refusal, told};
use crate::assistant::{Answer, Answering, Ask, Failure, Identity, Listener, Model, Reply};
use async_openai::error::OpenAIError;
use domain::language_model::Tokens;
use futures_util::StreamExt;
use serde_json::{Value, json};

/// A model that is asked by `POST /responses`.
#[derive(Clone, Debug)]
pub struct Responses {
    access: Access,
    model: String,
}

impl Responses {
    pub const ENGINE: &'static str = "openai-responses";

    pub fn new(access: Access, model: impl Into<String>) -> Self {
        Self { access, model: model.into() }
    }

    /// The instruction and the schema come first and are the same for every run, so
    /// that a server's cache can hold them. Nothing is stored there, and there are
    /// no tools.
    fn request(&self, ask: &Ask) -> Value {
        json!({
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
            "store": false,
            "stream": true,
        })
    }

    async fn answer(&self, ask: Ask, mut listener: Listener<'_>) -> Reply {
        let mut transcript = Transcript::new(self.access.bounds.answer_bytes_max);
        let answer = self.hear_out(ask, &mut transcript, &mut listener).await;
        Reply { tokens: transcript.tokens, answer }
    }

    async fn hear_out(
        &self,
        ask: Ask,
        transcript: &mut Transcript,
        listener: &mut Listener<'_>,
    ) -> Result<Answer, Failure> {
        let transport = self.access.transport();
        let why = |error: &OpenAIError| transport.why(error);
        let client = self.access.client(transport.clone());
        let mut events = named(client.responses(), &ask)
            .map_err(|error| why(&error))?
            .create_stream_byot::<Value, Value>(self.request(&ask))
            .await
            .map_err(|error| why(&error))?;
        while let Some(event) = events.next().await {
            let event = event.map_err(|error| why(&error))?;
            if let Some(answer) = transcript.hear(&event)? {
                return Ok(answer);
            }
            if let Some(piece) = piece_of(&event) {
                listener(piece);
            }
        }
        Err(transport.stopped().unwrap_or(Failure::Truncated))
    }
}

impl Model for Responses {
    fn identity(&self) -> Identity {
        Identity { engine: Self::ENGINE, label: "Responses API", model: self.model.clone() }
    }

    fn ask<'a>(&'a self, ask: Ask, listener: Listener<'a>) -> Answering<'a> {
        Box::pin(self.answer(ask, listener))
    }
}

/// The piece of the answer's text that an event is.
fn piece_of(event: &Value) -> Option<&str> {
    event["delta"].as_str().filter(|_| event["type"] == "response.output_text.delta")
}

/// What has been heard of one answer.
#[derive(Debug)]
struct Transcript {
    bytes_max: usize,
    heard: usize,
    /// The text as its own last event gives it, for servers whose closing event is
    /// without output.
    done: String,
    /// What was used, as the last event that says so has it.
    tokens: Option<Tokens>,
}

impl Transcript {
    fn new(bytes_max: usize) -> Self {
        Self { bytes_max, heard: 0, done: String::new(), tokens: None }
    }

    /// The answer, once the event that ends it is there.
    fn hear(&mut self, event: &Value) -> Result<Option<Answer>, Failure> {
        let response = &event["response"];
        self.tokens = tokens_of(&response["usage"]).or(self.tokens);
        match event["type"].as_str().unwrap_or_default() {
            "response.output_text.delta" => {
                self.heard += event["delta"].as_str().map_or(0, str::len);
                if self.heard > self.bytes_max {
                    return Err(Failure::OverLong);
                }
            }
            "response.output_text.done" => {
                let text = event["text"].as_str().unwrap_or_default();
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
