//! The events of the Responses API, as its reference lists them.

use serde_json::{Value, json};

/// Pieces in which a text arrives.
const DELTAS: usize = 4;

/// One event as the wire has it.
pub fn sse(event: &Value) -> Vec<u8> {
    let kind = event["type"].as_str().unwrap_or("message");
    format!("event: {kind}\ndata: {event}\n\n").into_bytes()
}

/// Everything from the first to the last event of a model that says `text`.
pub fn events_of(text: &str) -> Vec<Value> {
    events_in(text, DELTAS)
}

/// The same with the text in at most so many pieces.
pub fn events_in(text: &str, deltas: usize) -> Vec<Value> {
    let part = |text: &str| json!({ "type": "output_text", "annotations": [], "logprobs": [], "text": text });
    let item = |status: &str, content: Value| json!({ "id": "msg_1", "type": "message", "status": status, "role": "assistant", "content": content });
    let place = |mut event: Value| {
        event["item_id"] = json!("msg_1");
        event["output_index"] = json!(0);
        event["content_index"] = json!(0);
        event
    };
    let mut events = vec![
        json!({ "type": "response.created", "response": response("in_progress", &json!([])) }),
        json!({ "type": "response.in_progress", "response": response("in_progress", &json!([])) }),
        json!({ "type": "response.output_item.added", "output_index": 0, "item": item("in_progress", json!([])) }),
        place(json!({ "type": "response.content_part.added", "part": part("") })),
    ];
    for delta in pieces_of(text, deltas) {
        events.push(place(
            json!({ "type": "response.output_text.delta", "delta": delta, "logprobs": [] }),
        ));
    }
    let output = item("completed", json!([part(text)]));
    events.extend([
        place(json!({ "type": "response.output_text.done", "text": text, "logprobs": [] })),
        place(json!({ "type": "response.content_part.done", "part": part(text) })),
        json!({ "type": "response.output_item.done", "output_index": 0, "item": output }),
        json!({ "type": "response.completed", "response": response("completed", &json!([output])) }),
    ]);
    for (number, event) in events.iter_mut().enumerate() {
        event["sequence_number"] = json!(number);
    }
    events
}

fn pieces_of(text: &str, deltas: usize) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let size = characters.len().div_ceil(deltas.max(1)).max(1);
    characters.chunks(size).map(|piece| piece.iter().collect()).collect()
}

fn response(status: &str, output: &Value) -> Value {
    let usage = json!({
        "input_tokens": 1200,
        "input_tokens_details": { "cached_tokens": 1000 },
        "output_tokens": 300,
        "output_tokens_details": { "reasoning_tokens": 40 },
        "total_tokens": 1500,
    });
    json!({
        "id": "resp_1",
        "object": "response",
        "created_at": 1_795_000_000,
        "status": status,
        "error": null,
        "incomplete_details": null,
        "model": "test-model-2026-11-01",
        "output": output,
        "usage": if status == "completed" { usage } else { Value::Null },
    })
}
