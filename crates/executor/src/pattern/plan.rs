//! A checked pattern. Nothing in it can fail to resolve by name.

use super::{
    Category, Color, Column, Expression, Format, InputType, OnError, PanelKind, Series, Template,
};
use crate::{capability::CapabilityName, lineage::Ttl, observe::StepMeter};
use domain::{access::Right, hash::ContentHash};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use std::{collections::BTreeSet, time::Duration};

/// A pattern that passed every check; made by [`Plan::parse`] only.
#[derive(Clone, Debug)]
pub struct Plan {
    pub id: String,
    pub name: String,
    pub description: String,
    /// Semantic version.
    pub version: String,
    pub category: Category,
    pub needs_portfolio: bool,
    /// In the order of the file.
    pub inputs: Vec<Input>,
    pub steps: Vec<Step>,
    /// In the order of the file.
    pub outputs: Vec<OutputPlan>,
    pub panels: Vec<PanelPlan>,
    pub requires: BTreeSet<Right>,
    pub exports: Exports,
    pub display: Display,
    pub budget: Budget,
    /// Of the file's canonical JSON.
    pub hash: ContentHash,
    /// A step or fallback needs a sealed run package, so only runs execute it.
    pub governed: bool,
    /// What is right but should be seen to, such as a deprecated capability.
    pub warnings: Vec<String>,
}

/// A declared input.
#[derive(Clone, Debug, Serialize)]
pub struct Input {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: InputType,
    pub required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// The only values that are taken; empty when any value of the type is.
    #[serde(rename = "enum", skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Value>,
    /// Least number; of a string the least characters, of an array elements.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Number>,
    pub description: String,
    /// It flows into an argument that its capability marks `x-sensitive`.
    pub sensitive: bool,
}

#[derive(Clone, Debug)]
pub struct Step {
    pub key: String,
    /// What the step does, for a reader; the capability's description when the
    /// file has none.
    pub title: String,
    pub capability: CapabilityName,
    /// How the capability computes its figures; none where nothing is computed.
    pub formula: Option<&'static str>,
    pub args: Template,
    pub condition: Option<Expression>,
    pub on_error: OnError,
    pub deadline: Option<Duration>,
    pub fallback: Option<Fallback>,
    /// The steps that args, condition and fallback refer to, by index, sorted.
    pub after: Vec<usize>,
    pub(crate) meter: StepMeter,
}

/// What is called when a step fails by a fault that its breaker counts, or while
/// the breaker is open.
#[derive(Clone, Debug)]
pub struct Fallback {
    pub capability: CapabilityName,
    /// None: the arguments of the step.
    pub args: Option<Template>,
}

#[derive(Clone, Debug)]
pub struct OutputPlan {
    pub name: String,
    pub from: Template,
}

#[derive(Clone, Debug)]
pub struct PanelPlan {
    pub id: String,
    /// Always gives text.
    pub title: Template,
    pub kind: PanelKind,
    pub data: Template,
    pub columns: Vec<Column>,
    pub series: Vec<Series>,
    pub format: Option<Format>,
    pub color: Option<Color>,
    pub ttl: Option<Ttl>,
    pub provenance: bool,
}

/// The forms in which an answer of this pattern may leave the system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "one for each format of the file")]
pub struct Exports {
    pub pdf: bool,
    pub csv: bool,
    pub xlsx: bool,
    pub html: bool,
    pub json: bool,
}

/// Hints for the list of patterns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Display {
    pub icon: Option<String>,
    pub order: Option<i32>,
    pub group: Option<String>,
    pub refresh_ttl: Option<Ttl>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// For the whole execution.
    pub deadline: Duration,
    /// Steps under way at once.
    pub max_parallel: usize,
}
