//! Inputs: what a declaration admits, and the check of what a caller gives.

use super::{
    Input, InputType, Plan,
    fault::{did_you_mean, join},
    shape::{Shape, faults_of},
};
use serde_json::{Map, Value, json};

/// One thing that is wrong with the inputs of a request.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct InputFault {
    /// RFC 6901, into the request: `/inputs/<name>` and what is inside.
    pub pointer: String,
    pub message: String,
}

impl Plan {
    /// The inputs of an execution: defaults for what is absent or null, null for
    /// what has no default and is not required.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn check_inputs(
        &self,
        mut given: Map<String, Value>,
    ) -> Result<Map<String, Value>, Vec<InputFault>> {
        let mut faults = Vec::new();
        let mut fault = |pointer, message| faults.push(InputFault { pointer, message });
        let mut checked = Map::new();
        for input in &self.inputs {
            let pointer = join("/inputs", &input.name);
            match given.remove(&input.name).filter(|value| !value.is_null()) {
                Some(value) => {
                    let schema = input.schema();
                    for (pointer, message) in faults_of(&value, &Shape::of(&schema), &pointer) {
                        fault(pointer, message);
                    }
                    checked.insert(input.name.clone(), value);
                }
                None if input.required => fault(pointer, "is required".to_owned()),
                None => {
                    let default = input.default.clone().unwrap_or(Value::Null);
                    checked.insert(input.name.clone(), default);
                }
            }
        }
        for name in given.keys() {
            let near = did_you_mean(name, self.inputs.iter().map(|input| input.name.as_str()));
            fault(join("/inputs", name), format!("this pattern has no input “{name}”{near}"));
        }
        if faults.is_empty() { Ok(checked) } else { Err(faults) }
    }
}

impl Input {
    /// Whether an execution may read null here.
    pub fn nullable(&self) -> bool {
        !self.required && self.default.is_none()
    }

    /// JSON Schema of a value that is given.
    pub fn schema(&self) -> Value {
        let (kind, format) = match self.kind {
            InputType::Uuid => ("string", Some("uuid")),
            InputType::Date => ("string", Some("date")),
            other => (other.id(), None),
        };
        let mut schema = json!({ "type": kind });
        let mut set = |word: &str, value: Value| schema[word] = value;
        if let Some(format) = format {
            set("format", format.into());
        }
        if !self.choices.is_empty() {
            set("enum", self.choices.clone().into());
        }
        let bounds = match self.kind {
            InputType::Integer | InputType::Number => Some(("minimum", "maximum")),
            InputType::String => Some(("minLength", "maxLength")),
            InputType::Array => Some(("minItems", "maxItems")),
            InputType::Uuid | InputType::Boolean | InputType::Date | InputType::Object => None,
        };
        if let Some((least, most)) = bounds {
            for (word, bound) in [(least, &self.min), (most, &self.max)] {
                if let Some(bound) = bound {
                    set(word, Value::Number(bound.clone()));
                }
            }
        }
        schema
    }
}
