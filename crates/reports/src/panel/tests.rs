use super::{
    bars::BarDrawing,
    figure::UNIT_GAP,
    lines::{LineDrawing, tick_label},
    ring::Ring,
    rows::{Rows, cell},
};
use executor::pattern::{Color, Column, Format, PanelDocument, PanelKind, Series};
use serde_json::{Value, json};

pub(crate) fn panel(kind: PanelKind, data: Value) -> PanelDocument {
    PanelDocument {
        id: "p".to_owned(),
        title: "Panel".to_owned(),
        kind,
        format: None,
        color: None,
        columns: Vec::new(),
        series: Vec::new(),
        data,
        reason: None,
    }
}

/// Rows as text: cells apart by `|`, rows by `/`, the header first.
fn table(panel: &PanelDocument) -> String {
    let rows = Rows::of(panel, Some("USD")).unwrap();
    let head = rows.heads.iter().map(|head| head.title.clone()).collect::<Vec<_>>().join("|");
    let body = rows
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| cell.shown.text()).collect::<Vec<_>>().join("|"));
    std::iter::once(head)
        .chain(body)
        .collect::<Vec<_>>()
        .join(" / ")
        .replace(['\u{202f}', '\u{a0}'], " ")
}

#[test]
fn a_list_of_objects_is_a_table_with_what_a_row_is_about_first() {
    let data = json!([{"close": 1.5, "date": "2026-11-20"}, {"close": null, "date": "2026-11-23"}]);
    let panel =
        PanelDocument { format: Some(Format::Currency), ..panel(PanelKind::LineChart, data) };
    assert_eq!(table(&panel), "Date|Close / 20 November 2026|1.50 USD / 23 November 2026|–");
}

#[test]
fn declared_columns_decide_order_name_and_format() {
    let data = json!([{"symbol": "A", "weight": "0.25", "note": "left out"}]);
    let column = |key: &str, title: Option<&str>, format| Column {
        key: key.to_owned(),
        title: title.map(str::to_owned),
        format,
        color: None,
    };
    let columns =
        vec![column("weight", Some("Share"), Some(Format::Percent)), column("symbol", None, None)];
    assert_eq!(
        table(&PanelDocument { columns, ..panel(PanelKind::Table, data) }),
        "Share|Symbol / 25.00 %|A"
    );
}

#[test]
fn an_object_is_names_and_values_and_one_list_inside_is_the_table() {
    let plain = panel(PanelKind::Table, json!({"cash_weight": 0.1, "positions": 4}));
    assert_eq!(table(&plain), "Name|Value / Cash weight|0.1 / Positions|4");
    let inside = panel(PanelKind::LineChart, json!({"points": [{"date": "2026-11-23", "nav": 5}]}));
    assert_eq!(table(&inside), "Date|Nav / 23 November 2026|5");
}

#[test]
fn a_mark_says_in_words_what_its_colour_says() {
    let data = json!([{"name": "Cash", "value": "0.01"}, {"name": "Bonds", "value": "0.5"}]);
    let panel = PanelDocument {
        format: Some(Format::Percent),
        color: Some(Color::Below(serde_json::from_str("0.02").unwrap())),
        ..panel(PanelKind::Table, data)
    };
    let rows = Rows::of(&panel, None).unwrap();
    let word = rows.rows[0][1].mark.as_ref().and_then(|mark| mark.word.clone()).unwrap();
    assert_eq!(word, "below 2.00\u{a0}%");
    assert_eq!(rows.rows[1][1].mark, None);
}

fn lines(kind: PanelKind, data: Value) -> Option<LineDrawing> {
    let panel = panel(kind, data);
    LineDrawing::of(&panel, &Rows::of(&panel, None)?, None)
}

#[test]
fn a_missing_value_is_a_gap_in_the_line_and_not_a_zero() {
    let data = json!([{"date": "2026-11-18", "v": 1}, {"date": "2026-11-19", "v": 2},
        {"date": "2026-11-20", "v": null}, {"date": "2026-11-21", "v": 2}, {"date": "2026-11-22", "v": 1}]);
    let drawing = lines(PanelKind::LineChart, data).unwrap();
    // One step from pen down to pen down: two lines of two points each.
    let path = &drawing.lines[0].path;
    assert_eq!((path.matches('M').count(), path.matches('L').count()), (2, 2), "{path}");
}

