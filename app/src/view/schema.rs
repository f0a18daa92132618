//! JSON Schemas as rows that a person reads: what each member is called, what it
//! is, whether it is needed, what it is for.

use serde_json::{Map, Value};

/// Deeper members are named by their kind only; the schema itself stands beside.
const DEPTH_MAX: usize = 6;
/// No table of a page is longer; what is left out is said.
const ROWS_MAX: usize = 250;

/// One member of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaRow {
    /// Its own name, such as `security_id`; of an item of a list `each`.
    pub name: String,
    /// The whole way to it, such as `positions[].security_id`.
    pub path: String,
    pub depth: usize,
    /// `string`, `list of object`, `integer or null`.
    pub kind: String,
    pub required: bool,
    pub description: String,
    /// Bounds, defaults, and the values it may take, each in words.
    pub rules: Vec<String>,
}

/// The members of `schema`, in its order, with the members of each below it.
/// `root` is the document that its references point into.
pub fn rows(root: &Value, schema: &Value) -> Vec<SchemaRow> {
    let mut reader = Reader { root, rows: Vec::new(), within: Vec::new() };
    reader.members(schema, "", 0);
    reader.rows
}

/// What a value of `schema` is, in a few words.
pub fn kind(root: &Value, schema: &Value) -> String {
    Reader { root, rows: Vec::new(), within: Vec::new() }.kind(schema, 0)
}

struct Reader<'a> {
    root: &'a Value,
    rows: Vec<SchemaRow>,
    /// The references that are being followed: a type that holds itself ends here.
    within: Vec<String>,
}

impl<'a> Reader<'a> {
    /// The rows below a place: of an object its members, of a list its items'.
    fn members(&mut self, schema: &'a Value, path: &str, depth: usize) {
        let followed = reference(schema).map(str::to_owned);
        if depth > DEPTH_MAX || followed.as_ref().is_some_and(|name| self.within.contains(name)) {
            return;
        }
        let entered = followed.is_some();
        self.within.extend(followed);
        let schema = self.resolve(schema);
        for part in list(schema, "allOf") {
            self.members(part, path, depth);
        }
        let required: Vec<&str> =
            list(schema, "required").iter().filter_map(Value::as_str).collect();
        for (name, member) in object(schema, "properties") {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            self.row(member, name, path, depth, required.contains(&name.as_str()));
        }
        if let Some(items) = schema.get("items") {
            self.members(items, &format!("{path}[]"), depth);
        }
        if let Some(values) = schema.get("additionalProperties").filter(|other| other.is_object()) {
            self.row(values, "any name", format!("{path}.*"), depth, false);
        }
        self.forms(schema, path, depth);
        if entered {
            self.within.pop();
        }
    }

    /// A value of one of several forms: the only one that is not null, or each
    /// under a row of its own.
    fn forms(&mut self, schema: &'a Value, path: &str, depth: usize) {
        let forms: Vec<&Value> = alternatives(schema)
            .filter(|form| !is_null(form) && self.resolve(form).get("const").is_none())
            .collect();
        if let [only] = forms[..] {
            self.members(only, path, depth);
            return;
        }
        for (place, form) in forms.iter().enumerate() {
            let has_members = {
                let form = self.resolve(form);
                form.get("properties").is_some() || form.get("allOf").is_some()
            };
            if has_members {
                let name = format!("form {} of {}", place + 1, forms.len());
                self.row(form, &name, format!("{path} ({name})"), depth, false);
            }
        }
    }

    fn row(&mut self, schema: &'a Value, name: &str, path: String, depth: usize, required: bool) {
        if self.rows.len() >= ROWS_MAX {
            return;
        }
        let target = self.resolve(schema);
        let text = |key: &str| {
            let own = schema.get(key).or_else(|| target.get(key));
            own.and_then(Value::as_str).unwrap_or_default().trim().to_owned()
        };
        self.rows.push(SchemaRow {
            name: name.to_owned(),
            path: path.clone(),
            depth,
            kind: self.kind(schema, 0),
            required,
            description: text("description"),
            rules: self.rules(schema),
        });
        self.members(schema, &path, depth + 1);
    }

