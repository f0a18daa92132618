//! Items that somebody brings as a file: CSV or JSON with the same four fields.

use crate::entry::{Entries, Entry};
use desk::{date::DateClues, plain_text::plain_text};
use serde::Deserialize;

/// Rows read of one file.
pub const IMPORT_ROWS_MAX: usize = 1_000;

/// Bytes of one file.
pub const IMPORT_BYTES_MAX: usize = 5_000_000;

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the file is larger than {} MB", IMPORT_BYTES_MAX / 1_000_000)]
    TooLarge,
    #[error("row {row} cannot be read")]
    Row {
        row: usize,
        #[source]
        cause: csv::Error,
    },
    #[error("the file is no list of objects with title, url, published and text")]
    Json(#[source] serde_json::Error),
}

/// One row. `published` is the date of first publication as the publisher wrote it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    title: String,
    url: String,
    #[serde(default)]
    published: String,
    #[serde(default)]
    text: String,
}

/// Reads a file; one that begins with a bracket is JSON, any other CSV with a header.
///
/// # Errors
/// The first row that cannot be read: a file is taken whole or not at all.
pub fn read_import(bytes: &[u8]) -> Result<Entries, ImportError> {
    if bytes.len() > IMPORT_BYTES_MAX {
        return Err(ImportError::TooLarge);
    }
    let rows: Vec<Row> = if bytes.trim_ascii_start().starts_with(b"[") {
        serde_json::from_slice(bytes).map_err(ImportError::Json)?
    } else {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        reader
            .deserialize()
            .enumerate()
            .map(|(row, read)| read.map_err(|cause| ImportError::Row { row: row + 1, cause }))
            .collect::<Result<_, _>>()?
    };
    let beyond_limit = rows.len().saturating_sub(IMPORT_ROWS_MAX);
    let entries = rows.into_iter().take(IMPORT_ROWS_MAX).map(entry).collect();
    Ok(Entries { entries, beyond_limit })
}

fn entry(row: Row) -> Entry {
    let feed = Some(row.published).filter(|date| !date.trim().is_empty());
    Entry {
        title: plain_text(&row.title),
        link: Some(row.url).filter(|url| !url.trim().is_empty()),
        page_canonical: None,
        dates: DateClues { feed, ..DateClues::default() },
        text: plain_text(&row.text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_notations_give_the_same_entries() {
        let csv = "title,url,published,text\n\"MDI, <b>TDI</b>\",https://a.example.com/1,2025-01-15,Text\n";
        let json = r#" [{"title":"MDI, <b>TDI</b>","url":"https://a.example.com/1","published":"2025-01-15","text":"Text"}]"#;
        let read = read_import(csv.as_bytes()).unwrap();
        assert_eq!(read, read_import(json.as_bytes()).unwrap());
        assert_eq!(read.entries[0].title, "MDI, TDI");
        assert_eq!(read.entries[0].dates.feed.as_deref(), Some("2025-01-15"));
    }

    #[test]
    fn a_file_is_taken_whole_or_not_at_all() {
        let error = read_import(b"title,url\nMDI,https://a.example.com/1\nTDI\n").unwrap_err();
        assert_eq!(error.to_string(), "row 2 cannot be read");
        assert!(matches!(read_import(b"[{}]"), Err(ImportError::Json(_))));
        assert!(matches!(read_import(b"name,link\na,b\n"), Err(ImportError::Row { row: 1, .. })));
    }

    #[test]
    fn a_row_without_a_date_stays_without_one() {
        let read = read_import(b"title,url\nMDI,https://a.example.com/1\n").unwrap();
        assert_eq!(read.entries[0].dates, DateClues::default());
    }
}
