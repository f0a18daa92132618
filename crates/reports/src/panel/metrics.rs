//! A panel's data as figures with names.

use super::{
    figure::heading_of,
    rows::{Cell, Rows, cell},
};
use executor::pattern::PanelDocument;
use serde_json::Value;

/// One figure with its name; no name where the panel's title is it.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    pub name: Option<String>,
    pub cell: Cell,
}

/// One figure, or one for each member of an object or row of a list.
pub fn metrics_of(panel: &PanelDocument, currency: Option<&str>) -> Vec<Metric> {
    let of_panel = |value: &Value| cell(value, panel.format, panel.color.as_ref(), currency);
    match &panel.data {
        Value::Object(members) if !members.contains_key("amount") => {
            if panel.columns.is_empty() {
                members
                    .iter()
                    .map(|(name, value)| Metric {
                        name: Some(heading_of(name)),
                        cell: of_panel(value),
                    })
                    .collect()
            } else {
                panel
                    .columns
                    .iter()
                    .map(|column| Metric {
                        name: Some(column.title.clone().unwrap_or_else(|| heading_of(&column.key))),
                        cell: cell(
                            members.get(&column.key).unwrap_or(&Value::Null),
                            column.format.or(panel.format),
                            column.color.as_ref().or(panel.color.as_ref()),
                            currency,
                        ),
                    })
                    .collect()
            }
        }
        Value::Array(_) => Rows::of(panel, currency).map_or_else(Vec::new, |rows| {
            let figure = rows.figures(panel).first().copied();
            (0..rows.rows.len())
                .filter_map(|at| {
                    let cell = rows.rows[at].get(figure?)?.clone();
                    Some(Metric { name: Some(rows.label_of(at)), cell })
                })
                .collect()
        }),
        value => vec![Metric { name: None, cell: of_panel(value) }],
    }
}
