//! The Chat Completions API, from the reference of "Create chat completion" and "The
//! chat completion chunk object".

use crate::{
    Reply, Seen,
    schema::{Refusal, format, messages, text},
};
use serde_json::{Value, json};

const TOP_LEVEL: [&str; 10] = [
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "model",
    "response_format",
    "safety_identifier",
    "store",
    "stream",
    "stream_options",
    "temperature",
];

/// Checks a request for a chat completion.
pub(crate) fn check(body: &Value) -> Result<(), Refusal> {
    let Some(fields) = body.as_object() else { return Err("the body is no object".to_owned()) };
    if let Some(name) = fields.keys().find(|name| !TOP_LEVEL.contains(&name.as_str())) {
        return Err(format!("Unrecognized request argument supplied: {name}"));
    }
    text(body, "model")?;
    let bounds = [&body["max_tokens"], &body["max_completion_tokens"]];
    if bounds.iter().filter(|bound| bound.as_u64().is_some_and(|bound| bound > 0)).count() != 1 {
        return Err("One bound on tokens is needed.".to_owned());
    }
    if body["stream"] != true || body["stream_options"]["include_usage"] != true {
        return Err("This test asks for a stream that says what was used.".to_owned());
    }
    let told = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let [instruction, told @ ..] = told else { return Err("'messages' is empty.".to_owned()) };
    if instruction["role"] != "system" || text(instruction, "content").is_err() {
        return Err("This test asks for the instruction first.".to_owned());
    }
    messages(&Value::Array(told.to_vec()))?;
    let wanted = &body["response_format"];
    if wanted["type"] != "json_schema" {
        return Err("This test asks for structured output.".to_owned());
    }
    format(&wanted["json_schema"])
}

/// Whether a request only asks what the server is able to do.
pub fn is_probe(seen: &Seen) -> bool {
    seen.body["response_format"]["json_schema"]["name"] == "probe"
}

/// Pieces in which a text arrives.
const PIECES: usize = 4;

/// Every chunk of a model that says `text`: the role, the text, the end, what was used.
pub fn chat_events_of(text: &str) -> Vec<Value> {
    let characters: Vec<char> = text.chars().collect();
    let size = characters.len().div_ceil(PIECES).max(1);
    let said = characters.chunks(size).map(|piece| piece.iter().collect::<String>());
    let mut chunks = vec![chunk(&json!({ "role": "assistant", "content": "" }), &Value::Null)];
    chunks.extend(said.map(|piece| chunk(&json!({ "content": piece }), &Value::Null)));
    chunks.push(chunk(&json!({}), &json!("stop")));
    let mut last = chunk(&json!({}), &Value::Null);
    last["choices"] = json!([]);
    last["usage"] = json!({
        "prompt_tokens": 1200,
        "prompt_tokens_details": { "cached_tokens": 1000 },
        "completion_tokens": 300,
        "completion_tokens_details": { "reasoning_tokens": 40 },
        "total_tokens": 1500,
    });
    chunks.push(last);
    chunks
}

fn chunk(delta: &Value, finish_reason: &Value) -> Value {
    json!({
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_795_000_000,
        "model": "test-model-2026-11-01",
        "choices": [{ "index": 0, "delta": delta, "finish_reason": finish_reason }],
        "usage": null,
    })
}

/// The stream of a model that says `text`. A probe is answered as its schema asks,
/// whatever the text.
pub fn says_in_chat(seen: &Seen, text: &str) -> Reply {
    let schema = &seen.body["response_format"]["json_schema"]["schema"];
    let held = json!({ "answer": schema["properties"]["answer"]["enum"][0] }).to_string();
    let text = if is_probe(seen) { held.as_str() } else { text };
    let chunks = chat_events_of(text);
    let mut bytes = Vec::new();
    for chunk in chunks {
        bytes.push(crate::Piece::Bytes(format!("data: {chunk}\n\n").into_bytes()));
    }
    bytes.push(crate::Piece::Bytes(b"data: [DONE]\n\n".to_vec()));
    Reply::stream(bytes)
}
