//! Paths into inputs, state and context: as written, as resolved, and read.

use super::evaluate::{EvaluationError, word_of};
use crate::pattern::{fault::did_you_mean, shape::Shape};
use serde_json::{Map, Value};
use std::{borrow::Cow, collections::BTreeSet, fmt, sync::Arc};

/// The values that a step, output or panel is made of.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// As [`check_inputs`](crate::pattern::Plan::check_inputs) gave them.
    pub inputs: &'a Map<String, Value>,
    /// [`Context::template_root`](crate::context::Context::template_root).
    pub ctx: &'a Value,
    /// By step index; none of a step that gave nothing, which reads as null.
    pub state: &'a [Option<Arc<Value>>],
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Segment {
    Name(String),
    Index(usize),
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, ".{name}"),
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// A path as the file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WrittenPath {
    pub at: usize,
    pub root: String,
    pub segments: Vec<Segment>,
}

/// Where a path begins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Root {
    Input(String),
    Context(String),
    /// By step index; the key is for messages.
    Step(usize, String),
}

/// A path whose root is known to exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Path {
    pub root: Root,
    pub segments: Vec<Segment>,
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.root {
            Root::Input(name) => write!(f, "inputs.{name}")?,
            Root::Context(name) => write!(f, "ctx.{name}")?,
            Root::Step(_, key) => write!(f, "state.{key}")?,
        }
        self.segments.iter().try_for_each(|segment| write!(f, "{segment}"))
    }
}

impl Path {
    pub fn step(&self) -> Option<usize> {
        match self.root {
            Root::Step(index, _) => Some(index),
            Root::Input(_) | Root::Context(_) => None,
        }
    }

    /// The first `depth` segments of it.
    pub fn up_to(&self, depth: usize) -> Self {
        Self { root: self.root.clone(), segments: self.segments[..depth].to_vec() }
    }

    /// The value there. What is missing, and what is inside of null, is null.
    pub fn read<'a>(&self, scope: &Scope<'a>) -> Result<Cow<'a, Value>, EvaluationError> {
        const NULL: &Value = &Value::Null;
        let mut value = match &self.root {
            Root::Input(name) => scope.inputs.get(name).unwrap_or(NULL),
            Root::Context(name) => scope.ctx.get(name).unwrap_or(NULL),
            Root::Step(index, _) => {
                scope.state.get(*index).and_then(Option::as_deref).unwrap_or(NULL)
            }
        };
        for (depth, segment) in self.segments.iter().enumerate() {
            value = match (value, segment) {
                (Value::Null, _) => NULL,
                (Value::Object(fields), Segment::Name(name)) => fields.get(name).unwrap_or(NULL),
                (Value::Array(items), Segment::Index(index)) => items.get(*index).unwrap_or(NULL),
                (Value::Array(items), Segment::Name(name)) if name == "length" => {
                    return Ok(Cow::Owned(items.len().into()));
                }
                (Value::String(text), Segment::Name(name)) if name == "length" => {
                    return Ok(Cow::Owned(text.chars().count().into()));
                }
                (other, segment) => {
                    return Err(EvaluationError::NoSuchPart {
                        path: self.up_to(depth).to_string(),
                        part: segment.to_string(),
                        found: word_of(other),
                    });
                }
            };
        }
        Ok(Cow::Borrowed(value))
    }
}

/// Paths that a condition has shown not to be null.
pub(crate) type NotNull = BTreeSet<Path>;

/// What paths may begin with at one place of the file, with shapes.
pub(crate) struct Names<'a> {
    pub inputs: Vec<(&'a str, Shape<'a>)>,
    pub context: Vec<(&'a str, Shape<'a>)>,
    /// The earlier steps.
    pub steps: Vec<(&'a str, Shape<'a>)>,
    /// The step that is being read and those behind it, for the message.
    pub later: Vec<&'a str>,
}

impl<'a> Names<'a> {
    /// The path and the shape of what is there, or why there is no such thing.
    pub(super) fn resolve(
        &self,
        written: &WrittenPath,
        not_null: &NotNull,
    ) -> Result<(Path, Shape<'a>), String> {
        let (root, mut shape) = self.root(written)?;
        let mut path = Path { root, segments: Vec::new() };
        shape.nullable &= !not_null.contains(&path);
        for segment in &written.segments[1..] {
            shape = match segment {
                Segment::Name(name) => shape.field(name),
                Segment::Index(_) => shape.item(),
            }
            .map_err(|why| format!("{path} {why}"))?;
            path.segments.push(segment.clone());
            shape.nullable &= !not_null.contains(&path);
        }
        Ok((path, shape))
    }

    /// The shape of a path that was resolved here.
    pub fn shape(&self, path: &Path, not_null: &NotNull) -> Shape<'a> {
        let (root, name) = match &path.root {
            Root::Input(name) => ("inputs", name),
            Root::Context(name) => ("ctx", name),
            Root::Step(_, key) => ("state", key),
        };
        let mut segments = vec![Segment::Name(name.clone())];
        segments.extend(path.segments.iter().cloned());
        let written = WrittenPath { at: 0, root: root.to_owned(), segments };
        self.resolve(&written, not_null).map_or_else(|_| Shape::unknown(), |(_, shape)| shape)
    }

    fn root(&self, written: &WrittenPath) -> Result<(Root, Shape<'a>), String> {
        let root = written.root.as_str();
        let known = match root {
            "inputs" => &self.inputs,
            "ctx" => &self.context,
            "state" => &self.steps,
            other => {
                let near = did_you_mean(other, ["inputs", "state", "ctx"]);
                return Err(format!("“{other}” is neither inputs, state nor ctx{near}"));
            }
        };
        let Some(Segment::Name(name)) = written.segments.first() else {
            return Err(format!("{root} stands alone: name what of it, as in {root}.name"));
        };
        let Some(at) = known.iter().position(|(key, _)| key == name) else {
            return Err(self.unknown(root, name));
        };
        let shape = known[at].1.clone();
        let root = match root {
            "inputs" => Root::Input(name.clone()),
            "ctx" => Root::Context(name.clone()),
            _ => Root::Step(at, name.clone()),
        };
        Ok((root, shape))
    }

    fn unknown(&self, root: &str, name: &str) -> String {
        let (what, known) = match root {
            "inputs" => ("no input has this name", &self.inputs),
            "ctx" => ("the context has no such name", &self.context),
            _ if self.later.first() == Some(&name) => {
                return format!("{root}.{name}: a step cannot refer to itself");
            }
            _ if self.later.contains(&name) => {
                return format!(
                    "{root}.{name}: this step comes later; only earlier ones can be used"
                );
            }
            _ => ("no earlier step has this key", &self.steps),
        };
        format!("{root}.{name}: {what}{}", did_you_mean(name, known.iter().map(|(key, _)| *key)))
    }
}
