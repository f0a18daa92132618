//! Lines and areas over a common axis.

use super::{
    figure::{Shown, UNIT_GAP},
    rows::Rows,
    scale::{Scale, place_text},
};
use executor::pattern::{Format, PanelDocument, PanelKind};
use serde_json::Value;

/// Of the drawing, in its own units.
pub const WIDTH: f64 = 480.0;
pub const HEIGHT: f64 = 240.0;
/// Room above the highest line for a label, and below for the axis.
const TOP: f64 = 26.0;
const BOTTOM: f64 = 212.0;
pub const LEFT: f64 = 2.0;
pub const RIGHT: f64 = 478.0;
/// Width of a letter of a tick's label, at the size it has in a narrow panel.
const LETTER: f64 = 8.5;
/// Between a tick's label and the lines, and the most that labels may take of the drawing.
const GUTTER_GAP: f64 = 6.0;
const GUTTER_MAX: f64 = 120.0;
/// Least distance between two labels, in units of the drawing.
const LABEL_GAP: f64 = 18.0;
/// A label's foot above the end of its line, and the highest foot of all.
const LABEL_LIFT: f64 = 8.0;
const LABEL_TOP: f64 = 14.0;
/// More lines than can be told apart by their dashes and labels.
pub const LINES_MAX: usize = 6;

/// A drawing of lines, in units of the drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct LineDrawing {
    pub lines: Vec<Line>,
    pub grid: Vec<GridLine>,
    /// First and last of the axis, and the middle where there is one.
    pub axis: Vec<AxisLabel>,
    pub is_area: bool,
    /// Columns that were not drawn, beyond [`LINES_MAX`].
    pub left_out: usize,
    /// Where the lines begin and end: what is outside belongs to the ticks' labels.
    pub plot: (f64, f64),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub name: String,
    /// The newest value, printed.
    pub last: String,
    /// `M … L …`: a gap where a value is missing.
    pub path: String,
    /// The same down to zero, for an area.
    pub area: Option<String>,
    pub end: (String, String),
    /// Height of the label at the end of the line.
    pub label_y: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct GridLine {
    pub y: String,
    pub label: String,
    pub is_zero: bool,
    /// Belongs to the second line's own scale, on the right.
    pub is_second: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AxisLabel {
    pub x: String,
    pub anchor: &'static str,
    pub text: String,
}

impl LineDrawing {
    /// Where labels at the ends of lines end: beside a second scale, not on it.
    pub fn label_x(&self) -> f64 {
        self.plot.1 - 2.0
    }

    /// None when nothing can be drawn: fewer than two rows, or no figure.
    pub fn of(panel: &PanelDocument, rows: &Rows, currency: Option<&str>) -> Option<Self> {
        if rows.rows.len() < 2 {
            return None;
        }
        let all = rows.figures(panel);
        let drawn: Vec<usize> = all.iter().copied().take(LINES_MAX).collect();
        let is_area = panel.kind == PanelKind::AreaChart;
        let values = |column: usize| rows.rows.iter().filter_map(move |row| row[column].at);
        let up = (BOTTOM, TOP);
        let is_dual = panel.kind == PanelKind::DualLine && drawn.len() == 2;
        let scales: Vec<Scale> = if is_dual {
            drawn.iter().map(|at| Scale::around(values(*at), false, up)).collect::<Option<_>>()?
        } else {
            let scale = Scale::around(drawn.iter().flat_map(|at| values(*at)), is_area, up)?;
            vec![scale; drawn.len()]
        };
        let format_of = |at: usize| rows.heads[drawn[at]].format;
        let mut grid = grid(*scales.first()?, format_of(0), currency, false);
        let mut plot = (LEFT + gutter(&grid), RIGHT);
        if is_dual {
            let second = self::grid(scales[1], format_of(1), currency, true);
            plot.1 -= gutter(&second);
            grid.extend(second);
        }
        let across = places_across(rows, plot)?;
        let mut lines: Vec<Line> = drawn
            .iter()
            .zip(&scales)
            .filter_map(|(column, scale)| line(rows, *column, *scale, &across, is_area))
            .collect();
        spread_labels(&mut lines);
        let left_out = all.len() - drawn.len();
        Some(Self { lines, grid, axis: axis(rows, &across, plot), is_area, left_out, plot })
    }
}

impl LineDrawing {
    /// What a reader who does not see the drawing hears.
    pub fn sentence(&self, title: &str) -> String {
        let ends: Vec<&str> = self.axis.iter().map(|label| label.text.as_str()).collect();
        let lines: Vec<String> =
            self.lines.iter().map(|line| format!("{} ends at {}", line.name, line.last)).collect();
        match (ends.first(), ends.last()) {
            (Some(first), Some(last)) => {
                format!("{title}, {first} to {last}. {}.", lines.join("; "))
            }
            _ => title.to_owned(),
        }
    }
}

/// Where each row stands: by its day or instant where the label is one, else
/// one step each.
fn places_across(rows: &Rows, plot: (f64, f64)) -> Option<Vec<f64>> {
    let label = rows.label();
    let instants: Option<Vec<f64>> =
        rows.rows.iter().map(|row| label.and_then(|label| row[label].instant)).collect();
    let positions = instants.unwrap_or_else(|| (0..rows.rows.len()).map(count).collect());
    let ends = positions
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(*at), high.max(*at)));
    (ends.0 < ends.1).then(|| {
        let scale = Scale::new(ends, plot);
        positions.into_iter().map(|at| scale.place(at)).collect()
    })
}

