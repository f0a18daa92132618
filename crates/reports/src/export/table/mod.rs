//! A document as tables, for whoever goes on working with its data. The same tables
//! stand in CSV and in a workbook.

mod of_panels;
mod of_report;
mod text;

pub(super) use of_panels::tables as tables_of_panels;
pub(super) use of_report::tables;

use jiff::civil::Date;
use rust_decimal::Decimal;
use std::{borrow::Cow, iter::Peekable};

/// One table. One without rows is left out of a file, and so is one that is
/// withheld; the file says which parts are withheld.
pub(super) struct Table<'a> {
    /// The name of its file.
    pub key: Cow<'a, str>,
    /// The name of its sheet: at most 31 characters, none of `[]:*?/\`.
    pub title: Cow<'a, str>,
    pub columns: Cow<'a, [Column]>,
    /// Each as long as `columns`. Made while they are written, so that a large table is
    /// not in memory twice.
    pub rows: Peekable<Box<dyn Iterator<Item = Vec<Cell>> + 'a>>,
}

impl Table<'_> {
    fn of(
        key: &'static str,
        title: &'static str,
        columns: &'static [Column],
        rows: Vec<Vec<Cell>>,
    ) -> Self {
        let rows: Box<dyn Iterator<Item = Vec<Cell>>> = Box::new(rows.into_iter());
        let (key, title, columns) = (key.into(), title.into(), columns.into());
        Self { key, title, columns, rows: rows.peekable() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub name: Cow<'static, str>,
    /// In characters, for a sheet.
    pub width: u16,
    /// Its figures are fractions, which a sheet shows in percent.
    pub is_fraction: bool,
}

impl Column {
    const fn of(name: &'static str, width: u16) -> Self {
        Self { name: Cow::Borrowed(name), width, is_fraction: false }
    }

    /// As it stands in text, where nothing else says how figures are meant.
    pub fn plain_name(&self) -> Cow<'_, str> {
        if self.is_fraction {
            format!("{} (fraction)", self.name).into()
        } else {
            self.name.as_ref().into()
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Empty,
    Text(String),
    /// An address; only http and https become links.
    Address(String),
    Count(u32),
    Date(Date),
    Number(Decimal, Digits),
    /// There is no value, and this is why.
    Missing(String),
}

/// How a sheet shows a figure; in text it has all its digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digits {
    All,
    /// Of a fraction, in percent with two decimals.
    Percent,
    None,
    One,
    Two,
}

impl Cell {
    fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Several in one cell.
    fn several<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Text(names.into_iter().collect::<Vec<_>>().join(", "))
    }

    /// As it stands in text: dates as ISO 8601, figures without separators.
    pub fn plain(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Address(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Date(date) => date.to_string(),
            Self::Number(number, _) => number.normalize().to_string(),
            Self::Missing(reason) => missing(reason),
        }
    }
}

/// What stands where there is no value: never a zero, and never nothing.
pub(super) fn missing(reason: &str) -> String {
    format!("not available: {reason}")
}
