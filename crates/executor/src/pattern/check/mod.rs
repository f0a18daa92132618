//! A pattern file to a plan. Every rule that a file can break is checked here,
//! and all that are broken are named together.

mod arguments;
mod head;
mod inputs;
mod outputs;
mod steps;

use super::{
    Budget, Display, Plan, PlanError, PlanFault,
    document::Document,
    fault::join,
    file::{DisplayFile, PatternFile, file_schema},
    language::Names,
    shape::{Shape, faults_of},
};
use crate::{
    capability::{Capability, CapabilityName},
    lineage::Ttl,
};
use domain::hash::ContentHash;
use serde_json::Value;
use std::{path::Path, time::Duration};

/// What the check of a plan asks of the registry.
pub trait Capabilities {
    fn capability(&self, name: &CapabilityName) -> Option<&Capability>;
    /// Every name, for the suggestion of a near one.
    fn names(&self) -> Vec<&CapabilityName>;
}

/// Faults as they are found: JSON pointer and message.
#[derive(Debug, Default)]
struct Faults(Vec<(String, String)>);

impl Faults {
    fn push(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.0.push((pointer.into(), message.into()));
    }
}

/// What every part of the check needs.
struct Check<'a> {
    file: &'a PatternFile,
    document: &'a Document,
    capabilities: &'a dyn Capabilities,
    faults: Faults,
    warnings: Vec<String>,
}

impl Plan {
    /// Reads and checks one pattern file.
    ///
    /// # Errors
    /// [`PlanError`] with every fault at once.
    pub fn load(path: &Path, capabilities: &dyn Capabilities) -> Result<Self, PlanError> {
        let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&file, &text, capabilities),
            Err(error) => Err(PlanError::whole(&file, error.to_string())),
        }
    }

    /// Checks the text of a pattern file against the registered capabilities.
    /// `file` is its name, whose stem is the pattern's id.
    ///
    /// # Errors
    /// [`PlanError`] with every fault at once, in the order of the file.
    pub fn parse(
        file: &str,
        text: &str,
        capabilities: &dyn Capabilities,
    ) -> Result<Self, PlanError> {
        let document = Document::parse(text).map_err(|(line, message)| PlanError {
            file: file.to_owned(),
            faults: vec![PlanFault { pointer: String::new(), line, message }],
        })?;
        let mut faults = form_faults(&document);
        let plan = match read_form(&document.value, &faults) {
            Ok(form) => {
                let (plan, found) = plan_of(file, &form, &document, capabilities);
                // What a wrong form leads to is not named a second time.
                let new =
                    |(pointer, _): &(String, String)| faults.iter().all(|(p, _)| p != pointer);
                let found: Vec<_> = found.into_iter().filter(new).collect();
                faults.extend(found);
                plan
            }
            Err(error) => {
                if faults.is_empty() {
                    faults.push((String::new(), error.to_string()));
                }
                None
            }
        };
        match plan {
            Some(plan) if faults.is_empty() => Ok(plan),
            _ => Err(PlanError { file: file.to_owned(), faults: in_order(faults, &document) }),
        }
    }
}

/// What is not as the published schema says.
fn form_faults(document: &Document) -> Vec<(String, String)> {
    let twice = document.repeated.iter();
    let mut faults: Vec<_> =
        twice.map(|pointer| (pointer.clone(), "this key stands here twice".to_owned())).collect();
    faults.extend(faults_of(&document.value, &Shape::of(file_schema()), ""));
    faults
}

/// The file's form without what is wrong in it, so that the rules beyond the
/// form can be checked as well.
fn read_form(value: &Value, faults: &[(String, String)]) -> serde_json::Result<PatternFile> {
    let mut value = value.clone();
    for (pointer, _) in faults {
        let Some((around, name)) = pointer.rsplit_once('/') else { continue };
        if let Some(Value::Object(fields)) = value.pointer_mut(around) {
            fields.remove(&name.replace("~1", "/").replace("~0", "~"));
        }
    }
    serde_json::from_value(value)
}

fn in_order(faults: Vec<(String, String)>, document: &Document) -> Vec<PlanFault> {
    let mut placed: Vec<_> = faults
        .into_iter()
        .map(|(pointer, message)| {
            let place = document.place(&pointer);
            (place, PlanFault { pointer, line: place.line, message })
        })
        .collect();
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, fault)| fault).collect()
}

/// The plan, if its hash can be taken, and all that is wrong with it.
fn plan_of(
    name: &str,
    file: &PatternFile,
    document: &Document,
    capabilities: &dyn Capabilities,
) -> (Option<Plan>, Vec<(String, String)>) {
    let (faults, warnings) = (Faults::default(), Vec::new());
    let mut check = Check { file, document, capabilities, faults, warnings };
    check.head(name);
    let mut inputs = check.inputs();
    let declared: Vec<(String, Value, bool)> =
        inputs.iter().map(|input| (input.name.clone(), input.schema(), input.nullable())).collect();
    let context_schemas = head::context_schemas(file.needs_portfolio);
    let mut names = Names {
        inputs: declared
            .iter()
            .map(|(name, schema, nullable)| (name.as_str(), Shape::of(schema).or_null(*nullable)))
            .collect(),
        context: context_schemas.iter().map(|(name, schema)| (*name, Shape::of(schema))).collect(),
        steps: Vec::new(),
        later: file.steps.iter().map(|step| step.key.as_str()).collect(),
    };
    let planned = check.steps(&mut names);
    let outputs = check.outputs(&names);
    let panels = check.panels(&names);
    for input in &mut inputs {
        input.sensitive = planned.sensitive.contains(&input.name);
    }
    let hash = ContentHash::of_json(&document.value)
        .inspect_err(|error| check.faults.push("", error.to_string()));
    let plan = hash.ok().map(|hash| Plan {
        id: file.id.clone(),
        name: file.name.clone(),
        description: file.description.clone(),
        version: file.version.clone(),
        category: file.category,
        needs_portfolio: file.needs_portfolio,
        inputs,
        steps: planned.steps,
        outputs,
        panels,
        requires: file.rights.requires.clone(),
        exports: file.rights.exports,
        display: display(&file.display),
        budget: Budget {
            deadline: Duration::from_millis(file.budget.deadline_ms),
            max_parallel: file.budget.max_parallel,
        },
        hash,
        governed: planned.governed,
        warnings: check.warnings,
    });
    (plan, check.faults.0)
}

fn display(file: &DisplayFile) -> Display {
    Display {
        icon: file.icon.clone(),
        order: file.order,
        group: file.group.clone(),
        refresh_ttl: file.refresh_ttl.and_then(ttl),
    }
}

/// The class of so many seconds; the published schema admits no others.
fn ttl(seconds: u32) -> Option<Ttl> {
    Ttl::ALL.iter().copied().find(|ttl| ttl.seconds() == seconds)
}

/// A name within the file: a lower-case word.
fn is_word(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

const NOT_A_WORD: &str = "a name has 1 to 64 lower-case letters, digits and underscores, a letter \
                          first";

impl Check<'_> {
    /// The members of an object in the order of the file.
    fn in_file_order<'m, T>(
        &self,
        base: &str,
        members: impl IntoIterator<Item = (&'m String, T)>,
    ) -> Vec<(String, &'m String, T)> {
        let mut members: Vec<_> =
            members.into_iter().map(|(name, value)| (join(base, name), name, value)).collect();
        members.sort_by_key(|(pointer, ..)| self.document.place(pointer));
        members
    }
}
