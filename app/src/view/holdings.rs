//! The table of holdings: which rows, in which order, on which page, by the address.

use crate::view::figure::coordinate;
use serde_json::{Map, Value};
use std::cmp::Ordering;

/// Rows of a page.
pub const PAGE_ROWS: usize = 25;

/// What the table can be sorted by: key in the address and in the row, head, whether a
/// figure.
pub const COLUMNS: &[(&str, &str, bool)] = &[
    ("symbol", "Security", false),
    ("sector", "Sector", false),
    ("currency", "Currency", false),
    ("quantity", "Quantity", true),
    ("price", "Price", true),
    ("value", "Value", true),
    ("weight", "Weight", true),
    ("unrealised", "Unrealised", true),
];

/// How a table is asked for, as it stands in the address. What cannot be read there
/// counts as not said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldingsQuery {
    /// Part of a symbol or name, in any case.
    pub text: String,
    pub sector: String,
    pub sort: &'static str,
    pub is_descending: bool,
    /// From one.
    pub page: usize,
}

impl HoldingsQuery {
    /// `parameter` gives a parameter of the address by its name.
    pub fn read<'a>(parameter: impl Fn(&str) -> Option<&'a str>) -> Self {
        let text = |name| parameter(name).unwrap_or_default().to_owned();
        let sort =
            parameter("sort").and_then(|asked| COLUMNS.iter().find(|known| known.0 == asked));
        let (sort, is_figure) = sort.map_or(("weight", true), |known| (known.0, known.2));
        let is_descending = match parameter("order") {
            Some("asc") => false,
            Some("desc") => true,
            // Figures are read from the largest, words from the first letter.
            _ => is_figure,
        };
        let page = parameter("page").and_then(|page| page.parse().ok()).filter(|page| *page > 0);
        Self {
            text: text("text"),
            sector: text("sector"),
            sort,
            is_descending,
            page: page.unwrap_or(1),
        }
    }

    pub fn is_filtered(&self) -> bool {
        !self.text.is_empty() || !self.sector.is_empty()
    }

    /// Parameters of the address, without a question mark; empty where all is as usual.
    pub fn parameters(&self, encode: impl Fn(&str) -> String) -> String {
        let usual = Self::read(|name| (name == "sort").then_some(self.sort));
        let mut parts = Vec::new();
        for (name, value) in [("text", &self.text), ("sector", &self.sector)] {
            if !value.is_empty() {
                parts.push(format!("{name}={}", encode(value)));
            }
        }
        if self.sort != "weight" {
            parts.push(format!("sort={}", self.sort));
        }
        if self.is_descending != usual.is_descending {
            parts.push(format!("order={}", if self.is_descending { "desc" } else { "asc" }));
        }
        if self.page > 1 {
            parts.push(format!("page={}", self.page));
        }
        parts.join("&")
    }

    /// The same, sorted by a column; by the column that sorts already the other way round.
    #[must_use]
    pub fn sorted_by(&self, key: &'static str) -> Self {
        let usual = Self::read(|name| (name == "sort").then_some(key));
        let is_descending =
            if key == self.sort { !self.is_descending } else { usual.is_descending };
        Self { sort: key, is_descending, page: 1, ..self.clone() }
    }
}

/// The rows of one page.
#[derive(Clone, Debug, PartialEq)]
pub struct HoldingsShown {
    pub rows: Vec<Map<String, Value>>,
    /// Rows that match.
    pub matching: usize,
    pub page: usize,
    pub pages: usize,
}

