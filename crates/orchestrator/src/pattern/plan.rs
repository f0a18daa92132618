//! A pattern file and the plan made of it. Every fault is found at start-up and
//! named with its place; nothing is discovered in mid-run.

use super::{Registry, reference};
use agents::capability::CapabilityName;
use domain::{package::PatternReference, run::Stage};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt, path::Path};

/// More steps than a report needs.
const STEPS_MAX: usize = 64;

/// The pattern as its file states it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PatternFile {
    id: String,
    name: String,
    description: String,
    version: String,
    category: String,
    inputs: BTreeMap<String, InputFile>,
    steps: Vec<StepFile>,
    outputs: BTreeMap<String, OutputFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct InputFile {
    #[serde(rename = "type")]
    kind: InputType,
    description: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum InputType {
    Uuid,
    String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFile {
    key: String,
    title: String,
    capability: CapabilityName,
    #[serde(default)]
    args: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OutputFile {
    from: Value,
}

/// One step of a checked plan.
#[derive(Clone, Debug)]
pub struct PlannedStep {
    pub key: String,
    /// What the step does, for the reader of the run page.
    pub title: String,
    pub capability: CapabilityName,
    /// The step of the canonical flow that it belongs to.
    pub stage: Stage,
    args: reference::Argument,
}

/// A checked pattern.
#[derive(Clone, Debug)]
pub struct Plan {
    pub id: String,
    pub name: String,
    pub description: String,
    pub version: String,
    pub category: String,
    pub steps: Vec<PlannedStep>,
}

/// Everything that is wrong with a pattern file, each with its JSON pointer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct PlanError {
    pub file: String,
    pub faults: Vec<(String, String)>,
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (pointer, message)) in self.faults.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            write!(f, "{}:{pointer}: {message}", self.file)?;
        }
        Ok(())
    }
}

impl Plan {
    /// Reads and checks one pattern file.
    ///
    /// # Errors
    /// [`PlanError`] with every fault at once.
    pub fn load(path: &Path, registry: &Registry) -> Result<Self, PlanError> {
        let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&file, &text, registry),
            Err(error) => Err(PlanError { file, faults: vec![(String::new(), error.to_string())] }),
        }
    }

    /// Checks the text of a pattern file against the registered capabilities.
    ///
    /// # Errors
    /// [`PlanError`] with every fault at once.
    pub fn parse(file: &str, text: &str, registry: &Registry) -> Result<Self, PlanError> {
        let fail = |faults| Err(PlanError { file: file.to_owned(), faults });
        let pattern: PatternFile = match serde_json::from_str(text) {
            Ok(pattern) => pattern,
            Err(error) => return fail(vec![(String::new(), error.to_string())]),
        };
        let mut faults = Vec::new();
        check_head(file, &pattern, &mut faults);
        let inputs: Vec<String> = pattern.inputs.keys().cloned().collect();
        let mut earlier: Vec<String> = Vec::new();
        let mut steps = Vec::new();
        for (at, step) in pattern.steps.iter().enumerate() {
            if let Some(step) = plan_step(at, step, &inputs, &earlier, registry, &mut faults) {
                steps.push(step);
            }
            earlier.push(step.key.clone());
        }
        for (name, output) in &pattern.outputs {
            if let Err(fault) = reference::parse(&output.from, &inputs, &earlier) {
                faults.push((format!("/outputs/{name}/from{}", fault.pointer), fault.message));
            }
        }
        if !faults.is_empty() {
            return fail(faults);
        }
        let PatternFile { id, name, description, version, category, .. } = pattern;
        Ok(Self { id, name, description, version, category, steps })
    }

    pub fn reference(&self) -> PatternReference {
        PatternReference { id: self.id.clone(), version: self.version.clone() }
    }
}

impl PlannedStep {
    /// The step's arguments with every reference replaced by its value.
    pub fn arguments(&self, inputs: &Map<String, Value>, state: &Map<String, Value>) -> Value {
        self.args.resolve(inputs, state)
    }
}

fn check_head(file: &str, pattern: &PatternFile, faults: &mut Vec<(String, String)>) {
    let mut fault = |pointer: &str, message: String| faults.push((pointer.to_owned(), message));
    let id_has_form = pattern.id.starts_with(|c: char| c.is_ascii_lowercase())
        && pattern.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && (3..=64).contains(&pattern.id.len());
    if !id_has_form {
        fault("/id", format!("“{}” is not an id such as observatory_report", pattern.id));
    }
    if file.strip_suffix(".json") != Some(pattern.id.as_str()) {
        fault("/id", format!("“{}” is not the name of its file", pattern.id));
    }
    for (pointer, text) in [
        ("/name", &pattern.name),
        ("/description", &pattern.description),
        ("/category", &pattern.category),
    ] {
        if text.trim().is_empty() {
            fault(pointer, "is empty".to_owned());
        }
    }
    let numbers: Vec<&str> = pattern.version.split('.').collect();
    if numbers.len() != 3 || numbers.iter().any(|number| number.parse::<u32>().is_err()) {
        fault("/version", format!("“{}” is not a version such as 1.0.0", pattern.version));
    }
    for (name, input) in &pattern.inputs {
        if input.description.trim().is_empty() {
            fault(&format!("/inputs/{name}/description"), "is empty".to_owned());
        }
        if input.kind == InputType::Uuid && !name.ends_with("_id") {
            fault(&format!("/inputs/{name}"), "a uuid's name ends in _id".to_owned());
        }
    }
    if pattern.steps.is_empty() || pattern.steps.len() > STEPS_MAX {
        fault("/steps", format!("there are {} steps, not 1 to {STEPS_MAX}", pattern.steps.len()));
    }
}

