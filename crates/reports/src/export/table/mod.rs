//! The report as tables, for whoever goes on working with its data. The same
//! tables stand in a CSV archive and in a workbook.

mod of_report;
mod text;

pub(super) use of_report::tables;

use jiff::civil::Date;

/// One table. One without rows is left out of a file, and so is one that is
/// withheld; the file says which parts are withheld.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// The name of its file.
    pub key: &'static str,
    /// The name of its sheet: at most 31 characters, none of `[]:*?/\`.
    pub title: &'static str,
    pub columns: &'static [Column],
    /// Each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub name: &'static str,
    /// In characters, for a sheet.
    pub width: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Text(String),
    /// An address; only http and https become links.
    Address(String),
    Count(u32),
    Date(Date),
}

impl Cell {
    fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Several in one cell.
    fn several<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Text(names.into_iter().collect::<Vec<_>>().join(", "))
    }

    /// As it stands in text: dates as ISO 8601, counts without separators.
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) | Self::Address(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Date(date) => date.to_string(),
        }
    }
}
