//! An `OpenAPI` document as the reference shows it: endpoints with what goes in,
//! what comes out, and a line for the shell. Everything is read off the document;
//! what it does not say is not shown.

use super::{problem_type::PROBLEM_TYPES, schema};
use serde_json::{Map, Value, json};

/// The description that `/openapi.json` answers with; the server gives it to the
/// pages as a context.
#[derive(Clone, Debug)]
pub struct ApiDocument(pub std::sync::Arc<Value>);

const METHODS: &[&str] = &["get", "put", "post", "patch", "delete"];

#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    pub method: String,
    pub path: String,
    /// First of its tags.
    pub group: String,
    pub summary: String,
    pub description: String,
    pub needs_bearer: bool,
    pub parameters: Vec<Parameter>,
    pub body: Option<Value>,
    pub answers: Vec<Answer>,
    pub curl: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    /// `path`, `query` or `header`.
    pub place: String,
    pub required: bool,
    pub kind: String,
    pub description: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Such as `200` or `default`.
    pub status: String,
    /// Without the codes that end it.
    pub description: String,
    /// Codes of the problems that it may be: `… Codes: A, B.` at its end.
    pub codes: Vec<String>,
    pub headers: Vec<(String, String)>,
    /// Of a JSON answer that is no problem.
    pub schema: Option<Value>,
}

