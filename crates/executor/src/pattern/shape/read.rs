//! JSON Schemas as shapes. What a schema says beyond types, formats, choices
//! and parts is left to the agent's own check.

use super::super::fault::did_you_mean;
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::LazyLock};

/// References to references that are followed.
const REFERENCES_MAX: usize = 32;

/// The families of values that the language tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    Boolean,
    Number,
    /// Text that writes a decimal.
    Decimal,
    Text,
    List,
    Object,
    Unknown,
}

impl Sort {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::Decimal => "a decimal",
            Self::Text => "text",
            Self::List => "a list",
            Self::Object => "an object",
            Self::Unknown => "of unknown type",
        }
    }
}

/// One form that a value may have: a schema that was followed to its type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alternative<'a> {
    pub sort: Sort,
    /// Whole numbers only.
    pub integer: bool,
    /// The schema itself, and the document that its references point into.
    pub schema: &'a Value,
    pub root: &'a Value,
}

/// All that a value may be.
#[derive(Clone, Debug)]
pub(crate) struct Shape<'a> {
    pub nullable: bool,
    /// Empty of a null and nothing else.
    pub alternatives: Vec<Alternative<'a>>,
}

static ANYTHING: Value = Value::Bool(true);
static LENGTH: LazyLock<Value> = LazyLock::new(|| json!({ "type": "integer" }));

impl<'a> Shape<'a> {
    pub fn of(schema: &'a Value) -> Self {
        Self::within(schema, schema)
    }

    /// The shape that `schema` describes, a part of `root`.
    pub fn within(root: &'a Value, schema: &'a Value) -> Self {
        let mut shape = Self { nullable: false, alternatives: Vec::new() };
        shape.read(root, schema, 0);
        shape
    }

    /// A value of which nothing is known, not even that it is not null.
    pub fn unknown() -> Self {
        Self::of(&ANYTHING)
    }

    #[must_use]
    pub fn or_null(self, nullable: bool) -> Self {
        Self { nullable: self.nullable || nullable, ..self }
    }

    pub fn sorts(&self) -> BTreeSet<Sort> {
        self.alternatives.iter().map(|alternative| alternative.sort).collect()
    }

    pub fn is_unknown(&self) -> bool {
        self.sorts().contains(&Sort::Unknown)
    }

    /// What `.name` gives, or why it gives nothing.
    pub fn field(&self, name: &str) -> Result<Self, String> {
        self.part(|alternative| alternative.field(name)).map_err(|tried| {
            let known = tried.iter().flat_map(Alternative::properties);
            let near = did_you_mean(name, known.map(|(name, _)| name));
            format!("has no {name}{near}")
        })
    }

    /// What `[0]` gives, or why it gives nothing. A list may be shorter.
    pub fn item(&self) -> Result<Self, String> {
        let item = self.part(Alternative::item).map_err(|_| "is not a list".to_owned())?;
        Ok(item.or_null(true))
    }

