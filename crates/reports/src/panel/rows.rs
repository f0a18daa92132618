//! What a panel's data is, as rows: every kind of panel has its table, and most
//! drawings are drawn from it.

use super::figure::{Shown, coordinate, heading_of, instant, reason_of};
use executor::pattern::{Color, Column, Format, PanelDocument};
use serde_json::{Map, Number, Value};

/// More rows than anybody reads on a page; the answer of the API holds them all.
pub const ROWS_MAX: usize = 1000;
/// Names that tell what a row is about, best first.
const LABELS: [&str; 10] =
    ["date", "asof", "period", "label", "name", "symbol", "ticker", "category", "key", "id"];

/// A panel's data as a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    pub heads: Vec<Head>,
    pub rows: Vec<Vec<Cell>>,
    /// Rows that were left out, beyond [`ROWS_MAX`].
    pub left_out: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    pub key: String,
    pub title: String,
    /// Digits align, and it can be drawn.
    pub is_figure: bool,
    pub format: Option<Format>,
    pub color: Option<Color>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub shown: Shown,
    /// Its place in a drawing, where it is a figure.
    pub at: Option<f64>,
    /// Its place in time, where it is a day or an instant: Unix seconds.
    pub instant: Option<f64>,
    /// What the panel's colour rule says of it.
    pub mark: Option<Mark>,
    /// Why there is no figure, where its step says so.
    pub reason: Option<String>,
}

/// A colour with the words that carry the same meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// `good`, `bad` or `attention`.
    pub tone: &'static str,
    /// None where the figure's own sign says it.
    pub word: Option<String>,
}

impl Rows {
    /// As many as anybody reads on a page. None when the data is missing or is no
    /// table: one text, one figure.
    pub fn of(panel: &PanelDocument, currency: Option<&str>) -> Option<Self> {
        Self::up_to(panel, currency, ROWS_MAX)
    }

    /// All of them.
    pub fn whole(panel: &PanelDocument, currency: Option<&str>) -> Option<Self> {
        Self::up_to(panel, currency, usize::MAX)
    }

    fn up_to(panel: &PanelDocument, currency: Option<&str>, most: usize) -> Option<Self> {
        let Records { heads, records } = Records::of(panel)?;
        let left_out = records.len().saturating_sub(most);
        let rows = records
            .iter()
            .take(most)
            .map(|record| {
                heads
                    .iter()
                    .map(|head| {
                        let value = record.get(&head.key);
                        cell(value, head.format, head.color.as_ref(), currency)
                    })
                    .collect()
            })
            .collect();
        Some(Self { heads, rows, left_out })
    }

    /// By the figures of a column, rows without one last. Rows of equal figures keep their order.
    pub fn put_largest_first(&mut self, key: &str) {
        let Some(column) = self.heads.iter().position(|head| head.key == key) else { return };
        let figure = |row: &Vec<Cell>| row[column].at.unwrap_or(f64::NEG_INFINITY);
        self.rows.sort_by(|one, other| figure(other).total_cmp(&figure(one)));
    }

    /// The column that says what each row is about.
    pub fn label(&self) -> Option<usize> {
        let known =
            LABELS.iter().find_map(|label| self.heads.iter().position(|head| head.key == *label));
        known.or_else(|| self.heads.iter().position(|head| !head.is_figure))
    }

    /// The columns that can be drawn: those the panel names as series, else all
    /// figures.
    pub fn figures(&self, panel: &PanelDocument) -> Vec<usize> {
        let label = self.label();
        let position = |key: &str| self.heads.iter().position(|head| head.key == key);
        if panel.series.is_empty() {
            (0..self.heads.len())
                .filter(|at| self.heads[*at].is_figure && Some(*at) != label)
                .collect()
        } else {
            panel.series.iter().filter_map(|series| position(&series.key)).collect()
        }
    }

    /// What row `row` is about.
    pub fn label_of(&self, row: usize) -> String {
        self.label()
            .map_or_else(|| (row + 1).to_string(), |label| self.rows[row][label].shown.text())
    }
}

pub fn cell(
    value: &Value,
    format: Option<Format>,
    color: Option<&Color>,
    currency: Option<&str>,
) -> Cell {
    let at = coordinate(value);
    let shown = Shown::of(value, format, currency);
    let mark = color.and_then(|color| mark(color, at?, &shown, format, currency));
    let reason = reason_of(value).map(str::to_owned);
    Cell { shown, at, instant: instant(value), mark, reason }
}

