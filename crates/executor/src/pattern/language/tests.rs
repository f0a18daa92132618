//! The language over made-up names.

#![expect(clippy::needless_pass_by_value, reason = "cases are written with json!")]

use super::{EvaluationError, Expression, Names, NotNull, Scope, Template};
use crate::{
    lineage::{Lineage, Lineages, PublishingCalendar, Source, SourceName, Step, Ttl},
    pattern::shape::Shape,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::{Arc, LazyLock};

/// Schemas of the inputs, and of the one step `s` with key 0.
static INPUTS: LazyLock<Vec<(&str, Value)>> = LazyLock::new(|| {
    vec![
        ("n", json!({ "type": "integer" })),
        ("m", json!({ "type": "integer" })),
        ("rate", json!({ "type": "number" })),
        ("amount", json!({ "type": "string", "format": "decimal" })),
        ("text", json!({ "type": "string" })),
        ("other", json!({ "type": "string" })),
        ("flag", json!({ "type": "boolean" })),
        ("list", json!({ "type": "array", "items": { "type": "integer" } })),
        ("day", json!({ "type": "string", "format": "date" })),
        ("maybe", json!({ "type": ["string", "null"] })),
        ("perhaps", json!({ "type": ["integer", "null"] })),
        ("any", json!(true)),
    ]
});
static STEP: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "type": "object", "required": ["rows", "total"],
        "properties": {
            "rows": { "type": "array", "items": { "$ref": "#/$defs/Row" } },
            "total": { "type": "string", "format": "decimal" },
            "note": { "type": "string" }
        },
        "$defs": { "Row": { "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"] } }
    })
});

fn names() -> Names<'static> {
    Names {
        inputs: INPUTS.iter().map(|(name, schema)| (*name, Shape::of(schema))).collect(),
        context: vec![("asof", Shape::of(&INPUTS[8].1))],
        steps: vec![("s", Shape::of(&STEP))],
        later: vec!["t", "u"],
    }
}

fn values() -> Value {
    json!({
        "n": 3, "m": -2, "rate": 0.3, "amount": "0.30", "text": "abc", "other": "x y", "flag": true,
        "list": [1, 2, 3], "day": "2025-10-21", "maybe": null, "perhaps": null, "any": {"a": [1.5]}
    })
}

