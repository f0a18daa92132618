//! JSON Schema as strict structured output takes it.

use serde_json::{Map, Value};

/// Keywords of the strict subset that our types need. What else a generator
/// writes is dropped: the rules of validation hold it, not the schema.
const KEPT: [&str; 9] = [
    "$defs",
    "$ref",
    "additionalProperties",
    "anyOf",
    "description",
    "enum",
    "items",
    "type",
    "properties",
];

/// The same schema with every property required and none besides, and without
/// keywords outside the subset.
///
/// Source: OpenAI, "Structured model outputs", supported schemas.
pub(super) fn strict(schema: Value) -> Value {
    let Value::Object(schema) = schema else { return schema };
    let mut strict: Map<String, Value> = Map::new();
    for (keyword, value) in schema {
        let value = match (keyword.as_str(), value) {
            ("properties" | "$defs", Value::Object(named)) => {
                named.into_iter().map(|(name, schema)| (name, self::strict(schema))).collect()
            }
            ("items", one) => self::strict(one),
            ("anyOf", Value::Array(several)) => several.into_iter().map(self::strict).collect(),
            (keyword, value) if KEPT.contains(&keyword) => value,
            _ => continue,
        };
        strict.insert(keyword, value);
    }
    if let Some(Value::Object(properties)) = strict.get("properties") {
        let required = properties.keys().cloned().map(Value::String).collect();
        strict.insert("required".to_owned(), Value::Array(required));
        strict.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    // Beside a reference nothing else may stand.
    match strict.remove("$ref") {
        Some(reference) => Value::Object(Map::from_iter([("$ref".to_owned(), reference)])),
        None => Value::Object(strict),
    }
}
