//! Shapes of the schemas that schemars writes for capabilities, and whether one
//! fits the other.

#![expect(clippy::needless_pass_by_value, reason = "cases are written with json!")]

use super::{Shape, faults_of};
use serde_json::{Value, json};

/// `why`: part of the reason, or none when every value of `given` is taken.
fn check(given: Value, wanted: Value, why: Option<&str>) {
    let verdict = Shape::of(&given).fits(&Shape::of(&wanted));
    match (why, &verdict) {
        (None, Ok(())) => {}
        (Some(why), Err(found)) if found.contains(why) => {}
        _ => panic!("{given} for {wanted}: {verdict:?}"),
    }
}

#[test]
fn types_fit_where_every_value_is_taken() {
    let decimal = json!({ "type": "string", "pattern": r"^-?\d+(\.\d+)?$" });
    let either = json!({ "type": ["string", "number"], "pattern": r"^-?\d+(\.\d+)?([eE]\d+)?$" });
    let maybe = json!({ "type": ["string", "null"] });
    check(json!({ "type": "integer" }), json!({ "type": "number" }), None);
    check(json!({ "type": "number" }), json!({ "type": "integer" }), Some("expected an integer"));
    check(json!({ "type": "number" }), either.clone(), None);
    check(decimal.clone(), either, None);
    check(decimal.clone(), json!({ "type": "string" }), None);
    check(json!({ "type": "string" }), decimal, Some("is text, expected a decimal"));
    check(json!({ "type": "string", "format": "date" }), json!({ "type": "string" }), None);
    check(
        json!({ "type": "string" }),
        json!({ "type": "string", "format": "uuid" }),
        Some("is text, expected a uuid"),
    );
    check(maybe.clone(), json!({ "type": "string" }), Some("may be null"));
    check(json!({ "type": "string" }), maybe.clone(), None);
    check(maybe, json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] }), None);
    check(json!(true), json!({ "type": "integer" }), None);
    check(json!({ "type": "array" }), json!(true), None);
}

#[test]
fn choices_fit_within_wider_choices_only() {
    let wide = json!({ "type": "string", "enum": ["a", "b", "c"] });
    let narrow = json!({ "type": "string", "enum": ["a", "b"] });
    check(narrow.clone(), wide.clone(), None);
    check(wide, narrow.clone(), Some("may be \"c\""));
    check(json!({ "type": "string" }), narrow, Some("may be any text"));
}

#[test]
fn lists_and_objects_fit_part_by_part() {
    let rows = |field: &str, kind: &str| {
        json!({
            "type": "array", "items": { "$ref": "#/$defs/Row" },
            "$defs": { "Row": {
                "type": "object", "properties": { field: { "type": kind } }, "required": [field]
            } }
        })
    };
    check(rows("a", "string"), rows("a", "string"), None);
    check(rows("a", "string"), rows("a", "integer"), Some("a field a that is text"));
    check(rows("b", "string"), rows("a", "string"), Some("has no a, which is required"));
    let mut closed = rows("a", "string");
    closed["$defs"]["Row"]["additionalProperties"] = json!(false);
    let mut two = rows("a", "string");
    two["$defs"]["Row"]["properties"]["c"] = json!({ "type": "string" });
    check(two.clone(), rows("a", "string"), None);
    check(two, closed, Some("a field c that is not taken"));
}

#[test]
fn a_schema_that_contains_itself_is_followed_to_a_bound() {
    let tree = json!({
        "$ref": "#/$defs/Tree",
        "$defs": { "Tree": {
            "type": "object",
            "properties": { "inner": { "anyOf": [{ "$ref": "#/$defs/Tree" }, { "type": "null" }] } }
        } }
    });
    check(tree.clone(), tree.clone(), None);
    let inner = Shape::of(&tree).field("inner").unwrap().field("inner").unwrap();
    assert!(inner.nullable && inner.field("other").is_err());
    let loop_of_references = json!({ "$ref": "#" });
    assert!(Shape::of(&loop_of_references).is_unknown());
}

#[test]
fn a_part_of_what_may_be_missing_may_be_null() {
    let schema = json!({
        "type": "object",
        "properties": { "a": { "type": "integer" }, "b": { "type": "integer" } },
        "required": ["a"]
    });
    let shape = Shape::of(&schema);
    assert!(!shape.field("a").unwrap().nullable);
    assert!(shape.field("b").unwrap().nullable);
    assert!(shape.clone().or_null(true).field("a").unwrap().nullable);
    assert!(shape.item().is_err());
}

#[test]
fn a_value_is_checked_to_its_last_part() {
    let schema = json!({
        "type": "object", "required": ["day"],
        "properties": {
            "day": { "type": "string", "format": "date" },
            "rows": { "type": "array", "maxItems": 2, "items": { "type": "integer", "minimum": 1 } },
            "kind": { "oneOf": [{ "const": "x", "type": "string" }, { "const": "y", "type": "string" }] },
            "amount": { "type": "string", "format": "decimal" }
        }
    });
    let faults = |value: Value| -> Vec<String> {
        let found = faults_of(&value, &Shape::of(&schema), "");
        found.into_iter().map(|(pointer, message)| format!("{pointer} {message}")).collect()
    };
    let good = json!({ "day": "2025-10-21", "rows": [1, 2], "kind": "y", "amount": "-0.10" });
    assert!(faults(good).is_empty());
    assert_eq!(
        faults(json!({ "rows": [0, "a", 3], "kind": "z", "amount": "1,5", "dya": 1 })),
        [
            "/amount “1,5” is not a decimal, such as -0.25",
            "/dya there is no “dya” here, did you mean day?",
            "/kind “z” is none of x, y",
            "/rows at most 2 elements, not 3",
            "/rows/0 at least 1, not 0",
            "/rows/1 text stands here, expected an integer",
            " day is missing",
        ]
    );
    for no_date in ["2025-02-29", "20251021", "2025-10-21T00:00", "21.10.2025"] {
        assert_eq!(faults(json!({ "day": no_date })).len(), 1, "{no_date}");
    }
}
