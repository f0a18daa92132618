//! Rules on the steps.

use super::{Check, NOT_A_WORD, arguments::Arguments, is_word};
use crate::{
    capability::{Capability, CapabilityName},
    observe::StepMeter,
    pattern::{
        Expression, Fallback, OnError, Step, Template,
        fault::{did_you_mean, join},
        file::{FallbackFile, StepFile},
        language::{Names, NotNull},
        shape::Shape,
    },
};
use serde_json::{Map, Value};
use std::{collections::BTreeSet, time::Duration};

/// What the steps come to.
#[derive(Default)]
pub(super) struct Planned {
    pub steps: Vec<Step>,
    /// Inputs that flow into arguments marked as sensitive.
    pub sensitive: BTreeSet<String>,
    pub governed: bool,
}

impl<'a> Check<'a> {
    /// Plans the steps one after the other; each becomes a name for those behind.
    pub(super) fn steps(&mut self, names: &mut Names<'a>) -> Planned {
        let mut planned = Planned::default();
        for (at, step) in self.file.steps.iter().enumerate() {
            let pointer = join("/steps", at);
            self.key(at, step, &pointer);
            let capability = self.capability(&step.capability, &pointer);
            let shape = capability.map_or_else(Shape::unknown, |found| Shape::of(&found.output));
            self.step(step, capability, names, &pointer, &mut planned);
            let nullable = step.condition.is_some() || step.on_error == OnError::Null;
            names.steps.push((&step.key, shape.or_null(nullable)));
            names.later.remove(0);
        }
        planned
    }

    fn key(&mut self, at: usize, step: &StepFile, pointer: &str) {
        let pointer = join(pointer, "key");
        if !is_word(&step.key) {
            self.faults.push(&pointer, NOT_A_WORD);
        }
        if self.file.steps[..at].iter().any(|earlier| earlier.key == step.key) {
            self.faults.push(pointer, format!("an earlier step has the key “{}” too", step.key));
        }
    }

    fn capability(&mut self, written: &str, pointer: &str) -> Option<&'a Capability> {
        let pointer = join(pointer, "capability");
        let name: CapabilityName = match written.parse() {
            Ok(name) => name,
            Err(error) => {
                self.faults.push(pointer, error.to_string());
                return None;
            }
        };
        let capabilities = self.capabilities;
        let found = capabilities.capability(&name);
        match found {
            None => {
                let names = capabilities.names();
                let near = did_you_mean(written, names.into_iter().map(CapabilityName::as_str));
                self.faults.push(pointer, format!("no agent has the capability {written}{near}"));
            }
            Some(Capability { deprecated_by: Some(other), .. }) => {
                let id = &self.file.id;
                let warning = format!("{id}:{pointer}: {written} is deprecated, use {other}");
                self.warnings.push(warning);
            }
            Some(_) => {}
        }
        found
    }

    fn step(
        &mut self,
        step: &StepFile,
        capability: Option<&'a Capability>,
        names: &Names<'a>,
        pointer: &str,
        planned: &mut Planned,
    ) {
        let condition = step.condition.as_ref().and_then(|text| {
            Expression::parse(text, names)
                .map_err(|message| self.faults.push(join(pointer, "if"), message))
                .ok()
        });
        let not_null = condition.as_ref().map(Expression::not_null).unwrap_or_default();
        let args = self.args(&step.args, capability, names, &not_null, pointer, planned);
        let fallback = step.fallback.as_ref().and_then(|fallback| {
            self.fallback(fallback, step, capability, names, &not_null, pointer, planned)
        });
        if step.deadline_ms.is_some_and(|deadline| deadline > self.file.budget.deadline_ms) {
            let message = format!(
                "longer than the whole execution may take, {} ms",
                self.file.budget.deadline_ms
            );
            self.faults.push(join(pointer, "deadline_ms"), message);
        }
        let Some(capability) = capability else { return };
        planned.governed |= capability.governed;
        let after: BTreeSet<usize> = args
            .steps()
            .chain(condition.iter().flat_map(Expression::steps))
            .chain(fallback.iter().flat_map(|f| f.args.iter().flat_map(Template::steps)))
            .collect();
        planned.steps.push(Step {
            key: step.key.clone(),
            title: step.title.clone().unwrap_or_else(|| capability.description.to_owned()),
            capability: capability.name.clone(),
            formula: capability.formula,
            args,
            condition,
            on_error: step.on_error,
            deadline: step.deadline_ms.map(Duration::from_millis),
            fallback,
            after: after.into_iter().collect(),
            meter: StepMeter::default(),
        });
    }

    /// Reads arguments and checks them against the capability, if it is known.
    fn args(
        &mut self,
        args: &Map<String, Value>,
        capability: Option<&Capability>,
        names: &Names<'_>,
        not_null: &NotNull,
        pointer: &str,
        planned: &mut Planned,
    ) -> Template {
        let pointer = join(pointer, "args");
        let faulty = self.faults.0.len();
        let args = Value::Object(args.clone());
        let args = Template::parse(&args, &pointer, names, not_null, &mut self.faults.0);
        // What cannot be read has no shape to check.
        if let (Some(capability), true) = (capability, self.faults.0.len() == faulty) {
            let sensitive = &mut planned.sensitive;
            Arguments { names, not_null, faults: &mut self.faults, sensitive }.check(
                &args,
                &capability.input,
                &pointer,
            );
        }
        args
    }

    #[expect(clippy::too_many_arguments, reason = "one place, and each is another thing")]
    fn fallback(
        &mut self,
        fallback: &FallbackFile,
        step: &StepFile,
        capability: Option<&'a Capability>,
        names: &Names<'a>,
        not_null: &NotNull,
        pointer: &str,
        planned: &mut Planned,
    ) -> Option<Fallback> {
        let pointer = join(pointer, "fallback");
        let other = self.capability(&fallback.capability, &pointer)?;
        let args = fallback.args.as_ref().unwrap_or(&step.args);
        let args = self.args(args, Some(other), names, not_null, &pointer, planned);
        let args = fallback.args.is_some().then_some(args);
        planned.governed |= other.governed;
        if let Some(capability) = capability {
            if capability.name == other.name {
                let message = "a step cannot fall back on its own capability";
                self.faults.push(join(&pointer, "capability"), message);
            } else if let Err(why) = Shape::of(&other.output).fits(&Shape::of(&capability.output)) {
                let message =
                    format!("what {} gives {why}, as {} gives", other.name, capability.name);
                self.faults.push(join(&pointer, "capability"), message);
            }
        }
        Some(Fallback { capability: other.name.clone(), args })
    }
}
