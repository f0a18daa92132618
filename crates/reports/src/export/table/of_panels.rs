//! The tables of panels: one for each panel that lists rows, and one of all single
//! figures.

use super::{Cell, Column, Digits, Table};
use crate::panel::{
    figure::{Shown, decimal, heading_of, reason_of, reason_words},
    part::PanelPart,
    rows::{Head, Record, Records},
};
use executor::pattern::{Format, PanelKind};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::Value;
use std::{borrow::Cow, collections::BTreeSet};

const FIGURES: &[Column] = &[
    Column::of("Panel", 28),
    Column::of("Figure", 34),
    Column::of("Value", 22),
    Column::of("Unit", 12),
];

/// Characters of a sheet's name.
const SHEET_NAME_MAX: usize = 31;

/// Names that sheets of ours have.
const TAKEN: [&str; 2] = ["About", "Figures"];

/// The tables that have rows, in the order of the panels. What names no currency is in
/// `base`.
pub fn tables<'a>(
    parts: impl IntoIterator<Item = &'a PanelPart>,
    base: Option<&str>,
) -> Vec<Table<'a>> {
    let mut figures = Vec::new();
    let mut tables = Vec::new();
    let mut names: BTreeSet<String> = TAKEN.iter().map(|name| name.to_lowercase()).collect();
    for part in parts {
        let records = match part.panel.kind {
            PanelKind::MetricsGrid | PanelKind::Text if !part.panel.data.is_array() => None,
            _ => Records::of(&part.panel),
        };
        match records {
            Some(records) => tables.push(listed(part, records, base, &mut names)),
            None => figures.extend(single(part, base)),
        }
    }
    if !figures.is_empty() {
        tables.insert(0, Table::of("figures", "Figures", FIGURES, figures));
    }
    tables.retain_mut(|table| table.rows.peek().is_some());
    tables
}

/// A panel of rows. Amounts of one currency have it in their head; where there are
/// several, each has it beside it.
fn listed<'a>(
    part: &'a PanelPart,
    Records { heads, records }: Records<'a>,
    base: Option<&str>,
    names: &mut BTreeSet<String>,
) -> Table<'a> {
    let of_column: Vec<Money> = heads.iter().map(|head| money_of(head, &records, base)).collect();
    let mut columns = Vec::new();
    for (head, money) in heads.iter().zip(&of_column) {
        columns.push(column(head, money));
        if *money == Money::Several {
            let name = format!("{} currency", head.title);
            columns.push(Column { name: name.into(), width: 10, is_fraction: false });
        }
    }
    let rows = records.into_iter().map(move |record| {
        let mut cells = Vec::with_capacity(heads.len());
        for (head, money) in heads.iter().zip(&of_column) {
            let value = record.get(&head.key);
            cells.push(cell(value, head.format));
            if *money == Money::Several {
                cells.push(currency_of(value).map_or(Cell::Empty, Cell::text));
            }
        }
        cells
    });
    let rows: Box<dyn Iterator<Item = Vec<Cell>> + 'a> = Box::new(rows);
    Table {
        // One file holds all single figures.
        key: match part.panel.id.as_str() {
            "figures" => Cow::Borrowed("panel_figures"),
            id => Cow::Borrowed(id),
        },
        title: sheet_name(&part.panel.title, names).into(),
        columns: columns.into(),
        rows: rows.peekable(),
    }
}

/// What amounts of a column are in.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Money {
    None,
    One(String),
    Several,
}

