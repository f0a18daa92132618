//! Drawings of panels for files: the geometry of pages, with the colours of paper in it,
//! since a file has no style sheet beside it.

use super::{
    bars::{BAR, BarDrawing, ROW, WIDTH as BARS_WIDTH},
    lines::{HEIGHT, LEFT, LineDrawing, RIGHT, WIDTH},
    ring::{Ring, SIZE},
    rows::Rows,
    scale::place_text,
};
use executor::pattern::{PanelDocument, PanelKind};
use std::fmt::Write;

const INK: &str = "#1a1f22";
const MUTED: &str = "#545c60";
const RULE: &str = "#d8d6ce";
/// Of lines and parts, told apart by lightness too.
const TONES: [&str; 6] = ["#0b5a60", "#7a4a00", "#5b8f92", "#b98a3e", "#2f3b40", "#9cc4c5"];
const DASHES: [&str; 6] = ["none", "7 3", "2 3", "9 3 2 3", "5 2", "1 3"];

/// A drawing as an SVG image, with what a reader hears who does not see it.
pub struct Drawing {
    pub svg: String,
    pub sentence: String,
}

/// The drawing of a panel whose data these rows are; none of a kind that is no drawing, and
/// none where there is nothing to draw.
pub fn drawing_of(panel: &PanelDocument, rows: &Rows, currency: Option<&str>) -> Option<Drawing> {
    match panel.kind {
        PanelKind::LineChart | PanelKind::AreaChart | PanelKind::DualLine => {
            LineDrawing::of(panel, rows, currency).map(|one| lines(&panel.title, &one))
        }
        PanelKind::BarChart
        | PanelKind::StackedBar
        | PanelKind::Breakdown
        | PanelKind::Scorecard => BarDrawing::of(panel, rows).map(|one| bars(&panel.title, &one)),
        PanelKind::DonutChart => Ring::of(panel, rows).map(|one| ring(&panel.title, &one)),
        _ => None,
    }
}

pub fn lines(title: &str, drawing: &LineDrawing) -> Drawing {
    let mut svg = opened(WIDTH, HEIGHT);
    for line in &drawing.grid {
        let stroke = if line.is_zero { INK } else { RULE };
        let (x, anchor) = if line.is_second { (RIGHT, "end") } else { (LEFT, "start") };
        if !line.is_second {
            let y = &line.y;
            push(
                &mut svg,
                &format!(
                    "<line x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y}\" y2=\"{y}\" stroke=\"{stroke}\" stroke-width=\"0.6\"/>"
                ),
            );
        }
        let y = line.y.parse::<f64>().map(|y| y - 4.0).unwrap_or_default();
        text(&mut svg, x, y, anchor, MUTED, 11.0, &line.label);
    }
    for line in &drawing.lines {
        if let Some(area) = &line.area {
            push(
                &mut svg,
                &format!("<path d=\"{area}\" fill=\"{}\" fill-opacity=\"0.15\"/>", TONES[0]),
            );
        }
    }
    let is_single = drawing.lines.len() == 1;
    for (at, line) in drawing.lines.iter().enumerate() {
        let (tone, dash) = (TONES[at % TONES.len()], DASHES[at % DASHES.len()]);
        push(
            &mut svg,
            &format!(
                "<path d=\"{}\" fill=\"none\" stroke=\"{tone}\" stroke-width=\"1.6\" stroke-dasharray=\"{dash}\"/>\
             <circle cx=\"{}\" cy=\"{}\" r=\"3\" fill=\"{tone}\"/>",
                line.path, line.end.0, line.end.1
            ),
        );
        let label =
            if is_single { line.last.clone() } else { format!("{} {}", line.name, line.last) };
        text(&mut svg, drawing.label_x(), line.label_y, "end", INK, 12.0, &label);
    }
    for label in &drawing.axis {
        let x = label.x.parse().unwrap_or_default();
        text(&mut svg, x, 232.0, label.anchor, MUTED, 11.0, &label.text);
    }
    closed(svg, drawing.sentence(title))
}

