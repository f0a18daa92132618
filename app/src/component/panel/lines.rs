use super::chart::LeftOut;
use crate::view::{
    panel::lines::{GridLine, HEIGHT, LEFT, LineDrawing, RIGHT, WIDTH},
    scale::place_text,
};
use leptos::prelude::*;

#[component]
pub fn Lines(title: String, drawing: LineDrawing) -> impl IntoView {
    let sentence = drawing.sentence(&title);
    let is_single = drawing.lines.len() == 1;
    let label_x = place_text(drawing.label_x());
    let grid = drawing.grid.into_iter().map(|line| view! { <Grid line /> }).collect_view();
    let areas = drawing
        .lines
        .iter()
        .filter_map(|line| line.area.clone())
        .map(|area| view! { <path class="chart__area" d=area></path> })
        .collect_view();
    let lines = drawing
        .lines
        .into_iter()
        .enumerate()
        .map(|(at, line)| {
            let (x, y) = line.end;
            let label = if is_single { line.last } else { format!("{} {}", line.name, line.last) };
            view! {
                <path class=format!("chart__line chart__line--{at}") d=line.path></path>
                <circle class="chart__end" cx=x cy=y r="3"></circle>
                <text
                    class="chart__label"
                    x=label_x.clone()
                    y=place_text(line.label_y)
                    text-anchor="end"
                >
                    {label}
                </text>
            }
        })
        .collect_view();
    let axis = drawing
        .axis
        .into_iter()
        .map(|label| {
            view! {
                <text class="chart__tick" x=label.x y="232" text-anchor=label.anchor>
                    {label.text}
                </text>
            }
        })
        .collect_view();
    view! {
        <svg
            class="chart__drawing"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            role="img"
            aria-label=sentence
        >
            {grid}
            {areas}
            {lines}
            {axis}
        </svg>
        <LeftOut count=drawing.left_out one="series" many="series" />
    }
}

#[component]
fn Grid(line: GridLine) -> impl IntoView {
    let class = if line.is_zero { "chart__grid chart__grid--zero" } else { "chart__grid" };
    let (x, anchor) = if line.is_second { (RIGHT, "end") } else { (LEFT, "start") };
    let label_y = line.y.parse::<f64>().map(|y| place_text(y - 4.0)).unwrap_or_default();
    let rule = (!line.is_second).then(|| {
        view! { <line class=class x1=LEFT x2=RIGHT y1=line.y.clone() y2=line.y></line> }
    });
    view! {
        {rule}
        <text class="chart__tick" x=x y=label_y text-anchor=anchor>
            {line.label}
        </text>
    }
}