    /// Follows references to what they name; one that leads nowhere, or in a
    /// circle, is a schema that says nothing.
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        const STEPS_MAX: usize = 16;
        let mut here = schema;
        for _ in 0..STEPS_MAX {
            let Some(name) = reference(here) else { return here };
            let target = name.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            here = target.unwrap_or(&Value::Null);
        }
        &Value::Null
    }

    fn kind(&self, schema: &'a Value, depth: usize) -> String {
        let schema = self.resolve(schema);
        if depth > DEPTH_MAX {
            return "anything".to_owned();
        }
        let mut kinds: Vec<String> = match schema.get("type") {
            Some(Value::String(kind)) => vec![self.plain_kind(schema, kind, depth)],
            Some(Value::Array(kinds)) => kinds
                .iter()
                .filter_map(Value::as_str)
                .map(|kind| self.plain_kind(schema, kind, depth))
                .collect(),
            _ => alternatives(schema).map(|form| self.kind(form, depth + 1)).collect(),
        };
        if kinds.is_empty() {
            kinds = list(schema, "allOf").iter().map(|part| self.kind(part, depth + 1)).collect();
        }
        if kinds.is_empty() {
            kinds.extend(
                schema.get("const").or_else(|| list(schema, "enum").first()).map(json_kind),
            );
        }
        let mut seen = Vec::new();
        kinds.retain(|kind| {
            let is_new = !seen.contains(kind);
            seen.push(kind.clone());
            is_new
        });
        // Whether it may be null is said last.
        kinds.sort_by_key(|kind| kind == "null");
        if kinds.is_empty() { "anything".to_owned() } else { kinds.join(" or ") }
    }

    fn plain_kind(&self, schema: &'a Value, kind: &str, depth: usize) -> String {
        match kind {
            "array" => match schema.get("items") {
                Some(items) => format!("list of {}", self.kind(items, depth + 1)),
                None => "list".to_owned(),
            },
            "object" if schema.get("properties").is_none() => {
                match schema.get("additionalProperties").filter(|values| values.is_object()) {
                    Some(values) => format!("object of {} by name", self.kind(values, depth + 1)),
                    None => "object".to_owned(),
                }
            }
            "string" => match schema.get("format").and_then(Value::as_str) {
                Some(format) => format!("string ({format})"),
                None => "string".to_owned(),
            },
            other => other.to_owned(),
        }
    }

    /// What its value must keep to.
    fn rules(&self, schema: &'a Value) -> Vec<String> {
        let target = self.resolve(schema);
        let at = |key: &str| schema.get(key).or_else(|| target.get(key));
        let mut rules = Vec::new();
        let choices = self.choices(schema);
        if !choices.is_empty() {
            let all = if choices.len() == 1 { "always" } else { "one of" };
            rules.push(format!("{all} {}", choices.join(", ")));
        }
        for (key, words) in BOUNDS {
            if let Some(bound) = at(key) {
                rules.push(words.replace("{}", &json_text(bound)));
            }
        }
        // That it is null when absent goes without saying.
        if let Some(default) = at("default").filter(|default| !default.is_null()) {
            rules.push(format!("{} if absent", json_text(default)));
        }
        if at("x-sensitive").and_then(Value::as_bool).unwrap_or(false) {
            rules.push("sensitive: not stored, and redacted in traces".to_owned());
        }
        if at("deprecated").and_then(Value::as_bool).unwrap_or(false) {
            rules.push("deprecated".to_owned());
        }
        rules
    }

    /// The values that are allowed, where they are listed; a list's are its items'.
    fn choices(&self, schema: &'a Value) -> Vec<String> {
        let schema = self.resolve(schema);
        let one = schema.get("const").map(json_text);
        let several = list(schema, "enum").iter().filter(|value| !value.is_null()).map(json_text);
        let own: Vec<String> = one.into_iter().chain(several).collect();
        if !own.is_empty() {
            return own;
        }
        let constants = alternatives(schema).map(|form| self.resolve(form)).flat_map(|form| {
            let one = form.get("const").map(json_text);
            one.into_iter()
                .chain(list(form, "enum").iter().filter(|value| !value.is_null()).map(json_text))
        });
        let constants: Vec<String> = constants.collect();
        if constants.is_empty() {
            schema.get("items").filter(|_| reference(schema).is_none()).map_or_else(
                Vec::new,
                |items| {
                    let items = self.resolve(items);
                    list(items, "enum").iter().map(json_text).collect()
                },
            )
        } else {
            constants
        }
    }
}

/// Bounds of a value, as JSON Schema calls them and as a reader does.
const BOUNDS: &[(&str, &str)] = &[
    ("minimum", "at least {}"),
    ("exclusiveMinimum", "more than {}"),
    ("maximum", "at most {}"),
    ("exclusiveMaximum", "less than {}"),
    ("multipleOf", "a multiple of {}"),
    ("minLength", "{} characters or more"),
    ("maxLength", "{} characters at most"),
    ("pattern", "matches {}"),
    ("minItems", "{} items or more"),
    ("maxItems", "{} items at most"),
];

fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str)
}

fn alternatives(schema: &Value) -> impl Iterator<Item = &Value> {
    list(schema, "anyOf").iter().chain(list(schema, "oneOf"))
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}

fn list<'a>(schema: &'a Value, key: &str) -> &'a [Value] {
    schema.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn object<'a>(schema: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    schema.get(key).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

fn json_text(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() => text.clone(),
        other => other.to_string(),
    }
}

fn json_kind(value: &Value) -> String {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    kind.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Each row as `path: kind[!] [rules]`, indented by its depth.
    fn check(schema: &Value, expected: &[&str]) {
        let lines: Vec<String> = rows(schema, schema)
            .into_iter()
            .map(|row| {
                let needed = if row.required { "!" } else { "" };
                let rules = row.rules.join("; ");
                let indent = "  ".repeat(row.depth);
                format!("{indent}{}: {}{needed} {rules}", row.path, row.kind).trim_end().to_owned()
            })
            .collect();
        assert_eq!(lines, expected, "{schema}");
    }

    #[test]
    fn members_say_what_they_are_and_whether_they_are_needed() {
        check(
            &json!({ "type": "object", "required": ["security_id"], "properties": {
                "security_id": { "type": "string", "format": "uuid" },
                "days": { "type": "integer", "minimum": 1, "maximum": 252, "default": 63 },
                "note": { "type": ["string", "null"], "maxLength": 100 },
            }}),
            &[
                "days: integer at least 1; at most 252; 63 if absent",
                "note: string or null 100 characters at most",
                "security_id: string (uuid)!",
            ],
        );
    }

    #[test]
    fn lists_and_references_are_followed_to_their_members() {
        check(
            &json!({
                "type": "object",
                "properties": { "positions": { "type": "array", "items": { "$ref": "#/$defs/Position" } } },
                "$defs": { "Position": { "type": "object", "required": ["weight"], "properties": {
                    "weight": { "$ref": "#/$defs/Decimal" },
                }}, "Decimal": { "type": ["string", "number"], "description": "Exact." } },
            }),
            &["positions: list of object", "  positions[].weight: string or number!"],
        );
    }

    #[test]
    fn a_type_that_holds_itself_ends() {
        check(
            &json!({ "$ref": "#/$defs/Node", "$defs": { "Node": {
                "type": "object", "properties": { "next": { "$ref": "#/$defs/Node" } },
            }}}),
            &["next: object"],
        );
    }

    #[test]
    fn an_optional_object_shows_its_members_and_listed_values_are_named() {
        check(
            &json!({ "type": "object", "properties": {
                "policy": { "anyOf": [{ "$ref": "#/$defs/Policy" }, { "type": "null" }] },
            }, "$defs": { "Policy": { "type": "object", "properties": {
                "kind": { "type": "string", "enum": ["min_cash", "sector_cap"] },
                "version": { "const": 1 },
            }}}}),
            &[
                "policy: object or null",
                "  policy.kind: string one of min_cash, sector_cap",
                "  policy.version: number always 1",
            ],
        );
    }

    #[test]
    fn each_form_of_a_choice_stands_by_itself() {
        check(
            &json!({ "oneOf": [
                { "type": "object", "properties": { "status": { "const": "fresh" } } },
                { "type": "object", "properties": { "status": { "const": "error" } } },
            ]}),
            &[
                " (form 1 of 2): object",
                "   (form 1 of 2).status: string always fresh",
                " (form 2 of 2): object",
                "   (form 2 of 2).status: string always error",
            ],
        );
    }

    #[test]
    fn what_a_schema_does_not_say_is_anything() {
        assert_eq!(kind(&json!({}), &json!({})), "anything");
        assert_eq!(kind(&json!({}), &json!(true)), "anything");
        assert_eq!(kind(&json!({}), &json!({ "$ref": "#/nowhere" })), "anything");
        let circle = json!({ "a": { "$ref": "#/a" } });
        assert_eq!(kind(&circle, &json!({ "$ref": "#/a" })), "anything");
    }

    #[test]
    fn a_sensitive_argument_says_so() {
        check(
            &json!({ "type": "object", "properties": { "note": { "type": "string", "x-sensitive": true } } }),
            &["note: string sensitive: not stored, and redacted in traces"],
        );
    }
}
