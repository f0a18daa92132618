//! A value checked against a schema, with every fault at its place.

use super::{Alternative, Shape, Sort};
use crate::pattern::{
    fault::{did_you_mean, join},
    language::{exact_decimal, word_of},
};
use serde_json::{Number, Value};

/// Everything in `value` that does not fit, with JSON pointers below `pointer`.
pub(crate) fn faults_of(value: &Value, shape: &Shape<'_>, pointer: &str) -> Vec<(String, String)> {
    let mut faults = Vec::new();
    check(value, shape, pointer, &mut faults);
    faults
}

fn check(value: &Value, shape: &Shape<'_>, pointer: &str, faults: &mut Vec<(String, String)>) {
    if value.is_null() && shape.nullable {
        return;
    }
    let of_its_type: Vec<_> =
        shape.alternatives.iter().filter(|alternative| is_of(value, alternative)).collect();
    let mut least: Option<Vec<(String, String)>> = None;
    for alternative in &of_its_type {
        let mut found = Vec::new();
        check_one(value, alternative, pointer, &mut found);
        if found.is_empty() {
            return;
        }
        if least.as_ref().is_none_or(|least| found.len() < least.len()) {
            least = Some(found);
        }
    }
    let choices: Option<Vec<_>> = of_its_type.iter().map(|one| one.choices()).collect();
    match (least, choices) {
        // Words of which each is described on its own: name them all.
        (Some(_), Some(choices)) if of_its_type.len() > 1 => {
            faults.push((pointer.to_owned(), not_a_choice(value, &choices.concat())));
        }
        (Some(found), _) => faults.extend(found),
        (None, _) => {
            let message = format!("{} stands here, expected {}", word_of(value), shape.words());
            faults.push((pointer.to_owned(), message));
        }
    }
}

/// Whether the value has the alternative's type.
fn is_of(value: &Value, alternative: &Alternative<'_>) -> bool {
    match alternative.sort {
        Sort::Unknown => true,
        Sort::Boolean => value.is_boolean(),
        Sort::Number if alternative.integer => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0)
        }
        Sort::Number => value.is_number(),
        Sort::Decimal | Sort::Text => value.is_string(),
        Sort::List => value.is_array(),
        Sort::Object => value.is_object(),
    }
}

fn check_one(
    value: &Value,
    alternative: &Alternative<'_>,
    pointer: &str,
    faults: &mut Vec<(String, String)>,
) {
    let mut fault = |message: String| faults.push((pointer.to_owned(), message));
    if let Some(choices) = alternative.choices()
        && !choices.contains(&value)
    {
        return fault(not_a_choice(value, &choices));
    }
    if let (Some(format), Some(text)) = (alternative.format(), value.as_str())
        && !has_format(text, format)
    {
        return fault(format!("“{text}” is not a {format}{}", example(format)));
    }
    if alternative.sort == Sort::Decimal
        && value.as_str().is_some_and(|text| exact_decimal(text).is_none())
    {
        return fault(format!("{value} is not a decimal of at most 28 digits"));
    }
    if let Some(message) = out_of_bounds(value, alternative.schema) {
        fault(message);
    }
    match value {
        Value::Array(items) => {
            let Some(shape) = alternative.item() else { return };
            for (at, item) in items.iter().enumerate() {
                check(item, &shape, &join(pointer, at), faults);
            }
        }
        Value::Object(fields) if alternative.sort == Sort::Object => {
            for (name, field) in fields {
                check_field(name, field, alternative, pointer, faults);
            }
            for name in alternative.required().filter(|name| !fields.contains_key(*name)) {
                faults.push((pointer.to_owned(), format!("{name} is missing")));
            }
        }
        _ => {}
    }
}

fn check_field(
    name: &str,
    field: &Value,
    alternative: &Alternative<'_>,
    pointer: &str,
    faults: &mut Vec<(String, String)>,
) {
    let pointer = join(pointer, name);
    let named = alternative.properties().find(|(key, _)| *key == name).map(|(_, schema)| schema);
    match named.or_else(|| alternative.others()) {
        Some(schema) => check(field, &Shape::within(alternative.root, schema), &pointer, faults),
        None => faults.push((pointer, alternative.unknown_field(name))),
    }
}

impl Alternative<'_> {
    pub fn unknown_field(&self, name: &str) -> String {
        let near = did_you_mean(name, self.properties().map(|(key, _)| key));
        format!("there is no “{name}” here{near}")
    }
}

fn not_a_choice(value: &Value, choices: &[&Value]) -> String {
    let near = value.as_str().map_or_else(String::new, |text| {
        did_you_mean(text, choices.iter().filter_map(|choice| choice.as_str()))
    });
    let choices: Vec<String> = choices.iter().map(|choice| plain(choice)).collect();
    format!("{} is none of {}{near}", quoted(value), choices.join(", "))
}

fn quoted(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| format!("“{text}”"))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether `text` has a format that is checked; the others hold for any text.
fn has_format(text: &str, format: &str) -> bool {
    match format {
        // jiff also reads dates without dashes and with other parts behind.
        "date" => text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok(),
        "uuid" => text.len() == 36 && text.parse::<uuid::Uuid>().is_ok(),
        "date-time" => text.parse::<jiff::Timestamp>().is_ok(),
        "decimal" => exact_decimal(text).is_some(),
        _ => true,
    }
}

fn example(format: &str) -> &'static str {
    match format {
        "date" => ", such as 2025-10-21",
        "decimal" => ", such as -0.25",
        _ => "",
    }
}

fn out_of_bounds(value: &Value, schema: &Value) -> Option<String> {
    let (size, least, most, unit) = match value {
        Value::Number(number) => (number.clone(), "minimum", "maximum", ""),
        Value::String(text) => {
            (text.chars().count().into(), "minLength", "maxLength", " characters")
        }
        Value::Array(items) => (items.len().into(), "minItems", "maxItems", " elements"),
        _ => return None,
    };
    let size = exact_decimal(&size.to_string())?;
    let bound = |word: &str| {
        let bound: &Number = schema.get(word)?.as_number()?;
        Some((exact_decimal(&bound.to_string())?, bound.clone()))
    };
    match (bound(least), bound(most)) {
        (Some((min, shown)), _) if size < min => {
            Some(format!("at least {shown}{unit}, not {size}"))
        }
        (_, Some((max, shown))) if size > max => Some(format!("at most {shown}{unit}, not {size}")),
        _ => None,
    }
}
