//! Rules on the declared inputs.

use super::{Check, Faults, NOT_A_WORD, is_word};
use crate::pattern::{
    Input, InputType,
    fault::join,
    file::InputFile,
    language::exact_decimal,
    shape::{Shape, faults_of},
};
use serde_json::Number;

impl Check<'_> {
    pub(super) fn inputs(&mut self) -> Vec<Input> {
        self.in_file_order("/inputs", &self.file.inputs)
            .into_iter()
            .map(|(pointer, name, declared)| {
                if !is_word(name) {
                    self.faults.push(&pointer, NOT_A_WORD);
                }
                input(name, declared, &pointer, &mut self.faults)
            })
            .collect()
    }
}

fn input(name: &str, declared: &InputFile, pointer: &str, faults: &mut Faults) -> Input {
    let mut input = Input {
        name: name.to_owned(),
        kind: declared.kind,
        required: declared.required,
        default: declared.default.clone(),
        choices: Vec::new(),
        min: declared.min.clone(),
        max: declared.max.clone(),
        description: declared.description.clone(),
        sensitive: false,
    };
    check_bounds(&input, pointer, faults);
    let choices = declared.choices.clone().unwrap_or_default();
    let schema = input.schema();
    for (at, choice) in choices.iter().enumerate() {
        let pointer = join(&join(pointer, "enum"), at);
        if choices[..at].contains(choice) {
            faults.push(&pointer, "this value stands here twice");
        }
        faults.0.extend(faults_of(choice, &Shape::of(&schema), &pointer));
    }
    input.choices = choices;
    if let Some(default) = &input.default {
        let pointer = join(pointer, "default");
        if input.required {
            faults.push(&pointer, "a required input has no default");
        }
        faults.0.extend(faults_of(default, &Shape::of(&input.schema()), &pointer));
    }
    input
}

fn check_bounds(input: &Input, pointer: &str, faults: &mut Faults) {
    let decimal =
        |bound: &Option<Number>| bound.as_ref().and_then(|n| exact_decimal(&n.to_string()));
    let counted = matches!(input.kind, InputType::String | InputType::Array);
    let bounded = counted || matches!(input.kind, InputType::Integer | InputType::Number);
    for (word, bound) in [("min", &input.min), ("max", &input.max)] {
        let Some(number) = bound else { continue };
        let whole = number.is_u64() || (number.is_i64() && !counted);
        if !bounded {
            faults.push(join(pointer, word), format!("a {} has no {word}", input.kind));
        } else if input.kind != InputType::Number && !whole {
            faults.push(join(pointer, word), format!("{number} is not a whole number"));
        }
    }
    if let (Some(min), Some(max)) = (decimal(&input.min), decimal(&input.max))
        && min > max
    {
        faults.push(join(pointer, "max"), format!("{max} is less than min, {min}"));
    }
}
