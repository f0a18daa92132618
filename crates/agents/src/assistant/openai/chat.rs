//! The Chat Completions API, streamed, which most servers of OpenAI's kind speak. An
//! answer ends with the piece that says why it ended; what was used may follow.

use super::{Access, named, refusal, told, transport::Bounded};
use crate::assistant::{
    Answer, Answering, Ask, Failure, Heard, Identity, Listener, Looking, Model, Reply,
};
use async_openai::error::OpenAIError;
use domain::language_model::Tokens;
use futures_util::StreamExt;
use serde_json::{Value, json};

/// A model that is asked by `POST /chat/completions`.
#[derive(Clone, Debug)]
pub struct ChatCompletions {
    access: Access,
    model: String,
}

impl ChatCompletions {
    pub const ENGINE: &'static str = "openai-chat";
    pub const LABEL: &'static str = "Chat Completions API";

    pub fn new(access: Access, model: impl Into<String>) -> Self {
        Self { access, model: model.into() }
    }

    /// The instruction comes first and is the same for every run, so that a server's
    /// cache can hold it. There are no tools.
    fn request(&self, ask: &Ask) -> Value {
        let instruction = json!({ "role": "system", "content": ask.instruction });
        let mut request = json!({
            "model": self.model,
            "messages": std::iter::once(instruction).chain(told(ask)).collect::<Vec<_>>(),
            "response_format": {
                "type": "json_schema",
                "json_schema": { "name": ask.schema_name, "strict": true, "schema": ask.schema },
            },
            "stream": true,
            "stream_options": { "include_usage": true },
        });
        // OpenAI's newer models take the new name alone, most other servers the old one.
        let bound = if self.access.is_openai() { "max_completion_tokens" } else { "max_tokens" };
        request[bound] = self.access.bounds.output_tokens_max.into();
        if self.access.is_openai() {
            request["safety_identifier"] = ask.safety_identifier.as_str().into();
            request["store"] = false.into();
        }
        request
    }

    async fn answer(&self, ask: Ask, mut listener: Listener<'_>) -> Reply {
        let mut transcript = Transcript::new(self.access.bounds.answer_bytes_max);
        let transport = self.access.transport();
        let heard = self.hear_out(ask, &transport, &mut transcript, &mut listener).await;
        let tokens = transcript.tokens;
        let answer = match heard {
            // What breaks after the end takes nothing from the answer.
            Err(_) if transcript.is_complete() => transcript.answer(),
            Err(failure) => Err(failure),
            Ok(()) => transcript.answer(),
        };
        Reply { tokens, bytes: transport.taken(), answer }
    }

    async fn hear_out(
        &self,
        ask: Ask,
        transport: &Bounded,
        transcript: &mut Transcript,
        listener: &mut Listener<'_>,
    ) -> Result<(), Failure> {
        let why = |error: &OpenAIError| transport.why(error);
        let client = self.access.client(transport.clone());
        let mut chunks = named(client.chat(), &ask)
            .map_err(|error| why(&error))?
            .create_stream_byot::<Value, Value>(self.request(&ask))
            .await
            .map_err(|error| why(&error))?;
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| why(&error))?;
            transcript.hear(&chunk)?;
            if let Some(piece) = chunk["choices"][0]["delta"]["content"].as_str() {
                listener(Heard::Text(piece));
            }
        }
        transport.stopped().map_or(Ok(()), Err)
    }
}

impl Model for ChatCompletions {
    fn identity(&self) -> Identity {
        let model = self.model.clone();
        Identity { engine: Self::ENGINE, label: Self::LABEL, model }
    }

    /// Servers differ in what of the API they hold to.
    fn is_probed(&self) -> bool {
        true
    }

    fn server(&self) -> &str {
        self.access.base()
    }

    fn listing(&self) -> Looking<'_> {
        Box::pin(self.access.listing(&self.model))
    }

    fn ask<'a>(&'a self, ask: Ask, listener: Listener<'a>) -> Answering<'a> {
        Box::pin(self.answer(ask, listener))
    }
}

/// What has been heard of one answer. Its pieces carry no number, so that one which
/// comes twice stands in the text twice; validation finds what that breaks.
#[derive(Debug)]
struct Transcript {
    bytes_max: usize,
    text: String,
    model: Option<String>,
    /// Why it ended, once it has.
    finish_reason: Option<String>,
    tokens: Option<Tokens>,
}

impl Transcript {
    const fn new(bytes_max: usize) -> Self {
        Self { bytes_max, text: String::new(), model: None, finish_reason: None, tokens: None }
    }

    fn is_complete(&self) -> bool {
        self.finish_reason.as_deref() == Some("stop")
    }

    fn hear(&mut self, chunk: &Value) -> Result<(), Failure> {
        if chunk["error"].is_object() {
            return Err(refusal::of_event(&chunk["error"]));
        }
        self.tokens = tokens_of(&chunk["usage"]).or(self.tokens);
        if let Some(model) = chunk["model"].as_str() {
            self.model = Some(model.to_owned());
        }
        // One answer is asked for; there is no other choice.
        let choice = &chunk["choices"][0];
        if choice["delta"]["refusal"].as_str().is_some_and(|text| !text.is_empty()) {
            return Err(Failure::Refused);
        }
        if let Some(piece) = choice["delta"]["content"].as_str() {
            if self.finish_reason.is_some() && !piece.is_empty() {
                return Err(Failure::Malformed);
            }
            if self.text.len() + piece.len() > self.bytes_max {
                return Err(Failure::OverLong);
            }
            self.text.push_str(piece);
        }
        if let Some(reason) = choice["finish_reason"].as_str() {
            self.finish_reason = Some(reason.to_owned());
        }
        Ok(())
    }

    fn answer(self) -> Result<Answer, Failure> {
        match self.finish_reason.as_deref() {
            None => Err(Failure::Truncated),
            Some("stop") if self.text.is_empty() => Err(Failure::Malformed),
            Some("stop") => Ok(Answer { text: self.text, model: self.model }),
            Some("length") => Err(Failure::Incomplete),
            Some("content_filter") => Err(Failure::Refused),
            // A call of a tool, for one: there are none.
            Some(_) => Err(Failure::Malformed),
        }
    }
}

fn tokens_of(usage: &Value) -> Option<Tokens> {
    let part = |value: &Value| value.as_u64().unwrap_or_default();
    let tokens = Tokens {
        input: usage["prompt_tokens"].as_u64()?,
        cached: part(&usage["prompt_tokens_details"]["cached_tokens"]),
        output: usage["completion_tokens"].as_u64()?,
        reasoning: part(&usage["completion_tokens_details"]["reasoning_tokens"]),
    };
    tokens.reported()
}
