//! Rules on outputs and panels.

use super::{Check, NOT_A_WORD, is_word, ttl};
use crate::pattern::{
    Format, Input, InputType, OutputPlan, PanelKind, PanelPlan, Template,
    fault::join,
    file::{OutputFile, PanelFile},
    language::{Names, NotNull, TemplateNode},
    shape::{Shape, Sort},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::LazyLock};

/// Values beside `panels`, as many as there may be panels.
const OUTPUTS_MAX: usize = 64;

static TEXT: LazyLock<Value> = LazyLock::new(|| json!({ "type": "string" }));

impl<'a> Check<'a> {
    pub(super) fn outputs(&mut self, names: &Names<'a>) -> Vec<OutputPlan> {
        let file = &self.file.outputs;
        if file.values.is_empty() && file.panels.is_empty() {
            self.faults.push("/outputs", "a pattern has an output or a panel");
        }
        if file.values.len() > OUTPUTS_MAX {
            self.faults.push("/outputs", format!("at most {OUTPUTS_MAX} outputs"));
        }
        self.in_file_order("/outputs", &file.values)
            .into_iter()
            .map(|(pointer, name, output)| {
                if !is_word(name) {
                    self.faults.push(&pointer, NOT_A_WORD);
                }
                OutputPlan { name: name.clone(), from: self.output(output, names, &pointer) }
            })
            .collect()
    }

    fn output(&mut self, output: &OutputFile, names: &Names<'a>, pointer: &str) -> Template {
        let (from, shape) = self.template(&output.from, names, &join(pointer, "from"));
        if let Some(kind) = output.kind {
            let schema = type_schema(kind);
            if let Err(why) = shape.fits(&Shape::of(&schema).or_null(true)) {
                self.faults.push(join(pointer, "from"), format!("{} {why}", output.from));
            }
        }
        from
    }

    /// A template with the shape of what it gives.
    fn template(&mut self, text: &str, names: &Names<'a>, pointer: &str) -> (Template, Shape<'a>) {
        let value = Value::String(text.to_owned());
        let not_null = NotNull::new();
        let template = Template::parse(&value, pointer, names, &not_null, &mut self.faults.0);
        let shape = match &template.node {
            TemplateNode::Reference(path) => names.shape(path, &not_null),
            TemplateNode::Literal(Value::Null) => Shape::unknown(),
            _ => Shape::of(&TEXT),
        };
        (template, shape)
    }

    pub(super) fn panels(&mut self, names: &Names<'a>) -> Vec<PanelPlan> {
        let mut ids = BTreeSet::new();
        let mut panels = Vec::new();
        for (at, panel) in self.file.outputs.panels.iter().enumerate() {
            let pointer = join("/outputs/panels", at);
            if !is_word(&panel.id) {
                self.faults.push(join(&pointer, "id"), NOT_A_WORD);
            }
            if !ids.insert(&panel.id) {
                let message = format!("an earlier panel has the id “{}” too", panel.id);
                self.faults.push(join(&pointer, "id"), message);
            }
            panels.extend(self.panel(panel, names, &pointer));
        }
        panels
    }

    fn panel(&mut self, panel: &PanelFile, names: &Names<'a>, pointer: &str) -> Option<PanelPlan> {
        let (data, shape) = self.template(&panel.data, names, &join(pointer, "data"));
        self.check_parts(panel, &shape, pointer);
        if let Some(format) = panel.format {
            self.check_format(format, &shape, &join(pointer, "format"));
        }
        let title = Template::parse_title(&panel.title, names)
            .map_err(|message| self.faults.push(join(pointer, "title"), message))
            .ok()?;
        Some(PanelPlan {
            id: panel.id.clone(),
            title,
            kind: panel.kind,
            data,
            columns: panel.columns.clone().unwrap_or_default(),
            series: panel.series.clone().unwrap_or_default(),
            format: panel.format,
            color: panel.color.clone(),
            ttl: panel.ttl_s.and_then(ttl),
            provenance: panel.provenance,
        })
    }

    /// Columns and series against the kind of panel and the fields of a row.
    fn check_parts(&mut self, panel: &PanelFile, data: &Shape<'a>, pointer: &str) {
        if panel.columns.is_some() && !has_columns(panel.kind) {
            let message = format!("a {} has no columns", panel.kind);
            self.faults.push(join(pointer, "columns"), message);
        }
        if panel.series.is_some() && !panel.kind.is_chart() {
            let message = format!("a {} has no series", panel.kind);
            self.faults.push(join(pointer, "series"), message);
        }
        let columns = panel.columns.iter().flatten().map(|column| (&column.key, column.format));
        self.check_fields(columns.collect(), data, &join(pointer, "columns"));
        let series = panel.series.iter().flatten().map(|series| (&series.key, series.format));
        self.check_fields(series.collect(), data, &join(pointer, "series"));
    }

    fn check_fields(
        &mut self,
        fields: Vec<(&String, Option<Format>)>,
        data: &Shape<'a>,
        pointer: &str,
    ) {
        // Of a list its rows have the fields; of an object it has them itself.
        let row = data.item().unwrap_or_else(|_| data.clone());
        let mut seen = BTreeSet::new();
        for (at, (key, format)) in fields.into_iter().enumerate() {
            let pointer = join(pointer, at);
            if !seen.insert(key) {
                self.faults.push(join(&pointer, "key"), format!("“{key}” stands here twice"));
            }
            match row.field(key) {
                Err(why) => self.faults.push(join(&pointer, "key"), format!("a row {why}")),
                Ok(field) => {
                    if let Some(format) = format {
                        self.check_format(format, &field, &join(&pointer, "format"));
                    }
                }
            }
        }
    }

    /// Refuses a number's format on a single value that is never a number.
    fn check_format(&mut self, format: Format, shape: &Shape<'_>, pointer: &str) {
        let wanted = match format {
            Format::Text => return,
            Format::Date => Sort::Text,
            _ => Sort::Number,
        };
        let fits = |sort: &Sort| match sort {
            Sort::Number | Sort::Decimal => wanted == Sort::Number,
            Sort::Text => wanted == Sort::Text,
            Sort::Boolean => false,
            Sort::List | Sort::Object | Sort::Unknown => true,
        };
        let sorts = shape.sorts();
        if !sorts.is_empty() && !sorts.iter().any(fits) {
            let message = format!("{format} does not fit a value that is {}", shape.words());
            self.faults.push(pointer, message);
        }
    }
}

/// Whether columns say what it shows and how: of rows, or of the members of one object.
const fn has_columns(kind: PanelKind) -> bool {
    matches!(
        kind,
        PanelKind::MetricsGrid
            | PanelKind::Table
            | PanelKind::Breakdown
            | PanelKind::Scorecard
            | PanelKind::NewsList
            | PanelKind::Calendar
    )
}

fn type_schema(kind: InputType) -> Value {
    Input {
        name: String::new(),
        kind,
        required: true,
        default: None,
        choices: Vec::new(),
        min: None,
        max: None,
        description: String::new(),
        sensitive: false,
    }
    .schema()
}
