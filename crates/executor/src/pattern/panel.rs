//! What a panel shows: its plan filled with the values of an execution.

use super::{EvaluationError, Format, PanelKind, PanelPlan, Scope};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// How a value's colour is chosen. Colour never carries meaning alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Color {
    /// Gain or loss.
    Sign,
    /// Marks values above this one.
    Above(Number),
    /// Marks values below this one.
    Below(Number),
}

/// One column of a panel that lists rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The field of each row.
    pub key: String,
    /// The head; the key when the file has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
}

/// One series of a chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// The field of each point.
    pub key: String,
    /// The name in the legend; the key when the file has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
}

/// A panel with its data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PanelDocument {
    pub id: String,
    pub title: String,
    #[serde(rename = "type")]
    pub kind: PanelKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<Series>,
    /// Null with a reason when a step that it needs gave nothing.
    pub data: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl PanelPlan {
    /// Fills the panel. `reason` is why a step that feeds it gave null; it is
    /// kept only where the data is null.
    ///
    /// # Errors
    /// When the data or the title cannot be made of the values.
    pub fn document(
        &self,
        scope: &Scope<'_>,
        reason: Option<&str>,
    ) -> Result<PanelDocument, EvaluationError> {
        let data = self.data.render(scope)?;
        let reason = reason.filter(|_| data.is_null()).map(str::to_owned);
        Ok(PanelDocument {
            id: self.id.clone(),
            title: self.title.render_text(scope)?,
            kind: self.kind,
            format: self.format,
            color: self.color.clone(),
            columns: self.columns.clone(),
            series: self.series.clone(),
            data,
            reason,
        })
    }

    /// The steps whose values the data is made of.
    pub fn steps(&self) -> impl Iterator<Item = usize> + '_ {
        self.data.steps()
    }
}