fn with_scope<T>(inputs: &Value, run: impl FnOnce(&Scope<'_>) -> T) -> T {
    let inputs: &Map<String, Value> = inputs.as_object().unwrap();
    let ctx = json!({ "asof": "2025-10-21" });
    let state = [Some(Arc::new(json!({
        "rows": [{ "name": "first" }, { "name": "{{inputs.text}}" }], "total": "12.500"
    })))];
    run(&Scope { inputs, ctx: &ctx, state: &state })
}

fn template(value: &Value) -> Result<Template, Vec<(String, String)>> {
    let mut faults = Vec::new();
    let template = Template::parse(value, "", &names(), &NotNull::new(), &mut faults);
    if faults.is_empty() { Ok(template) } else { Err(faults) }
}

fn check(written: Value, expected: Value) {
    let rendered = with_scope(&values(), |scope| template(&written).unwrap().render(scope));
    assert_eq!(rendered, Ok(expected), "{written}");
}

fn refused(written: Value, because: &str) {
    let faults = template(&written).unwrap_err();
    assert!(faults[0].1.contains(because), "{written}: {faults:?}");
}

fn holds(condition: &str, over: &Value) -> Result<bool, EvaluationError> {
    let expression =
        Expression::parse(condition, &names()).unwrap_or_else(|e| panic!("{condition}: {e}"));
    with_scope(over, |scope| expression.evaluate(scope))
}

#[test]
fn a_text_that_is_wholly_one_reference_keeps_the_type() {
    check(json!("{{inputs.n}}"), json!(3));
    check(json!("{{ inputs.list }}"), json!([1, 2, 3]));
    check(json!("{{inputs.maybe}}"), json!(null));
    check(json!("{{inputs.list[1]}}"), json!(2));
    check(json!("{{inputs.list[9]}}"), json!(null));
    check(json!("{{inputs[\"text\"].length}}"), json!(3));
    check(json!("{{state.s.rows.length}}"), json!(2));
    check(json!("{{inputs.any.a[0]}}"), json!(1.5));
    check(json!({ "a": ["{{inputs.flag}}", 1] }), json!({ "a": [true, 1] }));
}

#[test]
fn within_text_values_are_written_plainly() {
    check(json!("{{inputs.n}} of {{inputs.rate}}"), json!("3 of 0.3"));
    check(json!("total {{state.s.total}}"), json!("total 12.5"));
    check(
        json!("{{inputs.amount}} on {{ctx.asof}}, {{inputs.flag}}"),
        json!("0.3 on 2025-10-21, true"),
    );
    check(json!("{{inputs.maybe | default(\"none\")}}"), json!("none"));
    check(json!("a {{inputs.text | default('none')}}"), json!("a abc"));
    check(json!("{{ \"{{\" }}inputs.n}}"), json!("{{inputs.n}}"));
    check(json!("a single { and }} are text"), json!("a single { and }} are text"));
}

#[test]
fn text_in_values_is_never_read_as_a_template() {
    check(json!("{{state.s.rows[1].name}}"), json!("{{inputs.text}}"));
    check(json!("<{{state.s.rows[1].name | default(\"\")}}>"), json!("<{{inputs.text}}>"));
}

#[test]
fn what_cannot_be_filled_is_refused_at_load() {
    refused(json!("{{inputs.nn}}"), "no input has this name");
    refused(json!("{{inputs.txt}}"), "did you mean text?");
    refused(json!("{{ctx.asoff}}"), "did you mean asof?");
    refused(json!("{{state.t}}"), "cannot refer to itself");
    refused(json!("{{state.u.x}}"), "comes later");
    refused(json!("{{input.n}}"), "neither inputs, state nor ctx, did you mean inputs?");
    refused(json!("{{state.s.row}}"), "has no row, did you mean rows?");
    refused(json!("{{inputs.n.x}}"), "has no x");
    refused(json!("{{inputs.n[0]}}"), "is not a list");
    refused(json!("all: {{inputs.list}}"), "has no form within text");
    refused(json!("it is {{inputs.maybe}}"), "may be null");
    refused(json!("{{inputs.n"), "expected }}");
    refused(json!("{{inputs.n | upper}}"), "the only filter");
    refused(json!("{{inputs.n + 1}}"), "means nothing here");
    refused(json!("{{}}"), "expected a reference");
    refused(json!("{{inputs}}"), "stands alone");
    refused(json!("{{ \"a }}"), "does not end");
}

#[test]
fn what_turns_out_to_have_no_form_fails_at_the_time() {
    let any = json!({ "any": [1], "text": "a" });
    let failed = |text: &str| {
        let template = template(&json!(text)).unwrap();
        with_scope(&any, |scope| template.render(scope)).unwrap_err().to_string()
    };
    assert_eq!(
        failed("a {{inputs.any | default(\"\")}}"),
        "inputs.any is a list, which has no form within text"
    );
    assert_eq!(failed("{{inputs.any.b}}"), "inputs.any is a list and has no .b");
    let expression = Expression::parse("inputs.any == 1", &names()).unwrap();
    let error = with_scope(&any, |scope| expression.evaluate(scope)).unwrap_err();
    assert_eq!(error.to_string(), "a list cannot be compared with a number");
}

#[test]
fn conditions_bind_as_the_reference_says() {
    for (condition, expected) in [
        ("inputs.n == 3", true),
        ("inputs.n != 3 or inputs.flag", true),
        ("true or true and false", true),
        ("(true or true) and false", false),
        ("not false and false", false),
        ("not inputs.n == 4", true),
        ("inputs.n in [1, 2, 3]", true),
        ("inputs.n not in inputs.list", false),
        ("inputs.text in ['abc', 'd']", true),
        ("inputs.maybe is null", true),
        ("inputs.maybe is not null", false),
        ("inputs.maybe is not null and inputs.maybe == 'a'", false),
        ("inputs.maybe == inputs.text", false),
        ("inputs.list.length >= 3 and inputs.text.length < 4", true),
        ("inputs.day < '2025-10-22'", true),
        ("inputs.m == -2", true),
        ("(inputs.n < 4) == inputs.flag", true),
    ] {
        assert_eq!(holds(condition, &values()), Ok(expected), "{condition}");
    }
}

#[test]
fn decimals_compare_exactly() {
    for (condition, expected) in [
        ("inputs.amount == 0.3", true),
        ("inputs.amount == inputs.rate", true),
        ("inputs.amount == '0.3'", true),
        ("inputs.amount in [0.1, 0.3]", true),
        ("state.s.total == 12.5", true),
        ("state.s.total > 9", true),
        ("'0.30' == 0.3", true),
        ("0.1 == 0.10000000000000001", false),
        ("12345678901234567890.1 < 12345678901234567890.2", true),
    ] {
        assert_eq!(holds(condition, &values()), Ok(expected), "{condition}");
    }
    // 0.1 + 0.2 in binary floating point is 0.30000000000000004: not 0.3.
    let sum = json!({ "rate": 0.1 + 0.2, "amount": "100.000000000000000001" });
    assert_eq!(holds("inputs.rate == 0.3", &sum), Ok(false));
    assert_eq!(holds("inputs.amount > 100", &sum), Ok(true));
    // Text whose type says no more than text is not read as a number.
    assert_eq!(holds("inputs.text == '1.0'", &json!({ "text": "1" })), Ok(false));
}

#[test]
fn a_condition_that_cannot_be_decided_fails() {
    assert!(matches!(
        holds("inputs.perhaps > 1", &values()),
        Err(EvaluationError::Incomparable { .. })
    ));
    assert!(matches!(holds("inputs.any", &values()), Err(EvaluationError::NotBoolean { .. })));
    assert!(matches!(
        holds("inputs.amount > 1", &json!({ "amount": "much" })),
        Err(EvaluationError::NotDecimal(_))
    ));
}

#[test]
fn a_condition_that_makes_no_sense_is_refused_at_load() {
    for (condition, because) in [
        ("inputs.n", "is a number, where true or false is expected"),
        ("inputs.n == inputs.text", "a number cannot be compared with text"),
        ("inputs.flag < true", "cannot be ordered"),
        ("inputs.rate == '0.3 percent'", "a number cannot be compared with text"),
        ("inputs.n in 3", "where a list is expected"),
        ("1 < 2 < 3", "do not chain"),
        ("inputs.maybe == null", "write “is null”"),
        ("len(inputs.list) == 1", "nothing can be called here"),
        ("inputs.text() == 1", "nothing can be called here"),
        ("inputs.n ==", "ends where a value is expected"),
        ("inputs.n === 3", "means nothing here"),
        ("inputs.n = 3", "means nothing here"),
        ("inputs.n == 3)", "expected an operator or the end"),
        ("", "ends where a value is expected"),
    ] {
        let message = Expression::parse(condition, &names()).unwrap_err();
        assert!(message.contains(because), "{condition}: {message}");
    }
}

#[test]
fn language_is_bounded() {
    let refused = |condition: &str, because: &str| {
        let message = Expression::parse(condition, &names()).unwrap_err();
        assert!(message.contains(because), "{message}");
    };
    refused(&format!("{}true{}", "(".repeat(40), ")".repeat(40)), "nested more than 32 deep");
    refused(&format!("{}true", "not ".repeat(40)), "nested more than 32 deep");
    refused(&vec!["true"; 200].join(" or "), "more than 256");
    refused(&" ".repeat(5000), "at most 4096 bytes");
    refused(&format!("inputs.any{} == 1", ".a".repeat(20)), "at most 16 parts");
    let refused = |text: String, because: &str| {
        let faults = template(&json!({ "a": [text] })).unwrap_err();
        assert!(faults[0].1.contains(because), "{faults:?}");
    };
    refused("x".repeat(4096) + "{{inputs.n}}", "at most 4096 bytes");
    refused("{{inputs.n}}".repeat(65), "more than 64 references");
}

#[test]
fn lineage_follows_the_reference() {
    let source = |name: &str| {
        Lineage::of(Source {
            name: SourceName::provider(name),
            asof: None,
            ttl: Some(Ttl::Day),
            calendar: PublishingCalendar::EveryDay,
        })
    };
    let mut step = Lineages::whole(source("A"));
    step.insert(&[Step::Name("total".to_owned())], Lineages::whole(source("B")));
    let state = [Some(Arc::new(step))];
    let of = |written: Value| template(&written).unwrap().lineages(&state);
    assert_eq!(of(json!("{{state.s.total}}")), Lineages::whole(source("B")));
    assert_eq!(of(json!("{{state.s.rows}}")), Lineages::whole(source("A")));
    assert_eq!(of(json!("{{state.s}}")), *state[0].clone().unwrap());
    assert_eq!(of(json!("{{state.s.total}} {{state.s.total}}")), Lineages::whole(source("B")));
    assert_eq!(of(json!("{{inputs.n}}")), Lineages::default());
    let object = of(json!({ "x": "{{state.s.total}}", "y": 1 }));
    assert_eq!(object.at(&[Step::Name("x".to_owned())]), Lineages::whole(source("B")));
    assert!(object.at(&[Step::Name("y".to_owned())]).is_empty());
}

/// Conditions over the integers, texts and booleans of the inputs, well typed.
fn condition() -> impl Strategy<Value = String> {
    let integer = prop_oneof![
        Just("inputs.n".to_owned()),
        Just("inputs.m".to_owned()),
        Just("inputs.list.length".to_owned()),
        Just("inputs.list[0]".to_owned()),
        (-9_i64..9).prop_map(|n| n.to_string()),
    ];
    let text = prop_oneof![
        Just("inputs.text".to_owned()),
        Just("inputs.other".to_owned()),
        "[a-c]{0,2}".prop_map(|text| format!("\"{text}\"")),
    ];
    let operator =
        prop_oneof![Just("=="), Just("!="), Just("<"), Just("<="), Just(">"), Just(">=")];
    let leaf = prop_oneof![
        (integer.clone(), operator.clone(), integer.clone())
            .prop_map(|(left, op, right)| format!("{left} {op} {right}")),
        (text.clone(), operator, text.clone())
            .prop_map(|(left, op, right)| format!("{left} {op} {right}")),
        (integer.clone(), any::<bool>()).prop_map(|(item, not)| format!(
            "{item} {}in inputs.list",
            if not { "not " } else { "" }
        )),
        (text, "[a-c]{1,2}").prop_map(|(item, one)| format!("{item} in [\"{one}\", \"a\"]")),
        Just("inputs.flag".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("{left} and {right}")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("{left} or {right}")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} or {right})")),
            inner.prop_map(|inner| format!("not ({inner})")),
        ]
    })
}