pub fn bars(title: &str, drawing: &BarDrawing) -> Drawing {
    let key_height = if drawing.parts.is_empty() { 0.0 } else { 24.0 };
    let mut svg = opened(BARS_WIDTH, drawing.height + key_height);
    let mut x = 0.0;
    for (at, part) in drawing.parts.iter().enumerate() {
        rect(&mut svg, x, 2.0, 10.0, 10.0, TONES[at % TONES.len()]);
        text(&mut svg, x + 14.0, 11.0, "start", INK, 11.0, part);
        x += 26.0 + 6.2 * f64::from(u32::try_from(part.chars().count()).unwrap_or(u32::MAX));
    }
    for bar in &drawing.bars {
        let top = key_height + bar.y + ROW - BAR - 6.0;
        if drawing.has_track {
            rect(&mut svg, 0.0, top, BARS_WIDTH, BAR, RULE);
        }
        for piece in &bar.pieces {
            let place = |text: &str| text.parse().unwrap_or_default();
            let tone = TONES[piece.part % TONES.len()];
            rect(&mut svg, place(&piece.x), top, place(&piece.width), BAR, tone);
        }
        let y = key_height + bar.y + 16.0;
        text(&mut svg, 4.0, y, "start", INK, 12.0, &bar.label);
        text(&mut svg, 476.0, y, "end", INK, 12.0, &bar.value);
    }
    let bottom = place_text(drawing.height + key_height);
    push(
        &mut svg,
        &format!(
            "<line x1=\"{0}\" x2=\"{0}\" y1=\"{key_height}\" y2=\"{bottom}\" stroke=\"{INK}\" stroke-width=\"0.8\"/>",
            drawing.zero
        ),
    );
    closed(svg, drawing.sentence(title))
}

/// The ring with its list beside it, by number.
pub fn ring(title: &str, ring: &Ring) -> Drawing {
    let mut svg = opened(WIDTH, SIZE);
    for piece in &ring.pieces {
        push(
            &mut svg,
            &format!(
                "<path d=\"{}\" fill=\"{}\" stroke=\"#ffffff\" stroke-width=\"1.5\"/>",
                piece.path, TONES[0]
            ),
        );
        if let Some((x, y)) = &piece.middle {
            let y = y.parse::<f64>().unwrap_or_default() + 4.5;
            let x = x.parse().unwrap_or_default();
            text(&mut svg, x, y, "middle", "#ffffff", 13.0, &piece.number.to_string());
        }
        let row = f64::from(u32::try_from(piece.number).unwrap_or(u32::MAX));
        let y = 4.0 + 24.0 * row;
        text(&mut svg, 252.0, y, "end", MUTED, 12.0, &piece.number.to_string());
        text(&mut svg, 262.0, y, "start", INK, 12.0, &piece.label);
        text(&mut svg, 476.0, y, "end", INK, 12.0, &piece.share);
    }
    closed(svg, ring.sentence(title))
}

fn opened(width: f64, height: f64) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\">")
}

fn closed(mut svg: String, sentence: String) -> Drawing {
    svg.push_str("</svg>");
    Drawing { svg, sentence }
}

fn push(svg: &mut String, element: &str) {
    svg.push_str(element);
}

fn rect(svg: &mut String, x: f64, y: f64, width: f64, height: f64, fill: &str) {
    let (x, y, width) = (place_text(x), place_text(y), place_text(width));
    // Writing to a text cannot fail.
    let _ = write!(
        svg,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"/>"
    );
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, fill: &str, size: f64, words: &str) {
    let (x, y) = (place_text(x), place_text(y));
    let _ = write!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" fill=\"{fill}\" font-size=\"{size}\" \
         font-family=\"Libertinus Serif\">{}</text>",
        escaped(words)
    );
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
