//! The pattern file as JSON. Its published schema is `docs/pattern.schema.json`.

use super::{Category, Color, Column, Exports, Format, InputType, OnError, PanelKind, Series};
use domain::access::Right;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::Deserialize;
use serde_json::{Map, Number, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

/// A pattern: steps over capabilities, with typed inputs, outputs and panels.
/// Texts in args, outputs and panels may refer to values as in
/// {{inputs.name}}, {{state.key.part}} and {{ctx.asof}}.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Pattern")]
pub(crate) struct PatternFile {
    /// The file's name without .json.
    #[schemars(regex(pattern = "^[a-z][a-z0-9_]{2,63}$"))]
    pub id: String,
    #[schemars(length(min = 1, max = 120))]
    pub name: String,
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub description: String,
    /// Semantic version.
    #[schemars(length(max = 64))]
    pub version: String,
    pub category: Category,
    /// Every execution names a portfolio.
    #[serde(default)]
    pub needs_portfolio: bool,
    #[serde(default)]
    #[schemars(extend("maxProperties" = 64))]
    pub inputs: BTreeMap<String, InputFile>,
    #[schemars(length(min = 1, max = 1024))]
    pub steps: Vec<StepFile>,
    pub outputs: OutputsFile,
    pub rights: RightsFile,
    #[serde(default)]
    pub display: DisplayFile,
    #[serde(default)]
    pub budget: BudgetFile,
}

/// A typed input.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InputFile {
    #[serde(rename = "type")]
    pub kind: InputType,
    #[serde(default)]
    pub required: bool,
    /// Taken when the input is not given. A required input has none.
    #[serde(default)]
    pub default: Option<Value>,
    /// The only values that are taken.
    #[serde(default, rename = "enum")]
    #[schemars(length(min = 1, max = 256))]
    pub choices: Option<Vec<Value>>,
    /// Least number; of a string the least characters, of an array elements.
    #[serde(default)]
    pub min: Option<Number>,
    #[serde(default)]
    pub max: Option<Number>,
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub description: String,
}

/// A call of a capability. Steps that do not refer to each other run side by
/// side.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepFile {
    /// The name under which the value is found in `state`.
    pub key: String,
    /// What the step does, for a reader.
    #[serde(default)]
    #[schemars(length(min = 1, max = 200))]
    pub title: Option<String>,
    pub capability: String,
    #[serde(default)]
    pub args: Map<String, Value>,
    /// A condition; where it is false the step is skipped and its value is null.
    #[serde(default, rename = "if")]
    pub condition: Option<String>,
    #[serde(default = "fail")]
    pub on_error: OnError,
    #[serde(default)]
    #[schemars(range(min = 1, max = 600_000))]
    pub deadline_ms: Option<u64>,
    #[serde(default)]
    pub fallback: Option<FallbackFile>,
}

const fn fail() -> OnError {
    OnError::Fail
}

/// The capability that is called when the step's own is not well.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FallbackFile {
    pub capability: String,
    /// Without them the step's own arguments are used.
    #[serde(default)]
    pub args: Option<Map<String, Value>>,
}

/// Names with their templates; `panels` is not a name.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct OutputsFile {
    #[serde(default)]
    #[schemars(length(max = 64))]
    pub panels: Vec<PanelFile>,
    #[serde(flatten)]
    pub values: BTreeMap<String, OutputFile>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OutputFile {
    pub from: String,
    #[serde(default, rename = "type")]
    pub kind: Option<InputType>,
}

/// One panel of the page and the report.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PanelFile {
    pub id: String,
    #[schemars(length(min = 1, max = 200))]
    pub title: String,
    #[serde(rename = "type")]
    pub kind: PanelKind,
    pub data: String,
    /// Of panels that list rows.
    #[serde(default)]
    #[schemars(length(min = 1, max = 32))]
    pub columns: Option<Vec<Column>>,
    /// Of charts.
    #[serde(default)]
    #[schemars(length(min = 1, max = 32))]
    pub series: Option<Vec<Series>>,
    #[serde(default)]
    pub format: Option<Format>,
    #[serde(default)]
    pub color: Option<Color>,
    /// Seconds: 0, 300, 1800, 3600 or 86400.
    #[serde(default)]
    #[schemars(extend("enum" = [0, 300, 1800, 3600, 86400, null]))]
    pub ttl_s: Option<u32>,
    #[serde(default = "yes")]
    pub provenance: bool,
}

const fn yes() -> bool {
    true
}

/// What the caller must be allowed, and how the answer may leave the system.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RightsFile {
    pub requires: BTreeSet<Right>,
    /// What is not named is not allowed.
    #[serde(default)]
    pub exports: Exports,
}

/// Hints for the list of patterns.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DisplayFile {
    #[schemars(length(min = 1, max = 40))]
    pub icon: Option<String>,
    pub order: Option<i32>,
    #[schemars(length(min = 1, max = 80))]
    pub group: Option<String>,
    /// Seconds: 0, 300, 1800, 3600 or 86400.
    #[schemars(extend("enum" = [0, 300, 1800, 3600, 86400, null]))]
    pub refresh_ttl: Option<u32>,
}

/// Bounds of one execution.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct BudgetFile {
    #[schemars(range(min = 1, max = 600_000))]
    pub deadline_ms: u64,
    /// Steps under way at once.
    #[schemars(range(min = 1, max = 1024))]
    pub max_parallel: usize,
}

impl Default for BudgetFile {
    fn default() -> Self {
        Self { deadline_ms: 10_000, max_parallel: 8 }
    }
}

/// JSON Schema (2020-12) of the pattern file.
pub fn file_schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
        let settings = SchemaSettings::draft2020_12().for_deserialize();
        settings.into_generator().into_root_schema_for::<PatternFile>().to_value()
    });
    &SCHEMA
}