impl Endpoint {
    /// Of its heading: `post-execute`, `get-executions-id`.
    pub fn anchor(&self) -> String {
        let words = self.path.split(|c: char| !c.is_ascii_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        format!("{}-{}", self.method.to_lowercase(), words.join("-"))
    }
}

/// Every endpoint, in the document's order of groups and paths.
pub fn endpoints(document: &Value) -> Vec<Endpoint> {
    let paths = document["paths"].as_object();
    let mut endpoints: Vec<Endpoint> = paths
        .into_iter()
        .flatten()
        .flat_map(|(path, item)| {
            METHODS.iter().filter_map(move |method| {
                item.get(*method).map(|operation| endpoint(document, path, method, item, operation))
            })
        })
        .collect();
    let order: Vec<&str> =
        list(document, "tags").iter().filter_map(|tag| tag["name"].as_str()).collect();
    let place = |group: &str| order.iter().position(|name| *name == group).unwrap_or(order.len());
    endpoints.sort_by_key(|endpoint| place(&endpoint.group));
    endpoints
}

fn endpoint(root: &Value, path: &str, method: &str, item: &Value, operation: &Value) -> Endpoint {
    let parameters: Vec<Parameter> = list(item, "parameters")
        .iter()
        .chain(list(operation, "parameters"))
        .map(|parameter| parameter_of(root, resolved(root, parameter)))
        .collect();
    let body = json_content(root, operation.get("requestBody"));
    let security = operation.get("security").or_else(|| root.get("security"));
    let needs_bearer = security.and_then(Value::as_array).is_some_and(|ways| {
        // An empty way, `{}`, is the way in without any.
        !ways.is_empty() && !ways.iter().any(|way| way.as_object().is_some_and(Map::is_empty))
    });
    let answers = operation["responses"].as_object().into_iter().flatten();
    let mut endpoint = Endpoint {
        method: method.to_uppercase(),
        path: path.to_owned(),
        group: list(operation, "tags").first().map(text).unwrap_or_default(),
        summary: text(&operation["summary"]),
        description: text(&operation["description"]),
        needs_bearer,
        parameters,
        answers: answers.map(|(status, answer)| answer_of(root, status, answer)).collect(),
        body: body.as_ref().map(|content| content["schema"].clone()),
        curl: String::new(),
    };
    endpoint.curl = curl(root, &endpoint, body.as_ref());
    endpoint
}

fn parameter_of(root: &Value, parameter: &Value) -> Parameter {
    Parameter {
        name: text(&parameter["name"]),
        place: text(&parameter["in"]),
        required: parameter["required"].as_bool().unwrap_or(false),
        kind: schema::kind(root, &parameter["schema"]),
        description: text(&parameter["description"]),
    }
}

fn answer_of(root: &Value, status: &str, answer: &Value) -> Answer {
    let answer = resolved(root, answer);
    let said = text(&answer["description"]);
    let (description, codes) = said.split_once("Codes:").unwrap_or((&said, ""));
    let headers = answer["headers"].as_object().into_iter().flatten();
    Answer {
        status: status.to_owned(),
        codes: codes_in(codes),
        headers: headers
            .map(|(name, header)| (name.clone(), text(&resolved(root, header)["description"])))
            .collect(),
        description: description.trim().to_owned(),
        schema: json_content(root, Some(answer)).map(|content| content["schema"].clone()),
    }
}

/// The problem codes that a list names.
fn codes_in(listed: &str) -> Vec<String> {
    let words: Vec<&str> = listed.split(|c: char| !c.is_ascii_uppercase() && c != '_').collect();
    let known = PROBLEM_TYPES.iter().map(|problem| problem.code);
    known.filter(|code| words.contains(code)).map(str::to_owned).collect()
}

/// The content of type `application/json`.
fn json_content(root: &Value, holder: Option<&Value>) -> Option<Value> {
    let content = &resolved(root, holder?)["content"];
    content.get("application/json").filter(|json| json.get("schema").is_some()).cloned()
}

/// A call by curl, with variables of the shell for what the caller knows.
fn curl(root: &Value, endpoint: &Endpoint, body: Option<&Value>) -> String {
    let base = list(root, "servers").first().and_then(|server| server["url"].as_str());
    let base = base.filter(|url| url.starts_with("http")).unwrap_or("$OBSERVATORY_URL");
    let base = base.trim_end_matches('/');
    let mut path = endpoint.path.clone();
    let mut query = Vec::new();
    for parameter in &endpoint.parameters {
        let variable = format!("${}", shell_name(&parameter.name));
        match parameter.place.as_str() {
            "path" => path = path.replace(&format!("{{{}}}", parameter.name), &variable),
            "query" if parameter.required => query.push(format!("{}={variable}", parameter.name)),
            _ => {}
        }
    }
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let mut parts = vec![match endpoint.method.as_str() {
        "GET" => format!("curl --silent --show-error \"{base}{path}{query}\""),
        method => {
            format!("curl --silent --show-error --request {method} \"{base}{path}{query}\"")
        }
    }];
    if endpoint.needs_bearer {
        parts.push("--header \"Authorization: Bearer $OBSERVATORY_TOKEN\"".to_owned());
    }
    if let Some(content) = body {
        let example = content.get("example").cloned();
        let example = example.unwrap_or_else(|| sample(root, &content["schema"], "value", 0));
        parts.push("--header \"Content-Type: application/json\"".to_owned());
        let text = serde_json::to_string(&example).unwrap_or_default().replace('\'', r"'\''");
        parts.push(format!("--data '{text}'"));
    }
    parts.join(" \\\n  ")
}

/// A value of a schema: its own example, else what it must hold, with names in
/// angle brackets where only the caller knows the text.
fn sample(root: &Value, schema: &Value, name: &str, depth: usize) -> Value {
    const DEPTH_MAX: usize = 6;
    let schema = resolved(root, schema);
    let own = ["example", "const", "default"].iter().find_map(|key| schema.get(*key));
    let first = |key: &str| list(schema, key).first();
    if let Some(own) = own.or_else(|| first("examples")).or_else(|| first("enum")) {
        return own.clone();
    }
    if depth >= DEPTH_MAX {
        return Value::Null;
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.first().and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match kind {
        Some("string") => json!(format!("<{name}>")),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(0)),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        Some("object") => {
            let needed = list(schema, "required").iter().filter_map(Value::as_str);
            needed
                .map(|name| {
                    let member = &schema["properties"][name];
                    (name.to_owned(), sample(root, member, name, depth + 1))
                })
                .collect()
        }
        _ => match first("oneOf").or_else(|| first("anyOf")).or_else(|| first("allOf")) {
            Some(form) => sample(root, form, name, depth + 1),
            None => Value::Null,
        },
    }
}

/// What a reference names; anything else is itself.
fn resolved<'a>(root: &'a Value, value: &'a Value) -> &'a Value {
    let pointer = value.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
    pointer.and_then(|pointer| root.pointer(pointer)).unwrap_or(value)
}

/// `pattern_id` as a variable of the shell: `PATTERN_ID`.
fn shell_name(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
        .collect()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        json!({
            "tags": [{ "name": "Executing" }, { "name": "Discovery" }],
            "security": [{ "bearer": [] }],
            "paths": {
                "/patterns/{id}": { "get": {
                    "tags": ["Discovery"], "summary": "One pattern.",
                    "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
                    "responses": { "200": { "description": "It.", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Pattern" } } } },
                                   "404": { "$ref": "#/components/responses/NoPattern" } },
                }},
                "/execute": { "post": {
                    "tags": ["Executing"], "summary": "Executes a pattern.",
                    "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Request" } } } },
                    "responses": { "503": { "description": "Not ready. Codes: PACK_WARMING, PACK_FAILED.",
                                            "headers": { "Retry-After": { "description": "Seconds." } } } },
                }},
                "/health": { "get": { "security": [{}], "responses": {} } },
            },
            "components": {
                "responses": { "NoPattern": { "description": "Codes: PATTERN_NOT_FOUND." } },
                "schemas": {
                    "Pattern": { "type": "object" },
                    "Request": { "type": "object", "required": ["pattern_id", "inputs"], "properties": {
                        "pattern_id": { "type": "string" },
                        "inputs": { "type": "object" },
                        "asof": { "type": "string" },
                    }},
                },
            },
        })
    }

    fn find(path: &str) -> Endpoint {
        endpoints(&document()).into_iter().find(|endpoint| endpoint.path == path).unwrap()
    }

    #[test]
    fn endpoints_stand_in_the_order_of_their_groups() {
        let paths: Vec<_> =
            endpoints(&document()).into_iter().map(|endpoint| endpoint.anchor()).collect();
        assert_eq!(paths, ["post-execute", "get-patterns-id", "get-health"]);
    }

    #[test]
    fn the_problems_of_an_answer_are_the_codes_that_it_names() {
        let answers = find("/execute").answers;
        assert_eq!(answers[0].codes, ["PACK_WARMING", "PACK_FAILED"]);
        assert_eq!(answers[0].description, "Not ready.");
        assert_eq!(answers[0].headers, [("Retry-After".to_owned(), "Seconds.".to_owned())]);
        assert_eq!(find("/patterns/{id}").answers[1].codes, ["PATTERN_NOT_FOUND"]);
        assert!(find("/patterns/{id}").answers[0].schema.is_some());
    }

    #[test]
    fn a_call_by_curl_sends_what_is_required_and_nothing_made_up() {
        assert_eq!(
            find("/execute").curl,
            "curl --silent --show-error --request POST \"$OBSERVATORY_URL/execute\" \\\n  \
             --header \"Authorization: Bearer $OBSERVATORY_TOKEN\" \\\n  \
             --header \"Content-Type: application/json\" \\\n  \
             --data '{\"inputs\":{},\"pattern_id\":\"<pattern_id>\"}'"
        );
        assert_eq!(
            find("/patterns/{id}").curl,
            "curl --silent --show-error \"$OBSERVATORY_URL/patterns/$ID\" \\\n  \
             --header \"Authorization: Bearer $OBSERVATORY_TOKEN\""
        );
        assert_eq!(find("/health").curl, "curl --silent --show-error \"$OBSERVATORY_URL/health\"");
    }

    #[test]
    fn an_example_cannot_end_the_quotes_around_it() {
        let mut document = document();
        document["paths"]["/execute"]["post"]["requestBody"]["content"]["application/json"]["example"] =
            json!({ "pattern_id": "it's" });
        let all = endpoints(&document);
        assert!(all[0].curl.ends_with(r#"--data '{"pattern_id":"it'\''s"}'"#), "{}", all[0].curl);
    }
}