    fn part(
        &self,
        read: impl Fn(&Alternative<'a>) -> Option<Self>,
    ) -> Result<Self, &[Alternative<'a>]> {
        let parts: Vec<Self> = self.alternatives.iter().filter_map(read).collect();
        if parts.is_empty() {
            return Err(&self.alternatives);
        }
        // What only some forms have may be missing.
        let nullable = self.nullable || parts.len() < self.alternatives.len();
        let nullable = nullable || parts.iter().any(|part| part.nullable);
        let alternatives = parts.into_iter().flat_map(|part| part.alternatives).collect();
        Ok(Self { nullable, alternatives })
    }

    fn read(&mut self, root: &'a Value, schema: &'a Value, depth: usize) {
        let unknown = |shape: &mut Self| {
            shape.nullable = true;
            shape.push(root, schema, Sort::Unknown);
        };
        if depth > REFERENCES_MAX {
            return unknown(self);
        }
        if let Some(reference) = schema["$ref"].as_str() {
            return match reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer)) {
                Some(target) => self.read(root, target, depth + 1),
                None => unknown(self),
            };
        }
        for word in ["anyOf", "oneOf", "allOf"] {
            match schema[word].as_array().map(Vec::as_slice) {
                Some([only]) => return self.read(root, only, depth + 1),
                Some(many) if word != "allOf" => {
                    return many.iter().for_each(|one| self.read(root, one, depth + 1));
                }
                Some(_) => return unknown(self),
                None => {}
            }
        }
        match &schema["type"] {
            Value::String(name) => self.read_type(root, schema, name),
            Value::Array(names) => {
                for name in names.iter().filter_map(Value::as_str) {
                    self.read_type(root, schema, name);
                }
            }
            _ => match (schema.get("const"), schema["enum"].as_array()) {
                (Some(value), _) => self.read_value(root, schema, value),
                (None, Some(values)) => {
                    for value in values {
                        self.read_value(root, schema, value);
                    }
                }
                (None, None) if schema.get("properties").is_some() => {
                    self.push(root, schema, Sort::Object);
                }
                (None, None) => unknown(self),
            },
        }
    }

    fn read_type(&mut self, root: &'a Value, schema: &'a Value, name: &str) {
        let sort = match name {
            "null" => return self.nullable = true,
            "boolean" => Sort::Boolean,
            "integer" | "number" => Sort::Number,
            "string" if writes_decimals(schema) => Sort::Decimal,
            "string" => Sort::Text,
            "array" => Sort::List,
            "object" => Sort::Object,
            _ => Sort::Unknown,
        };
        self.alternatives.push(Alternative { sort, integer: name == "integer", schema, root });
    }

    /// The type of one value of an enum.
    fn read_value(&mut self, root: &'a Value, schema: &'a Value, value: &Value) {
        let sort = match value {
            Value::Null => return self.nullable = true,
            Value::Bool(_) => Sort::Boolean,
            Value::Number(_) => Sort::Number,
            Value::String(_) => Sort::Text,
            Value::Array(_) => Sort::List,
            Value::Object(_) => Sort::Object,
        };
        if !self.sorts().contains(&sort) {
            self.push(root, schema, sort);
        }
    }

    fn push(&mut self, root: &'a Value, schema: &'a Value, sort: Sort) {
        self.alternatives.push(Alternative { sort, integer: false, schema, root });
    }
}

impl<'a> Alternative<'a> {
    pub fn properties(&self) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        let properties = self.schema["properties"].as_object();
        properties.into_iter().flatten().map(|(name, schema)| (name.as_str(), schema))
    }

    pub fn requires(&self, name: &str) -> bool {
        self.schema["required"].as_array().is_some_and(|names| names.iter().any(|one| one == name))
    }

    pub fn required(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str)
    }

    /// The schema of the fields that it does not name; none when it is closed.
    /// One that names fields and does not say is closed: nothing else is read.
    pub fn others(&self) -> Option<&'a Value> {
        match self.schema.get("additionalProperties") {
            Some(Value::Bool(false)) => None,
            Some(schema) => Some(schema),
            None if self.schema.get("properties").is_some() => None,
            None => Some(&ANYTHING),
        }
    }

    pub fn choices(&self) -> Option<Vec<&'a Value>> {
        match (self.schema.get("const"), self.schema["enum"].as_array()) {
            (Some(value), _) => Some(vec![value]),
            (None, Some(values)) => Some(values.iter().collect()),
            (None, None) => None,
        }
    }

    pub fn format(&self) -> Option<&'a str> {
        self.schema["format"].as_str()
    }

    fn field(&self, name: &str) -> Option<Shape<'a>> {
        match self.sort {
            Sort::Unknown => Some(Shape::unknown()),
            Sort::List | Sort::Text if name == "length" => Some(Shape::of(&LENGTH)),
            Sort::Object => match self.properties().find(|(key, _)| *key == name) {
                Some((_, schema)) => {
                    Some(Shape::within(self.root, schema).or_null(!self.requires(name)))
                }
                None => Some(Shape::within(self.root, self.others()?).or_null(true)),
            },
            _ => None,
        }
    }

    pub fn item(&self) -> Option<Shape<'a>> {
        match (self.sort, self.schema.get("items")) {
            (Sort::Unknown, _) | (Sort::List, None) => Some(Shape::unknown()),
            (Sort::List, Some(items)) => Some(Shape::within(self.root, items)),
            _ => None,
        }
    }
}

/// By format, or by the pattern that schemars gives to exact decimals.
fn writes_decimals(schema: &Value) -> bool {
    schema["format"] == "decimal"
        || schema["pattern"].as_str().is_some_and(|pattern| pattern.starts_with(r"^-?\d+(\.\d+)?"))
}