/// `rows`: positions as the capability gives them. A page behind the last is the last.
pub fn shown(rows: &[Map<String, Value>], query: &HoldingsQuery) -> HoldingsShown {
    let wanted = query.text.to_lowercase();
    let text = |row: &Map<String, Value>, key: &str| {
        row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let mut matching: Vec<&Map<String, Value>> = rows
        .iter()
        .filter(|row| {
            let named = ["symbol", "name"]
                .iter()
                .any(|key| text(row, key).to_lowercase().contains(&wanted));
            named && (query.sector.is_empty() || text(row, "sector") == query.sector)
        })
        .collect();
    let is_figure = COLUMNS.iter().any(|known| known.0 == query.sort && known.2);
    matching.sort_by(|a, b| {
        let order = if is_figure {
            by_figure(a.get(query.sort), b.get(query.sort), query.is_descending)
        } else {
            let order = text(a, query.sort).cmp(&text(b, query.sort));
            if query.is_descending { order.reverse() } else { order }
        };
        order.then_with(|| text(a, "symbol").cmp(&text(b, "symbol")))
    });
    let pages = matching.len().div_ceil(PAGE_ROWS).max(1);
    let page = query.page.min(pages);
    let rows =
        matching.iter().skip((page - 1) * PAGE_ROWS).take(PAGE_ROWS).map(|row| (*row).clone());
    HoldingsShown { rows: rows.collect(), matching: matching.len(), page, pages }
}

/// What has no figure stands last, whichever way round.
fn by_figure(a: Option<&Value>, b: Option<&Value>, is_descending: bool) -> Ordering {
    match (a.and_then(coordinate), b.and_then(coordinate)) {
        (Some(a), Some(b)) if is_descending => b.total_cmp(&a),
        (Some(a), Some(b)) => a.total_cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// The sectors that rows have, each once, by name.
pub fn sectors(rows: &[Map<String, Value>]) -> Vec<String> {
    let mut sectors: Vec<String> =
        rows.iter().filter_map(|row| Some(row.get("sector")?.as_str()?.to_owned())).collect();
    sectors.sort();
    sectors.dedup();
    sectors
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows() -> Vec<Map<String, Value>> {
        let row = |symbol: &str, sector: Option<&str>, weight: Value| {
            let value = json!({ "symbol": symbol, "name": format!("Sample {symbol}"), "sector": sector,
                                "weight": { "value": weight } });
            value.as_object().unwrap().clone()
        };
        vec![
            row("MAPL", Some("Industrials"), json!(0.2)),
            row("ACME", Some("Industrials"), json!(0.5)),
            row("GONE", None, Value::Null),
            row("HOCH", Some("Materials"), json!(0.3)),
        ]
    }

    fn query(pairs: &[(&str, &str)]) -> HoldingsQuery {
        let pairs: Vec<(String, String)> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        HoldingsQuery::read(|name| {
            pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str())
        })
    }

    #[track_caller]
    fn check(pairs: &[(&str, &str)], expected: &[&str]) {
        let shown = shown(&rows(), &query(pairs));
        let symbols: Vec<&str> =
            shown.rows.iter().map(|row| row["symbol"].as_str().unwrap()).collect();
        assert_eq!(symbols, expected, "{pairs:?}");
    }

    #[test]
    fn rows_stand_by_weight_and_what_has_none_last() {
        check(&[], &["ACME", "HOCH", "MAPL", "GONE"]);
        check(&[("order", "asc")], &["MAPL", "HOCH", "ACME", "GONE"]);
        check(&[("sort", "symbol")], &["ACME", "GONE", "HOCH", "MAPL"]);
        check(&[("sort", "symbol"), ("order", "desc")], &["MAPL", "HOCH", "GONE", "ACME"]);
        check(&[("sort", "nothing")], &["ACME", "HOCH", "MAPL", "GONE"]);
    }

    #[test]
    fn a_filter_looks_at_symbol_name_and_sector() {
        check(&[("text", "sample m")], &["MAPL"]);
        check(&[("sector", "Industrials")], &["ACME", "MAPL"]);
        check(&[("text", "nothing like this")], &[]);
    }

    #[test]
    fn a_page_behind_the_last_is_the_last() {
        let many: Vec<_> = (0..60)
            .map(|at| json!({ "symbol": format!("S{at:02}") }).as_object().unwrap().clone())
            .collect();
        let page = |page: &str| shown(&many, &query(&[("sort", "symbol"), ("page", page)]));
        assert_eq!((page("2").rows.len(), page("3").rows.len(), page("3").pages), (25, 10, 3));
        assert_eq!((page("9").page, page("0").page, page("x").page), (3, 1, 1));
    }

    #[test]
    fn the_address_says_only_what_is_not_usual_and_reads_back_as_it_was() {
        let same = |text: &str| text.to_owned();
        assert_eq!(query(&[]).parameters(same), "");
        let asked = query(&[("text", "a"), ("sort", "value"), ("order", "asc"), ("page", "2")]);
        assert_eq!(asked.parameters(same), "text=a&sort=value&order=asc&page=2");
        let turned = query(&[]).sorted_by("weight");
        assert_eq!(turned.parameters(same), "order=asc");
        assert_eq!(turned.sorted_by("symbol").parameters(same), "sort=symbol");
    }
}
