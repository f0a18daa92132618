//! The registry as a page of the documentation.

use super::Registry;
use crate::capability::{Agent, Availability, Capability};
use serde_json::Value;
use std::fmt::{self, Write};

const HEAD: &str = "# Capabilities

What patterns may call, by category. Made by the registry of the running code, and checked against it by a test: change the
capability, not this page. Arguments and values are JSON; their full schemas are at `/capabilities`.
";

impl Registry {
    /// `docs/capabilities.md`.
    pub fn to_markdown(&self) -> String {
        let mut page = HEAD.to_owned();
        // A String takes whatever is written to it.
        let _ = self.write(&mut page);
        page
    }

    fn write(&self, page: &mut String) -> fmt::Result {
        writeln!(page, "\n| agent | what it is for | capabilities |\n|---|---|---|")?;
        for agent in self.agents() {
            let count = agent.capabilities.len();
            writeln!(page, "| {} | {} | {count} |", agent.name, cell(agent.description))?;
        }
        for category in self.categories() {
            writeln!(page, "\n## {category}")?;
            for (agent, capability) in self.of_category(category) {
                write_capability(page, agent, capability)?;
            }
        }
        Ok(())
    }
}

fn write_capability(page: &mut String, agent: &Agent, capability: &Capability) -> fmt::Result {
    writeln!(page, "\n### {}\n\n{}\n", capability.name, capability.description)?;
    writeln!(page, "- Agent {}, version {}", agent.name, capability.version)?;
    let pure = if capability.pure { ", same arguments same value" } else { "" };
    let governed = if capability.governed { ", in governed runs only" } else { "" };
    writeln!(page, "- Cost: {}{pure}{governed}", capability.cost.label().to_lowercase())?;
    writeln!(page, "- Holds for: {}", capability.ttl.label())?;
    if let Some(formula) = capability.formula {
        writeln!(page, "- Formula: {formula}")?;
    }
    if !capability.sources.is_empty() {
        writeln!(page, "- Sources: {}", capability.sources.join(", "))?;
    }
    if let Availability::Unavailable { reason } = &capability.availability {
        writeln!(page, "- Unavailable: {reason}")?;
    }
    if let Some(successor) = capability.deprecated_by {
        writeln!(page, "- Deprecated: use {successor}")?;
    }
    write_fields(page, "argument", &capability.input)?;
    write_fields(page, "value", &capability.output)
}

/// The properties of an object schema as a table; another schema by its type.
fn write_fields(page: &mut String, what: &str, schema: &Value) -> fmt::Result {
    let Some(properties) = schema["properties"].as_object() else {
        return match what {
            "argument" => writeln!(page, "\nNo arguments."),
            _ => writeln!(page, "\nValue: {}.", kind(schema)),
        };
    };
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    writeln!(page, "\n| {what} | type | required | description |\n|---|---|---|---|")?;
    for (name, property) in properties {
        let needed = if required.contains(&name.as_str()) { "yes" } else { "no" };
        let description = cell(property["description"].as_str().unwrap_or_default());
        writeln!(page, "| {name} | {} | {needed} | {description} |", kind(property))?;
    }
    Ok(())
}

/// The type of a schema in a few words.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return name.rsplit('/').next().unwrap_or(name).to_owned();
    }
    for union in ["anyOf", "oneOf"] {
        if let Some(members) = schema[union].as_array() {
            return members.iter().map(kind).collect::<Vec<_>>().join(" or ");
        }
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => format!("array of {}", kind(&schema["items"])),
        Value::String(name) => match schema["format"].as_str() {
            Some(format) => format!("{name} ({format})"),
            None => name.clone(),
        },
        Value::Array(names) => {
            names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
        }
        _ => "any".to_owned(),
    }
}

/// Text inside a table cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
