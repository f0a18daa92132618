//! What the API takes, written from the reference of "Create a model response" and
//! from "Structured model outputs". What we must never send is refused too.

use serde_json::Value;

/// Why a request is not taken, in the words of its error.
pub type Refusal = String;

const TOP_LEVEL: [&str; 30] = [
    "background",
    "conversation",
    "include",
    "input",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "model",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
    "context_management",
    "verbosity",
];

/// Checks a request for a response.
pub fn check(body: &Value) -> Result<(), Refusal> {
    let Some(fields) = body.as_object() else { return Err("the body is no object".to_owned()) };
    for name in fields.keys() {
        if !TOP_LEVEL.contains(&name.as_str()) {
            return Err(format!("Unknown parameter: '{name}'."));
        }
    }
    text(body, "model")?;
    text(body, "instructions")?;
    let safety = text(body, "safety_identifier")?;
    if safety.len() > 64 {
        return Err("'safety_identifier' is longer than 64 characters.".to_owned());
    }
    if body["max_output_tokens"].as_u64().is_none_or(|tokens| tokens < 16) {
        return Err("'max_output_tokens' must be an integer of 16 or more.".to_owned());
    }
    // In the background an answer has to be stored; elsewhere it must not be.
    let in_background = body["background"] == true;
    if body["stream"] != true || body["store"] != in_background {
        return Err("This test asks for a stream, stored in the background alone.".to_owned());
    }
    if body.get("tools").is_some() || body.get("previous_response_id").is_some() {
        return Err("This test allows neither tools nor memory.".to_owned());
    }
    messages(&body["input"])?;
    let format = &body["text"]["format"];
    if format["type"] != "json_schema" {
        return Err("This test asks for structured output.".to_owned());
    }
    self::format(format)
}

pub(crate) fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    let text = body[name].as_str().unwrap_or_default();
    if text.is_empty() { Err(format!("'{name}' must be text.")) } else { Ok(text) }
}

pub(crate) fn messages(input: &Value) -> Result<(), Refusal> {
    let Some(messages) = input.as_array().filter(|list| !list.is_empty()) else {
        return Err("'input' must be a list of messages.".to_owned());
    };
    for message in messages {
        // Others are privileged, and evidence must never stand in one of them.
        if !matches!(message["role"].as_str(), Some("user" | "assistant")) {
            return Err(format!("This test allows no message of {}.", message["role"]));
        }
        if message["content"].as_str().is_none_or(str::is_empty) {
            return Err("'content' must be text.".to_owned());
        }
    }
    Ok(())
}

/// A schema with its name, as both APIs have it.
pub(crate) fn format(format: &Value) -> Result<(), Refusal> {
    if format["strict"] != true {
        return Err("This test asks for strict structured output.".to_owned());
    }
    let name = format["name"].as_str().unwrap_or_default();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.len() > 64 || !name.chars().all(is_name) {
        return Err("'text.format.name' is not a name.".to_owned());
    }
    let schema = &format["schema"];
    if schema["type"] != "object" || schema.get("anyOf").is_some() {
        return Err("The root of a schema must be an object.".to_owned());
    }
    strict(schema, schema, "#", 0)
}

/// Keywords that strict structured output takes.
const TAKEN: [&str; 16] = [
    "$defs",
    "additionalProperties",
    "anyOf",
    "const",
    "description",
    "enum",
    "items",
    "maxItems",
    "maximum",
    "minItems",
    "minimum",
    "pattern",
    "properties",
    "required",
    "title",
    "type",
];

/// Nesting that strict structured output takes.
const LEVELS_MAX: u32 = 10;

fn strict(schema: &Value, root: &Value, place: &str, level: u32) -> Result<(), Refusal> {
    let refused = |what: &str| Err(format!("Invalid schema for response_format: {place}: {what}"));
    if level > LEVELS_MAX {
        return refused("nested too deeply");
    }
    let Some(keywords) = schema.as_object() else { return refused("no object") };
    if let Some(reference) = keywords.get("$ref") {
        let target = reference.as_str().and_then(|text| root.pointer(text.strip_prefix('#')?));
        return match target {
            _ if keywords.len() > 1 => refused("$ref with other keywords"),
            None => refused("$ref to nothing"),
            Some(target) => strict(target, root, place, level + 1),
        };
    }
    if let Some(other) = keywords.keys().find(|name| !TAKEN.contains(&name.as_str())) {
        return refused(&format!("'{other}' is not permitted"));
    }
    match schema["type"].as_str() {
        Some("object") => {
            let Some(properties) = schema["properties"].as_object() else {
                return refused("an object without properties");
            };
            let required: Vec<_> = schema["required"].as_array().into_iter().flatten().collect();
            if schema["additionalProperties"] != false {
                return refused(
                    "'additionalProperties' is required to be supplied and to be false",
                );
            }
            for (name, property) in properties {
                if !required.iter().any(|known| known.as_str() == Some(name)) {
                    return refused(&format!(
                        "'required' must name every property; {name} is missing"
                    ));
                }
                strict(property, root, &format!("{place}/properties/{name}"), level + 1)?;
            }
            Ok(())
        }
        Some("array") => strict(&schema["items"], root, &format!("{place}/items"), level + 1),
        Some("string" | "integer" | "number" | "boolean" | "null") => Ok(()),
        _ => refused("no type"),
    }
}
