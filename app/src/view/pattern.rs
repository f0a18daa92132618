//! A pattern's declared inputs as questions, and typed answers as JSON.

use super::figure::heading_of;
use executor::pattern::{Input, InputFault, InputType};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// Type of an `<input>` with its bounds.
    Line {
        kind: &'static str,
        step: Option<&'static str>,
        min: Option<String>,
        max: Option<String>,
    },
    Box,
    /// With an empty choice, for what may stay open.
    Choice {
        options: Vec<String>,
    },
    /// One element a line.
    List,
    Json,
}

/// One declared input as its control shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Id of the control.
    pub id: String,
    /// Name in the form.
    pub name: String,
    pub label: String,
    pub hint: String,
    pub control: Control,
    pub value: String,
    pub required: bool,
    pub errors: Vec<String>,
}

impl Question {
    /// `typed` is what was answered before, if the form was sent before: a box
    /// that is not ticked is not in it.
    pub fn of(
        input: &Input,
        typed: Option<&BTreeMap<String, String>>,
        faults: &[InputFault],
    ) -> Self {
        let control = control_of(input);
        let value = match typed {
            Some(typed) => typed.get(&input.name).cloned().unwrap_or_default(),
            None => input.default.as_ref().map(|value| text_of(input, value)).unwrap_or_default(),
        };
        Self {
            id: control_id(&input.name),
            name: format!("inputs[{}]", input.name),
            label: heading_of(&input.name),
            hint: hint_of(input, &control),
            control,
            value,
            required: input.required,
            errors: faults
                .iter()
                .filter(|fault| input_of(&fault.pointer).as_deref() == Some(&input.name))
                .map(fault_words)
                .collect(),
        }
    }
}

/// Id of the control of an input.
pub fn control_id(input: &str) -> String {
    format!("input-{input}")
}

/// Id of the control that a pointer into the request leads to.
pub fn control_of_pointer(pointer: &str) -> Option<String> {
    match pointer {
        "/portfolio_id" => Some("portfolio".to_owned()),
        "/asof" => Some("asof".to_owned()),
        _ => input_of(pointer).map(|input| control_id(&input)),
    }
}

/// The input that a pointer leads into.
fn input_of(pointer: &str) -> Option<String> {
    let name = pointer.strip_prefix("/inputs/")?.split('/').next()?;
    Some(name.replace("~1", "/").replace("~0", "~"))
}

/// A fault as a sentence about its field: the check says `is required`.
pub fn fault_words(fault: &InputFault) -> String {
    let stop = if fault.message.ends_with(['.', '?']) { "" } else { "." };
    let is_sentence = fault.message.starts_with(|first: char| first.is_uppercase());
    let Some(input) = input_of(&fault.pointer).filter(|_| !is_sentence) else {
        return format!("{}{stop}", fault.message);
    };
    let inside = fault.pointer.split('/').skip(3).collect::<Vec<_>>().join("/");
    let inside = if inside.is_empty() { String::new() } else { format!(", at {inside},") };
    // The check says `is required` or `at least 0, not -4`.
    let colon = if inside.is_empty() && !fault.message.starts_with("is ") { ":" } else { "" };
    format!("{}{inside}{colon} {}{stop}", heading_of(&input), fault.message)
}

fn control_of(input: &Input) -> Control {
    if !input.choices.is_empty() {
        let options = input.choices.iter().map(|choice| text_of(input, choice)).collect();
        return Control::Choice { options };
    }
    let bound = |bound: &Option<serde_json::Number>| bound.as_ref().map(ToString::to_string);
    let line = |kind, step, min, max| Control::Line { kind, step, min, max };
    match input.kind {
        InputType::Integer => line("number", Some("1"), bound(&input.min), bound(&input.max)),
        InputType::Number => line("number", Some("any"), bound(&input.min), bound(&input.max)),
        InputType::Date => line("date", None, None, None),
        InputType::Uuid | InputType::String => line("text", None, None, None),
        InputType::Boolean => Control::Box,
        InputType::Array => Control::List,
        InputType::Object => Control::Json,
    }
}