fn line(rows: &Rows, column: usize, scale: Scale, across: &[f64], is_area: bool) -> Option<Line> {
    let base = place_text(scale.place(0.0).clamp(TOP, BOTTOM));
    let (mut path, mut area) = (String::new(), String::new());
    let mut last: Option<(f64, f64, usize)> = None;
    let mut is_drawing = false;
    for (at, row) in rows.rows.iter().enumerate() {
        let Some(value) = row[column].at else {
            if is_drawing {
                area.extend(["V", &base, "Z"]);
            }
            is_drawing = false;
            continue;
        };
        let (x, y) = (across[at], scale.place(value));
        let place = format!("{} {}", place_text(x), place_text(y));
        if is_drawing {
            path.extend(["L", &place]);
            area.extend(["L", &place]);
        } else {
            path.extend(["M", &place]);
            area.extend(["M", &place_text(x), " ", &base, "L", &place]);
        }
        is_drawing = true;
        last = Some((x, y, at));
    }
    if is_drawing {
        area.extend(["V", &base, "Z"]);
    }
    let (x, y, at) = last?;
    Some(Line {
        name: rows.heads[column].title.clone(),
        last: rows.rows[at][column].shown.text(),
        path,
        area: is_area.then_some(area),
        end: (place_text(x), place_text(y)),
        label_y: y - LABEL_LIFT,
    })
}

/// Labels of lines that end close together stand one below the other.
fn spread_labels(lines: &mut [Line]) {
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by(|a, b| lines[*a].label_y.total_cmp(&lines[*b].label_y));
    let mut lowest = f64::NEG_INFINITY;
    for at in &order {
        let label_y = lines[*at].label_y.max(lowest + LABEL_GAP).max(LABEL_TOP);
        lines[*at].label_y = label_y;
        lowest = label_y;
    }
    // What was pushed below the drawing moves up again, with those above it.
    let mut highest = BOTTOM - LABEL_LIFT / 2.0;
    for at in order.iter().rev() {
        let label_y = lines[*at].label_y.min(highest);
        lines[*at].label_y = label_y;
        highest = label_y - LABEL_GAP;
    }
}

fn grid(
    scale: Scale,
    format: Option<Format>,
    currency: Option<&str>,
    is_second: bool,
) -> Vec<GridLine> {
    let ticks = scale.ticks();
    let highest = ticks.len().saturating_sub(1);
    ticks
        .into_iter()
        .enumerate()
        .map(|(at, tick)| {
            // The unit of all stands once, at the highest.
            let currency = currency.filter(|_| at == highest);
            GridLine {
                y: place_text(scale.place(tick)),
                label: tick_label(tick, scale.decimals(), format, currency),
                is_zero: tick == 0.0,
                is_second,
            }
        })
        .collect()
}

/// Room for the labels beside the lines. The highest stands above every line and needs none.
fn gutter(grid: &[GridLine]) -> f64 {
    let beside = &grid[..grid.len().saturating_sub(1)];
    let longest = beside.iter().map(|line| line.label.chars().count()).max().unwrap_or_default();
    (count(longest) * LETTER + GUTTER_GAP).min(GUTTER_MAX)
}

/// A tick in the unit of its values, without decimals that say nothing.
pub fn tick_label(
    tick: f64,
    decimals: usize,
    format: Option<Format>,
    currency: Option<&str>,
) -> String {
    let (scaled, shift, unit) = match format {
        Some(Format::Percent | Format::Probability) => (tick * 100.0, 2, "\u{a0}%"),
        Some(Format::Bps) => (tick * 10_000.0, 4, "\u{a0}bp"),
        _ => (tick, 0, ""),
    };
    let text = format!("{:.*}", decimals.saturating_sub(shift), scaled);
    let value = Value::from(text.trim_start_matches('-'));
    let sign = if tick < 0.0 { "−" } else { "" };
    let digits = Shown::of(&value, Some(Format::Number), None).text();
    let code = match (format, currency) {
        (Some(Format::Currency), Some(code)) => format!("{UNIT_GAP}{code}"),
        _ => unit.to_owned(),
    };
    format!("{sign}{digits}{code}")
}

/// The first, the last, and where there is room the middle.
fn axis(rows: &Rows, across: &[f64], (left, right): (f64, f64)) -> Vec<AxisLabel> {
    let last = across.len() - 1;
    let mut shown = vec![(0, "start"), (last, "end")];
    let middle = last / 2;
    if (across[middle] - f64::midpoint(left, right)).abs() < (right - left) / 8.0 && last >= 4 {
        shown.insert(1, (middle, "middle"));
    }
    shown
        .into_iter()
        .map(|(row, anchor)| AxisLabel {
            x: place_text(across[row]),
            anchor,
            text: rows.label_of(row),
        })
        .collect()
}

fn count(at: usize) -> f64 {
    u32::try_from(at).map_or(f64::MAX, f64::from)
}
