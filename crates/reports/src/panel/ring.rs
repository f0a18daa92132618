//! Shares of a whole as a ring of numbered pieces.

use super::{figure::Shown, rows::Rows, scale::place_text};
use executor::pattern::{Format, PanelDocument};
use serde_json::Value;
use std::f64::consts::TAU;

pub const SIZE: f64 = 220.0;
const OUTER: f64 = 100.0;
const INNER: f64 = 62.0;
/// Smaller pieces cannot be numbered, and more cannot be told apart.
pub const PIECES_MAX: usize = 8;

#[derive(Clone, Debug, PartialEq)]
pub struct Ring {
    pub pieces: Vec<RingPiece>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RingPiece {
    /// As it stands on the ring and in the list beside it.
    pub number: usize,
    pub label: String,
    pub value: String,
    pub share: String,
    pub path: String,
    /// Middle of the piece, for its number; None where it has no room.
    pub middle: Option<(String, String)>,
}

impl Ring {
    /// None unless the figures are shares of something: none negative, and more
    /// than zero together. Pieces beyond [`PIECES_MAX`] are one, "Others".
    pub fn of(panel: &PanelDocument, rows: &Rows) -> Option<Self> {
        let column = *rows.figures(panel).first()?;
        let mut parts: Vec<(String, String, f64)> = rows
            .rows
            .iter()
            .enumerate()
            .filter_map(|(at, row)| {
                Some((rows.label_of(at), row[column].shown.text(), row[column].at?))
            })
            .collect();
        let total: f64 = parts.iter().map(|(_, _, value)| value).sum();
        if total <= 0.0 || parts.iter().any(|(_, _, value)| *value < 0.0) {
            return None;
        }
        parts.sort_by(|a, b| b.2.total_cmp(&a.2));
        if parts.len() > PIECES_MAX {
            let rest = parts.split_off(PIECES_MAX - 1);
            let sum = rest.iter().map(|(_, _, value)| value).sum();
            parts.push((format!("Others ({})", rest.len()), String::new(), sum));
        }
        let mut from = 0.0;
        let pieces = parts
            .into_iter()
            .enumerate()
            .map(|(at, (label, value, size))| {
                let share = size / total;
                let piece = RingPiece {
                    number: at + 1,
                    label,
                    value,
                    share: Shown::of(&Value::from(share), Some(Format::Probability), None).text(),
                    path: sector(from, from + share),
                    middle: (share >= 0.05)
                        .then(|| on_ring(from + share / 2.0, f64::midpoint(OUTER, INNER))),
                };
                from += share;
                piece
            })
            .collect();
        Some(Self { pieces })
    }
}

impl Ring {
    /// What a reader who does not see the drawing hears.
    pub fn sentence(&self, title: &str) -> String {
        let said = |piece: &RingPiece| format!("{} {}", piece.label, piece.share);
        let said: Vec<String> = self.pieces.iter().map(said).collect();
        format!("{title}. {}.", said.join("; "))
    }
}

/// From twelve o'clock, clockwise; both as shares of the whole.
fn sector(from: f64, to: f64) -> String {
    // A full circle has no ends to draw an arc between.
    let to = to.min(from + 0.9999);
    let large = u8::from(to - from > 0.5);
    let (a, b, c, d) =
        (on_ring(from, OUTER), on_ring(to, OUTER), on_ring(to, INNER), on_ring(from, INNER));
    format!(
        "M{} {}A{OUTER} {OUTER} 0 {large} 1 {} {}L{} {}A{INNER} {INNER} 0 {large} 0 {} {}Z",
        a.0, a.1, b.0, b.1, c.0, c.1, d.0, d.1
    )
}

fn on_ring(share: f64, radius: f64) -> (String, String) {
    let angle = share * TAU;
    let place = |offset: f64| place_text(SIZE / 2.0 + offset * radius);
    (place(angle.sin()), place(-angle.cos()))
}
