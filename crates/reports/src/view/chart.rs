//! The signal map as geometry: one circle for each signal type and region.

use domain::{
    report::SignalCell,
    specification::Strength,
    taxonomy::{Region, SignalType},
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

const LABEL_WIDTH: u32 = 196;
const COLUMN_WIDTH: u32 = 84;
const HEAD_HEIGHT: u32 = 40;
const ROW_HEIGHT: u32 = 44;
const RADIUS_MIN: f64 = 10.0;
const RADIUS_MAX: f64 = 18.0;

/// In units of the drawing's own view box.
#[derive(Debug, Serialize)]
pub(super) struct Chart {
    width: u32,
    height: u32,
    label_width: u32,
    head_height: u32,
    columns: Vec<Column>,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Column {
    x: u32,
    /// One or two lines, so that long names fit.
    lines: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct Row {
    y: u32,
    label: &'static str,
    marks: Vec<Mark>,
}

#[derive(Debug, Serialize)]
struct Mark {
    x: u32,
    /// Area grows with the number of developments.
    radius: String,
    count: u32,
    /// Drawn filled; else as an outline.
    firm: bool,
}

impl Chart {
    /// Columns: the regions ordered, quiet ones too, and "not known" where it
    /// occurs. Rows: the signal types that occur. None without any cell.
    pub fn of(cells: &[SignalCell], ordered: &BTreeSet<Region>) -> Option<Self> {
        let most = cells.iter().map(|cell| cell.developments).max()?;
        let unknown = cells.iter().any(|cell| cell.region.is_none()).then_some(None);
        let places: Vec<Option<Region>> =
            ordered.iter().copied().map(Some).chain(unknown).collect();
        let x_of = |index: usize| {
            LABEL_WIDTH
                + COLUMN_WIDTH / 2
                + COLUMN_WIDTH * u32::try_from(index).unwrap_or(u32::MAX / COLUMN_WIDTH / 2)
        };
        let mut by_signal: BTreeMap<SignalType, Vec<Mark>> = BTreeMap::new();
        for cell in cells {
            let Some(index) = places.iter().position(|place| *place == cell.region) else {
                continue;
            };
            let share = f64::from(cell.developments) / f64::from(most.max(1));
            let radius =
                (RADIUS_MIN.powi(2) + (RADIUS_MAX.powi(2) - RADIUS_MIN.powi(2)) * share).sqrt();
            by_signal.entry(cell.signal).or_default().push(Mark {
                x: x_of(index),
                radius: format!("{radius:.1}"),
                count: cell.developments,
                firm: cell.strength >= Strength::Moderate,
            });
        }
        let rows: Vec<Row> = by_signal
            .into_iter()
            .zip(0..)
            .map(|((signal, marks), row)| Row {
                y: HEAD_HEIGHT + ROW_HEIGHT / 2 + ROW_HEIGHT * row,
                label: signal.label(),
                marks,
            })
            .collect();
        let columns: Vec<Column> = places
            .iter()
            .enumerate()
            .map(|(index, place)| Column { x: x_of(index), lines: lines_of(*place) })
            .collect();
        Some(Self {
            width: x_of(places.len()) - COLUMN_WIDTH / 2,
            height: rows.last()?.y + ROW_HEIGHT / 2,
            label_width: LABEL_WIDTH,
            head_height: HEAD_HEIGHT,
            columns,
            rows,
        })
    }
}

fn lines_of(place: Option<Region>) -> Vec<&'static str> {
    place.map_or("Not known", Region::label).split(' ').collect()
}