#[test]
fn days_without_a_value_take_their_room_on_the_axis() {
    let data = json!([{"date": "2026-11-19", "v": 1}, {"date": "2026-11-20", "v": 1}, {"date": "2026-11-23", "v": 2}]);
    let path = lines(PanelKind::LineChart, data).unwrap().lines[0].path.clone();
    // Labels of three letters ("1.8") take 31.5 units beside the lines, so that these go from 33.5
    // to 478 in four days: one day later is a quarter on, at 144.6.
    let is_in_place =
        path.starts_with("M33.5 ") && path.contains("L144.6 ") && path.contains("L478 ");
    assert!(is_in_place, "{path}");
}

#[test]
fn an_area_stands_on_its_zero_line() {
    let data = json!([{"date": "2026-11-19", "v": 50}, {"date": "2026-11-20", "v": 60}]);
    let drawing = lines(PanelKind::AreaChart, data).unwrap();
    let zero = drawing.grid.iter().find(|line| line.is_zero).unwrap();
    assert!(drawing.lines[0].area.as_ref().unwrap().ends_with(&format!("V{}Z", zero.y)));
}

#[test]
fn two_lines_of_different_size_get_a_scale_each() {
    let data = json!([{"date": "2026-11-19", "rate": 0.02, "nav": 5000}, {"date": "2026-11-20", "rate": 0.03, "nav": 6000}]);
    let drawing = lines(PanelKind::DualLine, data).unwrap();
    assert_eq!(drawing.lines.len(), 2);
    assert!(drawing.grid.iter().any(|line| line.is_second));
    let labels = drawing.grid.iter().map(|line| line.label.as_str()).collect::<Vec<_>>();
    assert!(labels.contains(&"0.02") && labels.contains(&"5\u{202f}000"), "{labels:?}");
}

#[test]
fn lines_begin_beside_the_labels_of_their_ticks_and_the_unit_is_said_once() {
    let data = json!([{"date": "2026-11-19", "v": 241_000}, {"date": "2026-11-20", "v": 245_000}]);
    let panel =
        PanelDocument { format: Some(Format::Currency), ..panel(PanelKind::LineChart, data) };
    let rows = Rows::of(&panel, Some("EUR")).unwrap();
    let drawing = LineDrawing::of(&panel, &rows, Some("EUR")).unwrap();
    let units = drawing.grid.iter().filter(|line| line.label.ends_with("EUR")).count();
    assert_eq!((units, drawing.grid.last().unwrap().label.ends_with("EUR")), (1, true));
    // Seven letters ("244 000") of 16 units size, each about half as wide as high.
    assert!(drawing.plot.0 > 7.0 * 8.0, "{:?}", drawing.plot);
}

#[test]
fn labels_of_lines_that_end_together_do_not_cover_each_other() {
    let data = json!([{"date": "2026-11-19", "a": 1, "b": 1, "c": 1}, {"date": "2026-11-20", "a": 2, "b": 2, "c": 2}]);
    let drawing = lines(PanelKind::LineChart, data).unwrap();
    let mut heights: Vec<f64> = drawing.lines.iter().map(|line| line.label_y).collect();
    heights.sort_by(f64::total_cmp);
    assert!(heights.windows(2).all(|pair| pair[1] - pair[0] >= 17.9), "{heights:?}");
}

#[test]
fn one_point_or_none_is_no_line() {
    assert_eq!(lines(PanelKind::LineChart, json!([{"date": "2026-11-19", "v": 1}])), None);
    assert_eq!(lines(PanelKind::LineChart, json!([])), None);
}

#[test]
fn ticks_are_in_the_unit_of_their_values() {
    let label = |tick, format| tick_label(tick, 2, Some(format), Some("USD"));
    assert_eq!(label(0.05, Format::Percent), "5\u{a0}%");
    assert_eq!(label(-0.05, Format::Bps), "−500\u{a0}bp");
    assert_eq!(
        tick_label(20000.0, 0, Some(Format::Currency), Some("USD")),
        "20\u{202f}000\u{a0}USD"
    );
}

