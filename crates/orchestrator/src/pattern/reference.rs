//! References from a step's arguments to inputs, context and earlier steps.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Nesting deeper than this was not written by a person.
const DEPTH_MAX: usize = 16;

/// What a `{{…}}` may begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Root {
    Inputs,
    State,
}

/// An argument as the pattern states it: a value, or a reference that keeps the
/// type of what it refers to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Argument {
    Literal(Value),
    Reference { root: RootName, path: Vec<String> },
    List(Vec<Argument>),
    Object(BTreeMap<String, Argument>),
}

/// Which state the reference reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RootName {
    Input(String),
    Step(String),
}

/// A fault in one argument, with the JSON pointer below the step's `args`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ArgumentFault {
    pub pointer: String,
    pub message: String,
}

/// Parses arguments, allowing references to declared inputs and earlier steps.
pub(super) fn parse(
    value: &Value,
    inputs: &[String],
    earlier: &[String],
) -> Result<Argument, ArgumentFault> {
    Parser { inputs, earlier }.argument(value, String::new(), 0)
}

struct Parser<'a> {
    inputs: &'a [String],
    earlier: &'a [String],
}

impl Parser<'_> {
    fn argument(
        &self,
        value: &Value,
        pointer: String,
        depth: usize,
    ) -> Result<Argument, ArgumentFault> {
        if depth > DEPTH_MAX {
            let message = format!("is nested deeper than {DEPTH_MAX}");
            return Err(ArgumentFault { pointer, message });
        }
        match value {
            Value::String(text) => {
                self.text(text).map_err(|message| ArgumentFault { pointer, message })
            }
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(at, item)| self.argument(item, format!("{pointer}/{at}"), depth + 1))
                .collect::<Result<_, _>>()
                .map(Argument::List),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, field)| {
                    let pointer =
                        format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                    Ok((name.clone(), self.argument(field, pointer, depth + 1)?))
                })
                .collect::<Result<_, _>>()
                .map(Argument::Object),
            literal => Ok(Argument::Literal(literal.clone())),
        }
    }

    fn text(&self, text: &str) -> Result<Argument, String> {
        let inner = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
        let Some(inner) = inner else {
            return if text.contains("{{") || text.contains("}}") {
                Err("mixes text and a reference; a reference stands alone".to_owned())
            } else {
                Ok(Argument::Literal(Value::String(text.to_owned())))
            };
        };
        let mut words = inner.trim().split('.').map(str::to_owned);
        let root = match words.next().as_deref() {
            Some("inputs") => Root::Inputs,
            Some("state") => Root::State,
            other => {
                return Err(format!("begins with “{}”, not inputs or state", other.unwrap_or("")));
            }
        };
        let name = words.next().filter(|name| !name.is_empty()).ok_or("names nothing")?;
        let known = match root {
            Root::Inputs => self.inputs,
            Root::State => self.earlier,
        };
        if !known.contains(&name) {
            return Err(match root {
                Root::Inputs => format!("refers to “{name}”, which is no declared input"),
                Root::State => format!("refers to “{name}”, which is no earlier step"),
            });
        }
        let path: Vec<String> = words.collect();
        if path.iter().any(String::is_empty) {
            return Err("has an empty name in its path".to_owned());
        }
        let root = match root {
            Root::Inputs => RootName::Input(name),
            Root::State => RootName::Step(name),
        };
        Ok(Argument::Reference { root, path })
    }
}

impl Argument {
    /// The value with every reference replaced by what it refers to; a path
    /// that leads nowhere gives null.
    pub(super) fn resolve(&self, inputs: &Map<String, Value>, state: &Map<String, Value>) -> Value {
        match self {
            Self::Literal(value) => value.clone(),
            Self::Reference { root, path } => {
                let start = match root {
                    RootName::Input(name) => inputs.get(name),
                    RootName::Step(name) => state.get(name),
                };
                start
                    .and_then(|start| path.iter().try_fold(start, |value, name| value.get(name)))
                    .cloned()
                    .unwrap_or(Value::Null)
            }
            Self::List(items) => items.iter().map(|item| item.resolve(inputs, state)).collect(),
            Self::Object(fields) => fields
                .iter()
                .map(|(name, field)| (name.clone(), field.resolve(inputs, state)))
                .collect::<Map<_, _>>()
                .into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[expect(clippy::needless_pass_by_value, reason = "the cases read better as values")]
    fn check(args: Value, expected: Result<Value, &str>) {
        let inputs = ["period_key".to_owned()];
        let earlier = ["selection".to_owned()];
        let parsed = parse(&args, &inputs, &earlier);
        match (parsed, expected) {
            (Ok(argument), Ok(value)) => {
                let inputs = json!({ "period_key": "2026-W48" });
                let state = json!({ "selection": { "items": [1, 2], "nothing": null } });
                let resolved =
                    argument.resolve(inputs.as_object().unwrap(), state.as_object().unwrap());
                assert_eq!(resolved, value);
            }
            (Err(fault), Err(message)) => {
                assert!(fault.message.contains(message), "{fault:?} should say {message}");
            }
            (parsed, expected) => panic!("{args}: {parsed:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn a_whole_string_reference_keeps_its_type() {
        check(json!("{{state.selection.items}}"), Ok(json!([1, 2])));
        check(json!({ "a": ["{{ inputs.period_key }}", 7] }), Ok(json!({ "a": ["2026-W48", 7] })));
    }

    #[test]
    fn a_path_that_leads_nowhere_is_null() {
        check(json!("{{state.selection.absent.deeper}}"), Ok(Value::Null));
    }

    #[test]
    fn what_is_not_declared_is_refused_at_load() {
        check(json!("{{state.later}}"), Err("no earlier step"));
        check(json!("{{inputs.unknown}}"), Err("no declared input"));
        check(json!("{{env.HOME}}"), Err("not inputs or state"));
        check(json!("{{state}}"), Err("names nothing"));
        check(json!("for {{inputs.period_key}}"), Err("stands alone"));
    }
}
