//! The list of models, from the reference of "List models".

use crate::{Piece, Reply};
use serde_json::{Value, json};

/// A model as the list has it.
pub fn model_listed(id: &str, shutdown_date: Option<&str>) -> Value {
    json!({
        "id": id,
        "object": "model",
        "created": 1_795_000_000,
        "owned_by": "fake",
        "shutdown_date": shutdown_date,
    })
}

/// The answer to whoever asks for the list.
pub fn models_reply(models: &Value) -> Reply {
    let list = json!({ "object": "list", "data": models });
    Reply::new(200, "application/json", vec![Piece::Bytes(list.to_string().into_bytes())])
}