fn money_of(head: &Head, records: &[Record<'_>], base: Option<&str>) -> Money {
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for record in records {
        let value = record.get(&head.key);
        let own = currency_of(value);
        // What names no currency is in that of the document, if it is money at all.
        let base = base.filter(|_| head.format == Some(Format::Currency) && !value.is_null());
        found.extend(own.or(base));
        if found.len() > 1 {
            return Money::Several;
        }
    }
    found.into_iter().next().map_or(Money::None, |code| Money::One(code.to_owned()))
}

fn currency_of(value: &Value) -> Option<&str> {
    let members = value.as_object()?;
    match members.get("value") {
        Some(inner) => currency_of(inner),
        None => members.get("currency").filter(|_| members.contains_key("amount"))?.as_str(),
    }
}

fn column(head: &Head, money: &Money) -> Column {
    let is_fraction = matches!(head.format, Some(Format::Percent | Format::Probability));
    let name = match (money, head.format) {
        (Money::One(code), _) => format!("{} ({code})", head.title),
        (_, Some(Format::Bps)) => format!("{} (bp)", head.title),
        (_, Some(Format::Rating)) => format!("{} (of 10)", head.title),
        _ => head.title.clone(),
    };
    Column { name: name.into(), width: if head.is_figure { 18 } else { 26 }, is_fraction }
}

/// The value itself, not as it is printed: figures with all their digits.
fn cell(value: &Value, format: Option<Format>) -> Cell {
    if let Some(reason) = reason_of(value) {
        return Cell::Missing(reason.to_owned());
    }
    match value {
        Value::Null => Cell::Empty,
        Value::Object(members) if members.contains_key("value") => cell(&members["value"], format),
        Value::Object(members) if members.contains_key("currency") => {
            let amount = members.get("amount").unwrap_or(&Value::Null);
            cell(amount, format.or(Some(Format::Currency)))
        }
        Value::Number(_) => figure(value, format),
        Value::String(text) => match format {
            Some(Format::Text) => Cell::text(text),
            None | Some(Format::Date) => {
                let day = text.parse::<Date>().ok().filter(|_| text.len() == 10);
                day.map_or_else(|| Cell::text(text), Cell::Date)
            }
            format => figure(value, format),
        },
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            Cell::Text(Shown::of(value, format, None).text())
        }
    }
}

fn figure(value: &Value, format: Option<Format>) -> Cell {
    let Some(number) = decimal(value) else {
        return Cell::Text(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    };
    let (number, digits) = match format {
        Some(Format::Percent | Format::Probability) => (Some(number), Digits::Percent),
        Some(Format::Bps) => (number.checked_mul(Decimal::from(10_000)), Digits::One),
        Some(Format::Currency | Format::Decimal2) => (Some(number), Digits::Two),
        Some(Format::Integer) => (Some(number), Digits::None),
        Some(Format::Rating) => (Some(number), Digits::One),
        _ => (Some(number), Digits::All),
    };
    number.map_or_else(|| Cell::Text(value.to_string()), |number| Cell::Number(number, digits))
}

/// Figures that stand by themselves, each with its unit, since they share a column.
fn single(part: &PanelPart, base: Option<&str>) -> Vec<Vec<Cell>> {
    let panel = &part.panel;
    let row = |name: &str, value: &Value, format: Option<Format>| {
        let unit = match format {
            Some(Format::Percent | Format::Probability) => Some("fraction"),
            Some(Format::Bps) => Some("bp"),
            Some(Format::Rating) => Some("of 10"),
            Some(Format::Currency) => currency_of(value).or(base),
            _ => currency_of(value),
        };
        let value = match cell(value, format) {
            // Beside other units, percent would be taken for one of them.
            Cell::Number(number, Digits::Percent) => Cell::Number(number, Digits::All),
            other => other,
        };
        let unit = unit.map_or(Cell::Empty, Cell::text);
        vec![Cell::text(&panel.title), Cell::text(name), value, unit]
    };
    match &panel.data {
        Value::Null => {
            let reason = panel.reason.as_deref().map(reason_words);
            let reason =
                reason.unwrap_or_else(|| "The step gave no value and no reason.".to_owned());
            vec![vec![Cell::text(&panel.title), Cell::Empty, Cell::Missing(reason), Cell::Empty]]
        }
        Value::Object(members) if !members.contains_key("amount") => {
            if panel.columns.is_empty() {
                let rows = members.iter();
                return rows
                    .map(|(name, value)| row(&heading_of(name), value, panel.format))
                    .collect();
            }
            let rows = panel.columns.iter().map(|column| {
                let value = members.get(&column.key).unwrap_or(&Value::Null);
                let name = column.title.clone().unwrap_or_else(|| heading_of(&column.key));
                row(&name, value, column.format.or(panel.format))
            });
            rows.collect()
        }
        value => vec![row("", value, panel.format)],
    }
}

/// A name that a sheet can have and no other sheet has.
fn sheet_name(title: &str, names: &mut BTreeSet<String>) -> String {
    let allowed: String = title
        .chars()
        .map(|one| if "[]:*?/\\".contains(one) || one.is_control() { ' ' } else { one })
        .collect();
    let allowed = allowed.trim().trim_matches('\'');
    let allowed = if allowed.is_empty() { "Panel" } else { allowed };
    let shortened = |most: usize| allowed.chars().take(most).collect::<String>().trim().to_owned();
    let mut name = shortened(SHEET_NAME_MAX);
    let mut number = 2;
    while !names.insert(name.to_lowercase()) {
        let ending = format!(" {number}");
        name = format!("{}{ending}", shortened(SHEET_NAME_MAX - ending.len()));
        number += 1;
    }
    name
}
