//! JSON bodies: bounded in bytes and depth, and never with text that cannot be
//! kept.

use super::problem::{Code, Problem};
use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, header},
};
use serde_json::Value;

/// What a body may have; a request is far smaller.
pub const BYTES_MAX: usize = 1024 * 1024;
/// Deeper than any input of a pattern.
const DEPTH_MAX: usize = 32;

pub async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    let bytes = to_bytes(body, BYTES_MAX)
        .await
        .map_err(|_| malformed("The body is longer than 1 MiB, or broke off."))?;
    if !bytes.is_empty() && !is_json(headers) {
        return Err(malformed("The header Content-Type is not application/json."));
    }
    Ok(bytes)
}

/// The body as JSON.
///
/// # Errors
/// `MALFORMED_REQUEST`; `INVALID_INPUT` for text with a NUL character.
pub fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| malformed(&format!("The body is not JSON: {error}.")))?;
    let mut nul = None;
    if !is_shallow(&value, DEPTH_MAX, &mut String::new(), &mut nul) {
        return Err(malformed("The body is nested deeper than 32 levels."));
    }
    match nul {
        Some(pointer) => {
            let message = "The character U+0000 cannot be kept.".to_owned();
            Err(Problem::invalid(&[(pointer, message)]))
        }
        None => Ok(value),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) else {
        return false;
    };
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// Whether it is no deeper than `depth`; notes the first text with a NUL.
fn is_shallow(value: &Value, depth: usize, at: &mut String, nul: &mut Option<String>) -> bool {
    let mut below = |part: &str, value: &Value, text: Option<&str>| {
        let length = at.len();
        at.push('/');
        at.push_str(&part.replace('~', "~0").replace('/', "~1"));
        if text.is_some_and(|text| text.contains('\0')) && nul.is_none() {
            *nul = Some(at.clone());
        }
        let shallow = depth > 0 && is_shallow(value, depth - 1, at, nul);
        at.truncate(length);
        shallow
    };
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .all(|(index, item)| below(&index.to_string(), item, item.as_str())),
        Value::Object(fields) => fields.iter().all(|(name, field)| {
            let text = field.as_str().filter(|_| !name.contains('\0'));
            below(name, field, text.or(name.contains('\0').then_some("\0")))
        }),
        _ => true,
    }
}

fn malformed(detail: &str) -> Problem {
    Problem::new(Code::MalformedRequest, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_bounded_and_nul_is_named_by_its_place() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(32).as_bytes()).is_ok());
        assert!(parse(nested(33).as_bytes()).is_err());
        assert!(parse(nested(100_000).as_bytes()).is_err());
        for (body, pointer) in [
            (r#"{"inputs": {"a/b": ["x", "y\u0000"]}}"#, "/inputs/a~1b/1"),
            (r#"{"inputs": {"n\u0000": 1}}"#, "/inputs/n\u{0}"),
        ] {
            let told = parse(body.as_bytes()).unwrap_err().told("", "");
            assert_eq!(told.status, 422);
            let told: Value = serde_json::from_str(&told.body).unwrap();
            assert_eq!(told["errors"][0]["pointer"], pointer);
        }
    }
}