fn bars(kind: PanelKind, data: Value, series: &[&str]) -> Option<BarDrawing> {
    let series = series
        .iter()
        .map(|key| Series { key: (*key).to_owned(), title: None, format: None })
        .collect();
    let panel = PanelDocument { series, ..panel(kind, data) };
    BarDrawing::of(&panel, &Rows::of(&panel, None)?)
}

#[test]
fn bars_of_losses_go_left_from_the_zero_line_and_a_missing_one_has_none() {
    let data = json!([{"name": "a", "v": -1}, {"name": "b", "v": 3}, {"name": "c", "v": null}]);
    let drawing = bars(PanelKind::BarChart, data, &[]).unwrap();
    // -1 to 3 over 480: zero at a quarter, 120.
    assert_eq!(drawing.zero, "120");
    let piece =
        |at: usize| drawing.bars[at].pieces.first().map(|p| (p.x.as_str(), p.width.as_str()));
    assert_eq!(piece(0), Some(("0", "120")));
    assert_eq!(piece(1), Some(("120", "360")));
    assert_eq!(piece(2), None);
    assert_eq!(drawing.bars[2].value, "–");
}

#[test]
fn parts_of_a_stacked_bar_follow_each_other() {
    let data = json!([{"name": "a", "x": 1, "y": 3}, {"name": "b", "x": 2, "y": 2}]);
    let drawing = bars(PanelKind::StackedBar, data, &["x", "y"]).unwrap();
    let places: Vec<_> =
        drawing.bars[0].pieces.iter().map(|p| (p.x.as_str(), p.width.as_str())).collect();
    assert_eq!(places, [("0", "120"), ("120", "360")]);
    assert_eq!(drawing.parts, ["X", "Y"]);
}

#[test]
fn a_rating_fills_its_share_of_ten() {
    let drawing = bars(PanelKind::Scorecard, json!({"moat": 7.5}), &[]).unwrap();
    assert_eq!(drawing.bars[0].pieces[0].width, "360");
    assert!(drawing.has_track);
}

#[test]
fn a_ring_has_its_shares_and_refuses_what_is_no_share() {
    let ring = |data: Value| {
        let panel = panel(PanelKind::DonutChart, data);
        Ring::of(&panel, &Rows::of(&panel, None)?)
    };
    let shares = ring(json!({"bonds": 1, "stocks": 3})).unwrap();
    let said: Vec<_> = shares.pieces.iter().map(|p| format!("{} {}", p.label, p.share)).collect();
    assert_eq!(said, ["Stocks 75.0\u{a0}%", "Bonds 25.0\u{a0}%"]);
    // Three quarters clockwise from twelve o'clock end at nine o'clock.
    assert!(
        shares.pieces[0].path.starts_with("M110 10A100 100 0 1 1 10 110"),
        "{}",
        shares.pieces[0].path
    );
    assert_eq!(ring(json!({"a": -1, "b": 3})), None);
    assert_eq!(ring(json!({"a": 0})), None);
    let many: Value = (0..12).map(|n| json!({"name": format!("n{n}"), "v": 1})).collect();
    assert_eq!(ring(many).unwrap().pieces.last().unwrap().label, "Others (5)");
}

#[test]
fn what_is_read_as_zero_is_neither_gain_nor_loss() {
    let tone = |value: &str| {
        let cell = cell(&json!(value), Some(Format::Percent), Some(&Color::Sign), None);
        (cell.shown.text(), cell.mark.map(|mark| mark.tone))
    };
    let gap = UNIT_GAP;
    assert_eq!(tone("0.00001"), (format!("0.00{gap}%"), None));
    assert_eq!(tone("-0.00001"), (format!("0.00{gap}%"), None));
    assert_eq!(tone("0.0001"), (format!("0.01{gap}%"), Some("good")));
    assert_eq!(tone("-0.0001"), (format!("−0.01{gap}%"), Some("bad")));
}
