//! Bars from a common zero line, one row each: plain, stacked, or on the fixed
//! scale of ratings.

use super::{
    rows::{Cell, Mark, Rows},
    scale::{Scale, place_text},
};
use executor::pattern::{PanelDocument, PanelKind};

pub const WIDTH: f64 = 480.0;
/// A row: its label, then its bar.
pub const ROW: f64 = 40.0;
pub const BAR: f64 = 12.0;
/// More bars than can be read; the table has all.
pub const BARS_MAX: usize = 40;
/// Parts of a stacked bar that can be told apart by their hatching.
pub const PARTS_MAX: usize = 6;
/// Ratings go from 0 to this.
const RATING_MAX: f64 = 10.0;

/// A drawing of bars, in units of the drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct BarDrawing {
    pub bars: Vec<Bar>,
    pub height: f64,
    pub zero: String,
    /// Names of the parts of a stacked bar, in their order; else empty.
    pub parts: Vec<String>,
    /// Where the whole scale is drawn behind each bar.
    pub has_track: bool,
    /// Rows that were not drawn.
    pub left_out: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    pub label: String,
    /// The figure as printed; a dash where it is missing.
    pub value: String,
    pub mark: Option<Mark>,
    /// Top of the row.
    pub y: f64,
    pub pieces: Vec<Piece>,
}

/// One rectangle: which part it is, from where, how wide.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    pub part: usize,
    pub x: String,
    pub width: String,
}

impl BarDrawing {
    /// None without any figure.
    pub fn of(panel: &PanelDocument, rows: &Rows) -> Option<Self> {
        let figures = rows.figures(panel);
        let is_stacked = panel.kind == PanelKind::StackedBar && figures.len() > 1;
        let columns: Vec<usize> =
            figures.into_iter().take(if is_stacked { PARTS_MAX } else { 1 }).collect();
        let is_rating = panel.kind == PanelKind::Scorecard;
        let ends = rows.rows.iter().flat_map(|row| ends_of(row, &columns));
        let scale = if is_rating {
            ends.clone().next()?;
            Scale::new((0.0, RATING_MAX), (0.0, WIDTH))
        } else {
            exact(ends)?
        };
        let bars = rows
            .rows
            .iter()
            .take(BARS_MAX)
            .enumerate()
            .map(|(at, row)| Bar {
                label: rows.label_of(at),
                value: if is_stacked {
                    String::new()
                } else {
                    columns.first().map(|column| row[*column].shown.text()).unwrap_or_default()
                },
                mark: columns.first().and_then(|column| row[*column].mark.clone()),
                y: ROW * count(at),
                pieces: pieces(row, &columns, scale),
            })
            .collect::<Vec<_>>();
        Some(Self {
            height: ROW * count(bars.len()),
            zero: place_text(scale.place(0.0)),
            parts: if is_stacked {
                columns.iter().map(|column| rows.heads[*column].title.clone()).collect()
            } else {
                Vec::new()
            },
            has_track: is_rating,
            left_out: rows.rows.len() - bars.len() + rows.left_out,
            bars,
        })
    }
}

impl BarDrawing {
    /// What a reader who does not see the drawing hears.
    pub fn sentence(&self, title: &str) -> String {
        let said = |bar: &Bar| format!("{} {}", bar.label, bar.value).trim().to_owned();
        let rows: Vec<String> = self.bars.iter().map(said).collect();
        format!("{title}. {}.", rows.join("; "))
    }
}

/// The furthest places of a row's bar, to the left and to the right of zero.
fn ends_of(row: &[Cell], columns: &[usize]) -> Vec<f64> {
    let values = || columns.iter().filter_map(|column| row[*column].at);
    if values().next().is_none() {
        return Vec::new();
    }
    vec![
        values().filter(|value| *value < 0.0).sum::<f64>(),
        values().filter(|value| *value > 0.0).sum::<f64>(),
    ]
}

/// The longest bar takes the whole width: the figures stand beside the bars, so
/// no axis has to be round.
fn exact(ends: impl Iterator<Item = f64>) -> Option<Scale> {
    let mut ends = ends.peekable();
    ends.peek()?;
    let (low, high) =
        ends.fold((0.0, 0.0), |(low, high): (f64, f64), at| (low.min(at), high.max(at)));
    let high = if low < high { high } else { low + 1.0 };
    Some(Scale::new((low, high), (0.0, WIDTH)))
}

/// Losses go left from zero, gains right, each part after the one before it.
fn pieces(row: &[Cell], columns: &[usize], scale: Scale) -> Vec<Piece> {
    let (mut left, mut right) = (0.0, 0.0);
    let mut pieces = Vec::new();
    for (part, column) in columns.iter().enumerate() {
        let Some(value) = row[*column].at else { continue };
        let from = if value < 0.0 { &mut left } else { &mut right };
        let (start, end) = (*from, *from + value);
        *from = end;
        let (a, b) = (scale.place(start).clamp(0.0, WIDTH), scale.place(end).clamp(0.0, WIDTH));
        pieces.push(Piece { part, x: place_text(a.min(b)), width: place_text((a - b).abs()) });
    }
    pieces
}

fn count(at: usize) -> f64 {
    u32::try_from(at).map_or(f64::MAX, f64::from)
}