fn mark(
    color: &Color,
    at: f64,
    shown: &Shown,
    format: Option<Format>,
    currency: Option<&str>,
) -> Option<Mark> {
    let beyond = |word: &str, limit: &Number| Mark {
        tone: "attention",
        word: Some(format!(
            "{word} {}",
            Shown::of(&Value::Number(limit.clone()), format, currency).text()
        )),
    };
    let limit = |limit: &Number| limit.as_f64();
    match color {
        // What is read as zero has no sign.
        Color::Sign if shown.is_zero() => None,
        Color::Sign if at > 0.0 => Some(Mark { tone: "good", word: None }),
        Color::Sign if at < 0.0 => Some(Mark { tone: "bad", word: None }),
        Color::Above(bound) if at > limit(bound)? => Some(beyond("above", bound)),
        Color::Below(bound) if at < limit(bound)? => Some(beyond("below", bound)),
        _ => None,
    }
}

/// A panel's data as records, with what is known of each column.
pub struct Records<'a> {
    pub heads: Vec<Head>,
    pub records: Vec<Record<'a>>,
}

impl<'a> Records<'a> {
    /// None when the data is missing or is no table: one text, one figure.
    pub fn of(panel: &'a PanelDocument) -> Option<Self> {
        let records = records(&panel.data)?;
        Some(Self { heads: heads(panel, &records), records })
    }
}

/// One row as it stands in the data, or a name with its value.
pub enum Record<'a> {
    Row(&'a Map<String, Value>),
    Pair { name: Value, value: &'a Value },
}

impl Record<'_> {
    /// Null where it has nothing of this name.
    pub fn get(&self, key: &str) -> &Value {
        match (self, key) {
            (Self::Row(members), _) => members.get(key).unwrap_or(&Value::Null),
            (Self::Pair { name, .. }, "name") => name,
            (Self::Pair { value, .. }, "value") => value,
            (Self::Pair { .. }, _) => &Value::Null,
        }
    }

    fn keys(&self) -> Vec<&str> {
        match self {
            Self::Row(members) => members.keys().map(String::as_str).collect(),
            Self::Pair { .. } => vec!["name", "value"],
        }
    }
}

/// A list of objects as it is; other lists and plain objects as names and values.
fn records(data: &Value) -> Option<Vec<Record<'_>>> {
    match data {
        Value::Array(items) => Some(
            items
                .iter()
                .enumerate()
                .map(|(at, item)| match item {
                    Value::Object(members) => Record::Row(members),
                    value => Record::Pair { name: Value::from((at + 1).to_string()), value },
                })
                .collect(),
        ),
        Value::Object(members) if members.contains_key("amount") => None,
        Value::Object(members) => match list_within(members) {
            Some(items) => records(items),
            None => Some(
                members
                    .iter()
                    .map(|(name, value)| Record::Pair {
                        name: Value::from(heading_of(name)),
                        value,
                    })
                    .collect(),
            ),
        },
        _ => None,
    }
}

/// The one list of objects of an object, which then is the table:
/// `{"points": [...], "currency": "USD"}`.
fn list_within(members: &Map<String, Value>) -> Option<&Value> {
    let mut lists = members
        .values()
        .filter(|value| value.as_array().is_some_and(|items| items.iter().all(Value::is_object)));
    let only = lists.next()?;
    (lists.next().is_none() && !only.as_array()?.is_empty()).then_some(only)
}

fn heads(panel: &PanelDocument, records: &[Record<'_>]) -> Vec<Head> {
    let is_figure = |key: &str| {
        let mut values = records.iter().map(|record| record.get(key)).filter(|v| !v.is_null());
        let first = values.next();
        first.is_some() && first.into_iter().chain(values).all(|value| coordinate(value).is_some())
    };
    let head = |key: &str, title: Option<&str>, format: Option<Format>, color: Option<&Color>| {
        let is_text = matches!(format, Some(Format::Text | Format::Date));
        let is_figure = !is_text && is_figure(key);
        // What the panel says holds for its figures, unless a column says more.
        let of_panel = is_figure && format.is_none();
        Head {
            key: key.to_owned(),
            title: title.map_or_else(|| heading_of(key), str::to_owned),
            is_figure,
            format: format.or(panel.format.filter(|_| of_panel)),
            color: color.or(panel.color.as_ref().filter(|_| of_panel)).cloned(),
        }
    };
    if !panel.columns.is_empty() {
        let named = |column: &Column| {
            head(&column.key, column.title.as_deref(), column.format, column.color.as_ref())
        };
        return panel.columns.iter().map(named).collect();
    }
    let mut keys: Vec<&str> = Vec::new();
    for key in records.iter().flat_map(Record::keys) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    // What a row is about stands first, whatever the order of its members.
    keys.sort_by_key(|key| LABELS.iter().position(|label| label == key).unwrap_or(LABELS.len()));
    keys.into_iter()
        .map(|key| {
            let series = panel.series.iter().find(|series| series.key == key);
            let title = series.and_then(|series| series.title.as_deref());
            head(key, title, series.and_then(|series| series.format), None)
        })
        .collect()
}