fn plan_step(
    at: usize,
    step: &StepFile,
    inputs: &[String],
    earlier: &[String],
    registry: &Registry,
    faults: &mut Vec<(String, String)>,
) -> Option<PlannedStep> {
    let before = faults.len();
    if step.key.is_empty() || earlier.contains(&step.key) {
        faults.push((format!("/steps/{at}/key"), format!("“{}” is not unique", step.key)));
    }
    if registry.owner(step.capability.as_str()).is_none() {
        faults.push((
            format!("/steps/{at}/capability"),
            format!("no agent owns “{}”", step.capability),
        ));
    }
    let args = reference::parse(&Value::Object(step.args.clone()), inputs, earlier)
        .map_err(|fault| {
            faults.push((format!("/steps/{at}/args{}", fault.pointer), fault.message));
        })
        .ok()?;
    (faults.len() == before).then(|| PlannedStep {
        key: step.key.clone(),
        title: step.title.clone(),
        stage: stage_of(&step.capability),
        capability: step.capability.clone(),
        args,
    })
}

/// Validation is the flow's fifth step and rendering its sixth; all else that a
/// pattern does is execution.
fn stage_of(capability: &CapabilityName) -> Stage {
    match capability.as_str() {
        "reports.validate_document" => Stage::Validate,
        "reports.render" => Stage::Persist,
        _ => Stage::Execute,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use agents::capability::{Agent, StepContext, StepFuture};
    use std::sync::Arc;

    struct Owner(&'static str, &'static [&'static str]);

    impl Agent for Owner {
        fn name(&self) -> &'static str {
            self.0
        }

        fn capabilities(&self) -> &'static [&'static str] {
            self.1
        }

        fn call(&self, _: &str, _: Value, _: Arc<StepContext>) -> StepFuture {
            unreachable!("plans are checked without calling anybody")
        }
    }

    fn registry() -> Registry {
        Registry::new(vec![Arc::new(Owner("evidence", &["evidence.select"]))]).unwrap()
    }

    /// The text of a good pattern with one thing replaced.
    fn check(replace: (&str, &str), expected: &[&str]) {
        let good = r#"{"id": "a_report", "name": "A report", "description": "d", "version": "1.0.0",
            "category": "intelligence",
            "inputs": {"period_key": {"type": "string", "description": "the period"}},
            "steps": [{"key": "selection", "title": "Select", "capability": "evidence.select",
                       "args": {"period": "{{inputs.period_key}}"}}],
            "outputs": {"selection": {"from": "{{state.selection}}"}}}"#;
        assert!(good.contains(replace.0), "{} is not in the pattern", replace.0);
        let faults =
            match Plan::parse("a_report.json", &good.replace(replace.0, replace.1), &registry()) {
                Ok(_) => Vec::new(),
                Err(error) => error.to_string().lines().map(str::to_owned).collect(),
            };
        assert_eq!(faults.len(), expected.len(), "{faults:?}");
        for (fault, expected) in faults.iter().zip(expected) {
            assert!(fault.contains(expected), "{fault} should say {expected}");
        }
    }

    #[test]
    fn a_good_pattern_becomes_a_plan() {
        check(("A report", "A report"), &[]);
    }

    #[test]
    fn each_fault_is_named_with_its_place() {
        check(
            ("evidence.select", "evidence.selekt"),
            &["a_report.json:/steps/0/capability: no agent"],
        );
        check(
            ("{{inputs.period_key}}", "{{state.selection}}"),
            &["/steps/0/args/period: refers to"],
        );
        check(
            ("{{state.selection}}", "{{state.missing}}"),
            &["/outputs/selection/from: refers to"],
        );
        check(("\"a_report\"", "\"another\""), &["/id: “another” is not the name"]);
        check(("1.0.0", "one"), &["/version"]);
        check(("\"category\"", "\"colour\": 1, \"category\""), &["unknown field `colour`"]);
    }

    #[test]
    fn all_faults_come_at_once() {
        check(
            (
                "\"version\": \"1.0.0\",\n            \"category\": \"intelligence\"",
                "\"version\": \"x\", \"category\": \"\"",
            ),
            &["/category", "/version"],
        );
    }

    #[test]
    fn a_capability_has_one_owner() {
        let claim = || Arc::new(Owner("evidence", &["evidence.select"])) as Arc<dyn Agent>;
        assert!(Registry::new(vec![claim(), claim()]).is_err());
    }
}