/// The same condition by an engine that is not ours. It writes length as a
/// filter.
fn reference(condition: &str, inputs: &Value) -> bool {
    let environment = minijinja::Environment::new();
    let condition = condition.replace("inputs.list.length", "(inputs.list|length)");
    let expression = environment.compile_expression(&condition).unwrap();
    let result = expression
        .eval(minijinja::context! { inputs => minijinja::Value::from(minijinja::value::Serde(inputs)) })
        .unwrap();
    bool::try_from(result).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn conditions_agree_with_another_evaluator(
        condition in condition(),
        (n, m) in (-9_i64..9, -9_i64..9),
        (text, other) in ("[a-c]{0,2}", "[a-c]{0,2}"),
        flag: bool,
        list in prop::collection::vec(-9_i64..9, 1..4),
    ) {
        let inputs = json!({ "n": n, "m": m, "text": text, "other": other, "flag": flag, "list": list });
        prop_assert_eq!(holds(&condition, &inputs), Ok(reference(&condition, &inputs)), "{}", condition);
    }

    #[test]
    fn no_text_makes_reading_or_filling_panic(text in "\\PC*") {
        if let Ok(template) = template(&json!(text)) {
            let _ = with_scope(&values(), |scope| template.render(scope));
        }
        let _ = Expression::parse(&text, &names());
    }

    #[test]
    fn no_soup_of_the_language_makes_it_panic(
        words in prop::collection::vec(prop::sample::select(vec![
            "{{", "}}", "inputs", "state", "ctx", ".", "n", "s", "rows", "[", "]", "(", ")", "0", "-1", "\"", "'",
            "and", "or", "not", "in", "is", "null", "==", "<", "|", "default", " ", "\\", "é", "true", ",", "length",
        ]), 0..24)
    ) {
        let text = words.concat();
        if let Ok(template) = template(&json!(text)) {
            let _ = with_scope(&values(), |scope| template.render(scope));
        }
        if let Ok(expression) = Expression::parse(&text, &names()) {
            let _ = with_scope(&values(), |scope| expression.evaluate(scope));
        }
    }

    #[test]
    fn a_value_stays_text_whatever_it_holds(value in "(\\{\\{|\\}\\}|inputs\\.flag|\"|[a-z ]|<|\\\\){0,12}") {
        let over = json!({ "text": value, "other": "o" });
        let render = |written: &str| {
            let template = template(&json!(written)).unwrap();
            with_scope(&over, |scope| template.render(scope)).unwrap()
        };
        prop_assert_eq!(render("{{inputs.text}}"), json!(value));
        prop_assert_eq!(render("<{{inputs.text}}|{{inputs.other}}>"), json!(format!("<{value}|o>")));
    }
}