/// What the file says, then what the control does not say by itself.
fn hint_of(input: &Input, control: &Control) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !input.description.is_empty() {
        let stop = if input.description.ends_with('.') { "" } else { "." };
        parts.push(format!("{}{stop}", input.description));
    }
    let unit = match input.kind {
        InputType::String => " characters",
        InputType::Array => " lines",
        _ => "",
    };
    parts.extend(match (&input.min, &input.max) {
        (Some(min), Some(max)) if min == max => Some(format!("{min}{unit}.")),
        (Some(min), Some(max)) => Some(format!("{min} to {max}{unit}.")),
        (Some(min), None) => Some(format!("At least {min}{unit}.")),
        (None, Some(max)) => Some(format!("At most {max}{unit}.")),
        (None, None) => None,
    });
    match control {
        Control::List => parts.push("One per line.".to_owned()),
        Control::Json => parts.push("Written as JSON.".to_owned()),
        _ => {}
    }
    if input.kind == InputType::Uuid {
        parts.push("An id, such as 019ab2c4-0000-7000-8000-000000000001.".to_owned());
    }
    if input.sensitive {
        parts.push("Sensitive: it is used and not kept.".to_owned());
    }
    if !input.required && *control != Control::Box {
        parts.push("Optional.".to_owned());
    }
    parts.join(" ")
}

/// A declared value as its control holds it.
fn text_of(input: &Input, value: &Value) -> String {
    match (input.kind, value) {
        (_, Value::Null) => String::new(),
        (InputType::Boolean, Value::Bool(yes)) => if *yes { "on" } else { "" }.to_owned(),
        (InputType::Array, Value::Array(items)) => {
            items.iter().map(line_of).collect::<Vec<_>>().join("\n")
        }
        (InputType::Object, object) => serde_json::to_string_pretty(object).unwrap_or_default(),
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

fn line_of(value: &Value) -> String {
    match value {
        // A text that would be read as something else keeps its quotation marks.
        Value::String(text) if line_value(text) == *value => text.clone(),
        other => other.to_string(),
    }
}

/// The answers as the inputs of a request. What is empty is left out; what has
/// no JSON form of its type goes as the text that was typed, so that the check
/// names it.
pub fn inputs_of(declared: &[Input], typed: &BTreeMap<String, String>) -> Map<String, Value> {
    let mut inputs = Map::new();
    for input in declared {
        let text = typed.get(&input.name).map(|text| text.trim()).unwrap_or_default();
        let value = match input.kind {
            InputType::Boolean if input.choices.is_empty() => Some(Value::Bool(text == "on")),
            _ if text.is_empty() => None,
            kind => Some(value_of(kind, text)),
        };
        if let Some(value) = value {
            inputs.insert(input.name.clone(), value);
        }
    }
    // Names that the pattern does not have are the check's to refuse.
    for (name, text) in typed {
        if declared.iter().all(|input| input.name != *name) {
            inputs.insert(name.clone(), Value::from(text.as_str()));
        }
    }
    inputs
}

fn value_of(kind: InputType, text: &str) -> Value {
    let written = || Value::from(text);
    match kind {
        InputType::Uuid | InputType::String | InputType::Date => written(),
        InputType::Integer | InputType::Number => serde_json::from_str::<serde_json::Number>(text)
            .map_or_else(|_| written(), Value::Number),
        InputType::Boolean | InputType::Object => {
            serde_json::from_str(text).unwrap_or_else(|_| written())
        }
        InputType::Array => {
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(line_value).collect()
        }
    }
}

/// An element: JSON where the line is JSON, such as a number or an object, else
/// its text.
fn line_value(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|_| Value::from(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn input(name: &str, kind: InputType) -> Input {
        Input {
            name: name.to_owned(),
            kind,
            required: false,
            default: None,
            choices: Vec::new(),
            min: None,
            max: None,
            description: String::new(),
            sensitive: false,
        }
    }

    fn typed(answers: &[(&str, &str)]) -> BTreeMap<String, String> {
        answers.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[track_caller]
    fn check(kind: InputType, text: &str, expected: Option<Value>) {
        let inputs = inputs_of(&[input("x", kind)], &typed(&[("x", text)]));
        assert_eq!(inputs.get("x").cloned(), expected, "{text:?} as {kind}");
    }

    #[test]
    fn answers_take_the_type_of_their_input() {
        check(InputType::Number, " 0.02 ", Some(json!(0.02)));
        check(InputType::Integer, "252", Some(json!(252)));
        check(InputType::Boolean, "on", Some(json!(true)));
        check(InputType::Date, "2026-11-23", Some(json!("2026-11-23")));
        check(InputType::String, "252", Some(json!("252")));
        check(InputType::Object, r#"{"max_te": 0.02}"#, Some(json!({"max_te": 0.02})));
    }

    #[test]
    fn what_is_empty_is_absent_and_an_unticked_box_is_no() {
        for kind in [InputType::Number, InputType::Date, InputType::Array, InputType::Object] {
            check(kind, "  ", None);
        }
        let inputs = inputs_of(&[input("x", InputType::Boolean)], &typed(&[]));
        assert_eq!(inputs["x"], json!(false));
    }

    #[test]
    fn what_has_no_form_of_its_type_goes_as_it_was_typed() {
        check(InputType::Number, "twelve", Some(json!("twelve")));
        check(InputType::Object, "{", Some(json!("{")));
        let unknown = inputs_of(&[], &typed(&[("y", "1")]));
        assert_eq!(Value::Object(unknown), json!({"y": "1"}));
    }

    #[test]
    fn a_list_has_an_element_a_line_and_reads_back_what_its_default_shows() {
        check(InputType::Array, "AAPL\r\n\r\n 7 ", Some(json!(["AAPL", 7])));
        let default = json!(["AAPL", "7", 7, {"type": "min_cash"}]);
        let array = Input { default: Some(default.clone()), ..input("x", InputType::Array) };
        let shown = Question::of(&array, None, &[]).value;
        check(InputType::Array, &shown, Some(default));
    }

    #[test]
    fn a_fault_is_said_of_its_field_and_stands_at_its_control() {
        let fault = |pointer: &str, message: &str| InputFault {
            pointer: pointer.to_owned(),
            message: message.to_owned(),
        };
        let faults = [
            fault("/inputs/min_weight", "is more than 1"),
            fault("/inputs/policies/0/type", "is required"),
            fault("/portfolio_id", "This pattern needs a portfolio."),
            fault("/inputs/min_rows", "at least 0, not -4"),
        ];
        let words: Vec<String> = faults.iter().map(fault_words).collect();
        assert_eq!(
            words,
            [
                "Min weight is more than 1.",
                "Policies, at 0/type, is required.",
                "This pattern needs a portfolio.",
                "Min rows: at least 0, not -4.",
            ]
        );
        let question = Question::of(&input("min_weight", InputType::Number), None, &faults);
        assert_eq!(question.errors, ["Min weight is more than 1."]);
        assert_eq!(control_of_pointer("/inputs/policies/0/type").unwrap(), "input-policies");
        assert_eq!(control_of_pointer("/portfolio_id").unwrap(), "portfolio");
        assert_eq!(control_of_pointer("/elsewhere"), None);
    }

    #[test]
    fn bounds_and_choices_come_from_the_declaration() {
        let number = |text: &str| Some(serde_json::from_str(text).unwrap());
        let weight = Input {
            min: number("0"),
            max: number("1"),
            default: Some(json!(0.02)),
            description: "Least share of cash".to_owned(),
            ..input("min_weight", InputType::Number)
        };
        let question = Question::of(&weight, None, &[]);
        assert_eq!(question.hint, "Least share of cash. 0 to 1. Optional.");
        assert_eq!(question.value, "0.02");
        let Control::Line { kind, min, max, .. } = question.control else { panic!() };
        assert_eq!((kind, min.as_deref(), max.as_deref()), ("number", Some("0"), Some("1")));
        let range =
            Input { choices: vec![json!("YTD"), json!("MTD")], ..input("r", InputType::String) };
        let options = vec!["YTD".to_owned(), "MTD".to_owned()];
        assert_eq!(Question::of(&range, None, &[]).control, Control::Choice { options });
    }

    #[test]
    fn what_was_typed_stands_again_even_where_it_was_emptied() {
        let weight = Input { default: Some(json!(0.02)), ..input("w", InputType::Number) };
        assert_eq!(Question::of(&weight, Some(&typed(&[("w", "x1")])), &[]).value, "x1");
        assert_eq!(Question::of(&weight, Some(&typed(&[])), &[]).value, "");
    }
}
